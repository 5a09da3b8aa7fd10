import { expect, test } from 'vitest';
import { holderOf } from '../support/callers.ts';
import { plantToken } from '../support/plant.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';
import { assign, importToken, isReady, linesOf, rolesOf } from './role-desk.ts';

const clientOf = ({ broker }: TestApp, index: number): string => broker.apps[index]?.clientId ?? '';

const tokenRows = ({ rows }: TestApp): readonly string[] =>
  rows('select api_name from upstox_tokens order by id').map(({ api_name }) => api_name);

test('a token that was made by hand serves PRIMARY until 03:30, and the gate opens', async () => {
  let now = new Date('2026-11-24T04:00:00Z');
  await using testApp = await openTestApp({
    apis: 1,
    clock: () => now,
    simulator: { now: () => now.getTime() },
  });
  expect(await linesOf(testApp)).toEqual(['PRIMARY LOGIN MISSING']);
  const accessToken = testApp.broker.issueToken(clientOf(testApp, 0));
  expect(await importToken(testApp, { credential: 'PASTED', apiNames: ['PRIMARY'], accessToken })).toBeNull();
  expect(await linesOf(testApp)).toEqual(['PRIMARY PASTED VALID']);
  expect((await rolesOf(testApp))[0]).toMatchObject({
    readOnly: false,
    degraded: true,
    expiresAt: '2026-11-24T22:00:00.000Z',
  });
  expect(await isReady(testApp)).toBe(true);
  const [row] = testApp.rows('select access_token, validity_at, is_active from upstox_tokens');
  expect(row).toEqual({ access_token: accessToken, validity_at: '2026-11-25 03:30:00', is_active: 1 });
  const kinds = testApp.rows(
    "select kind from vega_audit_entries where kind like 'TOKEN%' order by sequence",
  );
  expect(kinds.map(({ kind }) => kind)).toEqual(['TOKEN_IMPORTED', 'TOKEN_STORED']);
  const refused = await testApp.ask('mutation { generateTokens(mode: PARTIAL, apiNames: [PRIMARY]) { id } }');
  expect(refused.errors[0].extensions.code).toBe('ROLE_NEEDS_NO_LOGIN');
  // A day later the role is its app's again, and its next token comes from a login.
  now = new Date('2026-11-24T22:00:01Z');
  expect(await linesOf(testApp)).toEqual(['PRIMARY LOGIN EXPIRED']);
  await until('the gate is shut', async () => !(await isReady(testApp)));
});

test('nothing of a token is stored that the broker does not confirm', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  plantToken(testApp, 'PRIMARY');
  await testApp.client.tokenStatus({});
  const day = testApp.broker.issueToken(clientOf(testApp, 1));
  const yearly = testApp.broker.issueYearlyToken('ANALYTICS');
  const pasted = { credential: 'PASTED', apiNames: ['WEBSOCKET1'], accessToken: day };
  const analytics = { credential: 'ANALYTICS', apiNames: ['WEBSOCKET1'], accessToken: yearly };
  const { faults } = testApp.broker;
  for (const fault of ['server-error', 'rate-limited', 'cloudflare-html', 'forbidden', 'reset'] as const) {
    faults.profile = fault;
    expect([fault, await importToken(testApp, pasted)]).toEqual([fault, 'TOKEN_NOT_VERIFIED']);
  }
  faults.profile = 'unauthorized';
  expect(await importToken(testApp, pasted)).toBe('TOKEN_NOT_VALID');
  faults.profile = 'wrong-user';
  expect(await importToken(testApp, pasted)).toBe('WRONG_ACCOUNT');
  faults.profile = 'none';
  for (const fault of ['server-error', 'rate-limited', 'gateway-forbidden', 'not-market-data'] as const) {
    faults.marketData = fault;
    expect([fault, await importToken(testApp, analytics)]).toEqual([fault, 'TOKEN_NOT_VERIFIED']);
  }
  faults.marketData = 'none';
  testApp.broker.revoke(yearly);
  expect(await importToken(testApp, analytics)).toBe('TOKEN_NOT_VALID');
  const stranger = testApp.broker.issueToken(clientOf(testApp, 1), { userId: 'OTHER9' });
  expect(await importToken(testApp, { ...pasted, accessToken: stranger })).toBe('WRONG_ACCOUNT');
  expect(tokenRows(testApp)).toEqual(['PRIMARY']);
  expect(testApp.rows('select * from vega_held_tokens')).toEqual([]);
  expect(await linesOf(testApp)).toEqual(['PRIMARY LOGIN VALID', 'WEBSOCKET1 LOGIN MISSING']);
});

