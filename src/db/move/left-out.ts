import { sql } from 'kysely';
import { isSqlite } from '../engine.ts';
import type { Queryable } from '../queryable.ts';
import { RECORD, RECORD_LOCK } from '../schema/migration-record.ts';
import { MOVED_TABLES, type MovedTable, OWN_TABLES } from './structure.ts';
import { ARRIVAL, TOMBSTONE } from './tombstone.ts';

/**
 * Our own tables that are not carried over: which migrations were executed and which transaction wrote last are each
 * engine's own, and a move's marks are about one database.
 */
export const LEFT_OUT: readonly string[] = [RECORD, RECORD_LOCK, ...OWN_TABLES, TOMBSTONE, ARRIVAL];
/** What older versions of this program have left in the file. */
const FORMER = /^(kysely_migration(_lock)?|vega_api_configs_before)$/;

/** What stays behind: tables and columns that this program has not made. */
export const findLeftOut = async (
  db: Queryable,
  structure: readonly MovedTable[],
): Promise<readonly string[]> => {
  const own = [...MOVED_TABLES, ...LEFT_OUT];
  const tables = (await tableNames(db)).filter((name) => !own.includes(name) && !FORMER.test(name));
  const columns: string[] = [];
  for (const table of structure) {
    const known = table.columns.map(({ name }) => name);
    const others = (await columnNames(db, table.name)).filter((name) => !known.includes(name));
    columns.push(...others.map((name) => `${table.name}.${name}`));
  }
  return [...columns, ...tables];
};

const tableNames = async (db: Queryable): Promise<readonly string[]> => {
  const { rows } = await (isSqlite(db)
    ? sql<{ name: string }>`
        select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name`
    : sql<{ name: string }>`
        select relname::text as name from pg_class
        where relkind in ('r', 'p') and relnamespace = current_schema()::regnamespace order by relname`
  ).execute(db);
  return rows.map(({ name }) => name);
};

/** In lower case, because SQLite ignores the case of names. */
const columnNames = async (db: Queryable, table: string): Promise<readonly string[]> => {
  const { rows } = await (isSqlite(db)
    ? sql<{ name: string }>`select lower(name) as name from pragma_table_info(${table})`
    : sql<{ name: string }>`
        select attname::text as name from pg_attribute
        where attrelid = to_regclass(${table}) and attnum > 0 and not attisdropped`
  ).execute(db);
  return rows.map(({ name }) => name);
};
