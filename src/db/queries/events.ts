import type { Selectable } from 'kysely';
import type { EventDraft, StoredEvent } from '../../domain/event.ts';
import type { Queryable } from '../queryable.ts';
import type { EventsTable } from '../schema/tables.ts';
import { decodePayload, encodePayload } from './event-codec.ts';

/** How much of the past is kept. */
export const KEPT_EVENTS = 10_000;

interface Appending {
  /** Everything up to here is known. */
  readonly lastId: number;
  readonly drafts: readonly EventDraft[];
  /** So many ids are left out: what had them was lost. */
  readonly skipped: number;
  /** How many events of other processes are read at once. */
  readonly atOnce: number;
}

/**
 * Gives each draft the next id and keeps it. Answers everything behind `lastId`: first what another process has kept
 * in the same database meanwhile, then the drafts. When there is more of the former than is read at once, no draft is
 * kept yet: they have to be offered again.
 */
export const appendEvents = async (
  transaction: Queryable,
  { lastId, drafts, skipped, atOnce }: Appending,
): Promise<{ readonly foreign: readonly StoredEvent[]; readonly kept: readonly StoredEvent[] }> => {
  const foreign = await findEvents(transaction, lastId, atOnce);
  if (foreign.length === atOnce) return { foreign, kept: [] };
  const firstId = (foreign.at(-1)?.id ?? lastId) + 1 + skipped;
  const kept = drafts.map((draft, index): StoredEvent => ({ ...draft, id: firstId + index }));
  await transaction.insertInto('vega_events').values(kept.map(toRow)).execute();
  await transaction
    .deleteFrom('vega_events')
    .where('id', '<=', firstId + drafts.length - 1 - KEPT_EVENTS)
    .execute();
  return { foreign, kept };
};

/** The oldest events behind `after`. */
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

/** The events of one kind that are kept, oldest first. */
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

/** 0 when nothing has happened yet. */
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
