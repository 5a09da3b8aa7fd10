import { isObjectType } from 'graphql';
import { afterEach, expect, test, vi } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { eventNameOf } from '../../src/http/rest/events.ts';
import { EventsDocument } from '../../src/http/rest/gql/graphql.ts';
import { openTestApp, until } from '../support/test-app.ts';
import { readEvents } from './event-reader.ts';
import { call, countReaders, steady } from './rest-caller.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('every kind of event that the schema has is asked for, and has the name that clients know', () => {
  const inSchema = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'AuthEvent'))
    .map(({ name }) => name);
  for (const name of inSchema.filter((name) => !['HeartbeatEvent', 'GapEvent'].includes(name)))
    expect(EventsDocument.toString()).toContain(`... on ${name}`);
  expect(inSchema.map(eventNameOf).sort()).toEqual([
    'ACCOUNT_SWITCHED',
    'AUDIT',
    'AUTH_CONFIRMED',
    'AUTH_STATE',
    'CANARY',
    'COOLDOWN',
    'DB_RECOVERY',
    'GAP',
    'HEARTBEAT',
    'READINESS',
    'TOKEN_PROGRESS',
    'TOKEN_STORED',
  ]);
});

test('a run is told from the state as it is to the open gate, in the shapes that clients know', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  const reader = await readEvents(testApp);
  await until('the state as it is', () => reader.seen.length === 2);
  expect(reader.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(reader.text().slice(0, 40)).toMatch(/^retry: \d+\n\nevent: AUTH_STATE\nid: \d+\n/);
  await testApp.generate('mode: ALL');
  await until('the open gate', () => reader.seen.some(({ name }) => name === 'AUTH_CONFIRMED'));
  reader.leave();

  const first = (name: string) => reader.seen.find((event) => event.name === name)?.data;
  expect(steady(first('AUTH_STATE'))).toMatchInlineSnapshot(`
    {
      "accountId": "UPSTOX_01",
      "at": "<instant>",
      "blockedBy": null,
      "cooldown": {
        "active": false,
        "reason": null,
        "remainingSeconds": 0,
        "until": null,
      },
      "headline": "Not logged in: all 2 tokens missing.",
      "nextAction": "Generate what is missing.",
      "nextOperations": [
        "GENERATE_MISSING",
      ],
      "primaryPresent": false,
      "run": null,
      "since": "<instant>",
      "state": "IDLE",
    }
  `);
  expect(steady(first('TOKEN_PROGRESS'))).toMatchInlineSnapshot(`
    {
      "accountId": "UPSTOX_01",
      "at": "<instant>",
      "current": null,
      "generated": 0,
      "missing": [
        "PRIMARY",
        "WEBSOCKET1",
      ],
      "runGenerated": 0,
      "runId": "<id>",
      "runTotal": 2,
      "step": null,
      "total": 2,
    }
  `);
  expect(steady(first('COOLDOWN'))).toMatchInlineSnapshot(`
    {
      "accountId": "UPSTOX_01",
      "active": false,
      "at": "<instant>",
      "reason": null,
      "remainingSeconds": 0,
      "until": null,
    }
  `);
  expect(steady(first('AUTH_CONFIRMED'))).toMatchInlineSnapshot(`
    {
      "accountId": "UPSTOX_01",
      "at": "<instant>",
      "authenticated": true,
      "redirect": "/dashboard",
    }
  `);
  const ids = reader.seen.slice(2).map(({ id }) => id);
  expect(ids).toEqual(ids.map((_, index) => Number(ids[0]) + index));
  const progress = reader.seen
    .filter(({ name }) => name === 'TOKEN_PROGRESS')
    .map(({ data }) => data.generated);
  expect([progress[0], progress.at(-1)]).toEqual([0, 2]);
});

test('a cooldown ticks', async () => {
  await using testApp = await openTestApp({ apis: 3, simulator: { scenario: 'throttled' } });
  const reader = await readEvents(testApp);
  await testApp.generate('mode: ALL');
  const ticks = () => reader.seen.filter(({ name, data }) => name === 'COOLDOWN' && data.active);
  await until('two ticks', () => ticks().length > 2);
  reader.leave();
  expect(steady(ticks()[0]?.data)).toMatchInlineSnapshot(`
    {
      "accountId": "UPSTOX_01",
      "active": true,
      "at": "<instant>",
      "reason": "THROTTLED",
      "remainingSeconds": "<seconds>",
      "until": "<instant>",
    }
  `);
  const left = ticks().map(({ data }) => data.remainingSeconds);
  expect(left).toEqual([...left].sort((one, other) => other - one));
});

