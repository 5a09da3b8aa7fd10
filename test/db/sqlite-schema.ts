import { type QueryExecutorProvider, sql } from 'kysely';
import {
  type Column,
  enclosed,
  type Index,
  normalised,
  splitList,
  type Table,
  typeClass,
} from './schema-description.ts';

/** Every table but those of Kysely's migrator. */
export const describeSqlite = async (db: QueryExecutorProvider): Promise<readonly Table[]> => {
  const { rows } = await sql<{ name: string; text: string }>`
    select name, sql as text from sqlite_master
    where type = 'table' and name not like 'sqlite\\_%' escape '\\' and name not like 'vega\\_migration%' escape '\\'
    order by name`.execute(db);
  const tables: Table[] = [];
  for (const { name, text } of rows) {
    const columns = await columnsOf(db, name);
    tables.push({
      name,
      columns: columns.map((column) => toColumn(column, columns, text)),
      key: columns
        .filter(({ pk }) => pk > 0)
        .sort((one, other) => one.pk - other.pk)
        .map((column) => column.name),
      foreignKeys: await foreignKeysOf(db, name),
      checks: checksIn(text),
      indexes: await indexesOf(db, name),
    });
  }
  return tables;
};

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly value: string | null;
  /** The place in the primary key; 0 where it is no part of it. */
  readonly pk: number;
}

const columnsOf = async (db: QueryExecutorProvider, table: string): Promise<readonly ColumnRow[]> => {
  const { rows } = await sql<ColumnRow>`
    select name, type, "notnull", dflt_value as value, pk from pragma_table_xinfo(${table}) order by cid`.execute(
    db,
  );
  return rows;
};

const toColumn = (
  { name, type, notnull, value, pk }: ColumnRow,
  columns: readonly ColumnRow[],
  text: string,
): Column => ({
  name,
  type: typeClass(type),
  // A primary key of SQLite's may be NULL where nothing forbids it; no query stores one.
  isNullable: notnull === 0 && pk === 0,
  default: defaultOf(type, value),
  isNumbered:
    /^integer$/i.test(type) &&
    pk === 1 &&
    columns.filter((other) => other.pk > 0).length === 1 &&
    !/without rowid\s*$/i.test(text),
});

/** SQLite's booleans are 0 and 1. */
const defaultOf = (type: string, value: string | null): string | null => {
  if (value === null) return null;
  return type.toLowerCase() === 'boolean' ? String(value !== '0') : normalised(value);
};

const foreignKeysOf = async (db: QueryExecutorProvider, table: string): Promise<readonly string[]> => {
  const { rows } = await sql<{ parent: string; own: string; other: string; acts: string }>`
    select "table" as parent, group_concat("from", ', ') as own, group_concat("to", ', ') as other,
      'update ' || on_update || ', delete ' || on_delete as acts
    from (select * from pragma_foreign_key_list(${table}) order by id, seq)
    group by id, "table", on_update, on_delete`.execute(db);
  return rows
    .map(
      ({ parent, own, other, acts }) =>
        `foreign key (${own}) references ${parent} (${other}) on ${acts.toLowerCase()}`,
    )
    .sort();
};

const checksIn = (text: string): readonly string[] =>
  [...text.matchAll(/\bcheck\s*\(/gi)].map(({ index }) => normalised(enclosed(text.slice(index))));

const indexesOf = async (db: QueryExecutorProvider, table: string): Promise<readonly Index[]> => {
  const { rows } = await sql<{ name: string; isUnique: number; text: string | null; columns: string }>`
    select list.name, list."unique" as isUnique, master.sql as text,
      (select group_concat(name) from (select name from pragma_index_info(list.name) order by seqno)) as columns
    from pragma_index_list(${table}) list left join sqlite_master master on master.name = list.name
    where list.origin <> 'pk' order by list.name`.execute(db);
  return rows.map(({ name, isUnique, text, columns }) => {
    if (text === null) return { name: null, isUnique: true, parts: columns.split(','), predicate: null };
    const predicate = /\bwhere\b(.*)$/is.exec(text)?.[1];
    return {
      name,
      isUnique: isUnique === 1,
      parts: splitList(enclosed(text)).map(normalised),
      predicate: predicate === undefined ? null : normalised(predicate),
    };
  });
};