test('what a token is decides what it may be imported as, and PRIMARY takes no read-only one', async () => {
  await using testApp = await openTestApp({ apis: 3 });
  const yearly = testApp.broker.issueYearlyToken('ANALYTICS');
  const day = testApp.broker.issueToken(clientOf(testApp, 1));
  const outcome = (credential: string, accessToken: string, ...apiNames: string[]) =>
    importToken(testApp, { credential, accessToken, apiNames });
  expect(await outcome('PASTED', yearly, 'PRIMARY')).toBe('CREDENTIAL_NOT_ALLOWED');
  expect(await outcome('ANALYTICS', yearly, 'PRIMARY')).toBe('CREDENTIAL_NOT_ALLOWED');
  expect(await outcome('ANALYTICS', day, 'WEBSOCKET1')).toBe('CREDENTIAL_NOT_ALLOWED');
  expect(await outcome('PASTED', day)).toBe('BAD_USER_INPUT');
  expect(await outcome('PASTED', `${day} ${day}`, 'WEBSOCKET1')).toBe('BAD_USER_INPUT');
  expect(await assign(testApp, 'PRIMARY', 'ANALYTICS')).toBe('CREDENTIAL_NOT_ALLOWED');
  expect(await assign(testApp, 'PRIMARY', 'SHARED', 'WEBSOCKET1')).toBe('CREDENTIAL_NOT_ALLOWED');
  expect(await assign(testApp, 'WEBSOCKET1', 'SHARED', 'WEBSOCKET1')).toBe('CREDENTIAL_NOT_ALLOWED');
  expect(await assign(testApp, 'WEBSOCKET1', 'SHARED', 'OPTIONCHAIN2')).toBe('CREDENTIAL_NOT_ALLOWED');
  expect(await assign(testApp, 'WEBSOCKET1', 'SHARED')).toBe('BAD_USER_INPUT');
  expect(await assign(testApp, 'WEBSOCKET1', 'LOGIN', 'PRIMARY')).toBe('BAD_USER_INPUT');
  expect(await assign(testApp, 'OPTIONCHAIN2', 'LOGIN')).toBe('API_NOT_CONFIGURED');
  expect(await assign(testApp, 'WEBSOCKET1', 'SHARED', 'WEBSOCKET2')).toBeNull();
  expect(await assign(testApp, 'WEBSOCKET2', 'SHARED', 'PRIMARY')).toBe('CREDENTIAL_NOT_ALLOWED');
  expect(await assign(testApp, 'PRIMARY', 'PASTED')).toBeNull();
  expect(await linesOf(testApp)).toEqual([
    'PRIMARY PASTED MISSING',
    'WEBSOCKET1 SHARED WEBSOCKET2 MISSING',
    'WEBSOCKET2 LOGIN MISSING',
  ]);
});

