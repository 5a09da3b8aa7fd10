import { z } from 'zod';
import type { ConfigSource } from '../domain/account/api-config.ts';
import { isLoopback, readHostName } from '../domain/net/host-name.ts';
import { isWebAddress } from '../domain/net/web-address.ts';
import { Secret } from '../domain/secret.ts';
import { IST, isZone } from '../domain/wall-time.ts';
import { type Env, problemsOf, type Reading, text } from './reading.ts';
import { readStaticAddresses } from './static-addresses.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

type Range = readonly [low: number, high: number];

const wholeNumber = (variable: string, shape: string, [low, high]: Range, fallback: number) => {
  const isInRange = (value: string) => /^\d+$/.test(value) && Number(value) >= low && Number(value) <= high;
  return text(shape, isInRange).transform(Number).prefault(String(fallback)).meta({ variable });
};

const seconds = (variable: string, low: number, high: number, fallback: number) =>
  wholeNumber(variable, `whole seconds from ${low} to ${high}`, [low, high], fallback);

const choice = (variable: string, shape: string, [yes, no]: readonly [RegExp, RegExp], fallback: string) =>
  text(shape, (value) => yes.test(value) || no.test(value))
    .transform((value) => yes.test(value))
    .prefault(fallback)
    .meta({ variable });

const flag = (variable: string, fallback: 'true' | 'false') =>
  choice(variable, 'true or false', [/^(true|1)$/i, /^(false|0)$/i], fallback);

const optionalText = (variable: string, shape: string) =>
  text(shape).nullable().default(null).meta({ variable });

/** Any spelling of a loopback address, and nothing else; the server answers to what it may listen on. */
const isLoopbackHost = (value: string): boolean => isLoopback(readHostName(value) ?? '');

/** Null for a name that no request could match. */
const readHosts = (value: string): readonly (string | null)[] =>
  value
    .split(',')
    .map((host) => host.trim())
    .filter((host) => host !== '')
    .map((host) => (host.includes('*') ? null : readHostName(host)));

/** Secrets travel to this address, so plain HTTP is for this machine only. */
const isSafeBase = (value: string): boolean =>
  isWebAddress(value) && (new URL(value).protocol === 'https:' || isLoopbackHost(new URL(value).hostname));

/** An address of a server as a whole. */
const isOrigin = (value: string): boolean =>
  isWebAddress(value) && new URL(value).href === `${new URL(value).origin}/`;

const isPostgresUrl = (value: string): boolean =>
  URL.canParse(value) && /^postgres(?:ql)?:$/.test(new URL(value).protocol);

