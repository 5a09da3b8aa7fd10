import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { AuthEvent } from '../../src/domain/events/event.ts';
import type { EventReader } from '../../src/services/events/event-reader.ts';
import { openWire } from '../support/event-lines.ts';
import { openBroker, openTestApp, type TestApp, until } from '../support/test-app.ts';

const ACCOUNT = 'UPSTOX_01';
const EVENTS = `subscription ($after: ID) { events(after: $after) {
  __typename id ... on TokenProgressEvent { progress { generated } } } }`;

const progress = (generated: number) => ({
  kind: 'TOKEN_PROGRESS' as const,
  progress: {
    runId: 'r',
    total: 6,
    runTotal: 6,
    runGenerated: 0,
    generated,
    missing: [],
    current: null,
    step: null,
  },
});

/** Publishes so many events, and returns when the history has them. */
const publish = async (testApp: TestApp, count: number): Promise<void> => {
  const { events } = testApp.app.services;
  const before = events.lastId;
  for (let number = 0; number < count; number += 1) events.publish(ACCOUNT, progress(number));
  await until('them to be kept', () => events.lastId >= before + count);
};

/** Counts the turns of the event loop that others have had. */
const countTurns = () => {
  let [turns, isOver] = [0, false];
  void (async () => {
    for (; !isOver; turns += 1) await nextTurn();
  })();
  return {
    get turns() {
      return turns;
    },
    [Symbol.dispose]: () => {
      isOver = true;
    },
  };
};

/** Reads up to an event, and tells of each portion in which turn it came. */
const catchUp = async (reader: EventReader, lastId: number, turnOf: () => number) => {
  const portions: { readonly turn: number; readonly events: readonly AuthEvent[] }[] = [];
  for (;;) {
    const events = await reader.read();
    if (events.length > 0) portions.push({ turn: turnOf(), events });
    if ((events.at(-1)?.id ?? lastId) >= lastId) return portions;
  }
};

