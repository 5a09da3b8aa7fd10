import { sql } from 'kysely';
import { sqliteMigrations } from '../../../../migrations/index.ts';
import { DatabaseError } from '../../database-error.ts';
import { isAlive } from '../../files/process-mark.ts';
import type { Queryable } from '../../queryable.ts';
import { FORMER_PARTS, FORMER_TABLES, ownNameOf } from '../../schema/former-names.ts';
import { RECORD, RECORD_LOCK } from '../../schema/migration-record.ts';

/** The record of older versions. */
const FORMER_RECORD = 'kysely_migration';
const FORMER_RECORD_LOCK = 'kysely_migration_lock';

/** The migration since which our tables have a prefix. */
export const OWN_NAMES = '0012-own-names';

/** The tables and columns that each migration makes. */
const MADE: readonly (readonly [migration: string, table: string, columns: string])[] = Object.entries(
  sqliteMigrations,
).flatMap(([migration, { makes }]) =>
  Object.entries(makes).map(([table, columns]) => [migration, table, columns] as const),
);

/** The names of our tables; another program may have one that begins as ours do. */
export const OWN_TABLES: readonly string[] = [...new Set(MADE.map(([, table]) => ownNameOf(table)))];

export interface MigrationRecord {
  readonly executed: readonly string[];
  /** Our tables still have their former names. */
  readonly isFormer: boolean;
}

/** Ignores the record of another program that uses the same library. */
export const readRecord = async (db: Queryable): Promise<MigrationRecord> => {
  const own = await namesIn(db, RECORD);
  if (own.length > 0) return { executed: own, isFormer: false };
  const former = await namesIn(db, FORMER_RECORD);
  const isOurs = former.some((name) => name in sqliteMigrations);
  return { executed: isOurs ? former : [], isFormer: isOurs };
};

const namesIn = async (db: Queryable, record: string): Promise<readonly string[]> => {
  if (!(await columnsOf(db, record)).includes('name')) return [];
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(record)} order by name`.execute(
    db,
  );
  return rows.map(({ name }) => name);
};

/** In lower case, because SQLite ignores the case of names. */
const columnsOf = async (db: Queryable, table: string): Promise<readonly string[]> => {
  const { rows } = await sql<{ name: string }>`
    select lower(name) as name from pragma_table_info(${table})`.execute(db);
  return rows.map(({ name }) => name);
};

/**
 * Checks that the next migrations find their names free and our tables unchanged, then renames the tables of an older
 * version. Throws a `DatabaseError`, and changes nothing, when a check fails.
 */
export const takeOwnNames = async (file: string, kysely: Queryable): Promise<void> =>
  kysely.transaction().execute(async (trx) => {
    // Again, because another process may have migrated.
    const record = await readRecord(trx);
    await refuseClashes(file, trx, record);
    if (!record.executed.includes('0001-tokens')) await refuseOddTokens(file, trx);
    if (!record.isFormer) return;
    await refuseLiveRun(file, trx);
    await rename(trx, record.executed);
  });

/** Refuses a database on which an older version has made its own tables beside ours. */
export const refuseOlderBeside = async (file: string, db: Queryable): Promise<void> => {
  if ((await namesIn(db, RECORD)).length === 0) return;
  const beside = await namesIn(db, FORMER_RECORD);
  if (!beside.includes('0001-tokens')) return;
  throw new DatabaseError(
    file,
    `An older vega-auth has been used on the database ${file} beside this one: what it submitted to the broker stands in its own tables only. Stop it and update it, wait until the next day, and run \`ALTER TABLE ${FORMER_RECORD} RENAME TO ${FORMER_RECORD}_of_older\` on the database. Nothing was changed.`,
  );
};

const refuseClashes = async (
  file: string,
  db: Queryable,
  { executed, isFormer }: MigrationRecord,
): Promise<void> => {
  for (const [migration, table, columns] of MADE) {
    const isMade = executed.includes(migration);
    const own = ownNameOf(table);
    if (isMade && columns !== '') await refuseStranger(file, db, isFormer ? table : own, columns.split(' '));
    const isFirst = MADE.find(([, made]) => made === table)?.[0] === migration;
    if (isFirst && (isFormer || !isMade)) await refuseTaken(file, db, own);
  }
  for (const part of FORMER_PARTS.filter(() => isFormer || executed.length === 0))
    await refuseTaken(file, db, ownNameOf(part));
  if (executed.length > 0 && !isFormer) return;
  // A process that was killed before the first migration leaves them empty.
  for (const [name, columns] of [
    [RECORD, 'name,timestamp'],
    [RECORD_LOCK, 'id,is_locked'],
  ] as const)
    if (isFormer || (await columnsOf(db, name)).join() !== columns) await refuseTaken(file, db, name);
};

