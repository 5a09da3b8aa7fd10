import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { insertAccount } from '../src/db/queries/accounts.ts';
import { ensureAuthRecord } from '../src/db/queries/auth-states.ts';
import type { Account } from '../src/domain/account/account.ts';
import { createLogger } from '../src/log.ts';
import { AuthClock } from '../src/services/auth-state/auth-clock.ts';
import { openTestApp, type TestApp, until } from './support/test-app.ts';

/** A clock of its own on the states of a desk, and which accounts it looks at in each of its ticks. */
const openClock = (testApp: TestApp, lookMs = 0) => {
  const { parts } = testApp.app;
  const { states, database } = parts;
  const ticks: string[][] = [];
  const counted = new Proxy(database, {
    get: (of, name) => {
      if (name === 'version') ticks.push([]);
      const value = Reflect.get(of, name, of);
      return typeof value === 'function' ? value.bind(of) : value;
    },
  });
  const clock = new AuthClock(
    {
      record: (account) => states.record(account),
      read: (account) => states.read(account),
      nextChange: (account, since) => states.nextChange(account, since),
      publish: (account) => states.publish(account),
      publishChanges: async (account) => {
        ticks.at(-1)?.push(account.id);
        await delay(lookMs);
        await states.publishChanges(account);
      },
      publishCooldown: (account) => states.publishCooldown(account),
      move: (account, trigger) => states.move(account, trigger),
      settle: (account) => states.settle(account),
      runEnded: (account) => states.runEnded(account),
    },
    { ...parts, database: counted, isWorker: false, log: createLogger('silent') },
  );
  return { clock, ticks, [Symbol.asyncDispose]: () => clock[Symbol.asyncDispose]() };
};

const isQuiet = (ticks: readonly (readonly string[])[]) =>
  ticks.length > 5 && ticks.slice(-5, -1).every((tick) => tick.length === 0);

test('while nothing is written and no time has come no account is looked at, but for one of which more is known', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await using opened = openClock(testApp);
  const { clock, ticks } = opened;
  await until('four ticks without a look', () => isQuiet(ticks));
  const before = ticks.length;
  clock.touch(await testApp.app.parts.accounts.resolve(null));
  await until('a look', () => ticks.slice(before - 1).some((tick) => tick.length > 0));
});

test('of many accounts each tick reads some anew after a write, and none is left out', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { database, accounts } = testApp.app.parts;
  const now = new Date();
  await database.write(async (trx) => {
    for (let number = 2; number <= 40; number += 1) {
      const id = `UPSTOX_${number}`;
      await insertAccount(trx, { id, number, name: id, isActive: false, now });
      await ensureAuthRecord(trx, id, now);
    }
  });
  await using opened = openClock(testApp, 20);
  const { ticks } = opened;
  const ids = (await accounts.list()).map(({ id }: Account) => id);
  await until('the first look at all', () => new Set(ticks.flat()).size === ids.length);
  const from = ticks.length;
  // What it changes, and of whom, nobody says.
  await accounts.rename(await accounts.resolve('UPSTOX_40'), 'Desk');
  const since = () => ticks.slice(from);
  await until('a look at each', () => new Set(since().flat()).size === ids.length);
  for (const tick of since()) expect(tick.length).toBeLessThan(ids.length / 2);
});
