import type { Env } from './reading.ts';

/** A setting as others may see it. */
export interface DescribedSetting {
  readonly name: string;
  readonly isSet: boolean;
  /** Null where it may not be shown, or is not written as it should be. */
  readonly value: string | null;
}

const FLAG = /^(true|false|on|off|1|0)$/i;
const NUMBER = /^\d{1,6}$/;

/** The only settings whose values are shown, and only where they look as they should: a secret may be in the wrong place. */
const SHOWN: Readonly<Record<string, RegExp>> = {
  UPSTOX_HEADLESS: FLAG,
  LOGIN_CONFIG_SOURCE: /^(env|db|database)$/i,
  UPSTOX_CONFIG_SOURCE: /^(env|db|database)$/i,
  VEGA_PORT: NUMBER,
  VEGA_DB_ZONE: /^[A-Z][a-z]+(\/[A-Z][a-z_]+){0,2}$/,
  VEGA_SEAL_TOKENS: FLAG,
  VEGA_COOLDOWN_SECONDS: NUMBER,
  VEGA_CAPTCHA_WAIT_SECONDS: NUMBER,
  VEGA_OTP_SPACING_SECONDS: NUMBER,
  VEGA_LOGIN_RATE_SECONDS: NUMBER,
  VEGA_STEP_TIMEOUT_SECONDS: NUMBER,
  VEGA_PROFILE_TIMEOUT_MS: NUMBER,
  VEGA_TRUST_PROXY: FLAG,
  VEGA_CHROMIUM_SANDBOX: FLAG,
  VEGA_PROBES: FLAG,
  VEGA_REFRESH_EXTENDED_TOKEN: FLAG,
  VEGA_CANARY: /^(on|off)$/i,
  VEGA_LOG_LEVEL: /^(fatal|error|warn|info|debug|trace|silent)$/i,
};

const API_NAME = /^UPSTOX_(\d+_)?API_NAME_\d+$/;
const API_NAMES = /^(PRIMARY|WEBSOCKET[1-3]|OPTIONCHAIN[12])$/;
const ACCOUNT_ID = /^UPSTOX_\d+$/i;
const OURS = /^(?:(?:UPSTOX|VEGA|LOGIN_CONFIG)_[A-Z0-9_]{1,60}|(?:HTTPS?|NO)_PROXY|NODE_EXTRA_CA_CERTS)$/i;

/** Every setting that is given, and those whose values may be shown where they are not. */
export const describeSettings = (env: Env): readonly DescribedSetting[] => {
  const given = Object.keys(env).filter((name) => OURS.test(name) && isGiven(env[name]));
  return [...new Set([...Object.keys(SHOWN), ...given])]
    .sort()
    .map((name) => ({ name, isSet: isGiven(env[name]), value: shownOf(name, env[name]?.trim() ?? '') }));
};

/** Values that must not stand in any text: those of all settings that are not shown, and what lies in addresses. */
export const hiddenValues = (env: Env): readonly string[] => {
  const hidden = Object.keys(env)
    .filter((name) => OURS.test(name) && !(name in SHOWN) && !API_NAME.test(name))
    .flatMap((name) => {
      const parts = partsOf(env[name]?.trim() ?? '');
      // It names accounts as well, which every part of a report does.
      return name === 'VEGA_STATIC_ADDRESSES' ? parts.filter((part) => !ACCOUNT_ID.test(part)) : parts;
    });
  return [...new Set(hidden)]
    .filter((text) => text.length >= SHORTEST)
    .sort((one, other) => other.length - one.length);
};

/** What is shorter is no secret, and would be found in any text. */
const SHORTEST = 5;

const partsOf = (value: string): readonly string[] => {
  const listed = value.split(/[,\s+=;"[\]]+/);
  return [value, ...listed, ...[value, ...listed].flatMap(ofAddress)];
};

/** User, password and parameters of an address, such as of a proxy or of an `otpauth:` secret, as written and as read. */
const ofAddress = (value: string): readonly string[] => {
  const address = value.includes('://') ? value : `http://${value}`;
  if (!URL.canParse(address)) return [];
  const { username, password, searchParams } = new URL(address);
  const written = [username, password, ...searchParams.values()];
  return [...written, ...written.map(decoded)];
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const isGiven = (value: string | undefined): boolean => value !== undefined && value.trim() !== '';

const shownOf = (name: string, value: string): string | null => {
  const shape = API_NAME.test(name) ? API_NAMES : SHOWN[name];
  return shape?.test(value) === true ? value : null;
};
