import { setImmediate as breathe } from 'node:timers/promises';
import type { StoredAuditEntry } from '../../domain/events/audit.ts';
import type { Queryable } from '../queryable.ts';
import { findLastLink, toEntry } from './audit-chain.ts';

/** Entries looked at between two turns of the event loop. */
const STRIDE = 10_000;

/**
 * The entries of a span of time, by id. No index has the time: replayed entries stand behind later ones, so every entry
 * is looked at.
 */
export const findEntriesBetween = async (
  db: Queryable,
  from: Date,
  to: Date,
): Promise<readonly StoredAuditEntry[]> => {
  const last = (await findLastLink(db)).sequence;
  const found: StoredAuditEntry[] = [];
  for (let after = 0; after < last; after += STRIDE) {
    const rows = await db
      .selectFrom('vega_audit_entries')
      .selectAll()
      .where('sequence', '>', after)
      .where('sequence', '<=', after + STRIDE)
      .where('at', '>=', from.getTime())
      .where('at', '<', to.getTime())
      .orderBy('sequence')
      .execute();
    found.push(...rows.map(toEntry));
    await breathe();
  }
  return found;
};

/** When the first entry was written; null where there is none. */
export const findBeginning = async (db: Queryable): Promise<Date | null> => {
  const row = await db
    .selectFrom('vega_audit_entries')
    .select('at')
    .orderBy('sequence')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : new Date(row.at);
};

/**
 * Until when the audit knows of what happened after `from`: its newest entry, or the last one before a restore, for
 * between the backup and the restore nothing of it is known. The entry of a backup itself does not count: its copy is made
 * before, and both give the same report. Null where it is empty.
 */
export const findKnownUntil = async (db: Queryable, from: Date): Promise<Date | null> => {
  const restored = await db
    .selectFrom('vega_audit_entries')
    .select('sequence')
    .where('severity', '=', 'ERROR')
    .where('kind', '=', 'RESTORED')
    .where('at', '>=', from.getTime())
    .orderBy('sequence')
    .limit(1)
    .executeTakeFirst();
  const row = await db
    .selectFrom('vega_audit_entries')
    .select('at')
    .where('kind', '!=', 'BACKUP_MADE')
    .where('sequence', '<', restored?.sequence ?? Number.MAX_SAFE_INTEGER)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : new Date(row.at);
};
