import { createHmac } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { ApiName } from '../../domain/account/api-name.ts';
import type { AuditComponent, Severity } from '../../domain/events/act.ts';
import type { AuditEntry, AuditKind, StoredAuditEntry } from '../../domain/events/audit.ts';
import { asOneChange } from '../journal.ts';
import type { Queryable } from '../queryable.ts';
import type { AuditEntriesTable } from '../schema/tables.ts';
import { type AuditHead, type Link, START } from './audit-head.ts';

/** Appends to the audit: every entry holds a keyed hash of itself and of the one before it. */
export class AuditChain {
  readonly #key: Buffer;
  readonly #head: AuditHead;
  readonly #isShared: boolean;
  /** The entry that the head names is not in the chain: the head stays where it is, as the proof of that. */
  #isReplaced = false;
  /** The last entry ever stored: entries that are cut off later are reported as missing. */
  #lastStored: Link;
  /** What each open transaction has appended. */
  readonly #appended = new WeakMap<Queryable, { entries: StoredAuditEntry[]; last: Link }>();

  /** Where other machines append to it, too, each time is verified that they go on from the last entry known here. */
  constructor(key: Buffer, head: AuditHead, { isShared = false } = {}) {
    this.#key = key;
    this.#head = head;
    this.#isShared = isShared;
    this.#lastStored = head.read() ?? START;
  }

  /** Appends in the caller's transaction. An entry that is there already is not appended again. */
  async append(trx: Queryable, entry: AuditEntry): Promise<void> {
    const append = async (): Promise<boolean> => {
      const last = await findLastLink(trx);
      if (this.#isShared && !this.#appended.has(trx))
        this.#isReplaced ||= await isGone(trx, this.#lastStored, last);
      const previous = this.#lastStored.sequence > last.sequence ? this.#lastStored : last;
      const row = toRow(entry, previous.sequence + 1);
      const hash = hashOf(this.#key, previous.hash, row);
      const inserted = await trx
        .insertInto('vega_audit_entries')
        .values({ ...row, hash })
        .onConflict((conflict) => conflict.column('entry_key').doNothing())
        .executeTakeFirst();
      if ((inserted.numInsertedOrUpdatedRows ?? 0n) === 0n) return false;
      const entries = this.#appended.get(trx)?.entries ?? [];
      entries.push({ ...entry, id: row.sequence });
      this.#appended.set(trx, { entries, last: { sequence: row.sequence, hash } });
      return true;
    };
    // Who replays it may not know the entry that is there, and would append it a second time.
    await asOneChange(trx, { kind: 'AUDIT', entry }, append, (isNew) => isNew);
  }

  appendedBy(trx: Queryable): readonly StoredAuditEntry[] {
    return this.#appended.get(trx)?.entries ?? [];
  }

  /** Records that the database holds what the transaction has appended. */
  markStored(trx: Queryable): void {
    const last = this.#appended.get(trx)?.last;
    if (last !== undefined) this.moveTo(last);
  }

  /** The chain was found whole up to here. What is cut off from now on is missed. */
  moveTo(last: Link): void {
    // The answers to two transactions may come in another order than their commits.
    if (this.#isReplaced || last.sequence <= this.#lastStored.sequence) return;
    this.#lastStored = last;
    try {
      this.#head.write(last);
    } catch {
      // The entries are stored, and the next one moves the head on.
    }
  }

  /** How many entries, at least, are missing of those that this machine knows. */
  async countMissing(db: Queryable): Promise<number> {
    const last = await findLastLink(db);
    this.#isReplaced = await isGone(db, this.#lastStored, last);
    return Math.max(this.#lastStored.sequence - last.sequence, this.#isReplaced ? 1 : 0);
  }

  /** After a restore: the chain continues from the last entry in the file. */
  async startAnew(db: Queryable): Promise<void> {
    this.#lastStored = await findLastLink(db);
    this.#isReplaced = false;
    this.#head.reset(this.#lastStored);
  }

  /** The link in the signed head file; null without one. */
  readHead(): Link | null {
    return this.#head.read();
  }

  get lastStored(): Link {
    return this.#lastStored;
  }

  hash(previous: string, row: HashedRow): string {
    return hashOf(this.#key, previous, row);
  }
}

export type HashedRow = Omit<Selectable<AuditEntriesTable>, 'hash'>;

/**
 * What a hash is made of, in this order. A column that comes to the table later is signed `WHERE_SET`: the entries from
 * before it, where it is null, keep the hash that they have.
 */
const SIGNED: Readonly<Record<keyof HashedRow, 'ALWAYS' | 'WHERE_SET'>> = {
  sequence: 'ALWAYS',
  entry_key: 'ALWAYS',
  at: 'ALWAYS',
  severity: 'ALWAYS',
  component: 'ALWAYS',
  kind: 'ALWAYS',
  message: 'ALWAYS',
  correlation_id: 'ALWAYS',
  account_id: 'ALWAYS',
  api_name: 'ALWAYS',
};
const COLUMNS = Object.keys(SIGNED) as readonly (keyof HashedRow)[];

const hashOf = (key: Buffer, previous: string, row: HashedRow): string => {
  const always = COLUMNS.filter((column) => SIGNED[column] === 'ALWAYS').map((column) => row[column]);
  const later = COLUMNS.filter((column) => SIGNED[column] === 'WHERE_SET' && row[column] !== null).map(
    (column) => ({ [column]: row[column] }),
  );
  return createHmac('sha256', key)
    .update(JSON.stringify([previous, ...always, ...later]))
    .digest('hex');
};

export const findLastLink = async (db: Queryable): Promise<Link> =>
  (await db
    .selectFrom('vega_audit_entries')
    .select(['sequence', 'hash'])
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()) ?? START;

/** Another entry stands in the place of the one that is known: that one was cut off, and others came after. */
const isGone = async (db: Queryable, known: Link, last: Link): Promise<boolean> => {
  if (known.sequence === START.sequence || last.sequence < known.sequence) return false;
  const there = last.sequence === known.sequence ? last : await findLink(db, known.sequence);
  return there?.hash !== known.hash;
};

const findLink = (db: Queryable, sequence: number): Promise<Link | undefined> =>
  db
    .selectFrom('vega_audit_entries')
    .select(['sequence', 'hash'])
    .where('sequence', '=', sequence)
    .executeTakeFirst();

const toRow = (entry: AuditEntry, sequence: number): HashedRow => ({
  sequence,
  entry_key: entry.key,
  at: entry.at.getTime(),
  severity: entry.severity,
  component: entry.component,
  kind: entry.kind,
  message: entry.message,
  correlation_id: entry.correlationId,
  account_id: entry.accountId,
  api_name: entry.apiName,
});

export const toEntry = (row: Selectable<AuditEntriesTable>): StoredAuditEntry => ({
  id: row.sequence,
  key: row.entry_key,
  at: new Date(row.at),
  severity: row.severity as Severity,
  component: row.component as AuditComponent,
  kind: row.kind as AuditKind,
  message: row.message,
  correlationId: row.correlation_id,
  accountId: row.account_id,
  apiName: row.api_name as ApiName | null,
});
