import { z } from 'zod';
import { accountIdOf, type Credentials, DEFAULT_ACCOUNT, type DescribedAccount } from './domain/account.ts';
import type { ApiConfig, ConfigSource } from './domain/api-config.ts';
import { API_NAMES, type ApiName, isApiName, MAX_APIS } from './domain/api-name.ts';
import { CREDENTIAL_RULES, type CredentialField, toCredentials } from './domain/credential-rules.ts';
import { isLoopback, readHostName } from './domain/host-name.ts';
import { Secret } from './domain/secret.ts';
import { IST, isZone } from './domain/wall-time.ts';
import { isWebAddress } from './domain/web-address.ts';

/** Environment variables, as in `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

/** One mistake in the environment. Never holds the variable's value. */
export interface ConfigProblem {
  readonly variable: string;
  readonly message: string;
}

/** The environment is wrong; `problems` lists every mistake that was found. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ variable, message }) => `  ${variable}: ${message}`);
    super(
      `The configuration has ${problems.length} mistake${problems.length === 1 ? '' : 's'}:\n${lines.join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Everything the program is told from outside; pure data, made by `readConfig`. */
export interface Config extends Settings {
  readonly accountId: string;
  readonly credentials: Credentials;
  readonly redirectUri: string;
  readonly notifierWebhookUri: string | null;
  readonly configSource: ConfigSource;
  /** The apps that the environment lists, by index; empty when the database holds them. */
  readonly apis: readonly ApiConfig[];
  /** The accounts described as UPSTOX_2_…, UPSTOX_3_… and so on. */
  readonly furtherAccounts: readonly DescribedAccount[];
}

