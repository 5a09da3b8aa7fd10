import { setImmediate as breathe } from 'node:timers/promises';
import type { AuditComponent, Severity } from '../../domain/events/act.ts';
import type { AuditVerification, StoredAuditEntry } from '../../domain/events/audit.ts';
import type { Queryable } from '../queryable.ts';
import { type AuditChain, toEntry } from './audit-chain.ts';
import { START } from './audit-head.ts';

/** The `first` newest entries before the id `before`. */
export interface AuditQuery {
  readonly first: number;
  readonly before: number | null;
  readonly severity: Severity | null;
  readonly component: AuditComponent | null;
  readonly correlationId: string | null;
}

/** Pages by keyset, so that a long log pages as fast as a short one. */
export const findAuditEntries = async (
  db: Queryable,
  { first, before, severity, component, correlationId }: AuditQuery,
): Promise<readonly StoredAuditEntry[]> => {
  const rows = await db
    .selectFrom('vega_audit_entries')
    .selectAll()
    .$if(before !== null, (query) => query.where('sequence', '<', before ?? 0))
    .$if(severity !== null, (query) => query.where('severity', '=', severity ?? ''))
    .$if(component !== null, (query) => query.where('component', '=', component ?? ''))
    .$if(correlationId !== null, (query) => query.where('correlation_id', '=', correlationId))
    .orderBy('sequence', 'desc')
    .limit(first)
    .execute();
  return rows.map(toEntry);
};

/** Entries verified between two turns of the event loop. */
const CHUNK = 250;

/** Reads the whole chain and names the first entry that was edited, moved or is missing. */
export const verifyChain = async (db: Queryable, chain: AuditChain): Promise<AuditVerification> => {
  const head = chain.readHead();
  let last = START;
  let entries = 0;
  const bad = (firstBadId: number | null, reason: string) => ({ valid: false, entries, firstBadId, reason });
  let lastStored = chain.lastStored.sequence;
  for (;;) {
    // Read before the rows, because entries may be appended meanwhile.
    lastStored = chain.lastStored.sequence;
    const rows = await db
      .selectFrom('vega_audit_entries')
      .selectAll()
      .where('sequence', '>', last.sequence)
      .orderBy('sequence')
      .limit(CHUNK)
      .execute();
    for (const row of rows) {
      const expected = last.sequence + 1;
      if (row.sequence !== expected) return bad(expected, `Entry ${expected} is missing.`);
      if (chain.hash(last.hash, row) !== row.hash)
        return bad(expected, `Entry ${expected} was changed or moved.`);
      if (head?.sequence === expected && head.hash !== row.hash)
        return bad(expected, `Entry ${expected} is not the one that was written.`);
      last = row;
      entries += 1;
    }
    if (rows.length < CHUNK) break;
    await breathe();
  }
  const furthest = Math.max(head?.sequence ?? 0, lastStored);
  if (furthest > last.sequence)
    return bad(last.sequence + 1, `The entries from ${last.sequence + 1} on are missing.`);
  if (head === null && entries > 0)
    return bad(null, 'The file that tells how far the log has come is missing or was changed.');
  chain.moveTo(last);
  return { valid: true, entries, firstBadId: null, reason: null };
};
