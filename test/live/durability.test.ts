import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { built } from '../support/built.ts';
import { openWire } from '../support/event-lines.ts';
import { environmentOf, openBroker, openTestApp, until } from '../support/test-app.ts';

const EVENTS = `subscription ($after: ID) { events(after: $after) {
  __typename id accountId ... on TokenProgressEvent { progress { generated } } } }`;

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire
const eventsOf = (messages: readonly { readonly data: any }[]) =>
  messages.map(({ data }) => data.data.events);

/** Those that the tests themselves publish; others come between them. */
const ours = (wire: ReturnType<typeof openWire>) =>
  eventsOf(wire.messages).filter(({ progress }) => progress !== undefined);

const KEPT = "select id, payload from vega_events where kind = 'TOKEN_PROGRESS' order by id";

const said = (wire: ReturnType<typeof openWire>): number[] =>
  ours(wire).map(({ progress: { generated } }) => generated);

const idsOf = (wire: ReturnType<typeof openWire>): number[] => ours(wire).map(({ id }) => Number(id));

const progress = (generated: number) => ({
  kind: 'TOKEN_PROGRESS' as const,
  progress: {
    runId: 'r',
    total: 6,
    generated,
    runTotal: 6,
    runGenerated: 0,
    missing: [],
    current: null,
    step: null,
  },
});

test('what a client was told before the program was killed is in the history, and nothing is told twice', async () => {
  await using broker = await openBroker();
  const directory = mkdtempSync(path.join(tmpdir(), 'vega-live-'));
  const env = { ...environmentOf(broker, 1), PATH: process.env.PATH };
  try {
    const told: { id: string; progress: { generated: number } }[] = [];
    for (const count of [20, 150, 400]) {
      const child = await built('test/support/publishing-child.ts');
      const program = spawn(process.execPath, [child, directory], {
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
      told.push(...ours(wire));
    }
    await using testApp = await openTestApp({ apis: 1, directory, broker });
    const kept = testApp.rows(KEPT);
    expect(told.map(({ id }) => Number(id))).toEqual(kept.slice(0, told.length).map(({ id }) => id));
    expect(kept.length).toBeGreaterThanOrEqual(told.length);
    expect(told.map((event) => event.progress.generated)).toEqual(
      kept.slice(0, told.length).map(({ payload }) => JSON.parse(payload).progress.generated),
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}, 120_000);

test('while the database is locked events are told with ids of their own, and are in it when it is free again', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { events } = testApp.app.services;
  events.publish('UPSTOX_01', progress(0));
  await until('the first to be kept', () => testApp.rows(KEPT).length === 1);
  const [first] = testApp.rows(KEPT);
  const wire = openWire(testApp, { body: { query: EVENTS, variables: { after: '0' } } });
  await until('the first', () => said(wire).length === 1);

  const other = new Sqlite(path.join(testApp.directory, 'vega_trade.db'));
  other.exec('begin immediate');
  events.publish('UPSTOX_01', progress(1));
  events.publish(null, progress(2));
  await until('both to be told', () => said(wire).length === 3);
  other.exec('rollback');
  other.close();
  await until('them to be kept', () => testApp.rows(KEPT).length === 3);
  events.publish('UPSTOX_01', progress(3));
  await until('what comes next', () => said(wire).length === 4);
  expect(said(wire)).toEqual([0, 1, 2, 3]);
  const again = openWire(testApp, { body: { query: EVENTS, variables: { after: String(first.id) } } });
  await until('the history', () => said(again).length === 3);
  expect(idsOf(again)).toEqual(
    testApp
      .rows(KEPT)
      .map(({ id }) => id)
      .slice(1),
  );
  for (const open of [wire, again]) open.cut();
});

test('events that their table does not take are told at once, and are in it when it does', async () => {
  await using testApp = await openTestApp({ engine: 'SQLITE', apis: 1 });
  const { events } = testApp.app.services;
  const wire = openWire(testApp, { body: { query: EVENTS, variables: { after: '0' } } });
  events.publish('UPSTOX_01', progress(0));
  await until('the first', () => said(wire).length === 1);
  testApp.change('alter table vega_events rename to events_away');
  events.publish('UPSTOX_01', progress(1));
  events.publish('UPSTOX_01', progress(2));
  await until('both to be told', () => said(wire).length === 3);
  // What is not kept repeats the last id.
  expect(new Set(idsOf(wire)).size).toBe(1);
  const late = openWire(testApp, { body: { query: EVENTS, variables: { after: null } } });
  await until('how things stand', () => late.messages.length > 0);
  events.publish('UPSTOX_01', progress(3));
  await until('what comes then', () => said(wire).length === 4 && said(late).length === 1);
  testApp.change('alter table events_away rename to vega_events');
  await until('them to be kept', () => testApp.rows(KEPT).length === 4);
  events.publish('UPSTOX_01', progress(4));
  await until('what comes next', () => said(wire).at(-1) === 4 && said(late).at(-1) === 4);
  const again = openWire(testApp, { body: { query: EVENTS, variables: { after: '0' } } });
  await until('the history', () => said(again).at(-1) === 4);
  expect(said(again)).toEqual([0, 1, 2, 3, 4]);
  for (const open of [wire, late, again]) open.cut();
});

test('two programs on one database give each event an id of its own, and tell each other’s in order', async () => {
  await using one = await openTestApp({ apis: 1 });
  await using other = await openTestApp({ apis: 1, directory: one.directory, broker: one.broker });
  const wire = openWire(one, { body: { query: EVENTS, variables: { after: '0' } } });
  const [mine, theirs] = [one.app.services.events, other.app.services.events];
  for (let count = 0; count < 10; count += 1) {
    (count % 2 === 0 ? mine : theirs).publish('UPSTOX_01', progress(count));
    await until('it to be kept', () => one.rows(KEPT).length === count + 1);
  }
  mine.publish('UPSTOX_01', progress(10));
  await until('all of them', () => said(wire).length === 11);
  expect(said(wire)).toEqual(Array.from({ length: 11 }, (_, count) => count));
  expect(idsOf(wire)).toEqual(one.rows(KEPT).map(({ id }) => id));
  wire.cut();
});

test('a quiet connection has a heartbeat that repeats the last id', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  testApp.app.services.events.publish('UPSTOX_01', progress(0));
  const wire = openWire(testApp, { body: { query: EVENTS, variables: { after: '0' } } });
  const last = () => eventsOf(wire.messages).at(-1);
  await until('the heartbeat', () => last()?.__typename === 'HeartbeatEvent', 20_000);
  expect(last()).toEqual({
    __typename: 'HeartbeatEvent',
    id: eventsOf(wire.messages).at(-2).id,
    accountId: 'UPSTOX_01',
  });
  wire.cut();
});