interface Settings {
  readonly headless: boolean;
  readonly apiBaseUrl: string;
  readonly host: string;
  readonly port: number;
  readonly databasePath: string | null;
  readonly databaseZone: string;
  /** The first seals, the others only open; empty when the key file is used. */
  readonly masterKeys: readonly Secret[];
  /** Tokens lie sealed in the table: no other program can read them there. */
  readonly sealTokens: boolean;
  readonly operatorKey: Secret | null;
  readonly cooldownSeconds: number;
  readonly captchaWaitSeconds: number;
  readonly otpSpacingSeconds: number;
  readonly stepTimeoutSeconds: number;
  readonly profileTimeoutMs: number;
  readonly allowedHosts: readonly string[];
  /** A reverse proxy on this machine says for whom it speaks. */
  readonly trustsProxy: boolean;
  readonly chromiumPath: string | null;
  readonly chromiumSandbox: boolean;
  readonly logLevel: LogLevel;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A text that must be there and must pass `accepts`; `shape` says in words what it should be. */
const text = (shape: string, accepts: (value: string) => boolean = () => true) =>
  z
    .string({ error: `is missing; it should be ${shape}` })
    .trim()
    .refine(accepts, { error: `should be ${shape}` });

const wholeNumber = (shape: string, low: number, high: number, fallback: number) =>
  text(shape, (value) => /^\d+$/.test(value) && Number(value) >= low && Number(value) <= high)
    .transform(Number)
    .prefault(String(fallback));

/** Any spelling of a loopback address, and nothing else; the server answers to what it may listen on. */
const isLoopbackHost = (value: string): boolean => isLoopback(readHostName(value) ?? '');

/** Names that `readHostName` understands, so that none is accepted which no request could match. */
const readHosts = (value: string): readonly (string | null)[] =>
  value
    .split(',')
    .map((host) => host.trim())
    .filter((host) => host !== '')
    .map((host) => (host.includes('*') ? null : readHostName(host)));

/** Secrets travel to this address, so plain HTTP is for this machine only. */
const isSafeBase = (value: string): boolean =>
  isWebAddress(value) && (new URL(value).protocol === 'https:' || isLoopbackHost(new URL(value).hostname));

const credential = (field: CredentialField) =>
  text(CREDENTIAL_RULES[field].shape, CREDENTIAL_RULES[field].accepts);

const CREDENTIALS = {
  UPSTOX_MOBILE_NUMBER: credential('mobileNumber'),
  UPSTOX_PIN: credential('pin'),
  UPSTOX_TOTP: credential('totp'),
  UPSTOX_REDIRECT_URI: text('the http(s) address registered at the broker', isWebAddress),
};

const flag = text('true or false', (value) => /^(true|false|1|0)$/i.test(value)).transform((value) =>
  /^(true|1)$/i.test(value),
);

const SETTINGS = {
  UPSTOX_HEADLESS: flag.prefault('true'),
  UPSTOX_API_BASE_URL: text('an https address (http only on this machine)', isSafeBase)
    .transform((value) => value.replace(/\/+$/, ''))
    .prefault('https://api.upstox.com'),
  VEGA_HOST: text('a loopback address such as 127.0.0.1', isLoopbackHost)
    .transform((value) => (readHostName(value) ?? '').replace(/^\[|\]$/g, ''))
    .prefault('127.0.0.1'),
  VEGA_PORT: wholeNumber('a port from 0 (any free one) to 65535', 0, 65_535, 28_020),
  VEGA_DB_PATH: text('the path of the SQLite file').optional(),
  VEGA_DB_ZONE: text('an IANA time zone such as Asia/Kolkata', isZone).prefault(IST),
  VEGA_MASTER_KEY: text('one or more keys of at least 32 characters, separated by commas', (value) =>
    value.split(',').every((key) => key.trim().length >= 32),
  )
    .transform((value) => value.split(',').map((key) => new Secret(key.trim())))
    .optional(),
  VEGA_SEAL_TOKENS: flag.prefault('false'),
  VEGA_OPERATOR_KEY: text('a key of at least 8 characters without blanks', (value) => /^\S{8,}$/.test(value))
    .transform((value) => new Secret(value))
    .optional(),
  VEGA_COOLDOWN_SECONDS: wholeNumber('whole seconds from 1 to 86400', 1, 86_400, 660),
  VEGA_CAPTCHA_WAIT_SECONDS: wholeNumber('whole seconds from 0 to 3600', 0, 3600, 300),
  VEGA_OTP_SPACING_SECONDS: wholeNumber('whole seconds from 0 to 3600', 0, 3600, 165),
  VEGA_STEP_TIMEOUT_SECONDS: wholeNumber('whole seconds from 1 to 600', 1, 600, 60),
  VEGA_PROFILE_TIMEOUT_MS: wholeNumber('milliseconds from 100 to 60000', 100, 60_000, 3000),
  VEGA_ALLOWED_HOSTS: text(
    'host names separated by commas, without ports, paths and wildcards',
    (value) => !readHosts(value).includes(null),
  )
    .transform((value) => readHosts(value).filter((host) => host !== null))
    .prefault(''),
  VEGA_TRUST_PROXY: flag.prefault('false'),
  VEGA_CHROMIUM_PATH: text('the path of a Chromium').optional(),
  VEGA_CHROMIUM_SANDBOX: text('on or off', (value) => /^(on|off)$/i.test(value))
    .transform((value) => /^on$/i.test(value))
    .prefault('on'),
  VEGA_LOG_LEVEL: z
    .string()
    .trim()
    .toLowerCase()
    .pipe(z.enum(LOG_LEVELS, { error: `should be one of ${LOG_LEVELS.join(', ')}` }))
    .prefault('info'),
};

/** Reads the whole environment, or throws one `ConfigError` with everything that is wrong in it. */
export const readConfig = (env: Env): Config => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== ''));
  const settings = z.object(SETTINGS).safeParse(given);
  const source = readAlias(
    given,
    ['LOGIN_CONFIG_SOURCE', 'UPSTOX_CONFIG_SOURCE'],
    toConfigSource,
    'should be ENV or DATABASE',
  );
  const webhook = readAlias(
    given,
    ['UPSTOX_NOTIFIER_WEBHOOK_URI', 'UPSTOX_WEBHOOK_URI'],
    (value) => (isWebAddress(value) ? value : null),
    'should be an http(s) address',
  );
  const configSource = source.value ?? 'ENV';
  const account = readAccount(given, DEFAULT_ACCOUNT.number, configSource);
  const further = furtherNumbers(given).map((number) => readAccount(given, number, configSource));
  const accounts = [account, ...further];
  const problems = [
    ...accounts.flatMap((reading) => reading.problems),
    ...misnumbered(given),
    ...sharedNumbers(accounts.flatMap(({ value }) => value ?? [])),
    ...source.problems,
    ...webhook.problems,
    ...problemsOf(settings.error),
  ];
  if (problems.length > 0 || account.value === null || settings.data === undefined) {
    throw new ConfigError(problems);
  }
  return {
    ...toSettings(settings.data),
    accountId: account.value.id,
    credentials: account.value.credentials,
    redirectUri: account.value.redirectUri,
    apis: account.value.apis,
    notifierWebhookUri: webhook.value,
    configSource,
    furtherAccounts: further.flatMap(({ value }) => value ?? []),
  };
};

