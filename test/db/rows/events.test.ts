import { describe, expect, test } from 'vitest';
import {
  appendEvents,
  findEvents,
  findEventsOf,
  findLastEventId,
  KEPT_EVENTS,
  type StoredDraft,
} from '../../../src/db/queries/events.ts';
import type { EventDraft } from '../../../src/domain/events/event.ts';
import { ENGINES, openRows, type Rows } from '../engines.ts';

const AT = new Date('2026-11-17T20:00:05.250+05:30');

const stored = (version: number, accountId: string | null = 'UPSTOX_01'): EventDraft => ({
  ...{ at: AT, accountId, kind: 'TOKEN_STORED', stored: { apiName: 'PRIMARY', version } },
});

const COOLDOWN: EventDraft = {
  ...{ at: AT, accountId: 'UPSTOX_01', kind: 'COOLDOWN' },
  cooldown: {
    active: true,
    remainingSeconds: 60,
    until: new Date(AT.getTime() + 60_000),
    reason: 'THROTTLED',
  },
};

const append = (
  database: Rows,
  drafts: readonly EventDraft[],
  { lastId = 0, skipped = 0, inDoubt = 0, atOnce = 100 } = {},
) => database.write((trx) => appendEvents(trx, { lastId, drafts, skipped, inDoubt, atOnce }));

const idsOf = (events: readonly { readonly id: number }[]) => events.map(({ id }) => id);

const ownersOf = (found: readonly StoredDraft[]) =>
  found.map(({ event, draft }) => `${event.id} ${draft === null ? 'another' : 'ours'}`);

describe.each(ENGINES)('%s', (engine) => {
  test('events are found as they were stored, with their instants and texts of any kind', async () => {
    await using database = await openRows(engine);
    const account = {
      ...{ id: 'UPSTOX_01', number: 1, name: 'Desk \u0000 „é“ 🗝', brokerUserId: null },
      ...{ isActive: true, redirectUri: null },
    };
    const switched: EventDraft = { at: AT, accountId: null, kind: 'ACCOUNT_SWITCHED', account, from: 'X' };
    expect(await append(database, [COOLDOWN, switched])).toEqual([
      { event: { ...COOLDOWN, id: 1 }, draft: COOLDOWN },
      { event: { ...switched, id: 2 }, draft: switched },
    ]);
    expect(await findEvents(database.read, 0, 9)).toEqual([
      { ...COOLDOWN, id: 1 },
      { ...switched, id: 2 },
    ]);
  });

  test('they come after those of other processes, and ids of lost events are left out', async () => {
    await using database = await openRows(engine);
    await append(database, [stored(1), stored(2)]);
    const found = await append(database, [stored(3)], { lastId: 1, skipped: 3 });
    expect(ownersOf(found)).toEqual(['2 another', '6 ours']);
    expect(await findLastEventId(database.read)).toBe(6);
  });

  test('nothing is stored while there is more of other processes than is read at once', async () => {
    await using database = await openRows(engine);
    await append(database, [stored(1), stored(2), stored(3)]);
    const found = await append(database, [stored(4)], { atOnce: 2 });
    expect(ownersOf(found)).toEqual(['1 another', '2 another']);
    expect(await findLastEventId(database.read)).toBe(3);
  });

  test('what a transaction in doubt has stored is recognised and not stored again', async () => {
    await using database = await openRows(engine);
    await append(database, [stored(1), COOLDOWN, stored(1), stored(2), stored(3)]);
    const drafts = [COOLDOWN, stored(1), stored(4)];
    const begun = await append(database, drafts, { inDoubt: 2, atOnce: 2 });
    expect(ownersOf(begun)).toEqual(['1 another', '2 ours']);
    const found = await append(database, drafts.slice(1), { lastId: 2, inDoubt: 1 });
    expect(ownersOf(found)).toEqual(['3 ours', '4 another', '5 another', '6 ours']);
    expect(await append(database, [stored(4)], { lastId: 5, inDoubt: 1 })).toHaveLength(1);
    expect(ownersOf(await append(database, [stored(4)], { lastId: 5 }))).toEqual(['6 another', '7 ours']);
  });

  test('pages follow an id, and one kind is found alone', async () => {
    await using database = await openRows(engine);
    expect(await findLastEventId(database.read)).toBe(0);
    await append(database, [stored(1), COOLDOWN, stored(3, null), stored(4)]);
    expect(idsOf(await findEvents(database.read, 1, 2))).toEqual([2, 3]);
    expect(await findEvents(database.read, 4, 2)).toEqual([]);
    expect(idsOf(await findEventsOf(database.read, 'TOKEN_STORED'))).toEqual([1, 3, 4]);
    expect(await findEventsOf(database.read, 'AUDIT')).toEqual([]);
  });

  test('only the newest are kept', async () => {
    await using database = await openRows(engine);
    await append(database, [stored(1), stored(2)]);
    await append(database, [stored(3)], { lastId: 2, skipped: KEPT_EVENTS - 2 });
    expect(idsOf(await findEvents(database.read, 0, 9))).toEqual([2, KEPT_EVENTS + 1]);
  });
});
