import path from 'node:path';
import { expect, test } from 'vitest';
import { verdictText } from '../src/sdk/words.ts';
import { getAccount } from '../src/services/accounts/accounts.ts';
import { holdLock } from './db/temporary-database.ts';
import { plantToken } from './support/plant.ts';
import { openTestApp, type TestApp, until } from './support/test-app.ts';

const textsIn = async ({ client }: TestApp): Promise<readonly string[]> => {
  const { tokens } = await client.tokenStatus({});
  return tokens.map((check) => `${check.apiName}: ${verdictText(check)}`);
};

const again = (testApp: TestApp, apis: number): Promise<TestApp> =>
  openTestApp({ apis, directory: testApp.directory, broker: testApp.broker });

const clientOf = (testApp: TestApp, index: number): string => testApp.broker.apps[index]?.clientId ?? '';

test('"WEBSOCKET2    : INVALID (401)" stays so at the second look, after a switch of accounts and after a restart', async () => {
  await using testApp = await openTestApp({ apis: 3 });
  plantToken(testApp, 'PRIMARY');
  plantToken(testApp, 'WEBSOCKET1');
  plantToken(testApp, 'WEBSOCKET2');
  testApp.broker.faults.profileByClient.set(clientOf(testApp, 1), 'wrong-user');
  testApp.broker.faults.profileByClient.set(clientOf(testApp, 2), 'unauthorized');
  const seen = ['PRIMARY: VALID', 'WEBSOCKET1: INVALID (WRONG ACCOUNT)', 'WEBSOCKET2: INVALID (401)'];
  expect(await textsIn(testApp)).toEqual(seen);
  expect(await textsIn(testApp)).toEqual(seen);
  testApp.app.services.verifier.markForRecheck(await getAccount(testApp.app.parts.database, null));
  expect(await textsIn(testApp)).toEqual(seen);
  await using second = await again(testApp, 3);
  const calls = testApp.broker.profileCalls.total;
  expect(await textsIn(second)).toEqual(seen);
  // Only PRIMARY was asked about: the others are known.
  expect(testApp.broker.profileCalls.total).toBeLessThanOrEqual(calls + 2);
  const { tokens } = await second.client.tokenStatus({});
  expect(tokens.slice(1)).toMatchObject([
    { verdict: 'INVALID', reason: 'WRONG_ACCOUNT', httpStatus: 200, profileValid: false },
    { verdict: 'INVALID', reason: 'REJECTED', httpStatus: 401, profileValid: false },
  ]);
});

test.for([
  ['that somebody else set inactive', { is_active: 0 }],
  ['that was active again, and set inactive by somebody else', { is_active: 0, updated_at: 1 }],
] as const)('a token %s stays INACTIVE after a restart', async ([what, change]) => {
  await using testApp = await openTestApp({ apis: 1 });
  plantToken(testApp, 'PRIMARY');
  if (what.startsWith('that was')) {
    testApp.broker.faults.profile = 'unauthorized';
    expect(await textsIn(testApp)).toEqual(['PRIMARY: INVALID (401)']);
  }
  for (const [column, value] of Object.entries(change))
    testApp.change(`update upstox_tokens set ${column} = ?`, value);
  await using second = await again(testApp, 1);
  expect(await textsIn(second)).toEqual(['PRIMARY: INVALID (INACTIVE)']);
});

test('a mark ends when its token works again, whoever sets it inactive afterwards', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  plantToken(testApp, 'PRIMARY');
  testApp.broker.faults.profile = 'unauthorized';
  expect(await textsIn(testApp)).toEqual(['PRIMARY: INVALID (401)']);
  testApp.broker.faults.profile = 'none';
  testApp.change('update upstox_tokens set is_active = 1');
  expect(await textsIn(testApp)).toEqual(['PRIMARY: VALID']);
  testApp.change('update upstox_tokens set is_active = 0');
  expect(await textsIn(testApp)).toEqual(['PRIMARY: INVALID (INACTIVE)']);
});

test('the mark of a token is not said of the one that takes its place', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  plantToken(testApp, 'PRIMARY');
  testApp.broker.faults.profile = 'unauthorized';
  expect(await textsIn(testApp)).toEqual(['PRIMARY: INVALID (401)']);
  testApp.broker.faults.profile = 'none';
  plantToken(testApp, 'PRIMARY', { is_active: 0 });
  await using second = await again(testApp, 1);
  expect(await textsIn(second)).toEqual(['PRIMARY: INVALID (INACTIVE)']);
});

test('a token that a logout has ended at the broker says so, also after a restart', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  plantToken(testApp, 'PRIMARY');
  await textsIn(testApp);
  await testApp.ask('mutation { logout(revoke: true) { state } }');
  expect(await textsIn(testApp)).toEqual(['PRIMARY: INVALID (REVOKED)']);
  await using second = await again(testApp, 1);
  expect(await textsIn(second)).toEqual(['PRIMARY: INVALID (REVOKED)']);
});

test('a mark that is made while another program holds the database comes into it with its reason', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  plantToken(testApp, 'PRIMARY');
  await testApp.client.tokenStatus({});
  testApp.broker.faults.profile = 'unauthorized';
  await using lock = await holdLock(path.join(testApp.directory, 'vega_trade.db'));
  expect(await textsIn(testApp)).toEqual(['PRIMARY: INVALID (401)']);
  await lock.release();
  const marks = () => testApp.rows('select api_name, reason, http_status from vega_token_marks');
  await until('the mark is in the database', () => marks().length > 0);
  expect(marks()).toEqual([{ api_name: 'PRIMARY', reason: 'REJECTED', http_status: 401 }]);
  await using second = await again(testApp, 1);
  expect(await textsIn(second)).toEqual(['PRIMARY: INVALID (401)']);
});
