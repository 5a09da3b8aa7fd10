import { closest, distance } from 'fastest-levenshtein';
import type { ConfigProblem, Env } from './reading.ts';

/** As the documents write them: `n` is the index of an app. Further accounts have their number behind the first word. */
const SETTINGS = [
  ...['UPSTOX_MOBILE_NUMBER', 'UPSTOX_PIN', 'UPSTOX_TOTP', 'UPSTOX_TOTP_COMMAND', 'UPSTOX_REDIRECT_URI'],
  ...['UPSTOX_CLIENT_ID_n', 'UPSTOX_CLIENT_SECRET_n', 'UPSTOX_API_NAME_n'],
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
    const isGiven = (env[variable] ?? '').trim() !== '';
    const name = variable.replace(/^(UPSTOX_)\d+_/, '$1').replace(/_\d+$/, '_n');
    if (!isGiven || !/^(?:VEGA|UPSTOX|LOGIN_CONFIG)_/i.test(variable) || SETTINGS.includes(name)) return [];
    const like = closest(name.toUpperCase().replace(/_N$/, '_n'), SETTINGS);
    const isLike = distance(name, like) <= LIKE || name.toUpperCase() === like;
    const meant = isLike ? variableLike(like, variable) : null;
    if (meant === null && !/^VEGA_/i.test(variable)) return [];
    const advice = meant === null ? '' : `; did you mean ${meant}?`;
    return [{ variable, message: `is no setting, and nothing reads it${advice}` }];
  });

/** With the numbers of the variable. */
const variableLike = (setting: string, variable: string): string => {
  const account = /^UPSTOX_(\d+_)/i.exec(variable)?.[1] ?? '';
  const index = /_(\d+)$/.exec(variable)?.[1] ?? '0';
  return setting.replace(/^UPSTOX_/, `UPSTOX_${account}`).replace(/_n$/, `_${index}`);
};
