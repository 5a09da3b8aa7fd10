import { expect, test } from 'vitest';
import {
  createVegaClient,
  type EventsOptions,
  type VegaClient,
  type VegaEvent,
} from '../../src/sdk/index.ts';
import { openLine } from '../support/line.ts';
import { repetitions } from '../support/repetitions.ts';
import { openTestApp, settle, until } from '../support/test-app.ts';

const CUTS = repetitions(20, 200);

interface Follower {
  readonly seen: VegaEvent[];
  /** Resolves when the loop is over, rejects with what it threw. */
  readonly end: Promise<void>;
  stop(): Promise<void>;
}

const follow = (client: VegaClient, options: EventsOptions = {}): Follower => {
  const stream = client.events(options);
  const seen: VegaEvent[] = [];
  const end = (async () => {
    for await (const event of stream) seen.push(event);
  })();
  end.catch(() => undefined);
  return {
    seen,
    end,
    stop: async () => {
      await stream.return?.();
      await end;
    },
  };
};

/** What the server keeps; ticks and heartbeats stand beside it. */
const kept = (seen: readonly VegaEvent[]): VegaEvent[] => {
  let last = -1;
  return seen.filter(({ id }) => {
    const isNew = Number(id) > last;
    last = Math.max(last, Number(id));
    return isNew;
  });
};

const typesOf = (seen: readonly VegaEvent[]): string[] => seen.map(({ __typename }) => __typename);

test(`a client that is cut off ${CUTS} times ends with the server’s history, nothing twice and nothing missing`, async () => {
  await using testApp = await openTestApp();
  await using line = await openLine(testApp.url);
  const client = createVegaClient({ url: line.url, key: testApp.app.operatorKey });
  const historians = Array.from({ length: 8 }, () => follow(client, { after: '0' }));
  const newcomers = Array.from({ length: 2 }, () => follow(client));
  await until('every client', () => newcomers.every(({ seen }) => seen.length > 0));

  let cuts = 0;
  while (cuts < CUTS) {
    let isOver = false;
    const run = testApp.generate('mode: ALL, replaceValid: true').finally(() => {
      isOver = true;
    });
    while (!isOver) {
      if (line.cut()) cuts += 1;
      await settle(Math.random() * 80);
    }
    expect((await run).status).toBe('COMPLETED');
  }

  const history = follow(testApp.client, { after: '0' });
  const clients = [history, ...historians, ...newcomers];
  // The state settles after the run has ended, with an event or two more.
  const { events } = testApp.app.services;
  const haveAll = () => clients.every(({ seen }) => Number(seen.at(-1)?.id) === events.lastId);
  const isSettled = () => kept(history.seen).at(-1)?.__typename === 'AuthConfirmedEvent';
  await until('the last event', () => haveAll() && isSettled(), 60_000);
  const last = events.lastId;
  await Promise.all(clients.map(({ stop }) => stop()));
  // A busy machine may have told some client of one more.
  for (const { seen } of clients) seen.splice(0, seen.length, ...seen.filter(({ id }) => Number(id) <= last));

  // A heartbeat repeats the last id.
  for (const { seen } of [history, ...historians])
    seen.splice(0, seen.length, ...seen.filter(({ __typename }) => __typename !== 'HeartbeatEvent'));
  expect(history.seen.map(({ id }) => Number(id))).toEqual(Array.from({ length: last }, (_, at) => at + 1));
  for (const { seen } of historians) expect(seen).toEqual(history.seen);
  for (const { seen } of newcomers) {
    const [beginning, ...since] = kept(seen);
    expect(beginning?.__typename).toBe('AuthStateEvent');
    expect(since).toEqual(history.seen.slice(history.seen.length - since.length));
  }
}, 300_000);

test('a connection that falls silent is given up and made again', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await using line = await openLine(testApp.url);
  const client = createVegaClient({ url: line.url, key: testApp.app.operatorKey });
  const { seen, stop } = follow(client, { silenceMs: 500 });
  await until('the state as it is', () => seen.length > 1);
  line.silence();
  const made = line.made();
  await testApp.generate('mode: ALL');
  await until('the last event', () => seen.at(-1)?.__typename === 'AuthConfirmedEvent');
  await stop();
  expect(line.made()).toBeGreaterThan(made);
  const ids = kept(seen).map(({ id }) => Number(id));
  expect(ids).toEqual(ids.map((_, index) => (ids[0] ?? 0) + index));
});

test('after history that is gone the state as it is comes again', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { seen, stop } = follow(testApp.client, { after: '999999' });
  await until('the state as it is', () => seen.length > 2);
  await testApp.generate('mode: ALL');
  await until('the last event', () => seen.at(-1)?.__typename === 'AuthConfirmedEvent');
  await stop();
  expect(typesOf(seen).slice(0, 3)).toEqual(['GapEvent', 'AuthStateEvent', 'CooldownEvent']);
  expect(typesOf(seen).filter((type) => type === 'GapEvent')).toHaveLength(1);
});

test('a server that comes back is found again, however long it was away', async () => {
  await using first = await openTestApp({ apis: 1 });
  await using line = await openLine(first.url);
  const client = createVegaClient({ url: line.url, key: first.app.operatorKey });
  const { seen, stop } = follow(client);
  await first.generate('mode: ALL');
  await until('the token', () => seen.at(-1)?.__typename === 'AuthConfirmedEvent');
  await first.app[Symbol.asyncDispose]();
  const made = line.made();
  await until('three tries', () => line.made() > made + 2);

  await using second = await openTestApp({ apis: 1, directory: first.directory, broker: first.broker });
  line.lead(second.url);
  const before = seen.length;
  await second.ask('mutation { logout { state } }');
  await until(
    'the new state',
    () =>
      seen
        .slice(before)
        .filter((event) => event.__typename === 'AuthStateEvent')
        .at(-1)?.authState.state === 'IDLE',
  );
  await stop();
});

test.each([
  ['a wrong key', { key: 'wrong' }, {}, { code: 'UNAUTHENTICATED', status: 401 }],
  ['an event that cannot be', {}, { after: 'soon' }, { code: 'BAD_USER_INPUT' }],
  ['an account that is not there', {}, { accountId: 'UPSTOX_99' }, { code: 'NOT_FOUND' }],
])('%s is refused at once, not tried again', async (_what, given, options, refusal) => {
  await using testApp = await openTestApp({ apis: 1 });
  await using line = await openLine(testApp.url);
  const client = createVegaClient({ url: line.url, key: testApp.app.operatorKey, ...given });
  await expect(follow(client, options).end).rejects.toMatchObject({
    ...refusal,
    name: 'VegaError',
    nextAction: expect.any(String),
  });
  expect(line.made()).toBe(1);
});

test('a loop can be left while it waits, by return and by signal, and takes its connection with it', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await using line = await openLine(testApp.url);
  const client = createVegaClient({ url: line.url, key: testApp.app.operatorKey });
  const controller = new AbortController();
  const left = follow(client);
  const ended = follow(client, { signal: controller.signal });
  await until('both', () => left.seen.length > 1 && ended.seen.length > 1);
  await left.stop();
  controller.abort();
  await ended.end;
  await until('the end of both connections', () => line.ended() === 2);

  expect(await client.events({ signal: controller.signal }).next()).toEqual({ value: undefined, done: true });
});

test('a loop can be left while the server is away', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const line = await openLine(testApp.url);
  await line[Symbol.asyncDispose]();
  const { seen, stop } = follow(createVegaClient({ url: line.url, key: testApp.app.operatorKey }));
  await stop();
  expect(seen).toEqual([]);
});
