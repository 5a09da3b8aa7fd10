import type { Selectable } from 'kysely';
import type { EventDraft, StoredEvent } from '../../domain/events/event.ts';
import type { Queryable } from '../queryable.ts';
import type { EventsTable } from '../schema/tables.ts';
import { decodePayload, encodePayload } from './event-codec.ts';

export const KEPT_EVENTS = 10_000;

interface Appending {
  /** The last id that was read. */
  readonly lastId: number;
  readonly drafts: readonly EventDraft[];
  /** How many ids are left out, because their events were lost. */
  readonly skipped: number;
  /** How many of the drafts, from the first one on, an earlier transaction may have stored, whose end is not known. */
  readonly inDoubt: number;
  /** How many events are read at once. */
  readonly atOnce: number;
}

/** An event in the history; null as draft where another process has written it. */
export interface StoredDraft {
  readonly event: StoredEvent;
  readonly draft: EventDraft | null;
}

/**
 * Stores each draft with the next id, unless it is there. Answers the events after `lastId`: first those that were there,
 * then the drafts. When there are `atOnce` of the former, nothing is stored yet, and the caller has to try again.
 */
export const appendEvents = async (
  trx: Queryable,
  { lastId, drafts, skipped, inDoubt, atOnce }: Appending,
): Promise<readonly StoredDraft[]> => {
  const found = await findEvents(trx, lastId, atOnce);
  const known = recognise(found, drafts.slice(0, inDoubt));
  const missing = drafts.slice(known.filter(({ draft }) => draft !== null).length);
  if (found.length === atOnce || missing.length === 0) return known;
  const firstId = (found.at(-1)?.id ?? lastId) + 1 + skipped;
  const stored = missing.map((draft, index) => ({ event: { ...draft, id: firstId + index }, draft }));
  await trx
    .insertInto('vega_events')
    .values(stored.map(({ event }) => toRow(event)))
    .execute();
  await trx
    .deleteFrom('vega_events')
    .where('id', '<=', firstId + missing.length - 1 - KEPT_EVENTS)
    .execute();
  return [...known, ...stored];
};

/** Which of the events are the drafts: they were stored together and in this order, or none of them was. */
const recognise = (events: readonly StoredEvent[], drafts: readonly EventDraft[]): readonly StoredDraft[] => {
  const left = drafts.map((draft) => ({ draft, text: textOf({ ...draft, id: 0 }) }));
  return events.map((event) => {
    const isOurs = left[0] !== undefined && left[0].text === textOf(event);
    return { event, draft: (isOurs ? left.shift()?.draft : null) ?? null };
  });
};

const textOf = (event: StoredEvent): string => JSON.stringify({ ...toRow(event), id: 0 });

/** The oldest events after the id `after`. */
export const findEvents = async (
  db: Queryable,
  after: number,
  limit: number,
): Promise<readonly StoredEvent[]> => {
  const rows = await db
    .selectFrom('vega_events')
    .selectAll()
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(toEvent);
};

/** The stored events of one kind, oldest first. */
export const findEventsOf = async (
  db: Queryable,
  kind: EventDraft['kind'],
): Promise<readonly StoredEvent[]> => {
  const rows = await db
    .selectFrom('vega_events')
    .selectAll()
    .where('kind', '=', kind)
    .orderBy('id')
    .execute();
  return rows.map(toEvent);
};

/** 0 without any event. */
export const findLastEventId = async (db: Queryable): Promise<number> => {
  const row = await db
    .selectFrom('vega_events')
    .select('id')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? 0;
};

const toRow = ({ id, at, accountId, ...payload }: StoredEvent): EventsTable => ({
  id,
  at: at.getTime(),
  account_id: accountId,
  kind: payload.kind,
  payload: encodePayload(payload),
});

const toEvent = (row: Selectable<EventsTable>): StoredEvent => ({
  id: row.id,
  at: new Date(row.at),
  accountId: row.account_id,
  ...decodePayload(row.kind, row.payload),
});
