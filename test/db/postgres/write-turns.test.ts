import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { WriteTurns } from '../../../src/db/postgres/write-turns.ts';
import { ensureAccount } from '../../../src/db/queries/accounts.ts';
import { changeAuthRecord, ensureAuthRecord, findAuthRecord } from '../../../src/db/queries/auth-states.ts';
import { newUrl, openServer } from '../move/moving.ts';
import { Folder } from '../temporary-database.ts';

const NOW = new Date('2026-11-17T20:00:05.250+05:30');
const LOST = Object.assign(new Error('gone'), { code: 'ECONNRESET' });

test('a machine with very much to write keeps the others waiting for two of its transactions at most', async () => {
  using folder = new Folder();
  const url = await newUrl();
  await using busy = await openServer(folder, url);
  await using other = await openServer(folder, url);
  await busy.write(async (trx) => {
    await ensureAccount(trx, { id: 'UPSTOX_1', number: 1 }, NOW);
    await ensureAuthRecord(trx, 'UPSTOX_1', NOW);
  });
  const order: string[] = [];
  const write = (database: typeof busy, name: string) =>
    database.write(async (trx) => {
      order.push(name);
      await findAuthRecord(trx, 'UPSTOX_1');
      await changeAuthRecord(trx, 'UPSTOX_1', { quarantinedAt: NOW });
    });
  const many = Array.from({ length: 60 }, () => write(busy, 'busy'));
  await many[0];
  for (let number = 0; number < 5; number += 1) {
    const before = order.length;
    await write(other, 'other');
    // One that has the lock, one that waits for it, and the one that begins while this is looked at.
    expect(order.slice(before).indexOf('other')).toBeLessThanOrEqual(3);
  }
  await Promise.all(many);
  expect(order.filter((name) => name === 'busy')).toHaveLength(60);
});

test('whoever waits for a turn is told that the server is lost, and a later one has its turn', async () => {
  const turns = new WriteTurns();
  let fail = (_error: Error) => {};
  const broken = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const begun: number[] = [];
  const writes = [0, 1, 2, 3, 4].map((number) =>
    turns.run(() => {
      begun.push(number);
      return broken;
    }),
  );
  await delay(0);
  expect(begun).toEqual([0, 1]);
  fail(LOST);
  for (const { reason } of (await Promise.allSettled(writes)) as PromiseRejectedResult[])
    expect(reason).toBe(LOST);
  expect(begun).toEqual([0, 1]);
  expect(await turns.run(async () => 'written')).toBe('written');
});

test('what must not be lost overtakes the others that wait', async () => {
  const turns = new WriteTurns();
  const order: string[] = [];
  let goOn = () => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const write = (name: string, turn = {}) => turns.run(() => held.then(() => order.push(name)), turn);
  const names = ['one', 'other', 'third', 'fourth'].map((name) => write(name));
  const token = write('token', { comesFirst: true });
  goOn();
  await Promise.all([...names, token]);
  expect(order).toEqual(['one', 'other', 'token', 'third', 'fourth']);
});

test('a refusal is that transaction’s alone', async () => {
  const turns = new WriteTurns();
  const refused = () => Promise.reject(new Error('refused'));
  const works = [refused, refused, async () => 'one', async () => 'other'];
  const ends = await Promise.allSettled(works.map((work) => turns.run<string>(work)));
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
});

test('a long computation stands still while a transaction is under way, but no longer than it wants to', async () => {
  const turns = new WriteTurns();
  await turns.settled(60_000);
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const order: string[] = [];
  const held = turns.hold(() => ended.then(() => order.push('ended')));
  await turns.settled(1);
  const waiting = turns.settled(60_000).then(() => order.push('went on'));
  await delay(0);
  end();
  await Promise.all([held, waiting]);
  expect(order).toEqual(['ended', 'went on']);
});
