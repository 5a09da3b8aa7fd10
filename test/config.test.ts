import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ConfigError, type ConfigProblem, type Env, readConfig } from '../src/config.ts';
import { isTotpCommand, type TotpSource } from '../src/domain/account/totp-command.ts';
import type { TotpSecret } from '../src/domain/account/totp-secret.ts';

const API_NAMES = ['PRIMARY', 'WEBSOCKET1', 'WEBSOCKET2', 'WEBSOCKET3', 'OPTIONCHAIN1', 'OPTIONCHAIN2'];

/** The least that a start needs: one account and one app. */
const LEAST: Env = {
  UPSTOX_MOBILE_NUMBER: '9876543210',
  UPSTOX_PIN: '135790',
  UPSTOX_TOTP: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  UPSTOX_REDIRECT_URI: 'http://localhost:28020/api/v1/auth/upstox/callback',
  UPSTOX_CLIENT_ID_0: 'client-0',
  UPSTOX_CLIENT_SECRET_0: 'secret-0',
};

const app = (index: number): Env => ({
  [`UPSTOX_CLIENT_ID_${index}`]: `client-${index}`,
  [`UPSTOX_CLIENT_SECRET_${index}`]: `secret-${index}`,
});

const mistakesOf = (env: Env): ConfigError => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The environment was accepted.');
};

const problems = (env: Env): readonly ConfigProblem[] => mistakesOf(env).problems;

test('the least environment gives the whole configuration, with every default', () => {
  expect(readConfig(LEAST)).toMatchInlineSnapshot(`
    {
      "accountId": "UPSTOX_01",
      "alertHosts": [],
      "allowedHosts": [],
      "apiBaseUrl": "https://api.upstox.com",
      "apis": [
        {
          "apiIndex": 0,
          "apiName": "PRIMARY",
          "clientId": "client-0",
          "clientSecret": "[secret]",
          "enabled": true,
          "isPrimary": true,
          "redirectUri": "http://localhost:28020/api/v1/auth/upstox/callback",
          "source": "ENV",
        },
      ],
      "canary": true,
      "captchaWaitSeconds": 300,
      "chromiumPath": null,
      "chromiumSandbox": true,
      "configSource": "ENV",
      "cooldownSeconds": 660,
      "credentials": {
        "mobileNumber": "[secret]",
        "pin": "[secret]",
        "totp": {
          "algorithm": "sha1",
          "digits": 6,
          "periodSeconds": 30,
          "secret": "[secret]",
        },
      },
      "databasePath": null,
      "databaseUrl": null,
      "databaseZone": "Asia/Kolkata",
      "egress": null,
      "furtherAccounts": [],
      "headless": true,
      "host": "127.0.0.1",
      "logLevel": "info",
      "loginRateSeconds": 10,
      "masterKeys": [],
      "notifierWebhookUri": null,
      "operatorKey": null,
      "otpSpacingSeconds": 165,
      "port": 28020,
      "probes": false,
      "profileTimeoutMs": 3000,
      "proxy": null,
      "publicUrl": null,
      "redirectUri": "http://localhost:28020/api/v1/auth/upstox/callback",
      "refreshesExtended": false,
      "sealTokens": false,
      "staticAddresses": [],
      "stepTimeoutSeconds": 60,
      "trustsProxy": false,
      "unknown": [],
      "workerConcurrency": 3,
    }
  `);
});

const secretIn = (source: TotpSource): TotpSecret =>
  isTotpCommand(source) ? expect.fail('there is no secret') : source;

