import { expect, test } from 'vitest';
import { holderOf } from '../support/callers.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { importToken, linesOf } from './role-desk.ts';

const START = Date.parse('2026-11-24T04:00:00Z');

/** A desk with an analytics token for WEBSOCKET1, on a clock that is turned by hand. */
const openDesk = async () => {
  const clock = { now: START };
  const desk = { apis: 2, clock: () => new Date(clock.now), env: { VEGA_PROFILE_TIMEOUT_MS: '300' } };
  const testApp = await openTestApp({ ...desk, simulator: { now: () => clock.now } });
  const analytics = testApp.broker.issueYearlyToken('ANALYTICS');
  await importToken(testApp, { credential: 'ANALYTICS', apiNames: ['WEBSOCKET1'], accessToken: analytics });
  const second = () => openTestApp({ ...desk, broker: testApp.broker, directory: testApp.directory });
  return { testApp, clock, analytics, second };
};

const stored = ({ rows }: TestApp) =>
  rows('select verdict, http_status, checked_at from vega_held_tokens')[0];

test('what another process has found out of a yearly token overrules what is remembered of it', async () => {
  const { testApp, clock, analytics, second } = await openDesk();
  await using _testApp = testApp;
  await using other = await second();
  await testApp.client.tokenStatus({});
  const feed = await holderOf(testApp, { name: 'feed', role: 'SERVICE' });
  const lease = async () =>
    (await feed.ask('mutation { leaseToken(apiName: WEBSOCKET1) { version } }')).body.errors?.[0]?.extensions
      .code ?? 'leased';
  expect([await linesOf(testApp), await lease()]).toEqual([
    ['PRIMARY LOGIN MISSING', 'WEBSOCKET1 ANALYTICS VALID'],
    'leased',
  ]);
  clock.now += 60_000;
  testApp.broker.faults.marketData = 'server-error';
  await other.client.tokenStatus({});
  expect(await linesOf(testApp)).toContain('WEBSOCKET1 ANALYTICS UNKNOWN');
  testApp.broker.faults.marketData = 'none';
  clock.now += 60_000;
  await other.client.tokenStatus({});
  expect(await linesOf(testApp)).toContain('WEBSOCKET1 ANALYTICS VALID');
  clock.now += 60_000;
  testApp.broker.revoke(analytics);
  await other.client.tokenStatus({});
  expect(await linesOf(testApp)).toContain('WEBSOCKET1 ANALYTICS INVALID');
  expect(await lease()).toBe('TOKEN_NOT_VALID');
});

test('an older verdict of another process does not overrule what was asked since', async () => {
  const { testApp, clock, second } = await openDesk();
  await using _testApp = testApp;
  await using other = await second();
  testApp.broker.faults.marketData = 'server-error';
  await other.client.tokenStatus({});
  clock.now += 60_000;
  testApp.broker.faults.marketData = 'none';
  await testApp.client.tokenStatus({});
  expect(await linesOf(testApp)).toContain('WEBSOCKET1 ANALYTICS VALID');
  expect(await linesOf(other)).toContain('WEBSOCKET1 ANALYTICS VALID');
});

test('the time of the last check moves only when the broker has answered', async () => {
  const { testApp, clock, analytics } = await openDesk();
  await using _testApp = testApp;
  expect(stored(testApp)).toEqual({ verdict: 'VALID', http_status: 200, checked_at: START });
  clock.now += 60_000;
  testApp.broker.faults.marketData = 'hang';
  await testApp.client.tokenStatus({});
  expect(stored(testApp)).toEqual({ verdict: 'UNKNOWN', http_status: null, checked_at: START });
  testApp.broker.faults.marketData = 'gateway-forbidden';
  await testApp.client.tokenStatus({});
  expect(stored(testApp)).toEqual({ verdict: 'UNKNOWN', http_status: 403, checked_at: START + 60_000 });
  testApp.broker.faults.marketData = 'none';
  testApp.broker.revoke(analytics);
  clock.now += 60_000;
  await testApp.client.tokenStatus({});
  const invalid = { verdict: 'INVALID', http_status: 401, checked_at: START + 120_000 };
  expect(stored(testApp)).toEqual(invalid);
  // A token that is known to be dead is not asked about again.
  clock.now += 60_000;
  const asked = testApp.broker.log.filter(({ kind }) => kind === 'MARKET_DATA').length;
  await testApp.client.tokenStatus({});
  expect(testApp.broker.log.filter(({ kind }) => kind === 'MARKET_DATA')).toHaveLength(asked);
  expect(stored(testApp)).toEqual(invalid);
});

test('roles that have the same token each get it under their own name and version', async () => {
  const { testApp } = await openDesk();
  await using _testApp = testApp;
  const pasted = () => testApp.broker.issueToken(testApp.broker.apps[1]?.clientId ?? '');
  for (const accessToken of [pasted(), pasted()])
    await importToken(testApp, { credential: 'PASTED', apiNames: ['WEBSOCKET2'], accessToken });
  const accessToken = testApp.broker.issueYearlyToken('ANALYTICS');
  await importToken(testApp, { credential: 'ANALYTICS', apiNames: ['WEBSOCKET2'], accessToken });
  const { accounts, roles, verifier } = testApp.app.services;
  const account = await accounts.resolve(undefined);
  const list = await roles.list(account);
  const tokensOf = (known: Awaited<ReturnType<typeof verifier.check>>) =>
    known.flatMap(({ role, token, check }) =>
      token === undefined ? [] : [[role.apiName, token.apiName, token.version, check.apiName]],
    );
  const known = tokensOf(await verifier.lastKnown(account, list));
  expect(new Set(known.map(([, , version]) => version)).size).toBe(2);
  expect(tokensOf(await verifier.check(account, list))).toEqual(known);
  expect(known.map(([role, ofToken, , ofCheck]) => [role, ofToken, ofCheck])).toEqual([
    ['WEBSOCKET1', 'WEBSOCKET1', 'WEBSOCKET1'],
    ['WEBSOCKET2', 'WEBSOCKET2', 'WEBSOCKET2'],
  ]);
});
