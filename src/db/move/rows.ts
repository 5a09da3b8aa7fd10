import { createHash, type Hash } from 'node:crypto';
import { sql } from 'kysely';
import type { Queryable } from '../queryable.ts';
import { canonicalRow, type Reading, type Row, type Value } from './canonical.ts';
import type { MovedTable } from './structure.ts';

/** Rows that are in memory at once. */
export const BATCH = 500;

/** What a table holds: two that are equal have the same of both. */
export interface Content {
  readonly rows: number;
  readonly digest: string;
}

/** The rows in the order of their key, a batch at a time, as canonical values. */
export async function* readBatches(
  db: Queryable,
  table: MovedTable,
  reading: Reading,
): AsyncGenerator<readonly (readonly Value[])[]> {
  const key = sql.join(table.key.map((name) => sql.ref(name)));
  const columns = sql.join(table.columns.map(({ name }) => sql.ref(name)));
  let after: Row | undefined;
  for (;;) {
    const where =
      after === undefined
        ? sql``
        : sql`where (${key}) > (${sql.join(table.key.map((name) => after?.[name]))})`;
    const { rows } = await sql<Row>`
      select ${columns} from ${sql.table(table.name)} ${where} order by ${key} limit ${BATCH}`.execute(db);
    if (rows.length > 0) yield rows.map((row) => canonicalRow(table, row, reading));
    if (rows.length < BATCH) return;
    after = rows.at(-1);
  }
}

export const insertBatch = async (
  trx: Queryable,
  table: MovedTable,
  rows: readonly (readonly Value[])[],
): Promise<void> => {
  const columns = sql.join(table.columns.map(({ name }) => sql.ref(name)));
  const values = sql.join(rows.map((row) => sql`(${sql.join(row)})`));
  await sql`insert into ${sql.table(table.name)} (${columns}) values ${values}`.execute(trx);
};

export const countRows = async (db: Queryable, table: string): Promise<number> => {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(
    db,
  );
  return Number(rows[0]?.count);
};

/** Sums up rows in their order. */
export class Digest {
  readonly #hash: Hash = createHash('sha256');
  #rows = 0;

  add(rows: readonly (readonly Value[])[]): void {
    for (const row of rows) this.#hash.update(`${JSON.stringify(row)}\n`);
    this.#rows += rows.length;
  }

  get rows(): number {
    return this.#rows;
  }

  get content(): Content {
    return { rows: this.#rows, digest: this.#hash.copy().digest('hex') };
  }
}

export const contentOf = async (db: Queryable, table: MovedTable, reading: Reading): Promise<Content> => {
  const digest = new Digest();
  for await (const rows of readBatches(db, table, reading)) digest.add(rows);
  return digest.content;
};
