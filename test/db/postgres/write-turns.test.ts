import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { WriteTurns } from '../../../src/db/postgres/write-turns.ts';
import { connect } from '../../support/postgres/connect.ts';
import { until } from '../../support/postgres/processes.ts';
import { newUrl, openServer } from '../move/moving.ts';
import { Folder } from '../temporary-database.ts';

const WRITE_LOCK = 0x76656761;
const LOST = Object.assign(new Error('gone'), { code: 'ECONNRESET' });

test('a machine with very much to write keeps the others waiting for two of its transactions at most', async () => {
  using folder = new Folder();
  const url = await newUrl();
  await using busy = await openServer(folder, url);
  await using other = await openServer(folder, url);
  await using client = await connect(url);
  const waiting = async () => {
    const [{ count }] = await client.ask(
      `select count(*)::int from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`,
    );
    return count;
  };
  await client.ask(`select pg_advisory_lock(${WRITE_LOCK})`);
  const order: string[] = [];
  const write = (database: typeof busy, name: string) => database.write(async () => order.push(name));
  const many = Array.from({ length: 20 }, () => write(busy, 'busy'));
  await until(async () => (await waiting()) === 2);
  const one = write(other, 'other');
  await until(async () => (await waiting()) === 3);
  await client.ask(`select pg_advisory_unlock(${WRITE_LOCK})`);
  await Promise.all([...many, one]);
  expect(order.indexOf('other')).toBe(2);
  expect(order).toHaveLength(21);
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
