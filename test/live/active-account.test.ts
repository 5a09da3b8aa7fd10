import { expect, test } from 'vitest';
import type { Account } from '../../src/domain/account/account.ts';
import type { StoredEvent } from '../../src/domain/events/event.ts';
import { ActiveAccount } from '../../src/services/events/active-account.ts';
import { openTwoLogins, SECOND_ENVIRONMENT } from '../accounts/two-logins.ts';
import { readEvents } from '../rest/event-reader.ts';
import { openTestApp, until } from '../support/test-app.ts';

const switched = (id: number, from: string | undefined, to: string): StoredEvent => ({
  ...{ id, at: new Date(0), accountId: null, kind: 'ACCOUNT_SWITCHED' },
  account: { id: to } as Account,
  from,
});

test('at every place of the sequence it is known which account was the active one', () => {
  const active = new ActiveAccount();
  active.begin('A');
  expect(active.at(5)).toBe('A');
  active.noteStored(switched(10, 'A', 'B'));
  active.noteStored(switched(20, 'B', 'C'));
  expect([9, 10, 19, 20, 99].map((id) => active.at(id))).toEqual(['A', 'B', 'B', 'C', 'C']);
});

test('before a switch that an older version has kept it is not known', () => {
  const active = new ActiveAccount();
  active.noteStored(switched(10, undefined, 'B'));
  expect([active.at(9), active.at(10)]).toEqual([null, 'B']);
});

test('a switch that was stored and not published is published at the next start, and a follower goes over', async () => {
  await using broker = await openTwoLogins();
  await using first = await openTestApp({ broker, apis: 1, env: SECOND_ENVIRONMENT });
  await first.ask('mutation { switchAccount(accountId: "UPSTOX_02") { id } }');
  await until(
    'it to be kept',
    () => first.rows("select 1 from vega_events where kind = 'ACCOUNT_SWITCHED'").length > 0,
  );
  await first.app[Symbol.asyncDispose]();
  const last = first.rows('select max(id) as id from vega_events')[0].id;
  first.change("update vega_accounts set is_active = 0 where id = 'UPSTOX_02'");
  first.change("update vega_accounts set is_active = 1 where id = 'UPSTOX_01'");
  await using second = await openTestApp({
    ...{ broker, apis: 1, env: SECOND_ENVIRONMENT, directory: first.directory },
  });
  const { seen, leave } = await readEvents(second, '', { 'last-event-id': String(last) });
  await until('the switch', () => seen.some(({ name }) => name === 'ACCOUNT_SWITCHED'));
  await second.ask('mutation { logout(accountId: "UPSTOX_01") { state } }');
  await until('its state', () => seen.at(-1)?.name === 'AUTH_STATE');
  leave();
  expect(seen.at(-1)?.data).toMatchObject({ accountId: 'UPSTOX_01', state: 'IDLE' });
});

test('history before a switch of an older version is a GAP, and the state of the active account follows', async () => {
  await using broker = await openTwoLogins();
  await using first = await openTestApp({ broker, apis: 1, env: SECOND_ENVIRONMENT });
  await first.ask('mutation { switchAccount(accountId: "UPSTOX_02") { id } }');
  await until(
    'it to be kept',
    () => first.rows("select 1 from vega_events where kind = 'ACCOUNT_SWITCHED'").length > 0,
  );
  await first.app[Symbol.asyncDispose]();
  first.change(
    "update vega_events set payload = json_remove(payload, '$.from') where kind = 'ACCOUNT_SWITCHED'",
  );
  await using second = await openTestApp({
    ...{ broker, apis: 1, env: SECOND_ENVIRONMENT, directory: first.directory },
  });
  const { seen, leave } = await readEvents(second, '', { 'last-event-id': '1' });
  await until('the state', () => seen.length > 2);
  leave();
  expect(seen.slice(0, 2).map(({ name, data }) => [name, data.accountId])).toEqual([
    ['GAP', 'UPSTOX_02'],
    ['AUTH_STATE', 'UPSTOX_02'],
  ]);
});