test('secrets are what was given', () => {
  const { credentials, apis } = readConfig(LEAST);
  expect([
    credentials.mobileNumber.reveal(),
    credentials.pin.reveal(),
    secretIn(credentials.totp).secret.reveal(),
    apis[0]?.clientSecret.reveal(),
  ]).toEqual(['9876543210', '135790', 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', 'secret-0']);
});

test('printed in any way, a configuration shows no secret', () => {
  const config = readConfig({
    ...LEAST,
    VEGA_MASTER_KEY: 'the-master-key-of-this-whole-desk',
    VEGA_OPERATOR_KEY: 'operator-key-of-the-desk',
  });
  const printed = [
    JSON.stringify(config),
    inspect(config, { depth: 9, showHidden: true, getters: true }),
    inspect(config, { depth: 9, customInspect: false }),
  ].join('\n');
  for (const secret of ['9876543210', '135790', 'JBSWY3DP', 'secret-0', 'master-key-of', 'operator-key-of']) {
    expect(printed).not.toContain(secret);
  }
});

test('every setting can be given', () => {
  const {
    credentials: _credentials,
    apis: _apis,
    ...settings
  } = readConfig({
    ...LEAST,
    UPSTOX_HEADLESS: 'FALSE',
    UPSTOX_API_BASE_URL: 'http://127.0.0.1:4100//',
    UPSTOX_NOTIFIER_WEBHOOK_URI: 'https://desk.example/hook',
    VEGA_HOST: '[::1]',
    VEGA_PORT: '0',
    VEGA_DB_PATH: ' database/tokens.db ',
    VEGA_DB_ZONE: 'Europe/Berlin',
    VEGA_MASTER_KEY: 'the-new-master-key-of-this-desk!, the-old-master-key-of-this-desk!',
    VEGA_OPERATOR_KEY: 'operator-key',
    VEGA_OTP_SPACING_SECONDS: '0',
    VEGA_STEP_TIMEOUT_SECONDS: '600',
    VEGA_PROFILE_TIMEOUT_MS: '100',
    VEGA_ALLOWED_HOSTS: ' Desk.Example , , vega.local',
    VEGA_PUBLIC_URL: 'https://desk.example/',
    VEGA_ALERT_HOSTS: 'relay.local',
    VEGA_STATIC_ADDRESSES: 'UPSTOX_01=203.0.113.7',
    VEGA_TRUST_PROXY: '1',
    VEGA_CHROMIUM_PATH: '/opt/chromium',
    VEGA_PROBES: '1',
    VEGA_LOG_LEVEL: 'debug',
    UPSTOX_UNHEARD_OF: 'ignored',
  });
  expect(settings).toMatchInlineSnapshot(`
    {
      "accountId": "UPSTOX_01",
      "alertHosts": [
        "relay.local",
      ],
      "allowedHosts": [
        "desk.example",
        "vega.local",
      ],
      "apiBaseUrl": "http://127.0.0.1:4100",
      "canary": true,
      "captchaWaitSeconds": 300,
      "chromiumPath": "/opt/chromium",
      "chromiumSandbox": true,
      "configSource": "ENV",
      "cooldownSeconds": 660,
      "databasePath": "database/tokens.db",
      "databaseUrl": null,
      "databaseZone": "Europe/Berlin",
      "egress": null,
      "furtherAccounts": [],
      "headless": false,
      "host": "::1",
      "logLevel": "debug",
      "loginRateSeconds": 10,
      "masterKeys": [
        "[secret]",
        "[secret]",
      ],
      "notifierWebhookUri": "https://desk.example/hook",
      "operatorKey": "[secret]",
      "otpSpacingSeconds": 0,
      "port": 0,
      "probes": true,
      "profileTimeoutMs": 100,
      "proxy": null,
      "publicUrl": "https://desk.example",
      "redirectUri": "http://localhost:28020/api/v1/auth/upstox/callback",
      "refreshesExtended": false,
      "sealTokens": false,
      "staticAddresses": [
        {
          "accountId": "UPSTOX_01",
          "addresses": [
            "203.0.113.7",
          ],
        },
      ],
      "stepTimeoutSeconds": 600,
      "trustsProxy": true,
      "unknown": [],
      "workerConcurrency": 3,
    }
  `);
});

test('every mistake is reported at once, with the name and the shape', () => {
  const env = {
    UPSTOX_PIN: '12345',
    UPSTOX_TOTP: 'not base32!',
    UPSTOX_REDIRECT_URI: 'ftp://callback',
    UPSTOX_CLIENT_ID_0: 'client-0',
    UPSTOX_CLIENT_SECRET_2: 'secret-2',
    UPSTOX_API_NAME_2: 'WEBSOCKET9',
    UPSTOX_CLIENT_ID_6: 'client-6',
    LOGIN_CONFIG_SOURCE: 'FILE',
    UPSTOX_WEBHOOK_URI: 'webhook',
    UPSTOX_HEADLESS: 'maybe',
    UPSTOX_API_BASE_URL: 'http://api.upstox.com',
    VEGA_HOST: '0.0.0.0',
    VEGA_PORT: '65536',
    VEGA_DB_ZONE: 'Asia/Bombay2',
    VEGA_MASTER_KEY: 'the-new-master-key-of-this-desk!,short',
    VEGA_OPERATOR_KEY: 'short',
    VEGA_OTP_SPACING_SECONDS: '-1',
    VEGA_STEP_TIMEOUT_SECONDS: '1.5',
    VEGA_PROFILE_TIMEOUT_MS: '99',
    VEGA_LOG_LEVEL: 'loud',
  };
  expect(mistakesOf(env).message).toMatchInlineSnapshot(`
    "The configuration has 23 mistakes:
      UPSTOX_MOBILE_NUMBER: is missing; it should be a ten-digit Indian mobile number that starts with 6 to 9
      UPSTOX_PIN: should be the six-digit PIN
      UPSTOX_TOTP: should be the base32 TOTP secret (letters A-Z and digits 2-7, 16 or more) or an otpauth://totp link
      UPSTOX_REDIRECT_URI: should be the http(s) address registered at the broker
      UPSTOX_CLIENT_SECRET_0: is missing; it should be the API secret of the same app
      UPSTOX_CLIENT_ID_1: is missing; it should be the API key of an app; indexes run from 0 without a gap
      UPSTOX_CLIENT_SECRET_1: is missing; it should be the API secret of the same app
      UPSTOX_CLIENT_ID_2: is missing; it should be the API key of an app; indexes run from 0 without a gap
      UPSTOX_API_NAME_2: should be one of PRIMARY, WEBSOCKET1, WEBSOCKET2, WEBSOCKET3, OPTIONCHAIN1, OPTIONCHAIN2
      UPSTOX_CLIENT_ID_6: is one too many; an account has at most six API apps, with indexes 0 to 5
      LOGIN_CONFIG_SOURCE: should be ENV or DATABASE
      UPSTOX_WEBHOOK_URI: should be an http(s) address
      UPSTOX_HEADLESS: should be true or false
      UPSTOX_API_BASE_URL: should be an https address (http only on this machine)
      VEGA_HOST: should be a loopback address such as 127.0.0.1
      VEGA_PORT: should be a port from 0 (any free one) to 65535
      VEGA_DB_ZONE: should be an IANA time zone such as Asia/Kolkata
      VEGA_MASTER_KEY: should be one or more keys of at least 32 characters, separated by commas
      VEGA_OPERATOR_KEY: should be a key of at least 8 characters without blanks
      VEGA_OTP_SPACING_SECONDS: should be whole seconds from 0 to 3600
      VEGA_STEP_TIMEOUT_SECONDS: should be whole seconds from 1 to 600
      VEGA_PROFILE_TIMEOUT_MS: should be milliseconds from 100 to 60000
      VEGA_LOG_LEVEL: should be one of fatal, error, warn, info, debug, trace, silent"
  `);
});

const SECOND_LEAST = {
  UPSTOX_2_MOBILE_NUMBER: '8765409876',
  UPSTOX_2_PIN: '482615',
  UPSTOX_2_TOTP: 'SECONDVEGASECONDVEGASECONDVEGASE',
  UPSTOX_2_REDIRECT_URI: 'http://localhost:28020/second',
  UPSTOX_2_CLIENT_ID_0: 'second-client',
  UPSTOX_2_CLIENT_SECRET_0: 'second-secret',
};

test('a further account is described by variables of its own', () => {
  const { furtherAccounts, apis } = readConfig({ ...LEAST, ...SECOND_LEAST });
  expect(furtherAccounts.map(({ id, redirectUri }) => [id, redirectUri])).toEqual([
    ['UPSTOX_02', 'http://localhost:28020/second'],
  ]);
  expect(furtherAccounts[0]?.apis.map(({ apiName, clientId }) => [apiName, clientId])).toEqual([
    ['PRIMARY', 'second-client'],
  ]);
  expect(apis.map(({ clientId }) => clientId)).not.toContain('second-client');
});

test('the mistakes of a further account are told under its own names, together with all others', () => {
  const env = {
    ...LEAST,
    ...SECOND_LEAST,
    UPSTOX_PIN: 'abc',
    UPSTOX_2_PIN: '1',
    UPSTOX_2_CLIENT_SECRET_0: '',
    UPSTOX_3_MOBILE_NUMBER: SECOND_LEAST.UPSTOX_2_MOBILE_NUMBER,
    UPSTOX_3_PIN: '482615',
    UPSTOX_3_TOTP: SECOND_LEAST.UPSTOX_2_TOTP,
    UPSTOX_04_PIN: '482615',
    UPSTOX_1_PIN: '482615',
    UPSTOX_100_PIN: '482615',
  };
  expect(mistakesOf(env).message).toMatchInlineSnapshot(`
    "The configuration has 9 mistakes:
      UPSTOX_PIN: should be the six-digit PIN
      UPSTOX_2_PIN: should be the six-digit PIN
      UPSTOX_2_CLIENT_SECRET_0: is missing; it should be the API secret of the same app
      UPSTOX_3_REDIRECT_URI: is missing; it should be the http(s) address registered at the broker
      UPSTOX_3_CLIENT_ID_0: is missing; it should be the API key of an app; indexes run from 0 without a gap
      UPSTOX_3_CLIENT_SECRET_0: is missing; it should be the API secret of the same app
      UPSTOX_04_PIN: should have a number from 2 to 99 without zeros before it; the first account has none
      UPSTOX_1_PIN: should have a number from 2 to 99 without zeros before it; the first account has none
      UPSTOX_100_PIN: should have a number from 2 to 99 without zeros before it; the first account has none"
  `);
});

test('one login cannot be described twice', () => {
  const env = { ...LEAST, ...SECOND_LEAST, UPSTOX_2_MOBILE_NUMBER: LEAST.UPSTOX_MOBILE_NUMBER };
  expect(mistakesOf(env).problems).toEqual([
    {
      variable: 'UPSTOX_2_MOBILE_NUMBER',
      message: 'is the one of UPSTOX_01; each account is a login of its own',
    },
  ]);
});

test('a value that a container hands on with its quotes is named before anything is submitted', () => {
  const quoted = { UPSTOX_CLIENT_SECRET_0: '"app1secret"', UPSTOX_PIN: "'123456'", VEGA_DB_PATH: '`a.db`' };
  const spaced = { UPSTOX_CLIENT_ID_0: 'client 0' };
  expect(problems({ ...LEAST, ...quoted, ...spaced })).toEqual(
    expect.arrayContaining([
      ...Object.keys(quoted).map((variable) => ({
        variable,
        message: 'has quotes around it, which are part of the value here; write it without them',
      })),
      {
        variable: 'UPSTOX_CLIENT_ID_0',
        message: 'should be 1 to 255 characters without blanks and without quotes around them',
      },
    ]),
  );
  expect(readConfig({ ...LEAST, UPSTOX_CLIENT_SECRET_0: 'it"s' }).apis).toHaveLength(1);
});

test('no mistake quotes a value', () => {
  const names = [
    ...Object.keys(LEAST),
    ...['UPSTOX_API_NAME_0', 'UPSTOX_CLIENT_SECRET_7', 'LOGIN_CONFIG_SOURCE', 'UPSTOX_CONFIG_SOURCE'],
    ...['UPSTOX_NOTIFIER_WEBHOOK_URI', 'UPSTOX_WEBHOOK_URI', 'UPSTOX_HEADLESS', 'UPSTOX_API_BASE_URL'],
    ...[
      'VEGA_HOST',
      'VEGA_PORT',
      'VEGA_DB_ZONE',
      'VEGA_MASTER_KEY',
      'VEGA_OPERATOR_KEY',
      'VEGA_OTP_SPACING_SECONDS',
      'VEGA_LOGIN_RATE_SECONDS',
    ],
    ...['VEGA_STEP_TIMEOUT_SECONDS', 'VEGA_PROFILE_TIMEOUT_MS', 'VEGA_LOG_LEVEL'],
  ];
  const canaries = Object.fromEntries(names.map((name, index) => [name, `ca nary-${index}`]));
  const error = mistakesOf(canaries);
  const printed = [String(error), error.stack, inspect(error, { depth: 9 }), JSON.stringify(error.problems)];
  expect(printed.join('\n')).not.toMatch(/ca nary/i);
  const reported = error.problems.map(({ variable }) => variable);
  expect(reported).toEqual(expect.arrayContaining(names));
});

test('an empty environment is missing what a start needs, and nothing else', () => {
  expect(problems({})).toMatchInlineSnapshot(`
    [
      {
        "message": "is missing; it should be a ten-digit Indian mobile number that starts with 6 to 9",
        "variable": "UPSTOX_MOBILE_NUMBER",
      },
      {
        "message": "is missing; it should be the six-digit PIN",
        "variable": "UPSTOX_PIN",
      },
      {
        "message": "is missing; it should be the base32 TOTP secret (letters A-Z and digits 2-7, 16 or more) or an otpauth://totp link",
        "variable": "UPSTOX_TOTP",
      },
      {
        "message": "is missing; it should be the http(s) address registered at the broker",
        "variable": "UPSTOX_REDIRECT_URI",
      },
      {
        "message": "is missing; it should be the API key of an app; indexes run from 0 without a gap",
        "variable": "UPSTOX_CLIENT_ID_0",
      },
      {
        "message": "is missing; it should be the API secret of the same app",
        "variable": "UPSTOX_CLIENT_SECRET_0",
      },
    ]
  `);
});

test.each(['', '  ', '\t\n'])('a variable that holds only %j is missing', (blank) => {
  const blanks = Object.fromEntries(Object.keys(LEAST).map((name) => [name, blank]));
  expect(problems({ ...blanks, VEGA_PORT: blank, VEGA_DB_PATH: blank })).toEqual(problems({}));
  const { port, databasePath, logLevel } = readConfig({
    ...LEAST,
    VEGA_PORT: blank,
    VEGA_DB_PATH: blank,
    VEGA_LOG_LEVEL: blank,
  });
  expect({ port, databasePath, logLevel }).toEqual({ port: 28_020, databasePath: null, logLevel: 'info' });
});

test('a missing PIN is the only mistake', () => {
  const { UPSTOX_PIN: _pin, ...env } = LEAST;
  expect(problems(env)).toEqual([
    { variable: 'UPSTOX_PIN', message: 'is missing; it should be the six-digit PIN' },
  ]);
});

test.each(['9876543210', '+91 98765 43210', '919876543210', '09876543210', '98765-43210'])(
  'the mobile number may be written %s',
  (written) => {
    const { credentials } = readConfig({ ...LEAST, UPSTOX_MOBILE_NUMBER: written });
    expect(credentials.mobileNumber.reveal()).toBe('9876543210');
  },
);

test.each(['5876543210', '987654321', '98765432101', '+1 9876543210', 'ninety'])(
  'the mobile number %s is refused',
  (written) => {
    expect(problems({ ...LEAST, UPSTOX_MOBILE_NUMBER: written })).toEqual([
      {
        variable: 'UPSTOX_MOBILE_NUMBER',
        message: 'should be a ten-digit Indian mobile number that starts with 6 to 9',
      },
    ]);
  },
);

test('master keys are separated by commas, the one that seals first', () => {
  const { masterKeys } = readConfig({
    ...LEAST,
    VEGA_MASTER_KEY: ' the-new-master-key-of-this-desk! ,the-old-master-key-of-this-desk!',
  });
  expect(masterKeys.map((key) => key.reveal())).toEqual([
    'the-new-master-key-of-this-desk!',
    'the-old-master-key-of-this-desk!',
  ]);
});

test('the TOTP secret may be a whole otpauth link', () => {
  const { credentials } = readConfig({
    ...LEAST,
    UPSTOX_TOTP: 'otpauth://totp/Upstox:AB1234?secret=jbswy3dpehpk3pxp&period=60&digits=8&algorithm=SHA256',
  });
  const { secret, ...parameters } = secretIn(credentials.totp);
  expect([secret.reveal(), parameters]).toEqual([
    'JBSWY3DPEHPK3PXP',
    { periodSeconds: 60, digits: 8, algorithm: 'sha256' },
  ]);
});

test.each(['JBSWY3DPEHPK3PX', 'JBSWY3DPEHPK3PX1', 'otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP', '123456'])(
  'the TOTP secret %s is refused',
  (secret) => {
    expect(problems({ ...LEAST, UPSTOX_TOTP: secret }).map(({ variable }) => variable)).toEqual([
      'UPSTOX_TOTP',
    ]);
  },
);

describe('the list of apps', () => {
  const six = Object.assign({}, LEAST, ...[1, 2, 3, 4, 5].map(app)) as Env;

  test('gives names by index where none are given', () => {
    const { apis } = readConfig(six);
    expect(apis.map(({ apiIndex, apiName, isPrimary }) => [apiIndex, apiName, isPrimary])).toEqual(
      API_NAMES.map((name, index) => [index, name, index === 0]),
    );
  });

  test('takes names in any order, spelling and case', () => {
    const { apis } = readConfig({
      ...six,
      UPSTOX_API_NAME_0: ' optionchain2 ',
      UPSTOX_API_NAME_5: 'Primary',
    });
    expect(apis.map(({ apiName }) => apiName)).toEqual([
      ...['OPTIONCHAIN2', 'WEBSOCKET1', 'WEBSOCKET2', 'WEBSOCKET3', 'OPTIONCHAIN1', 'PRIMARY'],
    ]);
    expect(apis.filter(({ isPrimary }) => isPrimary).map(({ apiIndex }) => apiIndex)).toEqual([5]);
  });

  test('has no gap', () => {
    expect(problems({ ...LEAST, ...app(2) })).toEqual([
      {
        variable: 'UPSTOX_CLIENT_ID_1',
        message: 'is missing; it should be the API key of an app; indexes run from 0 without a gap',
      },
      {
        variable: 'UPSTOX_CLIENT_SECRET_1',
        message: 'is missing; it should be the API secret of the same app',
      },
    ]);
  });

  test('ends with the sixth app', () => {
    expect(problems({ ...six, ...app(6), ...app(10) })).toEqual(
      Object.keys({ ...app(6), ...app(10) }).map((variable) => ({
        variable,
        message: 'is one too many; an account has at most six API apps, with indexes 0 to 5',
      })),
    );
  });

  test('knows no other names', () => {
    expect(problems({ ...LEAST, UPSTOX_API_NAME_0: 'WEBSOCKET1' })).toEqual([
      {
        variable: 'UPSTOX_API_NAME_0',
        message: 'should be PRIMARY, or one of the others should: without PRIMARY nothing is ever confirmed',
      },
    ]);
    expect(problems({ ...LEAST, UPSTOX_API_NAME_0: 'WEBSOCKET4' })).toEqual([
      { variable: 'UPSTOX_API_NAME_0', message: `should be one of ${API_NAMES.join(', ')}` },
    ]);
  });

  test('holds no name twice, also not by default', () => {
    const twice = { message: 'gives the name WEBSOCKET1 a second time; each API name may stand once' };
    expect(problems({ ...six, UPSTOX_API_NAME_3: 'WEBSOCKET1' })).toEqual([
      { variable: 'UPSTOX_API_NAME_3', ...twice },
    ]);
    expect(problems({ ...six, UPSTOX_API_NAME_0: 'WEBSOCKET1' })).toEqual([
      { variable: 'UPSTOX_API_NAME_1', ...twice },
    ]);
  });

  test('may be empty when the database holds the apps', () => {
    const { UPSTOX_CLIENT_ID_0: _id, UPSTOX_CLIENT_SECRET_0: _secret, ...account } = LEAST;
    const { configSource, apis } = readConfig({ ...account, LOGIN_CONFIG_SOURCE: 'DATABASE' });
    expect({ configSource, apis }).toEqual({ configSource: 'DATABASE', apis: [] });
  });
});

describe('two names of one setting:', () => {
  test.each([
    [{}, 'ENV'],
    [{ LOGIN_CONFIG_SOURCE: 'ENV' }, 'ENV'],
    [{ LOGIN_CONFIG_SOURCE: 'database' }, 'DATABASE'],
    [{ UPSTOX_CONFIG_SOURCE: 'DB' }, 'DATABASE'],
    [{ LOGIN_CONFIG_SOURCE: 'DATABASE', UPSTOX_CONFIG_SOURCE: 'DB' }, 'DATABASE'],
    [{ LOGIN_CONFIG_SOURCE: '', UPSTOX_CONFIG_SOURCE: 'DB' }, 'DATABASE'],
  ])('%j means %s', (given, expected) => {
    expect(readConfig({ ...LEAST, ...given }).configSource).toBe(expected);
  });

  test.each([
    [{}, null],
    [{ UPSTOX_NOTIFIER_WEBHOOK_URI: 'https://desk.example/hook' }, 'https://desk.example/hook'],
    [{ UPSTOX_WEBHOOK_URI: 'https://desk.example/hook' }, 'https://desk.example/hook'],
  ])('%j gives the webhook %s', (given, expected) => {
    expect(readConfig({ ...LEAST, ...given }).notifierWebhookUri).toBe(expected);
  });

  test.each([
    [
      'LOGIN_CONFIG_SOURCE and UPSTOX_CONFIG_SOURCE',
      { LOGIN_CONFIG_SOURCE: 'ENV', UPSTOX_CONFIG_SOURCE: 'DB' },
    ],
    [
      'UPSTOX_NOTIFIER_WEBHOOK_URI and UPSTOX_WEBHOOK_URI',
      { UPSTOX_NOTIFIER_WEBHOOK_URI: 'https://a.example', UPSTOX_WEBHOOK_URI: 'https://b.example' },
    ],
  ])('%s may not differ', (variable, given) => {
    expect(problems({ ...LEAST, ...given })).toEqual([
      { variable, message: 'are two names of one setting and differ; give only one' },
    ]);
  });
});

test.each(['http://127.0.0.1:4100', 'http://localhost:4100', 'http://[::1]:4100', 'https://api.upstox.com'])(
  'the broker may be at %s',
  (address) => {
    expect(readConfig({ ...LEAST, UPSTOX_API_BASE_URL: address }).apiBaseUrl).toBe(address);
  },
);

test.each([
  'http://api.upstox.com',
  'http://127.0.0.1.example.com',
  'http://localhost.example.com',
  'http://127.0.0.1@example.com',
  'http://10.0.0.1',
  'ws://127.0.0.1',
  'api.upstox.com',
])('secrets are not sent to %s', (address) => {
  expect(problems({ ...LEAST, UPSTOX_API_BASE_URL: address })).toEqual([
    { variable: 'UPSTOX_API_BASE_URL', message: 'should be an https address (http only on this machine)' },
  ]);
});

test.each(['0.0.0.0', '::', '192.168.1.5', 'desk.example', '127.0.0.1.example.com'])(
  'the server does not listen on %s',
  (host) => {
    expect(problems({ ...LEAST, VEGA_HOST: host })).toEqual([
      { variable: 'VEGA_HOST', message: 'should be a loopback address such as 127.0.0.1' },
    ]);
  },
);

test.each(['-1', '65536', '80.5', '0x50', '8e3', 'http'])('%s is no port', (port) => {
  expect(problems({ ...LEAST, VEGA_PORT: port })).toEqual([
    { variable: 'VEGA_PORT', message: 'should be a port from 0 (any free one) to 65535' },
  ]);
});

test.each([
  ['plain words', 'pass otp show  upstox/totp', ['pass', 'otp', 'show', 'upstox/totp']],
  [
    'a JSON array',
    '["op", "item", "get", "My broker", "--otp"]',
    ['op', 'item', 'get', 'My broker', '--otp'],
  ],
  ['a path', '/opt/desk/otp', ['/opt/desk/otp']],
])('the program that prints the codes may be %s', (_what, command, expected) => {
  const { UPSTOX_TOTP: _secret, ...rest } = LEAST;
  const { totp } = readConfig({ ...rest, UPSTOX_TOTP_COMMAND: command }).credentials;
  const { program, words } = isTotpCommand(totp) ? totp : expect.fail('it is a secret');
  expect([program, ...words]).toEqual(expected);
});

test.each([
  ...[
    'pass otp "My broker"',
    'pass otp $NAME',
    'pass otp upstox | head -1',
    'a; b',
    '[]',
    '["a", 1]',
    '[""]',
  ],
  ...['["a"', '~/otp'],
])('the program %s is refused: no shell would read it', (command) => {
  const { UPSTOX_TOTP: _secret, ...rest } = LEAST;
  expect(problems({ ...rest, UPSTOX_TOTP_COMMAND: command })).toEqual([
    {
      variable: 'UPSTOX_TOTP_COMMAND',
      message: 'should be a program and its arguments, as plain words or as a JSON array; no shell reads it',
    },
  ]);
});

test('a TOTP secret and a program are not given together, for any account', () => {
  const second = {
    UPSTOX_2_MOBILE_NUMBER: '9876543211',
    UPSTOX_2_PIN: '135791',
    UPSTOX_2_TOTP: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXQ',
    UPSTOX_2_TOTP_COMMAND: 'pass otp second',
    UPSTOX_2_REDIRECT_URI: 'http://localhost:28020/api/v1/auth/upstox/callback',
    UPSTOX_2_CLIENT_ID_0: 'client-20',
    UPSTOX_2_CLIENT_SECRET_0: 'secret-20',
  };
  const message = 'is given beside the TOTP secret; codes come from one of them, so take the other one away';
  expect(problems({ ...LEAST, ...second, UPSTOX_TOTP_COMMAND: 'pass otp first' })).toEqual([
    { variable: 'UPSTOX_TOTP_COMMAND', message },
    { variable: 'UPSTOX_2_TOTP_COMMAND', message },
  ]);
});
