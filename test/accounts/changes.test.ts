import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';
import { openTwoLogins, SECOND, SECOND_ENVIRONMENT, SECOND_INPUT } from './two-logins.ts';

const ADD = 'mutation ($input: AddAccountInput!) { addAccount(input: $input) { id name source isActive } }';

const kinds = (testApp: TestApp, accountId: string): string[] =>
  testApp
    .rows(`select kind from vega_audit_entries where account_id = '${accountId}' order by sequence`)
    .map(({ kind }) => kind);

test('an account is added, logs in with sealed credentials, is renamed and removed', async () => {
  await using broker = await openTwoLogins();
  await using testApp = await openTestApp({ broker, apis: 1 });
  const added = await testApp.ask(ADD, { input: SECOND_INPUT });
  expect(added.data.addAccount).toEqual({
    id: 'UPSTOX_02',
    name: 'UPSTOX_02',
    source: 'DATABASE',
    isActive: false,
  });
  const [app] = SECOND.apps;
  const saved = await testApp.ask(
    'mutation ($input: SaveApiConfigInput!) { saveApiConfig(input: $input) { source redirectUri } }',
    {
      input: {
        accountId: 'UPSTOX_02',
        apiName: 'PRIMARY',
        clientId: app?.clientId,
        clientSecret: app?.clientSecret,
      },
    },
  );
  expect(saved.data.saveApiConfig).toEqual({ source: 'DATABASE', redirectUri: app?.redirectUri });
  await testApp.ask('mutation { rotateMasterKey }');
  expect((await testApp.generate('mode: ALL, accountId: "UPSTOX_02"')).status).toBe('COMPLETED');

  const rename = 'mutation { renameAccount(accountId: "UPSTOX_02", name: " Family ") { name } }';
  expect((await testApp.ask(rename)).data.renameAccount.name).toBe('Family');
  const remove = 'mutation { removeAccount(accountId: "UPSTOX_02") }';
  expect((await testApp.ask(remove)).errors[0].extensions.code).toBe('WRONG_STATE');
  await testApp.ask('mutation { logout(accountId: "UPSTOX_02", revoke: true) { state } }');
  expect((await testApp.ask(remove)).data.removeAccount).toBe(true);
  expect((await testApp.ask('{ accounts { id } }')).data.accounts).toEqual([{ id: 'UPSTOX_01' }]);
  expect(testApp.rows('select user_id from upstox_tokens')).toEqual([]);
  expect(kinds(testApp, 'UPSTOX_02')).toEqual(
    expect.arrayContaining([
      'ACCOUNT_ADDED',
      'CONFIG_SAVED',
      'TOKEN_STORED',
      'ACCOUNT_RENAMED',
      'ACCOUNT_REMOVED',
    ]),
  );
  for (const secret of [SECOND.account.pin, SECOND.account.mobileNumber, SECOND.account.totpSecret])
    expect(testApp.said()).not.toContain(secret);
});

test('credentials that no key at hand opens are told before anything is tried, and can be saved again', async () => {
  await using broker = await openTwoLogins();
  await using testApp = await openTestApp({ broker, apis: 1 });
  await testApp.ask(ADD, { input: SECOND_INPUT });
  const [app] = SECOND.apps;
  const input = { accountId: 'UPSTOX_02', apiName: 'PRIMARY', ...app, redirectUri: undefined };
  await testApp.ask('mutation ($input: SaveApiConfigInput!) { saveApiConfig(input: $input) { source } }', {
    input,
  });
  testApp.change("update vega_accounts set credentials = 'vega1:gone:AAAA' where id = 'UPSTOX_02'");
  const generate = 'mutation { generateTokens(mode: ALL, accountId: "UPSTOX_02") { id } }';
  expect((await testApp.ask(generate)).errors[0]).toMatchObject({
    message: expect.stringContaining('was sealed with another master key (gone)'),
    extensions: {
      code: 'SECRET_UNREADABLE',
      nextAction: expect.stringContaining('updateAccountCredentials'),
    },
  });
  expect(broker.log).toEqual([]);
  // What cannot log in keeps nobody else from it.
  const other = await testApp.ask(ADD, { input: SECOND_INPUT });
  expect(other.data.addAccount.id).toBe('UPSTOX_03');
  await testApp.ask('mutation { removeAccount(accountId: "UPSTOX_03") }');
  const update =
    'mutation ($input: AccountCredentialsInput!) { updateAccountCredentials(input: $input) { id } }';
  await testApp.ask(update, { input: { ...SECOND_INPUT, accountId: 'UPSTOX_02' } });
  expect((await testApp.generate('mode: ALL, accountId: "UPSTOX_02"')).status).toBe('COMPLETED');
});

