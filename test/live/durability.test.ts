import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { environmentOf, openBroker, openDesk, until } from '../support/desk.ts';
import { openWire } from '../support/event-lines.ts';

const EVENTS = `subscription ($after: ID) { events(after: $after) {
  __typename id accountId ... on TokenProgressEvent { progress { generated } } } }`;

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire
const eventsOf = (messages: readonly { readonly data: any }[]) =>
  messages.map(({ data }) => data.data.events);

const progress = (generated: number) => ({
  kind: 'TOKEN_PROGRESS' as const,
  progress: { runId: 'r', total: 6, generated, missing: [], current: null, step: null },
});

test('what a client was told before the program was killed is in the history, and nothing is told twice', async () => {
  await using broker = await openBroker();
  const directory = mkdtempSync(path.join(tmpdir(), 'vega-live-'));
  const env = { ...environmentOf(broker, 1), PATH: process.env.PATH };
  try {
    const told: { id: string; progress: { generated: number } }[] = [];
    for (const count of [20, 150, 400]) {
      const child = fileURLToPath(new URL('../support/publishing-child.ts', import.meta.url));
      const program = spawn(process.execPath, ['--import', 'tsx', child, directory], {
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = await once(program.stdout, 'data');
      const { url, operatorKey } = JSON.parse(String(line));
      const after = told.at(-1)?.id ?? '0';
      const wire = openWire(
        { url, app: { operatorKey } as never },
        {
          body: { query: EVENTS, variables: { after } },
        },
      );
      await until('enough to have happened', () => wire.messages.length > count);
      program.kill('SIGKILL');
      await wire.closed;
      told.push(...eventsOf(wire.messages));
    }
    await using desk = await openDesk({ apis: 1, directory, broker });
    const kept = desk.rows('select id, payload from events order by id');
    expect(told.map(({ id }) => Number(id))).toEqual(told.map((_, index) => index + 1));
    expect(kept.length).toBeGreaterThanOrEqual(told.length);
    expect(told.map((event) => event.progress.generated)).toEqual(
      kept.slice(0, told.length).map(({ payload }) => JSON.parse(payload).progress.generated),
    );
    expect(desk.app.services.events.lastId).toBe(kept.length);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}, 120_000);

test('while the database is locked events are told at once, and kept when it is free again', async () => {
  await using desk = await openDesk({ apis: 1 });
  const { events } = desk.app.services;
  events.publish('UPSTOX_01', progress(0));
  await until('the first to be kept', () => events.lastId === 1);
  const wire = openWire(desk, { body: { query: EVENTS, variables: { after: '0' } } });
  await until('the first', () => wire.messages.length === 1);

  const other = new Sqlite(path.join(desk.directory, 'vega_trade.db'));
  other.exec('begin immediate');
  events.publish('UPSTOX_01', progress(1));
  events.publish(null, progress(2));
  await until('both to be told', () => wire.messages.length === 3);
  const late = openWire(desk, { body: { query: EVENTS, variables: { after: '1' } } });
  await until('both to be told to another one', () => late.messages.length === 2);
  other.exec('rollback');
  other.close();
  await until('them to be kept', () => events.lastId === 3);
  events.publish('UPSTOX_01', progress(3));
  await until('what comes next', () => wire.messages.length === 4 && late.messages.length === 3);

  const seen = (from: typeof wire) =>
    eventsOf(from.messages).map(({ id, progress: { generated } }) => `${id}: ${generated}`);
  expect(seen(wire)).toEqual(['1: 0', '1: 1', '1: 2', '4: 3']);
  expect(seen(late)).toEqual(['1: 1', '1: 2', '4: 3']);
  const again = openWire(desk, { body: { query: EVENTS, variables: { after: '1' } } });
  await until('the history', () => again.messages.length === 3);
  expect(seen(again)).toEqual(['2: 1', '3: 2', '4: 3']);
  expect(desk.said()).toContain('events cannot be kept at the moment');
  for (const open of [wire, late, again]) open.cut();
});

test('two programs on one database give each event an id of its own, and tell each other’s in order', async () => {
  await using one = await openDesk({ apis: 1 });
  await using other = await openDesk({ apis: 1, directory: one.directory, broker: one.broker });
  const wire = openWire(one, { body: { query: EVENTS, variables: { after: '0' } } });
  const [mine, theirs] = [one.app.services.events, other.app.services.events];
  for (let count = 0; count < 10; count += 1) {
    const [from, id] = [count % 2 === 0 ? mine : theirs, count + 1];
    from.publish('UPSTOX_01', progress(count));
    await until('it to be kept', () => from.lastId === id);
  }
  mine.publish('UPSTOX_01', progress(10));
  await until('all of them', () => wire.messages.length === 11);
  expect(eventsOf(wire.messages).map(({ id, progress: { generated } }) => `${id}: ${generated}`)).toEqual(
    Array.from({ length: 11 }, (_, count) => `${count + 1}: ${count}`),
  );
  wire.cut();
});

test('a quiet connection has a heartbeat that repeats the last id', async () => {
  await using desk = await openDesk({ apis: 1 });
  desk.app.services.events.publish('UPSTOX_01', progress(0));
  const wire = openWire(desk, { body: { query: EVENTS, variables: { after: '0' } } });
  await until('the heartbeat', () => wire.messages.length === 2, 20_000);
  expect(eventsOf(wire.messages)[1]).toEqual({
    __typename: 'HeartbeatEvent',
    id: '1',
    accountId: 'UPSTOX_01',
  });
  wire.cut();
});