const FURTHER =
  /^UPSTOX_(\d+)_(?=MOBILE_NUMBER$|PIN$|TOTP$|REDIRECT_URI$|CLIENT_ID_|CLIENT_SECRET_|API_NAME_)/;
const MAX_ACCOUNTS = 99;
const isFurther = (number: number): boolean => number >= 2 && number <= MAX_ACCOUNTS;

/** The k of every UPSTOX_k_… there is. */
const furtherNumbers = (env: Env): readonly number[] => {
  const numbers = Object.keys(env).flatMap((variable) => FURTHER.exec(variable)?.[1] ?? []);
  const written = numbers.filter((number) => !number.startsWith('0'));
  return [...new Set(written.map(Number))].filter(isFurther).sort((one, other) => one - other);
};

/** One account: UPSTOX_… is the first one, UPSTOX_k_… another. Problems name the variables in full. */
const readAccount = (env: Env, number: number, source: ConfigSource): Reading<DescribedAccount | null> => {
  const isDefault = number === DEFAULT_ACCOUNT.number;
  const own = isDefault ? env : withoutNumber(env, number);
  const credentials = z.object(CREDENTIALS).safeParse(own);
  const apis = readApis(own, source, credentials.data?.UPSTOX_REDIRECT_URI ?? '');
  const found = [...problemsOf(credentials.error), ...apis.problems];
  const fullName = (variable: string) =>
    isDefault ? variable : variable.replace(/^UPSTOX_/, `UPSTOX_${number}_`);
  const problems = found.map(({ variable, message }) => ({ variable: fullName(variable), message }));
  const given = credentials.data;
  const known =
    given === undefined
      ? null
      : toCredentials({
          mobileNumber: given.UPSTOX_MOBILE_NUMBER,
          pin: given.UPSTOX_PIN,
          totp: given.UPSTOX_TOTP,
        });
  if (given === undefined || known === null) return { value: null, problems };
  const value: DescribedAccount = {
    id: isDefault ? DEFAULT_ACCOUNT.id : accountIdOf(number),
    credentials: known,
    redirectUri: given.UPSTOX_REDIRECT_URI,
    apis: source === 'ENV' ? apis.value : [],
  };
  return { value, problems };
};

/** The variables of one further account under the names that the first one has. */
const withoutNumber = (env: Env, number: number): Env =>
  Object.fromEntries(
    Object.entries(env)
      .filter(([variable]) => FURTHER.exec(variable)?.[1] === String(number))
      .map(([variable, value]) => [variable.replace(/^UPSTOX_\d+_/, 'UPSTOX_'), value]),
  );

/** UPSTOX_1_… would be the first account once more, and UPSTOX_02_… a second spelling of UPSTOX_2_…. */
const misnumbered = (env: Env): ConfigProblem[] =>
  Object.keys(env)
    .filter((variable) => {
      const written = FURTHER.exec(variable)?.[1];
      return written !== undefined && (written.startsWith('0') || !isFurther(Number(written)));
    })
    .map((variable) => ({
      variable,
      message: `should have a number from 2 to ${MAX_ACCOUNTS} without zeros before it; the first account has none`,
    }));

/** Two accounts of one login would count its OTPs and PINs apart, and the broker counts them together. */
const sharedNumbers = (accounts: readonly DescribedAccount[]): ConfigProblem[] => {
  const numberOf = ({ credentials }: DescribedAccount) => credentials.mobileNumber.reveal();
  return accounts.flatMap((account, index) => {
    const first = accounts.slice(0, index).find((other) => numberOf(other) === numberOf(account));
    if (first === undefined) return [];
    const variable = `UPSTOX_${Number(account.id.replace(/\D/g, ''))}_MOBILE_NUMBER`;
    return [{ variable, message: `is the one of ${first.id}; each account is a login of its own` }];
  });
};

type ParsedSettings = z.infer<z.ZodObject<typeof SETTINGS>>;

