import { setImmediate as breathe } from 'node:timers/promises';
import { sql } from 'kysely';
import type { AuditVerification } from '../../domain/events/audit.ts';
import type { AuditChain } from '../audit/audit-chain.ts';
import { verifyChain } from '../audit/audit-entries.ts';
import { DatabaseError } from '../database-error.ts';
import { isSqlite } from '../engine.ts';
import type { Queryable } from '../queryable.ts';
import type { Reading } from './canonical.ts';
import { type Content, contentOf, countRows, Digest, insertBatch, readBatches } from './rows.ts';
import type { MovedTable } from './structure.ts';

export interface Origin {
  readonly db: Queryable;
  readonly chain: AuditChain;
  /** What verifying its audit has found. */
  readonly audit: AuditVerification;
  readonly reading: Reading;
}

/** What every table of the source held, by its name. */
export type Contents = ReadonlyMap<string, Content>;

interface CopyObserver {
  readonly onBatch: (table: string, rows: number) => void;
  readonly onTable: (table: string, rows: number) => void;
}

/** Copies every table into the caller's transaction. */
export const copyTables = async (
  origin: Origin,
  trx: Queryable,
  structure: readonly MovedTable[],
  observer: CopyObserver,
): Promise<Contents> => {
  const contents = new Map<string, Content>();
  for (const table of structure) {
    const digest = new Digest();
    for await (const rows of readBatches(origin.db, table, origin.reading)) {
      await insertBatch(trx, table, rows);
      digest.add(rows);
      observer.onBatch(table.name, digest.rows);
      await breathe();
    }
    await countOn(trx, table);
    contents.set(table.name, digest.content);
    observer.onTable(table.name, digest.rows);
  }
  return contents;
};

/** The next row gets a number that none has had. SQLite counts on from the highest number by itself. */
const countOn = async (trx: Queryable, { name, numbered }: MovedTable): Promise<void> => {
  if (isSqlite(trx) || numbered === null) return;
  const column = sql.ref(numbered);
  await sql`
    select setval(pg_get_serial_sequence(${name}, ${numbered}), max(${column})) from ${sql.table(name)}
    having max(${column}) > 0`.execute(trx);
};

/** Reads everything again from the target. Throws a `DatabaseError` that names the first difference. */
export const verifyCopy = async (
  origin: Origin,
  trx: Queryable,
  structure: readonly MovedTable[],
  contents: Contents,
): Promise<void> => {
  const refuse = (what: string): never => {
    throw new DatabaseError(
      origin.reading.place,
      `What arrived is not what was sent from ${origin.reading.place}: ${what} Nothing was moved.`,
    );
  };
  for (const table of structure) {
    const sent = contents.get(table.name);
    const counted = await countRows(origin.db, table.name);
    if (sent?.rows !== counted)
      refuse(`${table.name} has ${counted} rows, and ${sent?.rows ?? 0} of them were read.`);
    const arrived = await contentOf(trx, table, origin.reading);
    if (arrived.rows !== counted) refuse(`${table.name} has ${counted} rows there and ${arrived.rows} here.`);
    if (arrived.digest !== sent?.digest) refuse(`${table.name} differs in a value.`);
  }
  const arrived = await verifyChain(trx, origin.chain);
  if (JSON.stringify(arrived) !== JSON.stringify(origin.audit))
    refuse(`the audit is ${wordsOf(origin.audit)} there and ${wordsOf(arrived)} here.`);
};

const wordsOf = ({ valid, entries, reason }: AuditVerification): string =>
  valid ? `whole with ${entries} entries` : `not whole (${reason})`;