test('an id is given once, and the active account cannot be removed', async () => {
  await using broker = await openTwoLogins();
  await using testApp = await openTestApp({ broker, apis: 1 });
  const taken = await testApp.ask(ADD, { input: { ...SECOND_INPUT, id: 'UPSTOX_01' } });
  expect(taken.errors[0].message).toBe('There is an account UPSTOX_01 already.');
  await testApp.ask(ADD, { input: { ...SECOND_INPUT, id: 'FAMILY' } });
  await testApp.ask('mutation { switchAccount(accountId: "FAMILY") { id } }');
  const remove = await testApp.ask('mutation { removeAccount(accountId: "FAMILY") }');
  expect(remove.errors[0]).toMatchObject({
    message: 'FAMILY is the active account.',
    extensions: { code: 'WRONG_STATE' },
  });
});

test('every mistake in credentials is told with its field, and no value comes back', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const bad = {
    mobileNumber: '1234509876',
    pin: '48261',
    totpSecret: 'not-base32-189',
    redirectUri: 'ftp://x',
  };
  const { errors } = await testApp.ask(ADD, { input: bad });
  expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
  expect(errors[0].extensions.issues.map((issue: { path: string[] }) => issue.path.at(-1)).sort()).toEqual([
    'mobileNumber',
    'pin',
    'redirectUri',
    'totpSecret',
  ]);
  const secret = 'canary-of-a-secret; Field "x';
  const odd = [
    { ...SECOND_INPUT, pin: 482_615 },
    { ...SECOND_INPUT, totpSecret: secret, unknown: 1 },
    { mobileNumber: secret, pin: { pin: secret } },
    [secret],
    secret,
  ];
  for (const input of odd)
    expect((await testApp.ask(ADD, { input })).errors[0].extensions.code).toBe('BAD_USER_INPUT');
  await testApp.ask(`mutation { addAccount(input: { pin: 482615, mobileNumber: 8765409876 }) { id } }`);
  for (const value of [...Object.values(bad), secret, SECOND.account.pin, SECOND.account.mobileNumber])
    expect(testApp.said()).not.toContain(value);
});

test('one login cannot be two accounts, and what the environment says no request changes', async () => {
  await using broker = await openTwoLogins();
  await using testApp = await openTestApp({ broker, apis: 1, env: SECOND_ENVIRONMENT });
  const again = await testApp.ask(ADD, { input: SECOND_INPUT });
  expect(again.errors[0]).toMatchObject({
    message: 'mobileNumber is the one of UPSTOX_02; each account is a login of its own.',
    extensions: { code: 'BAD_USER_INPUT' },
  });
  const update = await testApp.ask(
    'mutation ($input: AccountCredentialsInput!) { updateAccountCredentials(input: $input) { id } }',
    { input: { ...SECOND_INPUT, accountId: 'UPSTOX_02' } },
  );
  expect(update.errors[0].extensions.code).toBe('CONFIG_SOURCE_IS_ENV');
  const third = { ...SECOND_INPUT, mobileNumber: '7654321098' };
  const race = await Promise.all([third, third, third].map((input) => testApp.ask(ADD, { input })));
  expect(race.filter(({ errors }) => errors === undefined)).toHaveLength(1);
  const remove = await testApp.ask('mutation { removeAccount(accountId: "UPSTOX_02") }');
  expect(remove.errors[0].extensions.code).toBe('CONFIG_SOURCE_IS_ENV');
});

