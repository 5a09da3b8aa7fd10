import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { PROGRAM } from '../../src/cli/commands.ts';
import type { Bundle } from '../../src/cli/support/bundle.ts';
import { scrubber } from '../../src/cli/support/scrub.ts';
import { describeSettings, hiddenValues } from '../../src/config.ts';
import { openTestApp, refuseLeaks, secretsOf, type TestApp } from '../support/test-app.ts';

type Env = Readonly<Record<string, string | undefined>>;

const run = async (app: TestApp, env: Env, options: Record<string, string | true>) => {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const command = PROGRAM.commands?.find(({ name }) => name === 'support-bundle');
  const { signal } = new AbortController();
  const terminal = { env, workingDirectory: app.directory, input: new PassThrough(), out, err, signal };
  const code = await command?.run?.(terminal, options);
  return { code, said: String(out.read() ?? '') + String(err.read() ?? '') };
};

const bundleIn = (app: TestApp, name: string): { text: string; bundle: Bundle } => {
  const text = readFileSync(path.join(app.directory, name), 'utf8');
  return { text, bundle: JSON.parse(text) };
};

const PROXY = 'http://deskuser:proxy%2Dcanary@127.0.0.1:9';
const MASTER = 'master-canary-master-canary-master-canary';
const CHANNEL = 'https://alerts.example.com/hook/channel-canary-path';

const canaries = (app: TestApp): ReadonlyMap<string, string> =>
  new Map([
    ...secretsOf(app.env, app.app, app.rows),
    ['proxy password', 'proxy-canary'],
    ['proxy password as written', 'proxy%2Dcanary'],
    ['proxy user', 'deskuser'],
    ['master key', 'master-canary'],
    ['channel', 'channel-canary'],
    ['reason', 'reason-canary'],
    ['user id', app.broker.account.userId],
    ...app.broker.apps.map(({ clientId }): [string, string] => [
      `client id ${clientId.slice(0, 2)}`,
      clientId,
    ]),
  ]);

test('no byte of a bundle is a secret, with a server and without one', async () => {
  const env = { VEGA_MASTER_KEY: MASTER, HTTPS_PROXY: PROXY, NO_PROXY: '127.0.0.1' };
  await using app = await openTestApp({
    apis: 2,
    simulator: { knobs: { rejectedApps: { 1: 'UDAPI100068' } } },
    env,
  });
  await app.generate('mode: ALL');
  const { errors } = await app.ask(
    `mutation { saveAlertChannel(input: { name: "channel-canary", kind: WEBHOOK, url: "${CHANNEL}" }) { channel { name } } }`,
  );
  expect(errors).toBeUndefined();
  await app.ask('mutation { createAccessKey(input: { name: "reason-canary", role: VIEWER }) { id } }');
  const yearly = app.broker.issueYearlyToken('ANALYTICS');
  const imported = await app.ask(
    'mutation ($input: ImportTokenInput!) { importToken(input: $input) { apiName } }',
    { input: { credential: 'ANALYTICS', accessToken: yearly } },
  );
  expect(imported.errors).toBeUndefined();
  const secrets = new Map([...canaries(app), ['a yearly token', yearly]]);

  const served = await run(app, { ...app.env, VEGA_PORT: new URL(app.url).port }, { out: 'served.json' });
  expect(served.code).toBe(0);
  expect(statSync(path.join(app.directory, 'served.json')).mode & 0o777).toBe(0o600);
  const { text, bundle } = bundleIn(app, 'served.json');
  refuseLeaks(text + served.said, secrets);
  expect(bundle.manifest.map(({ part, problem }) => [part, problem])).toEqual(
    [
      ...[
        'versions',
        'settings',
        'sqlite',
        'sizes',
        'damage',
        'migrations',
        'health',
        'accounts',
        'apis',
        'tokens',
      ],
      ...['readiness', 'runs', 'audit', 'auditChain'],
    ].map((part) => [part, null]),
  );
  expect(text).toContain('APP_REJECTED');
  expect(text).toContain('TOKEN_STORED');
  expect(bundle.parts).toMatchObject({ damage: null, auditChain: { valid: true } });
  for (const { part } of bundle.manifest) expect(served.said).toContain(`${part}: `);
  expect(served.said).toContain('Not in it:');

  await app.app[Symbol.asyncDispose]();
  const alone = await run(app, { ...app.env, VEGA_PORT: '1' }, { out: 'alone.json', json: true });
  expect(alone.code).toBe(0);
  const offline = bundleIn(app, 'alone.json');
  refuseLeaks(offline.text + alone.said, secrets);
  expect(offline.bundle.manifest).toEqual(bundle.manifest);
  expect(offline.text).toContain('TOKEN_STORED');
}, 120_000);

