import { sql } from 'kysely';
import type { Database, TrialOrder, UnfitTable } from '../../database.ts';
import { databaseCode } from '../../database-error.ts';
import type { TokenFormat } from '../../queries/tokens.ts';
import type { Queryable } from '../../queryable.ts';
import { rehearseRun } from '../../run-trial.ts';
import { beforeNameOf, isUserTable } from './user-tables.ts';

interface TrialDatabase extends TokenFormat, Pick<Database, 'audit'> {
  /** Runs `work` and rolls it back. Answers the error of it; null where there is none, or nobody can write at present. */
  dryRun(work: (trx: Queryable) => Promise<void>): Promise<unknown>;
  /** Also during an outage: its mirror lacks the constraints of other programs. Reads wait for no lock. */
  readonly file: Queryable;
}

/**
 * Dry run of everything that a run writes, with the functions of a run, rolled back. Null when every table takes it, or
 * when the file cannot be written by anybody at present.
 */
export const findUnfitTable = async (
  database: TrialDatabase,
  order: TrialOrder,
): Promise<UnfitTable | null> => {
  let table = 'upstox_tokens';
  const error = await database.dryRun(async (trx) => {
    const deferred = await deferredTables(trx);
    const before = await countOrphans(trx, deferred);
    await rehearseRun(trx, database, order, (name) => {
      table = name;
    });
    // Would be found only at the commit.
    if ((await countOrphans(trx, deferred)) > before) throw new Error('FOREIGN KEY constraint failed');
  });
  return error === null ? null : describe(database, table, error);
};

/** Tables whose references are checked at the commit. */
const deferredTables = async (trx: Queryable): Promise<readonly string[]> => {
  const { rows } = await sql<{ name: string }>`
    select name from sqlite_master where type = 'table' and sql like '%deferred%'`.execute(trx);
  return rows.map(({ name }) => name);
};

const countOrphans = async (trx: Queryable, tables: readonly string[]): Promise<number> => {
  let count = 0;
  for (const table of tables) {
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from pragma_foreign_key_check(${table})`.execute(trx);
    count += rows[0]?.n ?? 0;
  }
  return count;
};

const describe = async (database: TrialDatabase, written: string, error: unknown): Promise<UnfitTable> => {
  const words = error instanceof Error ? error.message : databaseCode(error);
  const named = /(?:failed:|column) (\w+)\.(\w+)/.exec(words);
  const table = named?.[1] ?? written;
  const reason = await reasonOf(database.file, table, words);
  const cure = await cureOf(database.file, table);
  return { table, message: `The table ${table} does not take what a run writes: ${reason}.`, cure };
};

/** Names the columns of a reference, which SQLite does not. */
const reasonOf = async (db: Queryable, table: string, words: string): Promise<string> => {
  if (!words.startsWith('FOREIGN KEY')) return words;
  const { rows } = await sql<{ column: string; parent: string }>`
    select "from" as "column", "table" as parent from pragma_foreign_key_list(${table})`.execute(db);
  const own = rows.map(({ column, parent }) => `${table}.${column} refers to ${parent}`);
  return own.length > 0 ? `${words}: ${own.join(', ')}` : `${words}: another table refers to its rows`;
};

const cureOf = async (db: Queryable, table: string): Promise<string> => {
  const added = await addedTo(db, table);
  const first = added.length === 0 ? '' : `If ${added.join(' or ')} is the reason, drop it. Otherwise: `;
  if (!isUserTable(table))
    return `${first}Remove what another program has put on ${table}, or run \`vega-auth restore\`.`;
  const before = beforeNameOf(table);
  const { rows } = await sql`select 1 from sqlite_master where name = ${before}`.execute(db);
  const away = rows.length === 0 ? '' : `give the table ${before} another name, `;
  return `${first}Stop every program that uses the database, ${away}run \`ALTER TABLE ${table} RENAME TO ${before}\` on it, and start vega-auth: it makes a table of its own and takes the rows over.`;
};

/** Triggers and indexes of other programs, which can be dropped. */
const addedTo = async (db: Queryable, table: string): Promise<readonly string[]> => {
  const { rows } = await sql<{ type: string; name: string }>`
    select type, name from sqlite_master
    where tbl_name = ${table} and sql is not null and type in ('trigger', 'index')
      and name not like 'vega\\_%' escape '\\' and name <> 'upstox_tokens_one_per_api'`.execute(db);
  return rows.map(({ type, name }) => `the ${type} ${name}`);
};
