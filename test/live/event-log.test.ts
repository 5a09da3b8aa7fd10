import { expect, test } from 'vitest';
import type { AuthEvent } from '../../src/domain/events/event.ts';
import { EventsDocument } from '../../src/sdk/index.ts';
import type { EventReader } from '../../src/services/events/event-reader.ts';
import { openTestApp, settle, type TestApp, until } from '../support/test-app.ts';

const ACCOUNT = 'UPSTOX_01';

const publish = (testApp: TestApp): void =>
  testApp.app.services.events.publish(ACCOUNT, { kind: 'COOLDOWN', cooldown: NO_COOLDOWN });

const NO_COOLDOWN = { active: false, remainingSeconds: 0, until: null, reason: null } as const;

/** Reads what there is, without waiting for more. */
const drain = async (reader: EventReader): Promise<AuthEvent[]> => {
  const events: AuthEvent[] = [];
  for (;;) {
    const read = await reader.read();
    if (read.length === 0) return events;
    events.push(...read);
  }
};

test('a reader that leaves before its turn is told nothing', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { events } = testApp.app.services;
  publish(testApp);
  const reader = events.subscribe(ACCOUNT);
  reader.close();
  reader.close();
  await settle(200);
  expect(await drain(reader)).toEqual([]);
  expect(await reader.next()).toEqual({ value: undefined, done: true });
  expect(events.readers).toBe(0);
});

test('who asks for history that nobody has is told so, or let go where a gap is none of its kinds', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { events } = testApp.app.services;
  const later = events.lastId + 1000;
  const all = events.subscribe(ACCOUNT, { after: later });
  expect((await drain(all)).map(({ kind }) => kind)).toEqual(['GAP']);
  const one = events.subscribe(ACCOUNT, { after: later, only: 'COOLDOWN' });
  expect([await drain(one), one.isClosed]).toEqual([[], true]);
});

test('events that cannot be kept are told at once, to those who come later, too, and kept when that is possible again', async () => {
  await using testApp = await openTestApp({ engine: 'SQLITE', apis: 1 });
  const heard: string[] = [];
  const stream = testApp.client.subscribe(EventsDocument, {});
  void (async () => {
    for await (const { events } of stream) heard.push(events.__typename);
  })().catch(() => undefined);
  await until('the state as it is', () => heard.includes('AuthStateEvent'));
  const { events } = testApp.app.services;
  const before = events.lastId;
  testApp.change('alter table vega_events rename to elsewhere');
  heard.length = 0;
  publish(testApp);
  await until('the news', () => heard.includes('CooldownEvent'));
  const late = events.subscribe(ACCOUNT, { after: before });
  expect((await drain(late)).map(({ id, kind }) => [id, kind])).toEqual([[before, 'COOLDOWN']]);
  testApp.change('alter table elsewhere rename to vega_events');
  await until('it to be kept', () => events.lastId > before);
  await until('it to be said', () => testApp.said().includes('events are kept again'));
  expect(testApp.rows(`select count(*) as kept from vega_events where id > ${before}`)).toEqual([
    { kept: 1 },
  ]);
  await stream.return?.();
});