test('a yearly token lies sealed and apart, unless the operator wants it in the table, and leaves it with its role', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  const accessToken = testApp.broker.issueYearlyToken('ANALYTICS');
  const wish = { credential: 'ANALYTICS', apiNames: ['WEBSOCKET1', 'OPTIONCHAIN1'], accessToken };
  expect(await importToken(testApp, wish)).toBeNull();
  expect(tokenRows(testApp)).toEqual([]);
  expect(testApp.rows('select access_token from vega_held_tokens')[0].access_token).toMatch(/^vega1:/);
  expect(await linesOf(testApp)).toEqual([
    'PRIMARY LOGIN MISSING',
    'WEBSOCKET1 ANALYTICS VALID',
    'OPTIONCHAIN1 ANALYTICS VALID',
  ]);
  expect(await importToken(testApp, { ...wish, writeToTokenTable: true })).toBeNull();
  expect(tokenRows(testApp)).toEqual(['WEBSOCKET1', 'OPTIONCHAIN1']);
  // From there it never serves a login's role.
  expect(await assign(testApp, 'WEBSOCKET1', 'LOGIN')).toBeNull();
  expect(tokenRows(testApp)).toEqual(['OPTIONCHAIN1']);
  expect(await linesOf(testApp)).toContain('WEBSOCKET1 LOGIN MISSING');
  plantToken(testApp, 'WEBSOCKET1', { access_token: accessToken });
  expect(await linesOf(testApp)).toContain('WEBSOCKET1 LOGIN MISSING');
  const { removeRole } = (await testApp.ask('mutation { removeRole(apiName: OPTIONCHAIN1) }')).data;
  expect(removeRole).toBe(true);
  expect(await linesOf(testApp)).toEqual(['PRIMARY LOGIN MISSING', 'WEBSOCKET1 LOGIN MISSING']);
});

test('a yearly token that the broker ends is INVALID, and one that it says nothing about is no longer leased', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  plantToken(testApp, 'PRIMARY');
  const accessToken = testApp.broker.issueYearlyToken('ANALYTICS');
  await importToken(testApp, { credential: 'ANALYTICS', apiNames: ['WEBSOCKET1'], accessToken });
  const feed = await holderOf(testApp, { name: 'feed', role: 'SERVICE' });
  const lease = async () =>
    (await feed.ask('mutation { leaseToken(apiName: WEBSOCKET1) { readOnly } }')).body.errors?.[0]?.extensions
      .code ?? 'leased';
  expect(await lease()).toBe('leased');
  testApp.broker.faults.marketData = 'gateway-forbidden';
  const { tokens } = await testApp.client.tokenStatus({});
  expect(tokens[1]).toMatchObject({ verdict: 'UNKNOWN', reason: 'BROKER_ERROR', httpStatus: 403 });
  expect(await lease()).toBe('TOKEN_NOT_VALID');
  testApp.broker.faults.marketData = 'none';
  await testApp.client.tokenStatus({});
  expect(await lease()).toBe('leased');
  testApp.broker.issueYearlyToken('ANALYTICS');
  await testApp.client.tokenStatus({});
  expect(await linesOf(testApp)).toEqual(['PRIMARY LOGIN VALID', 'WEBSOCKET1 ANALYTICS INVALID']);
  const { nextOperations } = (await testApp.ask('{ authState { nextOperations } }')).data.authState;
  expect(nextOperations).toContain('IMPORT_TOKEN');
  expect(nextOperations).not.toContain('GENERATE_MISSING');
});

test('the token of a yearly one is confirmed after a restart, and its end is warned of 30, 7 and 1 days before', async () => {
  const made = new Date('2026-11-24T04:00:00Z');
  let now = made;
  await using testApp = await openTestApp({
    apis: 2,
    clock: () => now,
    simulator: { now: () => now.getTime() },
  });
  const accessToken = testApp.broker.issueYearlyToken('ANALYTICS');
  await importToken(testApp, { credential: 'ANALYTICS', apiNames: ['WEBSOCKET1'], accessToken });
  const again = async () =>
    openTestApp({ apis: 2, clock: () => now, directory: testApp.directory, broker: testApp.broker });
  const alerts = () =>
    testApp.rows("select title from vega_alerts where kind = 'EXPIRING' order by raised_at, id");
  const end = new Date((await rolesOf(testApp))[1]?.expiresAt ?? '').getTime();
  for (const [days, count] of [
    [31, 0],
    [30, 1],
    [8, 1],
    [6, 2],
    [1, 3],
    [0.5, 3],
  ] as const) {
    now = new Date(end - days * 86_400_000);
    await using second = await again();
    expect(await linesOf(second)).toContain('WEBSOCKET1 ANALYTICS UNKNOWN');
    await until(`${count} warnings ${days} days before`, () => alerts().length === count);
  }
  expect(alerts().map(({ title }) => title)).toEqual([
    'UPSTOX_01: the ANALYTICS token ends within 30 days',
    'UPSTOX_01: the ANALYTICS token ends within 7 days',
    'UPSTOX_01: the ANALYTICS token ends within a day',
  ]);
});