test('a damaged database hides nothing else, and a wrong setting is said without its value', async () => {
  await using app = await openTestApp({ apis: 1 });
  const file = path.join(app.directory, 'vega_trade.db');
  await app.app[Symbol.asyncDispose]();
  const whole = readFileSync(file);
  writeFileSync(file, Buffer.concat([whole.subarray(0, 4096), Buffer.alloc(whole.length - 4096, 0xa5)]));
  const damaged = await run(app, { ...app.env, VEGA_PORT: '1' }, { out: 'damaged.json' });
  expect(damaged.code).toBe(1);
  const { bundle } = bundleIn(app, 'damaged.json');
  expect(bundle.parts).toMatchObject({
    versions: { node: process.version },
    sqlite: expect.stringMatching(/^3\./),
  });
  expect(bundle.manifest.find(({ part }) => part === 'api')?.problem).toContain(
    'is not a sound SQLite database',
  );
  expect(damaged.said).toContain('not read:');
  const wrong = { ...app.env, VEGA_PORT: '1', UPSTOX_PIN: 'pin-canary', VEGA_LOG_LEVEL: 'level-canary' };
  const mistaken = await run(app, wrong, { out: 'mistaken.json' });
  const { text } = bundleIn(app, 'mistaken.json');
  expect(text + mistaken.said).not.toContain('canary');
  expect(text).toContain('UPSTOX_PIN: should be');
  writeFileSync(file, whole);
});

test('a file that is there already stays as it is', async () => {
  await using app = await openTestApp({ apis: 1 });
  writeFileSync(path.join(app.directory, 'there.json'), 'mine');
  const env = { ...app.env, VEGA_PORT: new URL(app.url).port };
  await expect(run(app, env, { out: 'there.json' })).rejects.toThrow('is not overwritten');
  expect(readFileSync(path.join(app.directory, 'there.json'), 'utf8')).toBe('mine');
});

test('values are shown of a few settings, and only where they look as they should', () => {
  const env = {
    VEGA_PORT: '28020',
    VEGA_LOG_LEVEL: 'a-secret',
    UPSTOX_PIN: '123456',
    UPSTOX_API_NAME_0: 'PRIMARY',
    HOME: '/x',
  };
  const shown = describeSettings(env).filter(({ isSet }) => isSet);
  expect(shown).toEqual([
    { name: 'UPSTOX_API_NAME_0', isSet: true, value: 'PRIMARY' },
    { name: 'UPSTOX_PIN', isSet: true, value: null },
    { name: 'VEGA_LOG_LEVEL', isSet: true, value: null },
    { name: 'VEGA_PORT', isSet: true, value: '28020' },
  ]);
});

test('what looks like a secret is taken out of any text', () => {
  const scrub = scrubber(['known-secret']);
  expect(
    scrub({ of: ['a known-secret here', 'call 98765 43210 or +919876543210', 'desk@example.com'] }),
  ).toEqual({
    of: ['a [hidden] here', 'call [hidden] or [hidden]', '[hidden]'],
  });
  expect(scrub('https://user:word@host/path?code=abc&x=1 Bearer abc.def')).toBe(
    'https://[hidden]@host/path?code=[hidden]&x=1 Bearer [hidden]',
  );
  expect(scrub('2026-11-23T03:30:00.000Z 1795910528820 run-6123')).toBe(
    '2026-11-23T03:30:00.000Z 1795910528820 run-6123',
  );
});

test('of lists each secret is hidden, and no word that every report holds', () => {
  const hidden = hiddenValues({
    UPSTOX_PIN: '["first-secret"]',
    VEGA_STATIC_ADDRESSES: 'UPSTOX_01=203.0.113.7+203.0.113.8,UPSTOX_02=203.0.113.9',
    VEGA_PROBES: 'false',
    VEGA_REFRESH_EXTENDED_TOKEN: 'false',
    VEGA_CANARY: 'off',
  });
  expect(hidden).toEqual(
    expect.arrayContaining(['first-secret', '203.0.113.7', '203.0.113.8', '203.0.113.9']),
  );
  expect(hidden.filter((text) => /^(?:false|UPSTOX_\d+)$/.test(text))).toEqual([]);
});
