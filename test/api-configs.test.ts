import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openBroker, openTestApp, type TestApp } from './support/test-app.ts';

const DATABASE = { LOGIN_CONFIG_SOURCE: 'DATABASE', UPSTOX_CLIENT_ID_0: '', UPSTOX_CLIENT_SECRET_0: '' };
const SAVE = `mutation ($input: SaveApiConfigInput!) { saveApiConfig(input: $input) {
  apiIndex apiName clientId redirectUri isPrimary enabled source } }`;
const CONFIGS = '{ apiConfigs { apiIndex apiName clientId redirectUri isPrimary enabled source } }';

const save = (testApp: TestApp, input: Record<string, unknown>) => testApp.ask(SAVE, { input });

/** The bytes of every file the program has left in its folder. */
const bytesOf = (testApp: TestApp): string =>
  readdirSync(testApp.directory)
    .filter((name) => name.includes('.db'))
    .map((name) => readFileSync(path.join(testApp.directory, name), 'latin1'))
    .join('\n');

test('apps from the environment can be read and not changed', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  expect((await testApp.ask(CONFIGS)).data.apiConfigs).toMatchObject([
    { apiIndex: 0, apiName: 'PRIMARY', isPrimary: true, enabled: true, source: 'ENV' },
    { apiIndex: 1, apiName: 'WEBSOCKET1', isPrimary: false, enabled: true, source: 'ENV' },
  ]);
  const refusals = [
    await save(testApp, { apiName: 'PRIMARY', clientId: 'x', clientSecret: 'y' }),
    await testApp.ask('mutation { setApiConfigEnabled(apiName: PRIMARY, enabled: false) { enabled } }'),
    await testApp.ask('mutation { removeApiConfig(apiName: PRIMARY) }'),
  ];
  for (const { errors } of refusals) {
    expect(errors[0].extensions).toMatchObject({
      code: 'CONFIG_SOURCE_IS_ENV',
      nextAction: expect.stringContaining('LOGIN_CONFIG_SOURCE'),
    });
  }
});

test('apps in the database are stored, changed, switched off and removed, and a run is made with them', async () => {
  await using testApp = await openTestApp({ apis: 0, env: DATABASE });
  const [first, second] = testApp.broker.apps;
  expect((await testApp.ask(CONFIGS)).data.apiConfigs).toEqual([]);
  await save(testApp, { apiName: 'PRIMARY', clientId: first?.clientId, clientSecret: first?.clientSecret });
  const made = await save(testApp, {
    apiName: 'WEBSOCKET1',
    clientId: second?.clientId,
    clientSecret: second?.clientSecret,
  });
  expect(made.data.saveApiConfig).toEqual({
    apiIndex: 1,
    apiName: 'WEBSOCKET1',
    clientId: second?.clientId,
    redirectUri: second?.redirectUri,
    isPrimary: false,
    enabled: true,
    source: 'DATABASE',
  });
  const { status, steps } = await testApp.generate('mode: ALL');
  expect([status, steps.map(({ apiName }: { apiName: string }) => apiName)]).toEqual([
    'COMPLETED',
    ['PRIMARY', 'WEBSOCKET1'],
  ]);

  const switched = await testApp.ask(
    'mutation { setApiConfigEnabled(apiName: WEBSOCKET1, enabled: false) { apiName enabled clientId } }',
  );
  expect(switched.data.setApiConfigEnabled).toEqual({
    apiName: 'WEBSOCKET1',
    enabled: false,
    clientId: second?.clientId,
  });
  expect((await testApp.ask('{ tokens { apiName } }')).data.tokens).toEqual([{ apiName: 'PRIMARY' }]);
  await save(testApp, { apiName: 'WEBSOCKET1', clientId: 'a-new-client', enabled: true });
  const { tokens } = (await testApp.ask('{ tokenStatus { tokens { verdict reason } } }')).data.tokenStatus;
  expect(tokens).toEqual([
    { verdict: 'VALID', reason: null },
    { verdict: 'INVALID', reason: 'CLIENT_CHANGED' },
  ]);
  expect((await testApp.ask('mutation { removeApiConfig(apiName: WEBSOCKET1) }')).data.removeApiConfig).toBe(
    true,
  );
  expect((await testApp.ask('mutation { removeApiConfig(apiName: WEBSOCKET1) }')).data.removeApiConfig).toBe(
    false,
  );
  expect(testApp.rows('select api_name from upstox_tokens order by api_index')).toHaveLength(2);

  const bytes = bytesOf(testApp);
  for (const { clientSecret } of testApp.broker.apps.slice(0, 2)) expect(bytes).not.toContain(clientSecret);
  expect(
    testApp.rows("select client_secret from upstox_tokens where api_name = 'PRIMARY'")[0].client_secret,
  ).toMatch(/^vega1:/);
});

