import { z } from 'zod';
import type { ApiConfig, ConfigSource } from '../domain/account/api-config.ts';
import { API_NAMES, MAX_APIS } from '../domain/account/api-name.ts';
import { APP_KEY_SHAPE, isAppKey } from '../domain/account/app-key.ts';
import { Secret } from '../domain/secret.ts';
import { type ConfigProblem, type Env, problemsOf, type Reading, text } from './reading.ts';

const INDEXED = /^UPSTOX_(?:CLIENT_ID|CLIENT_SECRET|API_NAME)_(0|[1-9]\d*)$/;

const NOT_AN_APP_KEY = { error: `should be ${APP_KEY_SHAPE}` };

/** Each variable's name ends with the index of its app. */
const API = z.object({
  UPSTOX_CLIENT_ID: text('the API key of an app; indexes run from 0 without a gap').refine(
    isAppKey,
    NOT_AN_APP_KEY,
  ),
  UPSTOX_CLIENT_SECRET: text('the API secret of the same app').refine(isAppKey, NOT_AN_APP_KEY),
  UPSTOX_API_NAME: z
    .string()
    .trim()
    .toUpperCase()
    .pipe(z.enum(API_NAMES, { error: `should be one of ${API_NAMES.join(', ')}` })),
});

/** The apps listed as UPSTOX_CLIENT_ID_n, UPSTOX_CLIENT_SECRET_n and optionally UPSTOX_API_NAME_n. */
export const readApis = (
  env: Env,
  source: ConfigSource,
  redirectUri: string,
): Reading<readonly ApiConfig[]> => {
  const given = Object.keys(env).flatMap((variable) => {
    const index = INDEXED.exec(variable)?.[1];
    return index === undefined ? [] : [{ variable, index: Number(index) }];
  });
  const tooMany = given
    .filter(({ index }) => index >= MAX_APIS)
    .map(({ variable }) => ({
      variable,
      message: `is one too many; an account has at most six API apps, with indexes 0 to ${MAX_APIS - 1}`,
    }));
  const highest = Math.max(-1, ...given.map(({ index }) => index).filter((index) => index < MAX_APIS));
  const count = source === 'ENV' ? Math.max(1, highest + 1) : highest + 1;
  const readings = Array.from({ length: count }, (_, index) => readApi(env, index, redirectUri));
  const apis = readings.flatMap(({ value }) => value ?? []);
  const twice = apis
    .filter((api, position) => apis.findIndex(({ apiName }) => apiName === api.apiName) < position)
    .map((api) => ({
      variable: `UPSTOX_API_NAME_${api.apiIndex}`,
      message: `gives the name ${api.apiName} a second time; each API name may stand once`,
    }));
  const problems = [...readings.flatMap((reading) => reading.problems), ...tooMany, ...twice];
  const lacksPrimary = source === 'ENV' && problems.length === 0 && !apis.some(({ isPrimary }) => isPrimary);
  return { value: apis, problems: lacksPrimary ? [PRIMARY_IS_MISSING] : problems };
};

/** Without PRIMARY nothing could ever be confirmed. */
const PRIMARY_IS_MISSING: ConfigProblem = {
  variable: 'UPSTOX_API_NAME_0',
  message: 'should be PRIMARY, or one of the others should: without PRIMARY nothing is ever confirmed',
};

const readApi = (env: Env, index: number, redirectUri: string): Reading<ApiConfig | null> => {
  const { data, error } = API.safeParse({
    UPSTOX_CLIENT_ID: env[`UPSTOX_CLIENT_ID_${index}`],
    UPSTOX_CLIENT_SECRET: env[`UPSTOX_CLIENT_SECRET_${index}`],
    UPSTOX_API_NAME: env[`UPSTOX_API_NAME_${index}`] ?? API_NAMES[index],
  });
  const problems = problemsOf(error, (name) => `${name}_${index}`);
  if (data === undefined) return { value: null, problems };
  const apiName = data.UPSTOX_API_NAME;
  const value: ApiConfig = {
    apiIndex: index,
    apiName,
    clientId: data.UPSTOX_CLIENT_ID,
    clientSecret: new Secret(data.UPSTOX_CLIENT_SECRET),
    redirectUri,
    isPrimary: apiName === 'PRIMARY',
    enabled: true,
    source: 'ENV',
  };
  return { value, problems };
};