/** Refuses a user's table that the migration cannot complete. */
const refuseOddTokens = async (file: string, db: Queryable): Promise<void> => {
  const columns = await columnsOf(db, 'upstox_tokens');
  const { rows } = await sql<{ type: string }>`
    select type from sqlite_master where name = 'upstox_tokens' and type <> 'table'`.execute(db);
  if (columns.length === 0 || (rows.length === 0 && columns.includes('id') && columns.includes('api_name')))
    return;
  const what = rows[0] === undefined ? 'has no column id or api_name' : `is a ${rows[0].type}`;
  throw new DatabaseError(
    file,
    `upstox_tokens in the database ${file} ${what}, so no token can be kept in it. Give it another name and start again: vega-auth makes a table of its own. Nothing was changed.`,
  );
};

const refuseTaken = async (file: string, db: Queryable, name: string): Promise<void> => {
  const { rows } = await sql<{ type: string; name: string }>`
    select type, name from sqlite_master where lower(name) = ${name}`.execute(db);
  const [found] = rows;
  if (found === undefined) return;
  const cure =
    found.type === 'table'
      ? `Rename it (\`ALTER TABLE "${found.name}" RENAME TO "${found.name}_of_another"\`)`
      : 'Rename it';
  throw new DatabaseError(
    file,
    `The database ${file} has a ${found.type} ${found.name} that vega-auth has not made, and vega-auth needs that name. ${cure}, or set VEGA_DB_PATH to another file. Nothing was changed.`,
  );
};

const refuseStranger = async (
  file: string,
  db: Queryable,
  table: string,
  columns: readonly string[],
): Promise<void> => {
  const present = await columnsOf(db, table);
  const missing = columns.filter((column) => !present.includes(column));
  if (missing.length === 0) return;
  const what =
    present.length === 0 ? 'is not there any more' : `is another program's: it has no column ${missing[0]}`;
  throw new DatabaseError(
    file,
    `The table ${table} that vega-auth has made in the database ${file} ${what}. Stop every vega-auth and run \`vega-auth restore\`, or set VEGA_DB_PATH to another file. Nothing was changed.`,
  );
};

/** Refuses the renaming while an older version executes a run, whose token could not be stored. */
const refuseLiveRun = async (file: string, db: Queryable): Promise<void> => {
  const hasBirth = (await columnsOf(db, 'generation_runs')).includes('process_birth');
  if (!hasBirth) return;
  const { rows } = await sql<{ id: number; birth: string | null }>`
    select process_id as id, process_birth as birth from generation_runs where ended_at is null`.execute(db);
  const owner = rows.find((mark) => mark.id !== process.pid && isAlive(mark));
  if (owner === undefined) return;
  throw new DatabaseError(
    file,
    `An older vega-auth (process ${owner.id}) is in the middle of a run on the database ${file}. Wait until the run is over or stop that process, and start again. Nothing was changed.`,
  );
};

const rename = async (trx: Queryable, executed: readonly string[]): Promise<void> => {
  const made = new Set(MADE.filter(([migration]) => executed.includes(migration)).map(([, table]) => table));
  for (const former of FORMER_TABLES.filter((table) => made.has(table)))
    await renameTable(trx, former, ownNameOf(former));
  for (const former of FORMER_PARTS) await renamePart(trx, former);
  await renameTable(trx, FORMER_RECORD, RECORD);
  await sql`drop table if exists ${sql.table(FORMER_RECORD_LOCK)}`.execute(trx);
  // Tells an older version that it is too old; without it, it would make its own tables again.
  await sql`
    create table ${sql.table(FORMER_RECORD)} (name varchar(255) not null primary key, timestamp varchar(255) not null)`.execute(
    trx,
  );
  await sql`insert into ${sql.table(FORMER_RECORD)} values (${OWN_NAMES}, ${new Date(0).toISOString()})`.execute(
    trx,
  );
};

/**
 * SQLite also updates what refers to the table, such as another program's view. Where the file has a broken view or
 * trigger it refuses that; then references are left as they are.
 */
const renameTable = async (trx: Queryable, from: string, to: string): Promise<void> => {
  const renaming = sql`alter table ${sql.table(from)} rename to ${sql.table(to)}`;
  try {
    await renaming.execute(trx);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('error in ')) throw error;
    await sql`pragma legacy_alter_table = on`.execute(trx);
    try {
      await renaming.execute(trx);
    } finally {
      await sql`pragma legacy_alter_table = off`.execute(trx);
    }
  }
};

interface Part {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

/** SQLite cannot rename an index or a trigger: it is made again. */
const renamePart = async (trx: Queryable, former: string): Promise<void> => {
  const { rows } = await sql<Part>`
    select type, name, sql from sqlite_master
    where name = ${former} and type in ('index', 'trigger') and tbl_name like 'vega\\_%' escape '\\'`.execute(
    trx,
  );
  const [part] = rows;
  if (part === undefined) return;
  await sql.raw(`drop ${part.type} "${former}"`).execute(trx);
  await sql.raw(part.sql.replace(former, ownNameOf(former))).execute(trx);
};