test('a wrong app is refused with what is wrong, and nothing is stored', async () => {
  await using testApp = await openTestApp({ apis: 0, env: DATABASE });
  const good = { apiName: 'PRIMARY', clientId: 'client', clientSecret: 'secret' };
  for (const [input, issue] of [
    [{ ...good, clientId: '' }, 'clientId'],
    [{ ...good, clientId: 'with blank' }, 'clientId'],
    [{ ...good, clientSecret: '' }, 'clientSecret'],
    [{ ...good, redirectUri: 'ftp://x' }, 'redirectUri'],
    [{ ...good, apiIndex: 6 }, 'apiIndex'],
    [{ ...good, apiName: 'SEVENTH' }, 'at "input.apiName"; Value does not exist in "ApiName" enum.'],
    [{ apiName: 'PRIMARY', clientId: 'client' }, 'client secret'],
  ] as const) {
    const { errors } = await save(testApp, input);
    expect([errors[0].extensions.code, errors[0].message]).toEqual([
      'BAD_USER_INPUT',
      expect.stringContaining(issue),
    ]);
  }
  await save(testApp, { ...good, apiIndex: 3 });
  const taken = await save(testApp, { ...good, apiName: 'WEBSOCKET1', apiIndex: 3 });
  expect(taken.errors[0]).toMatchObject({
    message: 'Index 3 belongs to PRIMARY.',
    extensions: { code: 'BAD_USER_INPUT' },
  });
  const unknown = await testApp.ask(
    'mutation { setApiConfigEnabled(apiName: OPTIONCHAIN2, enabled: true) { enabled } }',
  );
  expect(unknown.errors[0].extensions.code).toBe('API_NOT_CONFIGURED');
  expect((await testApp.ask(CONFIGS)).data.apiConfigs).toHaveLength(1);
});