test('a client that is cut off in the middle comes back and has everything once', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  const witness = await readEvents(testApp);
  const seen: number[] = [];
  // A heartbeat repeats an id, and on a busy machine one may come in between.
  const idsOf = (events: typeof witness.seen) =>
    events.filter(({ name }) => name !== 'HEARTBEAT').map(({ id }) => id);
  const keep = (ids: readonly number[]) => seen.push(...ids);
  await until('the witness', () => witness.seen.length > 0);
  const running = testApp.generate('mode: ALL');

  const start = await readEvents(testApp);
  await until('some events', () => start.seen.length > 6);
  start.leave();
  await start.end;
  const snapshotId = start.seen[0]?.id ?? 0;
  keep(idsOf(start.seen).filter((id, index, all) => id > snapshotId && id !== all[index - 1]));
  for (let turn = 0; turn < 12; turn += 1) {
    const last = String(seen.at(-1) ?? snapshotId);
    // By header as an EventSource does, with an older one in the address; and by the address alone.
    const reader =
      turn % 2 === 0
        ? await readEvents(testApp, '?lastEventId=0', { 'last-event-id': last })
        : await readEvents(testApp, `?lastEventId=${last}`);
    await until('something new', () => reader.seen.length > 0);
    reader.leave();
    await reader.end;
    keep(idsOf(reader.seen));
    if (reader.seen.some(({ name }) => name === 'AUTH_CONFIRMED')) break;
  }
  await running;
  await until('the end', () => witness.seen.some(({ name }) => name === 'AUTH_CONFIRMED'));
  const rest = await readEvents(testApp, '', { 'last-event-id': String(seen.at(-1)) });
  await until('the rest', () => (rest.seen.at(-1)?.id ?? seen.at(-1)) === witness.seen.at(-1)?.id);
  rest.leave();
  witness.leave();
  keep(idsOf(rest.seen));

  const told = idsOf(witness.seen).filter((id) => id > snapshotId);
  expect(seen).toEqual(told);
  expect(told.length).toBeGreaterThan(10);
});

test('history that is gone is a GAP, and the state as it is comes behind it', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const reader = await readEvents(testApp, '', { 'last-event-id': '999999' });
  await until('the state', () => reader.seen.length === 3);
  expect(reader.seen.map(({ name }) => name)).toEqual(['GAP', 'AUTH_STATE', 'COOLDOWN']);
  expect(reader.seen[0]?.data).toEqual({ accountId: 'UPSTOX_01', at: expect.any(String) });
  await testApp.ask('mutation { logout { state } }');
  await until('what comes next', () => reader.seen.length > 3);
  expect(await countReaders(testApp)).toBe(1);
  reader.leave();
  await until('nobody to listen', async () => (await countReaders(testApp)) === 0);
});

test('a heartbeat comes every fifteen seconds, under a name of its own', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  await using testApp = await openTestApp({ apis: 1 });
  const reader = await readEvents(testApp);
  await until('the state', () => reader.seen.length === 2);
  vi.advanceTimersByTime(15_000);
  await until('the heartbeat', () => reader.seen.length === 3);
  expect(reader.seen[2]).toEqual({
    name: 'HEARTBEAT',
    id: reader.seen[1]?.id,
    data: { accountId: 'UPSTOX_01', at: expect.any(String) },
  });
  reader.leave();
});

test('a client that leaves is forgotten at once, whether it was told anything or not, and a HEAD never listens', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const many = await Promise.all(Array.from({ length: 20 }, () => readEvents(testApp)));
  expect(await countReaders(testApp)).toBe(20);
  for (const reader of many) reader.leave();
  await until('nobody to listen', async () => (await countReaders(testApp)) === 0, 2000);

  const { authorization } = { authorization: `Bearer ${testApp.app.operatorKey}` };
  const inside = await testApp.app.fetch(
    new Request('http://127.0.0.1/auth/events', { headers: { authorization } }),
  );
  await inside.body?.cancel();
  expect((await call(testApp, 'HEAD /auth/events')).headers.get('content-type')).toContain(
    'text/event-stream',
  );
  await until('nobody to listen', async () => (await countReaders(testApp)) === 0, 2000);
});

test('when the server stops, its streams end', async () => {
  const testApp = await openTestApp({ apis: 1 });
  const reader = await readEvents(testApp);
  await until('the state', () => reader.seen.length === 2);
  await testApp[Symbol.asyncDispose]();
  await reader.end;
  expect(reader.seen.slice(2).every(({ name }) => name === 'AUDIT')).toBe(true);
});
