import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { ensureAccount, findAccounts } from '../../src/db/queries/accounts.ts';
import { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import { IST } from '../../src/domain/wall-time.ts';
import { Folder, holdLock, writeInTurn } from './temporary-database.ts';

const HELD_MS = 120;

test('a write waits for the lock of another process without stopping the server', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await using other = await holdLock(database.path);
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  // It measures from its second tick on.
  while (loop.count === 0) await delay(5);
  let calls = 0;
  const writing = database.write((transaction) => {
    calls++;
    return ensureAccount(transaction, { id: 'UPSTOX_01', number: 1 }, new Date(0));
  });

  await delay(HELD_MS);
  loop.disable();
  expect([calls, await findAccounts(database.read)]).toEqual([0, []]);
  await other.release();
  await writing;
  expect(await findAccounts(database.read)).toEqual([
    { id: 'UPSTOX_01', number: 1, name: 'UPSTOX_01', brokerUserId: null, isActive: true, redirectUri: null },
  ]);
  expect(calls).toBe(1);
  // Blocked it would be late at nearly every tick; on a busy machine it is late at some.
  expect(loop.percentile(50) / 1e6).toBeLessThan(50);
});

test('a write waits its turn while others write one after the other, and that is no outage', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await using others = await writeInTurn(database.path, { commits: 12, heldMs: 60 });
  const told: boolean[] = [];
  database.listen({ recovery: ({ dbLocked }) => told.push(dbLocked) });
  await database.write((transaction) =>
    ensureAccount(transaction, { id: 'UPSTOX_01', number: 1 }, new Date(0)),
  );
  expect(told).toEqual([]);
  await others.ended;
  expect(
    folder.raw((connection) => connection.prepare('select id from vega_accounts').pluck().all()),
  ).toEqual(['UPSTOX_01']);
  expect(folder.raw((connection) => connection.prepare('select count(*) from turns').pluck().get())).toBe(12);
});

test('a short look waits longer for a lock that stands still', async () => {
  using folder = new Folder();
  await using database = await SqliteDatabase.open({
    file: folder.file('vega_trade.db'),
    zone: IST,
    masterKey: { given: [], folder: folder.file('.vega') },
    now: new Date(0),
    isBrief: true,
  });
  await using other = await holdLock(database.path);
  const loop = performance.now();
  const writing = database.write((transaction) =>
    ensureAccount(transaction, { id: 'UPSTOX_01', number: 1 }, new Date(0)),
  );
  await delay(4 * HELD_MS);
  expect([database.trouble, performance.now() - loop > 4 * HELD_MS - 5]).toEqual([null, true]);
  await other.release();
  await writing;
  expect(database.trouble).toBeNull();
});

test('a program that only reads is not disturbed, and does not disturb', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  const write = (number: number) =>
    database.write((transaction) =>
      ensureAccount(transaction, { id: `UPSTOX_0${number}`, number }, new Date(0)),
    );
  await write(1);
  const reader = new Sqlite(database.path);
  try {
    reader.exec('begin');
    const numbers = reader.prepare('select number from vega_accounts order by number').pluck();
    expect(numbers.all()).toEqual([1]);
    await write(2);
    expect(numbers.all()).toEqual([1]);
    reader.exec('commit');
    expect(numbers.all()).toEqual([1, 2]);
  } finally {
    reader.close();
  }
});

test('a start waits for the lock of another process, too', async () => {
  using folder = new Folder();
  await (await folder.open())[Symbol.asyncDispose]();
  await using other = await holdLock(folder.file('vega_trade.db'));
  const [opened] = await Promise.all([folder.open(), other.release()]);
  await using database = opened;
  expect(await findAccounts(database.read)).toEqual([]);
});

test('two programs that start on a new file at the same time both come up, also the next time', async () => {
  using folder = new Folder();
  for (const database of await Promise.all([folder.open(), folder.open()]))
    await database[Symbol.asyncDispose]();
  await using database = await folder.open();
  expect(await findAccounts(database.read)).toEqual([]);
});