test('a new master key seals everything anew, and a wrong or lost one is refused at the start', async () => {
  await using broker = await openBroker();
  await using testApp = await openTestApp({ apis: 0, broker, env: DATABASE });
  const { directory } = testApp;
  const again = (env: Record<string, string> = {}) =>
    openTestApp({ apis: 0, broker, directory, env: { ...DATABASE, ...env } });
  const keyFile = path.join(directory, '.vega', 'master.key');
  await save(testApp, { apiName: 'PRIMARY', clientId: 'client', clientSecret: 'secret-canary' });
  const [oldKey, [before]] = [
    readFileSync(keyFile, 'utf8'),
    testApp.rows('select client_secret from upstox_api_configs'),
  ];
  expect((await testApp.ask('mutation { rotateMasterKey }')).data.rotateMasterKey).toBe(true);
  const [newKey, [after]] = [
    readFileSync(keyFile, 'utf8'),
    testApp.rows('select client_secret from upstox_api_configs'),
  ];
  expect(newKey).not.toBe(oldKey);
  // The copies that there were can be opened with the old key alone.
  const [made = ''] = readdirSync(path.join(directory, '.vega', 'backups'));
  const copy = new Sqlite(path.join(directory, '.vega', 'backups', made), { readonly: true });
  const keyIn = (rows: unknown[]) => (rows as { key_id: string }[]).map(({ key_id }) => key_id);
  expect(keyIn(copy.prepare('select key_id from vega_vault').all())).toEqual(
    keyIn(testApp.rows('select key_id from vega_vault')),
  );
  copy.close();
  expect(after.client_secret.split(':')[1]).not.toBe(before.client_secret.split(':')[1]);
  expect((await testApp.ask(CONFIGS)).data.apiConfigs).toMatchObject([{ clientId: 'client' }]);

  await testApp.app[Symbol.asyncDispose]();
  const database = readFileSync(path.join(directory, 'vega_trade.db'));
  writeFileSync(keyFile, oldKey);
  await expect(again()).rejects.toThrow(/sealed with the master key \w{8}, and the one at hand is \w{8}/);
  rmSync(keyFile);
  await expect(again()).rejects.toThrow(/and there is none\. Restore master\.key/);
  await expect(again({ VEGA_MASTER_KEY: 'x'.repeat(32) })).rejects.toThrow(
    /Set VEGA_MASTER_KEY to the key of that id/,
  );
  expect(readFileSync(path.join(directory, 'vega_trade.db')).equals(database)).toBe(true);

  await using given = await again({ VEGA_MASTER_KEY: newKey.trim() });
  expect((await given.ask(CONFIGS)).data.apiConfigs).toMatchObject([{ clientId: 'client' }]);
  expect((await given.ask('mutation { rotateMasterKey }')).errors[0].extensions.code).toBe(
    'MASTER_KEY_IS_GIVEN',
  );
  await given.app[Symbol.asyncDispose]();
  await using rotated = await again({ VEGA_MASTER_KEY: `${'y'.repeat(40)},${newKey.trim()}` });
  expect((await rotated.ask('mutation { rotateMasterKey }')).data.rotateMasterKey).toBe(true);
  await rotated.app[Symbol.asyncDispose]();
  await using last = await again({ VEGA_MASTER_KEY: 'y'.repeat(40) });
  expect((await last.ask(CONFIGS)).data.apiConfigs).toMatchObject([{ clientId: 'client' }]);
});

test('a rotation without a backup after it stands, and says so', async () => {
  await using testApp = await openTestApp({ apis: 0, env: DATABASE });
  await save(testApp, { apiName: 'PRIMARY', clientId: 'client', clientSecret: 'secret-canary' });
  const keyFile = path.join(testApp.directory, '.vega', 'master.key');
  const oldKey = readFileSync(keyFile, 'utf8');
  writeFileSync(path.join(testApp.directory, '.vega', 'backups'), 'a file where the folder should be');
  expect((await testApp.ask('mutation { rotateMasterKey }')).data.rotateMasterKey).toBe(false);
  expect(readFileSync(keyFile, 'utf8')).not.toBe(oldKey);
});

test('a sealed secret that was moved to another row does not open', async () => {
  await using testApp = await openTestApp({ apis: 0, env: DATABASE });
  await save(testApp, { apiName: 'PRIMARY', clientId: 'client-a', clientSecret: 'secret-a' });
  await save(testApp, { apiName: 'WEBSOCKET1', clientId: 'client-b', clientSecret: 'secret-b' });
  testApp.change(
    "update upstox_api_configs set client_secret = (select client_secret from upstox_api_configs where api_name = 'WEBSOCKET1')",
  );
  const { errors } = await testApp.ask('mutation { generateTokens(mode: ALL) { id } }');
  expect(errors[0].extensions.code).toBe('SECRET_UNREADABLE');
  expect(errors[0].message).toContain('PRIMARY');
  expect(testApp.broker.log.filter(({ kind }) => kind === 'OTP_GENERATE')).toEqual([]);
  await save(testApp, { apiName: 'PRIMARY', clientId: 'client-a', clientSecret: 'secret-a' });
  const secretless = await testApp.ask(
    'mutation { generateTokens(mode: PARTIAL, apiNames: [WEBSOCKET1]) { id } }',
  );
  expect(secretless.errors).toBeUndefined();
});