const toSettings = (parsed: ParsedSettings): Settings => ({
  headless: parsed.UPSTOX_HEADLESS,
  apiBaseUrl: parsed.UPSTOX_API_BASE_URL,
  host: parsed.VEGA_HOST,
  port: parsed.VEGA_PORT,
  databasePath: parsed.VEGA_DB_PATH ?? null,
  databaseZone: parsed.VEGA_DB_ZONE,
  masterKeys: parsed.VEGA_MASTER_KEY ?? [],
  sealTokens: parsed.VEGA_SEAL_TOKENS,
  operatorKey: parsed.VEGA_OPERATOR_KEY ?? null,
  cooldownSeconds: parsed.VEGA_COOLDOWN_SECONDS,
  captchaWaitSeconds: parsed.VEGA_CAPTCHA_WAIT_SECONDS,
  otpSpacingSeconds: parsed.VEGA_OTP_SPACING_SECONDS,
  stepTimeoutSeconds: parsed.VEGA_STEP_TIMEOUT_SECONDS,
  profileTimeoutMs: parsed.VEGA_PROFILE_TIMEOUT_MS,
  allowedHosts: parsed.VEGA_ALLOWED_HOSTS,
  trustsProxy: parsed.VEGA_TRUST_PROXY,
  chromiumPath: parsed.VEGA_CHROMIUM_PATH ?? null,
  chromiumSandbox: parsed.VEGA_CHROMIUM_SANDBOX,
  logLevel: parsed.VEGA_LOG_LEVEL,
});

const problemsOf = (error: z.ZodError | undefined): ConfigProblem[] =>
  (error?.issues ?? []).map((issue) => ({ variable: issue.path.join('.'), message: issue.message }));

interface Reading<Value> {
  readonly value: Value;
  readonly problems: readonly ConfigProblem[];
}

/** ENV or DATABASE in any of its spellings; null for anything else. */
export const toConfigSource = (value: string): ConfigSource | null => {
  const known = value.trim().toUpperCase();
  if (known === 'ENV') return 'ENV';
  return known === 'DATABASE' || known === 'DB' ? 'DATABASE' : null;
};

/** Two names of one setting: either may be given, and both only when they say the same. */
const readAlias = <Value>(
  env: Env,
  names: readonly [string, string],
  parse: (value: string) => Value | null,
  shape: string,
): Reading<Value | null> => {
  const readings = names.flatMap((variable) => {
    const value = env[variable];
    return value === undefined ? [] : [{ variable, value: parse(value) }];
  });
  const problems = readings
    .filter(({ value }) => value === null)
    .map(({ variable }) => ({ variable, message: shape }));
  const [first, second] = readings;
  if (problems.length === 0 && first !== undefined && second !== undefined && first.value !== second.value) {
    problems.push({
      variable: names.join(' and '),
      message: 'are two names of one setting and differ; give only one',
    });
  }
  return { value: first?.value ?? null, problems };
};

const INDEXED = /^UPSTOX_(?:CLIENT_ID|CLIENT_SECRET|API_NAME)_(0|[1-9]\d*)$/;

/** The apps listed as UPSTOX_CLIENT_ID_n, UPSTOX_CLIENT_SECRET_n and optionally UPSTOX_API_NAME_n. */
const readApis = (env: Env, source: ConfigSource, redirectUri: string): Reading<readonly ApiConfig[]> => {
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
  const clientId = env[`UPSTOX_CLIENT_ID_${index}`]?.trim();
  const clientSecret = env[`UPSTOX_CLIENT_SECRET_${index}`]?.trim();
  const apiName = readApiName(env[`UPSTOX_API_NAME_${index}`], index);
  const problems = [
    ...missing(
      `UPSTOX_CLIENT_ID_${index}`,
      clientId,
      'the API key of an app; indexes run from 0 without a gap',
    ),
    ...missing(`UPSTOX_CLIENT_SECRET_${index}`, clientSecret, 'the API secret of the same app'),
    ...(apiName === null
      ? [{ variable: `UPSTOX_API_NAME_${index}`, message: `should be one of ${API_NAMES.join(', ')}` }]
      : []),
  ];
  if (clientId === undefined || clientSecret === undefined || apiName === null)
    return { value: null, problems };
  const api: ApiConfig = {
    apiIndex: index,
    apiName,
    clientId,
    clientSecret: new Secret(clientSecret),
    redirectUri,
    isPrimary: apiName === 'PRIMARY',
    enabled: true,
    source: 'ENV',
  };
  return { value: api, problems };
};

const readApiName = (given: string | undefined, index: number): ApiName | null => {
  const name = given?.trim().toUpperCase() ?? API_NAMES[index] ?? '';
  return isApiName(name) ? name : null;
};

const missing = (variable: string, value: string | undefined, shape: string): ConfigProblem[] =>
  value === undefined ? [{ variable, message: `is missing; it should be ${shape}` }] : [];