/** A desk that has been started again: its history lies in the database alone. */
const withHistory = async (count: number, work: (testApp: TestApp) => Promise<void>): Promise<void> => {
  const directory = mkdtempSync(path.join(tmpdir(), 'vega-load-'));
  await using broker = await openBroker();
  try {
    {
      await using testApp = await openTestApp({ apis: 1, directory, broker });
      await publish(testApp, count);
    }
    await using testApp = await openTestApp({ apis: 1, directory, broker });
    await work(testApp);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

test.each([
  ['in memory', (work: (testApp: TestApp) => Promise<void>) => withTestApp(work)],
  ['in the database', (work: (testApp: TestApp) => Promise<void>) => withHistory(600, work)],
])(
  'readers that are behind leave a turn of the event loop between two portions of a history %s',
  async (_where, open) => {
    await open(async (testApp) => {
      const { events } = testApp.app.services;
      const { lastId } = events;
      using clock = countTurns();
      const readers = Array.from({ length: 40 }, () => events.subscribe(ACCOUNT, { after: 0 }));
      const all = await Promise.all(readers.map((reader) => catchUp(reader, lastId, () => clock.turns)));
      const ids = Array.from({ length: lastId }, (_, index) => index + 1);
      for (const portions of all)
        expect(portions.flatMap((portion) => portion.events.map(({ id }) => id))).toEqual(ids);
      const turns = all.flat().map(({ turn }) => turn);
      expect(new Set(turns).size).toBe(turns.length);
      for (const reader of readers) reader.close();
    });
  },
  60_000,
);

const withTestApp = async (work: (testApp: TestApp) => Promise<void>): Promise<void> => {
  await using testApp = await openTestApp({ apis: 1 });
  await publish(testApp, 600);
  await work(testApp);
};

test('readers that catch up are given the very same events, wherever they begin, and sixteen at a time', async () => {
  await withHistory(300, async (testApp) => {
    const { events } = testApp.app.services;
    const { lastId } = events;
    using clock = countTurns();
    const readers = Array.from({ length: 20 }, (_, index) => events.subscribe(ACCOUNT, { after: index }));
    const all = await Promise.all(readers.map((reader) => catchUp(reader, lastId, () => clock.turns)));
    const [first = [], ...others] = all.map((portions) => portions.slice(1).map((portion) => portion.events));
    for (const other of others) {
      expect(other.map(idsOf)).toEqual(first.map(idsOf));
      for (const [index, portion] of other.slice(0, -1).entries())
        expect(portion.every((event, place) => event === first[index]?.[place])).toBe(true);
    }
    const begin = (index: number) => all[index]?.[0]?.turn ?? Number.NaN;
    const end = (index: number) => all[index]?.at(-1)?.turn ?? Number.NaN;
    expect(begin(15)).toBeLessThan(end(0));
    expect(begin(16)).toBeGreaterThan(end(0));
    for (const reader of readers) reader.close();
  });
});

const idsOf = (events: readonly AuthEvent[]): number[] => events.map(({ id }) => id);

test('nobody who keeps up is called slow, however much happens at once', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { events } = testApp.app.services;
  const wires = Array.from({ length: 5 }, () =>
    openWire(testApp, { body: { query: EVENTS, variables: { after: '0' } } }),
  );
  await until('all of them', () => events.readers === wires.length);
  await publish(testApp, 3000);
  await until('everybody to have everything', () =>
    wires.every(({ messages }) => saidIn(messages).at(-1) === 2999),
  );
  for (const { messages } of wires)
    expect(saidIn(messages)).toEqual(Array.from({ length: 3000 }, (_, index) => index));
  expect(testApp.said()).not.toContain('a reader is slow');
  for (const wire of wires) wire.cut();
});

test('a burst that the database does not take is told in order, with turns of the event loop between', async () => {
  await using testApp = await openTestApp({ engine: 'SQLITE', apis: 1 });
  const { events } = testApp.app.services;
  const wire = openWire(testApp, { body: { query: EVENTS, variables: { after: '0' } } });
  await until('the listener', () => events.readers === 1);
  testApp.change('alter table vega_events rename to elsewhere');
  for (let number = 0; number < 3000; number += 1) events.publish(ACCOUNT, progress(number));
  await until('all of it to be told', () => saidIn(wire.messages).length === 3000);
  expect(saidIn(wire.messages)).toEqual(Array.from({ length: 3000 }, (_, index) => index));
  expect(testApp.said()).not.toContain('a reader is slow');
  testApp.change('alter table elsewhere rename to vega_events');
  await until('it to be kept', () => testApp.said().includes('events are kept again'));
  expect(testApp.rows("select count(*) as kept from vega_events where kind = 'TOKEN_PROGRESS'")).toEqual([
    { kept: 3000 },
  ]);
  wire.cut();
});

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire
const saidIn = (messages: readonly { readonly data: any }[]): number[] =>
  messages.flatMap(({ data }) => data.data.events.progress?.generated ?? []);

test('what another process does is told without anything happening here, in order and once', async () => {
  await using one = await openTestApp({ apis: 1 });
  await using other = await openTestApp({ apis: 1, directory: one.directory, broker: one.broker });
  const wire = openWire(one, { body: { query: EVENTS, variables: { after: '0' } } });
  const late = openWire(one, { body: { query: EVENTS, variables: { after: null } } });
  await until('both', () => one.app.services.events.readers === 2);
  await publish(other, 200);
  await until('all of it', () => saidIn(wire.messages).length >= 200 && saidIn(late.messages).length >= 200);
  const expected = Array.from({ length: 200 }, (_, index) => index);
  expect([saidIn(wire.messages), saidIn(late.messages)]).toEqual([expected, expected]);
  for (const open of [wire, late]) open.cut();
});

test('a client that comes from another process of the same database misses nothing and is told of no gap', async () => {
  await using one = await openTestApp({ apis: 1 });
  await using other = await openTestApp({ apis: 1, directory: one.directory, broker: one.broker });
  await publish(other, 10);
  const after = String(other.app.services.events.lastId - 3);
  const wire = openWire(one, { body: { query: EVENTS, variables: { after } } });
  await until('the rest', () => wire.messages.length >= 3);
  expect(saidIn(wire.messages)).toEqual([7, 8, 9]);
  wire.cut();
});