test('an app that its owner has got wrong is found before any OTP is spent on it', async () => {
  await using testApp = await openTestApp({
    apis: 2,
    env: { UPSTOX_CLIENT_ID_1: '00000000-0000-4000-8000-00000000dead' },
  });
  const health = '{ systemHealth { api browser findings { component state message nextAction } } }';
  const { systemHealth } = (await testApp.ask(health)).data;
  expect(systemHealth.api).toBe('OK');
  expect(systemHealth.findings).toMatchObject([
    {
      component: 'CONFIG',
      state: 'DOWN',
      message: 'WEBSOCKET1: the broker refuses client id or redirect URI (UDAPI100068).',
    },
  ]);
  await testApp.ask(health);
  expect(testApp.broker.log.map(({ kind }) => kind)).toEqual(['DIALOG', 'DIALOG']);
  testApp.broker.faults.down = true;
});

test('a broker that cannot be reached is told as such', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  testApp.broker.faults.down = true;
  const { systemHealth } = (await testApp.ask('{ systemHealth { api findings { component message } } }'))
    .data;
  expect(systemHealth).toEqual({
    api: 'DOWN',
    findings: [{ component: 'API', message: "PRIMARY: the broker's dialog does not answer." }],
  });
});

test('"PRIMARY missing → cannot advance": no change leaves an account without an enabled PRIMARY', async () => {
  await using testApp = await openTestApp({ env: { LOGIN_CONFIG_SOURCE: 'DATABASE' } });
  const app = { clientId: 'client', clientSecret: 'secret' };
  const refused = {
    message:
      'UPSTOX_01 would have no PRIMARY that is enabled, and without PRIMARY nothing is ever confirmed.',
    extensions: { code: 'WRONG_STATE', nextAction: expect.stringContaining('PRIMARY first') },
  };
  expect((await save(testApp, { apiName: 'WEBSOCKET1', ...app })).errors[0]).toMatchObject(refused);
  await save(testApp, { apiName: 'PRIMARY', ...app });
  for (const request of [
    'setApiConfigEnabled(apiName: PRIMARY, enabled: false) { enabled }',
    'removeApiConfig(apiName: PRIMARY)',
  ])
    expect((await testApp.ask(`mutation { ${request} }`)).errors[0]).toMatchObject(refused);
  expect((await save(testApp, { apiName: 'WEBSOCKET1', ...app })).errors).toBeUndefined();
});

test('an account without apps is refused with what to do, by startLogin as by generateTokens', async () => {
  await using testApp = await openTestApp({ env: { LOGIN_CONFIG_SOURCE: 'DATABASE' } });
  for (const request of [
    'startLogin { id }',
    'generateTokens(mode: ALL) { id }',
    'generateTokens(mode: INVALID_ONLY) { id }',
    'generateTokens(mode: PARTIAL, apiNames: [PRIMARY]) { id }',
  ])
    expect((await testApp.ask(`mutation { ${request} }`)).errors[0].extensions).toMatchObject({
      code: 'API_NOT_CONFIGURED',
      nextAction: 'Store one with saveApiConfig, PRIMARY first; then generate.',
    });
  expect((await testApp.ask('{ authState { nextOperations } }')).data.authState.nextOperations).toEqual([
    'SAVE_API_CONFIG',
  ]);
  const start = await fetch(`${testApp.url}/auth/start`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${testApp.app.operatorKey}` },
  });
  expect([start.status, (await start.json()).error.code]).toEqual([409, 'API_NOT_CONFIGURED']);
});