test('the extended token that a login yields is kept, sealed, and serves no role by itself', async () => {
  await using testApp = await openTestApp({ apis: 1, simulator: { scenario: 'extended' } });
  await testApp.generate('mode: ALL');
  const { yearlyTokens } = (await testApp.ask('{ yearlyTokens { kind version checkedAt } }')).data;
  expect(yearlyTokens).toEqual([{ kind: 'EXTENDED', version: 1, checkedAt: null }]);
  expect(testApp.rows('select access_token from vega_held_tokens')[0].access_token).toMatch(/^vega1:/);
  expect(await linesOf(testApp)).toEqual(['PRIMARY LOGIN VALID']);
  expect(await assign(testApp, 'OPTIONCHAIN1', 'EXTENDED')).toBeNull();
  expect(await linesOf(testApp)).toEqual(['PRIMARY LOGIN VALID', 'OPTIONCHAIN1 EXTENDED VALID']);
});

test('the extended token is kept and announced where the broker does not confirm the login’s token', async () => {
  await using testApp = await openTestApp({ apis: 1, simulator: { scenario: 'extended' } });
  const { ask, broker, rows } = testApp;
  expect(await assign(testApp, 'OPTIONCHAIN1', 'EXTENDED')).toBeNull();
  broker.faults.profile = 'server-error';
  const { steps } = await testApp.generate('mode: INVALID_ONLY');
  expect(steps[0].failure.code).toBe('UNVERIFIED');
  expect((await ask('{ yearlyTokens { kind version } }')).data.yearlyTokens).toEqual([
    { kind: 'EXTENDED', version: 1 },
  ]);
  const stored = () =>
    rows("select payload from vega_events where kind = 'TOKEN_STORED' order by id").map(({ payload }) => {
      const { apiName, version } = JSON.parse(payload).stored;
      return `${apiName} ${version}`;
    });
  await until('both events', () => stored().length >= 2);
  expect(stored()).toEqual(['PRIMARY 1', 'OPTIONCHAIN1 2']);
});

test('an extended token that comes with another user’s is not kept', async () => {
  await using testApp = await openTestApp({ apis: 1, simulator: { scenario: 'extended' } });
  testApp.change("update vega_accounts set broker_user_id = 'DEMO01'");
  testApp.broker.faults.profile = 'wrong-user';
  const { steps } = await testApp.generate('mode: ALL');
  expect(steps[0].failure.code).toBe('WRONG_ACCOUNT');
  expect(testApp.rows('select * from vega_held_tokens')).toEqual([]);
});

test('a yearly token opens again after the master key was changed', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  const accessToken = testApp.broker.issueYearlyToken('ANALYTICS');
  await importToken(testApp, { credential: 'ANALYTICS', apiNames: ['WEBSOCKET1'], accessToken });
  const sealed = () => testApp.rows('select access_token from vega_held_tokens')[0].access_token;
  const before = sealed();
  expect((await testApp.ask('mutation { rotateMasterKey }')).data.rotateMasterKey).toBe(true);
  expect(sealed()).not.toBe(before);
  const feed = await holderOf(testApp, { name: 'feed', role: 'SERVICE' });
  const { body } = await feed.ask('mutation { leaseToken(apiName: WEBSOCKET1) { accessToken } }');
  expect(body.data?.leaseToken).toEqual({ accessToken });
});
