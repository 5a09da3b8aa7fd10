import { expect, test } from 'vitest';
import { holderOf } from '../support/callers.ts';
import { openTestApp, until } from '../support/test-app.ts';
import { assign, importToken, isReady, linesOf, rolesOf } from './role-desk.ts';

test('a desk whose broker accepts one app of six trades: PRIMARY by login, five roles by their plan', async () => {
  await using testApp = await openTestApp({ simulator: { scenario: 'one-app' } });
  const run = await testApp.generate('mode: ALL');
  expect(run.steps.map((step: { failure: { code: string } | null }) => step.failure?.code ?? null)).toEqual([
    null,
    ...Array.from({ length: 5 }, () => 'APP_REJECTED'),
  ]);
  expect(await isReady(testApp)).toBe(false);
  const proposed = (await rolesOf(testApp)).map(({ apiName, plans }) => [
    apiName,
    ...plans.map(({ credential, needs }) => `${credential}${needs === null ? '' : ', needs a token'}`),
  ]);
  expect(proposed).toEqual([
    ['PRIMARY'],
    ...['WEBSOCKET1', 'WEBSOCKET2', 'WEBSOCKET3', 'OPTIONCHAIN1', 'OPTIONCHAIN2'].map((name) => [
      name,
      'SHARED',
      'ANALYTICS, needs a token',
    ]),
  ]);

  const analytics = testApp.broker.issueYearlyToken('ANALYTICS');
  const feeds = ['WEBSOCKET1', 'WEBSOCKET2', 'WEBSOCKET3'];
  const imported = { credential: 'ANALYTICS', apiNames: feeds, accessToken: analytics };
  expect(await importToken(testApp, imported)).toBeNull();
  expect(await isReady(testApp)).toBe(false);
  expect(await assign(testApp, 'OPTIONCHAIN1', 'SHARED', 'PRIMARY')).toBeNull();
  expect(await assign(testApp, 'OPTIONCHAIN2', 'SHARED', 'PRIMARY')).toBeNull();
  await until('the gate is open', () => isReady(testApp));

  const roles = await rolesOf(testApp);
  const shared =
    'It has no token of its own: it shares limits and connections with PRIMARY, and whatever ends that token ends this one.';
  const readOnly =
    'Read-only: market data, and no orders; profile, funds and positions only from a static address.';
  expect(
    roles.map(({ apiName, credential, verdict, readOnly: isReadOnly, reason }) => [
      ...[apiName, credential, verdict, isReadOnly, reason],
    ]),
  ).toEqual([
    ['PRIMARY', 'LOGIN', 'VALID', false, null],
    ...feeds.map((name) => [name, 'ANALYTICS', 'VALID', true, readOnly]),
    ...['OPTIONCHAIN1', 'OPTIONCHAIN2'].map((name) => [name, 'SHARED', 'VALID', false, shared]),
  ]);

  const feed = await holderOf(testApp, { name: 'feed', role: 'SERVICE' });
  const leased = async (apiName: string) =>
    (await feed.ask(`mutation { leaseToken(apiName: ${apiName}) { apiName accessToken readOnly version } }`))
      .body.data?.leaseToken as { apiName: string; accessToken: string; readOnly: boolean; version: number };
  const primary = await leased('PRIMARY');
  expect(primary).toMatchObject({ apiName: 'PRIMARY', readOnly: false, version: 1 });
  expect(await leased('WEBSOCKET2')).toEqual({
    ...{ apiName: 'WEBSOCKET2', accessToken: analytics, readOnly: true, version: 1 },
  });
  const { accessToken } = primary;
  expect(await leased('OPTIONCHAIN1')).toEqual({
    ...{ apiName: 'OPTIONCHAIN1', accessToken, readOnly: false, version: 1 },
  });
  const written = testApp.rows("select message from vega_audit_entries where kind = 'TOKEN_LEASED'");
  expect(written.map(({ message }) => message.replace(/key .*/, 'key'))).toEqual([
    'Version 1 of the token is handed to key',
    'Version 1 of the token (ANALYTICS) is handed to key',
    'Version 1 of the token (SHARED) is handed to key',
  ]);

  // Nobody logs in for a role that needs none.
  const before = testApp.broker.log.filter(({ kind }) => kind === 'DIALOG').length;
  const { errors } = await testApp.ask(
    'mutation { generateTokens(mode: PARTIAL, apiNames: [WEBSOCKET1]) { id } }',
  );
  expect(errors[0].extensions.code).toBe('ROLE_NEEDS_NO_LOGIN');
  const again = await testApp.generate('mode: ALL, replaceValid: true');
  expect(again.steps.map((step: { apiName: string }) => step.apiName)).toEqual(['PRIMARY']);
  expect(testApp.broker.log.filter(({ kind }) => kind === 'DIALOG')).toHaveLength(before + 1);
  await until('the gate is open again', () => isReady(testApp));
  expect(await linesOf(testApp)).toContain('OPTIONCHAIN2 SHARED PRIMARY VALID');
  // The programs that share the token hear of the new one.
  const stored = testApp
    .rows("select payload from vega_events where kind = 'TOKEN_STORED' order by id")
    .map(({ payload }) => JSON.parse(payload).stored.apiName);
  expect(stored.slice(-3)).toEqual(['PRIMARY', 'OPTIONCHAIN1', 'OPTIONCHAIN2']);
  const { tokenExpiry } = (await testApp.ask('{ tokenExpiry { apiName remainingSeconds } }')).data;
  expect(tokenExpiry.map(({ apiName }: { apiName: string }) => apiName)).toHaveLength(6);
  expect(tokenExpiry[1].remainingSeconds).toBeGreaterThan(360 * 86_400);
}, 90_000);
