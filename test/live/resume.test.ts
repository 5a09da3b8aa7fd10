import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openWire } from '../support/event-lines.ts';
import { openBroker, openTestApp, settle, type TestApp, until } from '../support/test-app.ts';

const EVENTS = `subscription ($after: ID) { events(after: $after) {
  __typename id ... on TokenProgressEvent { progress { generated runId } } } }`;

interface Told {
  readonly id: number;
  readonly kind: string;
  readonly generated: number | null;
}

/** A client that comes back with the last id it has seen, whenever its connection breaks. */
class Resuming {
  readonly history: Told[] = [];
  readonly gaps: Told[] = [];
  cuts = 0;
  #lastId: number | null = null;
  #wire: ReturnType<typeof openWire> | null = null;

  connect(testApp: TestApp): void {
    this.#wire = openWire(testApp, {
      body: { query: EVENTS, variables: { after: this.#lastId === null ? null : String(this.#lastId) } },
      onMessage: (message) => this.#take(message),
    });
  }

  cut(): void {
    this.cuts += 1;
    this.#wire?.cut();
  }

  /** From its first message on it knows where to go on. */
  get knowsItsPlace(): boolean {
    return this.#lastId !== null;
  }

  get lastGenerated(): number {
    return this.history.at(-1)?.generated ?? -1;
  }

  // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire
  #take(message: any): void {
    const event = message?.data?.events;
    if (event === undefined) return;
    const told: Told = {
      id: Number(event.id),
      kind: event.__typename,
      generated: event.progress?.generated ?? null,
    };
    if (told.kind === 'GapEvent') this.gaps.push(told);
    // What is not kept repeats the last id.
    if (this.#lastId !== null && told.id > this.#lastId && told.kind === 'TokenProgressEvent')
      this.history.push(told);
    this.#lastId = Math.max(this.#lastId ?? 0, told.id);
  }
}

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

const kept = (testApp: TestApp): Told[] =>
  testApp
    .rows("select id, payload from vega_events where kind = 'TOKEN_PROGRESS' order by id")
    .map(({ id, payload }) => ({
      id,
      kind: 'TokenProgressEvent',
      generated: JSON.parse(payload).progress.generated,
    }));

test('a client that is cut off two hundred times at random moments ends with exactly the history', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const client = new Resuming();
  client.connect(testApp);
  const { events } = testApp.app.services;
  await until('somebody to listen', () => events.readers === 1);
  events.publish('UPSTOX_01', progress(0));
  await until('the first event', () => client.lastGenerated === 0);
  client.history.length = 0;

  const moments = fc.sample(fc.record({ burst: fc.nat(6), wait: fc.nat(4), isTick: fc.boolean() }), {
    numRuns: 200,
    seed: 20261122,
  });
  let published = 1;
  for (const { burst, wait, isTick } of moments) {
    for (let left = burst; left > 0; left -= 1) {
      events.publish(left % 3 === 0 ? null : 'UPSTOX_01', progress(published));
      published += 1;
    }
    if (isTick) events.publishTransient('UPSTOX_01', progress(-1));
    await settle(wait);
    client.cut();
    client.connect(testApp);
  }
  await until('everything', () => client.lastGenerated === published - 1);
  expect(client.cuts).toBe(200);
  expect(client.gaps).toEqual([]);
  expect(client.history).toEqual(kept(testApp).slice(1));
  expect(client.history).toHaveLength(published - 1);
  client.cut();
  await until('every reader to be gone', () => events.readers === 0);
});

test('ids go on over a restart, and nothing that happened around it is missed', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'vega-live-'));
  await using broker = await openBroker();
  const client = new Resuming();
  let published = 0;
  try {
    for (let start = 0; start < 3; start += 1) {
      await using testApp = await openTestApp({ apis: 1, directory, broker });
      const { events } = testApp.app.services;
      client.connect(testApp);
      if (start === 0) await until('the beginning', () => client.knowsItsPlace);
      for (let left = 20; left > 0; left -= 1) {
        events.publish('UPSTOX_01', progress(published));
        published += 1;
        if (left === 10) client.cut();
      }
      // The last of them are stored by the end of the program, with nobody there to be told.
    }
    await using testApp = await openTestApp({ apis: 1, directory, broker });
    client.connect(testApp);
    await until('everything', () => client.lastGenerated === published - 1);
    expect(client.gaps).toEqual([]);
    expect(client.history).toEqual(kept(testApp));
    client.cut();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('history that is gone is said, and then the client is told what happens', async () => {
  await using broker = await openBroker();
  const directory = mkdtempSync(path.join(tmpdir(), 'vega-live-'));
  try {
    {
      await using testApp = await openTestApp({ apis: 1, directory, broker });
      for (let left = 5; left > 0; left -= 1)
        testApp.app.services.events.publish('UPSTOX_01', progress(left));
      await until('them to be kept', () => kept(testApp).length === 5);
      testApp.change('delete from vega_events where id <= 3');
    }
    await using testApp = await openTestApp({ apis: 1, directory, broker });
    const kinds: string[] = [];
    const wire = openWire(testApp, {
      body: { query: EVENTS, variables: { after: '1' } },
      // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire
      onMessage: (message: any) => kinds.push(`${message.data.events.__typename} ${message.data.events.id}`),
    });
    await until('the gap', () => kinds.length > 0);
    testApp.app.services.events.publish('UPSTOX_01', progress(1));
    await until('what comes next', () => kinds.some((kind) => kind.startsWith('TokenProgressEvent')));
    const [last] = kept(testApp).slice(-1);
    expect(kinds[0]).toMatch(/^GapEvent \d+$/);
    expect(kinds.at(-1)).toBe(`TokenProgressEvent ${last?.id}`);
    wire.cut();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('what is read from the database is told as what is read from memory, word for word', async () => {
  await using broker = await openBroker();
  const directory = mkdtempSync(path.join(tmpdir(), 'vega-live-'));
  const query = `subscription { events(after: 0) { __typename id at accountId
    ... on AuthStateEvent { authState { state since blockedBy run { id } cooldown { active until } } }
    ... on CooldownEvent { cooldown { active until reason remainingSeconds } } } }`;
  const read = async (testApp: TestApp, count: number) => {
    const wire = openWire(testApp, { body: { query } });
    await until('the history', () => wire.messages.length >= count);
    wire.cut();
    return wire.messages.slice(0, count);
  };
  try {
    let live: Awaited<ReturnType<typeof read>>;
    {
      await using testApp = await openTestApp({ apis: 1, directory, broker });
      const { states, events } = testApp.app.services;
      const authState = await states.read({ id: 'UPSTOX_01' } as never);
      events.publish('UPSTOX_01', { kind: 'AUTH_STATE', authState });
      const cooldown = {
        active: true,
        remainingSeconds: 9,
        until: new Date(0),
        reason: 'THROTTLED' as const,
      };
      events.publish(null, { kind: 'COOLDOWN', cooldown });
      live = await read(testApp, 2);
    }
    await using testApp = await openTestApp({ apis: 1, directory, broker });
    expect(await read(testApp, 2)).toEqual(live);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
