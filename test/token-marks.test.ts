import path from 'node:path';
import { expect, test } from 'vitest';
import { verdictText } from '../src/sdk/words.ts';
import { getAccount } from '../src/services/accounts/accounts.ts';
import { holdLock } from './db/temporary-database.ts';
import { type Desk, openDesk, until } from './support/desk.ts';
import { plantToken } from './support/plant.ts';

const textsIn = async ({ client }: Desk): Promise<readonly string[]> => {
  const { tokens } = await client.tokenStatus({});
  return tokens.map((check) => `${check.apiName}: ${verdictText(check)}`);
};

const again = (desk: Desk, apis: number): Promise<Desk> =>
  openDesk({ apis, directory: desk.directory, broker: desk.broker });

const clientOf = (desk: Desk, index: number): string => desk.broker.apps[index]?.clientId ?? '';

test('"WEBSOCKET2    : INVALID (401)" stays so at the second look, after a switch of accounts and after a restart', async () => {
  await using desk = await openDesk({ apis: 3 });
  plantToken(desk, 'PRIMARY');
  plantToken(desk, 'WEBSOCKET1');
  plantToken(desk, 'WEBSOCKET2');
  desk.broker.faults.profileByClient.set(clientOf(desk, 1), 'wrong-user');
  desk.broker.faults.profileByClient.set(clientOf(desk, 2), 'unauthorized');
  const seen = ['PRIMARY: VALID', 'WEBSOCKET1: INVALID (WRONG ACCOUNT)', 'WEBSOCKET2: INVALID (401)'];
  expect(await textsIn(desk)).toEqual(seen);
  expect(await textsIn(desk)).toEqual(seen);
  desk.app.services.verifier.markForRecheck(await getAccount(desk.app.services.database, null));
  expect(await textsIn(desk)).toEqual(seen);
  await using second = await again(desk, 3);
  const calls = desk.broker.profileCalls.total;
  expect(await textsIn(second)).toEqual(seen);
  // Only PRIMARY was asked about: the others are known.
  expect(desk.broker.profileCalls.total).toBeLessThanOrEqual(calls + 2);
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
  await using desk = await openDesk({ apis: 1 });
  plantToken(desk, 'PRIMARY');
  if (what.startsWith('that was')) {
    desk.broker.faults.profile = 'unauthorized';
    expect(await textsIn(desk)).toEqual(['PRIMARY: INVALID (401)']);
  }
  for (const [column, value] of Object.entries(change))
    desk.change(`update upstox_tokens set ${column} = ?`, value);
  await using second = await again(desk, 1);
  expect(await textsIn(second)).toEqual(['PRIMARY: INVALID (INACTIVE)']);
});

test('a mark ends when its token works again, whoever sets it inactive afterwards', async () => {
  await using desk = await openDesk({ apis: 1 });
  plantToken(desk, 'PRIMARY');
  desk.broker.faults.profile = 'unauthorized';
  expect(await textsIn(desk)).toEqual(['PRIMARY: INVALID (401)']);
  desk.broker.faults.profile = 'none';
  desk.change('update upstox_tokens set is_active = 1');
  expect(await textsIn(desk)).toEqual(['PRIMARY: VALID']);
  desk.change('update upstox_tokens set is_active = 0');
  expect(await textsIn(desk)).toEqual(['PRIMARY: INVALID (INACTIVE)']);
});

test('the mark of a token is not said of the one that takes its place', async () => {
  await using desk = await openDesk({ apis: 1 });
  plantToken(desk, 'PRIMARY');
  desk.broker.faults.profile = 'unauthorized';
  expect(await textsIn(desk)).toEqual(['PRIMARY: INVALID (401)']);
  desk.broker.faults.profile = 'none';
  plantToken(desk, 'PRIMARY', { is_active: 0 });
  await using second = await again(desk, 1);
  expect(await textsIn(second)).toEqual(['PRIMARY: INVALID (INACTIVE)']);
});

test('a token that a logout has ended at the broker says so, also after a restart', async () => {
  await using desk = await openDesk({ apis: 1 });
  plantToken(desk, 'PRIMARY');
  await textsIn(desk);
  await desk.ask('mutation { logout(revoke: true) { state } }');
  expect(await textsIn(desk)).toEqual(['PRIMARY: INVALID (REVOKED)']);
  await using second = await again(desk, 1);
  expect(await textsIn(second)).toEqual(['PRIMARY: INVALID (REVOKED)']);
});

test('a mark that is made while another program holds the database comes into it with its reason', async () => {
  await using desk = await openDesk({ apis: 1 });
  plantToken(desk, 'PRIMARY');
  await desk.client.tokenStatus({});
  desk.broker.faults.profile = 'unauthorized';
  await using lock = await holdLock(path.join(desk.directory, 'vega_trade.db'));
  expect(await textsIn(desk)).toEqual(['PRIMARY: INVALID (401)']);
  await lock.release();
  const marks = () => desk.rows('select api_name, reason, http_status from vega_token_marks');
  await until('the mark is in the database', () => marks().length > 0);
  expect(marks()).toEqual([{ api_name: 'PRIMARY', reason: 'REJECTED', http_status: 401 }]);
  await using second = await again(desk, 1);
  expect(await textsIn(second)).toEqual(['PRIMARY: INVALID (401)']);
});
