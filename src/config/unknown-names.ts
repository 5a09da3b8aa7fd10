import { closest, distance } from 'fastest-levenshtein';
import type { ConfigProblem, Env } from './reading.ts';

/** Those that each account has: of further ones the number stands behind the first word. `n` is the index of an app. */
const OF_ACCOUNTS = [
  ...['UPSTOX_MOBILE_NUMBER', 'UPSTOX_PIN', 'UPSTOX_TOTP', 'UPSTOX_TOTP_COMMAND', 'UPSTOX_REDIRECT_URI'],
  ...['UPSTOX_CLIENT_ID_n', 'UPSTOX_CLIENT_SECRET_n', 'UPSTOX_API_NAME_n'],
];
const OTHERS = [
  ...['UPSTOX_NOTIFIER_WEBHOOK_URI', 'UPSTOX_WEBHOOK_URI', 'UPSTOX_HEADLESS', 'UPSTOX_API_BASE_URL'],
  ...['LOGIN_CONFIG_SOURCE', 'UPSTOX_CONFIG_SOURCE'],
  ...['VEGA_HOST', 'VEGA_PORT', 'VEGA_PUBLIC_URL', 'VEGA_TRUST_PROXY', 'VEGA_ALLOWED_HOSTS'],
  ...['VEGA_DB_PATH', 'VEGA_DB_ZONE', 'VEGA_DATABASE_URL', 'VEGA_MASTER_KEY', 'VEGA_SEAL_TOKENS'],
  ...['VEGA_OPERATOR_KEY', 'VEGA_LOG_LEVEL', 'VEGA_ALERT_HOSTS', 'VEGA_STATIC_ADDRESSES', 'VEGA_EGRESS'],
  ...['VEGA_COOLDOWN_SECONDS', 'VEGA_OTP_SPACING_SECONDS', 'VEGA_LOGIN_RATE_SECONDS'],
  ...['VEGA_CAPTCHA_WAIT_SECONDS', 'VEGA_STEP_TIMEOUT_SECONDS', 'VEGA_PROFILE_TIMEOUT_MS'],
  ...['VEGA_CHROMIUM_PATH', 'VEGA_CHROMIUM_SANDBOX', 'VEGA_PROBES', 'VEGA_CANARY'],
  ...['VEGA_REFRESH_EXTENDED_TOKEN', 'VEGA_WORKER_CONCURRENCY'],
];

/** So many letters may be wrong, missing or too many. */
const LIKE = 3;

/**
 * Given variables that look like settings and are none. Others use UPSTOX_ as well, so such a name counts only where it is
 * like one of ours.
 */
export const unknownSettings = (env: Env): readonly ConfigProblem[] =>
  Object.keys(env).flatMap((variable) => {
    const [, system] = /^(VEGA|UPSTOX|LOGIN_CONFIG)_/.exec(variable.toUpperCase()) ?? [];
    if (system === undefined || (env[variable] ?? '').trim() === '' || isSetting(variable)) return [];
    const name = withoutNumbers(variable.toUpperCase());
    const like = closest(name, [...OF_ACCOUNTS, ...OTHERS]);
    const meant = distance(name, like) <= LIKE ? variableLike(like, variable) : null;
    if (meant === null && system !== 'VEGA') return [];
    const advice = meant === null ? '' : `; did you mean ${meant}?`;
    return [{ variable, message: `is no setting, and nothing reads it${advice}` }];
  });

const isSetting = (variable: string): boolean =>
  OTHERS.includes(variable) || OF_ACCOUNTS.includes(withoutNumbers(variable));

const withoutNumbers = (variable: string): string =>
  variable.replace(/^(UPSTOX_)\d+_/, '$1').replace(/_\d+$/, '_n');

/** With the numbers of the variable. */
const variableLike = (setting: string, variable: string): string => {
  const ofAccount = OF_ACCOUNTS.includes(setting) ? /^UPSTOX_(\d+_)/i.exec(variable) : null;
  const account = ofAccount?.[1] ?? '';
  const index = /_(\d+)$/.exec(variable)?.[1] ?? '0';
  return setting.replace(/^UPSTOX_/, `UPSTOX_${account}`).replace(/_n$/, `_${index}`);
};
