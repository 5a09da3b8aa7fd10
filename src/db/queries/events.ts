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
  /** How many events of other processes are read at once. */
  readonly atOnce: number;
}

/**
 * Stores each draft with the next id. Answers the events after `lastId`: first those of other processes, then the drafts.
 * When there are `atOnce` of the former, no draft is stored yet, and the caller has to try again.
 */
export const appendEvents = async (
  trx: Queryable,
  { lastId, drafts, skipped, atOnce }: Appending,
): Promise<{ readonly foreign: readonly StoredEvent[]; readonly kept: readonly StoredEvent[] }> => {
  const foreign = await findEvents(trx, lastId, atOnce);
  if (foreign.length === atOnce) return { foreign, kept: [] };
  const firstId = (foreign.at(-1)?.id ?? lastId) + 1 + skipped;
  const kept = drafts.map((draft, index): StoredEvent => ({ ...draft, id: firstId + index }));
  await trx.insertInto('vega_events').values(kept.map(toRow)).execute();
  await trx
    .deleteFrom('vega_events')
    .where('id', '<=', firstId + drafts.length - 1 - KEPT_EVENTS)
    .execute();
  return { foreign, kept };
};

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