/** Each setting names its variable, and says in words what it should be. */
const SETTINGS = z.object({
  headless: flag('UPSTOX_HEADLESS', 'true'),
  apiBaseUrl: text('an https address (http only on this machine)', isSafeBase)
    .transform((value) => value.replace(/\/+$/, ''))
    .prefault('https://api.upstox.com')
    .meta({ variable: 'UPSTOX_API_BASE_URL' }),
  host: text('a loopback address such as 127.0.0.1', isLoopbackHost)
    .transform((value) => (readHostName(value) ?? '').replace(/^\[|\]$/g, ''))
    .prefault('127.0.0.1')
    .meta({ variable: 'VEGA_HOST' }),
  port: wholeNumber('VEGA_PORT', 'a port from 0 (any free one) to 65535', [0, 65_535], 28_020),
  databasePath: optionalText('VEGA_DB_PATH', 'the path of the SQLite file'),
  /** PostgreSQL in place of the file; null for the file. */
  databaseUrl: text('postgres://user:password@host:5432/database', isPostgresUrl)
    .transform((value) => new Secret(value))
    .nullable()
    .default(null)
    .meta({ variable: 'VEGA_DATABASE_URL' }),
  /** Names the address through which this machine reaches the broker; null where all machines share one. */
  egress: optionalText('VEGA_EGRESS', 'a name for the address through which this machine reaches the broker'),
  workerConcurrency: wholeNumber('VEGA_WORKER_CONCURRENCY', 'a number from 1 to 20', [1, 20], 3),
  databaseZone: text('an IANA time zone such as Asia/Kolkata', isZone)
    .prefault(IST)
    .meta({ variable: 'VEGA_DB_ZONE' }),
  /** The first seals, the others only open; empty when the key file is used. */
  masterKeys: text('one or more keys of at least 32 characters, separated by commas', (value) =>
    value.split(',').every((key) => key.trim().length >= 32),
  )
    .transform((value) => value.split(',').map((key) => new Secret(key.trim())))
    .default([])
    .meta({ variable: 'VEGA_MASTER_KEY' }),
  /** Tokens are stored sealed, so no other program can read them. */
  sealTokens: flag('VEGA_SEAL_TOKENS', 'false'),
  refreshesExtended: flag('VEGA_REFRESH_EXTENDED_TOKEN', 'false'),
  operatorKey: text('a key of at least 8 characters without blanks', (value) => /^\S{8,}$/.test(value))
    .transform((value) => new Secret(value))
    .nullable()
    .default(null)
    .meta({ variable: 'VEGA_OPERATOR_KEY' }),
  cooldownSeconds: seconds('VEGA_COOLDOWN_SECONDS', 1, 86_400, 660),
  captchaWaitSeconds: seconds('VEGA_CAPTCHA_WAIT_SECONDS', 0, 3600, 300),
  otpSpacingSeconds: seconds('VEGA_OTP_SPACING_SECONDS', 0, 3600, 165),
  loginRateSeconds: seconds('VEGA_LOGIN_RATE_SECONDS', 0, 3600, 10),
  /** The login dialog is looked at before scheduled starts. */
  canary: choice('VEGA_CANARY', 'on or off', [/^on$/i, /^off$/i], 'on'),
  stepTimeoutSeconds: seconds('VEGA_STEP_TIMEOUT_SECONDS', 1, 600, 60),
  profileTimeoutMs: wholeNumber(
    'VEGA_PROFILE_TIMEOUT_MS',
    'milliseconds from 100 to 60000',
    [100, 60_000],
    3000,
  ),
  allowedHosts: text(
    'host names separated by commas, without ports, paths and wildcards',
    (value) => !readHosts(value).includes(null),
  )
    .transform((value) => readHosts(value).filter((host) => host !== null))
    .prefault('')
    .meta({ variable: 'VEGA_ALLOWED_HOSTS' }),
  /** Where people reach this server, for the links in alerts; null for where it listens. */
  publicUrl: text('an http(s) address without a path', isOrigin)
    .transform((value) => value.replace(/\/+$/, ''))
    .nullable()
    .default(null)
    .meta({ variable: 'VEGA_PUBLIC_URL' }),
  /** Hosts of this machine's own network that alerts may be sent to. */
  alertHosts: text(
    'host names separated by commas, without ports, paths and wildcards',
    (value) => !readHosts(value).includes(null),
  )
    .transform((value) => readHosts(value).filter((host) => host !== null))
    .prefault('')
    .meta({ variable: 'VEGA_ALERT_HOSTS' }),
  /** Under which addresses the accounts are registered at the broker, as the operator knows it. */
  staticAddresses: text(
    'accounts with their addresses, such as UPSTOX_01=203.0.113.7+203.0.113.8,UPSTOX_02=203.0.113.9',
    (value) => readStaticAddresses(value) !== null,
  )
    .transform((value) => readStaticAddresses(value) ?? [])
    .prefault('')
    .meta({ variable: 'VEGA_STATIC_ADDRESSES' }),
  /** A reverse proxy on this machine says for whom it speaks. */
  trustsProxy: flag('VEGA_TRUST_PROXY', 'false'),
  chromiumPath: optionalText('VEGA_CHROMIUM_PATH', 'the path of a Chromium'),
  chromiumSandbox: choice('VEGA_CHROMIUM_SANDBOX', 'on or off', [/^on$/i, /^off$/i], 'on'),
  /** The broker may be asked whether each token can do its work. */
  probes: flag('VEGA_PROBES', 'false'),
  logLevel: z
    .string()
    .trim()
    .toLowerCase()
    .pipe(z.enum(LOG_LEVELS, { error: `should be one of ${LOG_LEVELS.join(', ')}` }))
    .prefault('info')
    .meta({ variable: 'VEGA_LOG_LEVEL' }),
});

export type Settings = Readonly<z.infer<typeof SETTINGS>>;

const VARIABLES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(SETTINGS.shape).map(([name, schema]) => [name, String(schema.meta()?.variable)]),
);

export const readSettings = (env: Env): Reading<Settings | null> => {
  const given = Object.entries(VARIABLES).map(([name, variable]) => [name, env[variable]]);
  const { data = null, error } = SETTINGS.safeParse(Object.fromEntries(given));
  return { value: data, problems: problemsOf(error, (name) => VARIABLES[name] ?? name) };
};

/** ENV or DATABASE in any of its spellings; null for anything else. */
export const toConfigSource = (value: string): ConfigSource | null => {
  const name = value.trim().toUpperCase();
  if (name === 'ENV') return 'ENV';
  return name === 'DATABASE' || name === 'DB' ? 'DATABASE' : null;
};

export const readConfigSource = (env: Env): Reading<ConfigSource | null> =>
  readAlias(env, ['LOGIN_CONFIG_SOURCE', 'UPSTOX_CONFIG_SOURCE'], toConfigSource, 'ENV or DATABASE');

export const readWebhook = (env: Env): Reading<string | null> =>
  readAlias(
    env,
    ['UPSTOX_NOTIFIER_WEBHOOK_URI', 'UPSTOX_WEBHOOK_URI'],
    (value) => (isWebAddress(value) ? value : null),
    'an http(s) address',
  );

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
    .map(({ variable }) => ({ variable, message: `should be ${shape}` }));
  const [first, second] = readings;
  if (problems.length === 0 && first !== undefined && second !== undefined && first.value !== second.value) {
    problems.push({
      variable: names.join(' and '),
      message: 'are two names of one setting and differ; give only one',
    });
  }
  return { value: first?.value ?? null, problems };
};