test('the switch locks the dashboard until the broker has confirmed again, and survives a restart', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'vega-switch-'));
  await using broker = await openTwoLogins();
  const options = { broker, apis: 1, env: SECOND_ENVIRONMENT, directory };
  {
    await using testApp = await openTestApp(options);
    expect((await testApp.generate('mode: ALL, accountId: "UPSTOX_02"')).status).toBe('COMPLETED');
    await testApp.ask('mutation { enterDashboard(accountId: "UPSTOX_02") { state } }');
    broker.faults.profileDelayMs = 400;
    const { data } = await testApp.ask(
      'mutation { switchAccount(accountId: "UPSTOX_02") { id isActive authState { state primaryPresent } } }',
    );
    expect(data.switchAccount).toEqual({
      id: 'UPSTOX_02',
      isActive: true,
      authState: { state: 'PRIMARY_VALIDATED', primaryPresent: true },
    });
    expect((await testApp.ask('{ ready }')).data.ready).toBe(false);
    await until('the gate is open again', async () => (await testApp.ask('{ ready }')).data.ready);
    expect((await testApp.ask('{ authState { accountId state } }')).data.authState).toEqual({
      accountId: 'UPSTOX_02',
      state: 'AUTH_CONFIRMED',
    });
    expect(testApp.rows("select count(*) as told from vega_events where kind = 'ACCOUNT_SWITCHED'")).toEqual([
      { told: 1 },
    ]);
    expect(kinds(testApp, 'UPSTOX_02').filter((kind) => kind === 'ACCOUNT_SWITCHED')).toHaveLength(1);
  }
  {
    await using testApp = await openTestApp(options);
    const back = (accountId: string) =>
      fetch(`${testApp.url}/api/v1/accounts/switch`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${testApp.app.operatorKey}` },
        body: JSON.stringify({ accountId }),
      });
    expect((await back('NOBODY')).status).toBe(404);
    expect(await (await back('UPSTOX_02')).json()).toMatchObject({ id: 'UPSTOX_02', isActive: true });
    expect((await testApp.ask('{ activeAccount { id } accounts { id isActive } }')).data).toEqual({
      activeAccount: { id: 'UPSTOX_02' },
      accounts: [
        { id: 'UPSTOX_01', isActive: false },
        { id: 'UPSTOX_02', isActive: true },
      ],
    });
  }
  rmSync(directory, { recursive: true, force: true });
});

test('an account that the environment has described once keeps its place, and cannot log in', async () => {
  await using broker = await openTwoLogins();
  await using first = await openTestApp({ broker, apis: 1, env: SECOND_ENVIRONMENT });
  expect((await first.ask('{ accounts { id source } }')).data.accounts).toHaveLength(2);
  await first.app[Symbol.asyncDispose]();
  await using testApp = await openTestApp({ broker, apis: 1, directory: first.directory });
  expect((await testApp.ask('{ accounts { id source } }')).data.accounts).toEqual([
    { id: 'UPSTOX_01', source: 'ENV' },
    { id: 'UPSTOX_02', source: null },
  ]);
  // Its login is nobody's now, so it can be added anew.
  const { data } = await testApp.ask(ADD, { input: SECOND_INPUT });
  expect(data.addAccount.id).toBe('UPSTOX_03');
});

test('an account with a run under way is not removed, and credentials that are none are never stored', async () => {
  await using broker = await openTwoLogins();
  await using testApp = await openTestApp({ broker, apis: 1 });
  await testApp.ask(ADD, { input: SECOND_INPUT });
  const [app] = SECOND.apps;
  const input = {
    accountId: 'UPSTOX_02',
    apiName: 'PRIMARY',
    clientId: app?.clientId,
    clientSecret: app?.clientSecret,
  };
  await testApp.ask('mutation ($input: SaveApiConfigInput!) { saveApiConfig(input: $input) { source } }', {
    input,
  });
  const begun = await testApp.ask(
    'mutation { beginHumanLogin(apiName: PRIMARY, accountId: "UPSTOX_02") { runId } }',
  );
  expect(begun.errors).toBeUndefined();
  const remove = await testApp.ask('mutation { removeAccount(accountId: "UPSTOX_02") }');
  expect(remove.errors[0].extensions.code).toBe('RUN_IN_PROGRESS');

  const wish = {
    id: null,
    name: null,
    redirectUri: 'https://desk.example/',
    texts: { mobileNumber: 'x', pin: '1', totp: 'y' },
  };
  const refusal = await testApp.app.services.accounts.add(wish).catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: 'BAD_USER_INPUT',
    nextAction: expect.stringContaining('mobileNumber as'),
  });
});

test('an account of the environment that logs in like one of the database is refused at the start', async () => {
  await using broker = await openTwoLogins();
  const directory = mkdtempSync(path.join(tmpdir(), 'vega-shared-'));
  try {
    {
      await using first = await openTestApp({ apis: 1, broker, directory });
      const added = await first.ask(ADD, { input: { ...SECOND_INPUT, id: 'DESK' } });
      expect(added.errors).toBeUndefined();
    }
    const env = Object.fromEntries(
      Object.entries(SECOND_ENVIRONMENT).map(([name, value]) => [
        name.replace('UPSTOX_2_', 'UPSTOX_9_'),
        value,
      ]),
    );
    await expect(openTestApp({ apis: 1, broker, directory, env })).rejects.toThrow(
      'UPSTOX_9_MOBILE_NUMBER: is the one of DESK',
    );
    await using again = await openTestApp({ apis: 1, broker, directory });
    expect(again.rows('select id from vega_accounts order by number')).toEqual([
      { id: 'UPSTOX_01' },
      { id: 'DESK' },
    ]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
