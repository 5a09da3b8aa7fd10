import type Sqlite from 'better-sqlite3';
import { toAuditEntry } from '../../../src/domain/events/audit.ts';
import type { Folder } from '../temporary-database.ts';

/** How many rows each table gets, where nothing else is said. */
const ROWS = 3;

interface ColumnFacts {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}

type Value = string | number | null;

/** Columns whose values mean something to a move. */
const FIXED: Readonly<Record<string, (index: number) => Value>> = {
  // A run without an end is under way.
  'vega_generation_runs.ended_at': (index) => 1_700_000_000_001 + index,
};

/** A database with rows in every table that it has, found out from the file itself; the audit has `entries`. */
export const fillEverywhere = async (folder: Folder, entries = 7): Promise<void> => {
  const database = await folder.open();
  await database.write(async (trx) => {
    for (let index = 0; index < entries; index += 1)
      await database.audit(
        trx,
        toAuditEntry('OTP_SUBMITTED', {}, { apiName: 'PRIMARY' }, `key ${index}`, new Date(index)),
      );
  });
  await database[Symbol.asyncDispose]();
  folder.raw((connection) => {
    connection.pragma('foreign_keys = OFF');
    for (const table of ownTables(connection)) fill(connection, table);
    const broken = connection.pragma('foreign_key_check');
    if (JSON.stringify(broken) !== '[]') throw new Error(JSON.stringify(broken));
  });
  // Seals the secrets of the apps.
  await (await folder.open())[Symbol.asyncDispose]();
};

/** Every table but the record of migrations, of whomever. */
export const ownTables = (connection: Sqlite.Database): readonly string[] =>
  connection
    .prepare<[], string>(
      `select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'
        and name not like 'vega\\_migration%' escape '\\' order by name`,
    )
    .pluck()
    .all();

const fill = (connection: Sqlite.Database, table: string): void => {
  // One row, and the audit is made as it is.
  if (table === 'vega_vault' || table === 'vega_audit_entries') return;
  const columns = connection.pragma(`table_info(${table})`) as readonly ColumnFacts[];
  const references = connection.pragma(`foreign_key_list(${table})`) as readonly {
    readonly from: string;
    readonly table: string;
    readonly to: string;
  }[];
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const insert = connection.prepare(
    `insert into "${table}" (${names}) values (${columns.map(() => '?').join(', ')})`,
  );
  for (let index = 0; index < ROWS; index += 1)
    insert.run(
      columns.map((column) => {
        const reference = references.find(({ from }) => from === column.name);
        if (reference !== undefined)
          return sampleOf(reference.table, { ...column, name: reference.to }, index);
        const fixed = FIXED[`${table}.${column.name}`];
        if (fixed !== undefined) return fixed(index);
        const isEmpty = index === 1 && column.notnull === 0 && column.pk === 0;
        return isEmpty ? null : sampleOf(table, column, index);
      }),
    );
};

const sampleOf = (table: string, { name, type }: ColumnFacts, index: number): Value => {
  if (/boolean/i.test(type)) return index % 2;
  if (/timestamp/i.test(type)) return `2026-11-17 20:00:0${index}`;
  if (/real|double/i.test(type)) return index + 0.1;
  if (/int/i.test(type)) return isTime(name) ? 1_700_000_000_000 + index : index + 2;
  return `${table}.${name} ${index} – ünï "quoted" \\ 😀\n`;
};

const isTime = (name: string): boolean =>
  /^bell$|(^|_)(at|since|until|from|epoch|ms|step|eta|worst)$/.test(name);

/** Every row of every table, in the order of the table’s columns. */
export const rowsOf = (connection: Sqlite.Database): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    ownTables(connection)
      .filter((table) => !table.startsWith('vega_moved_'))
      .map((table) => [
        table,
        connection
          .prepare(`select * from "${table}"`)
          .all()
          .map((row) => JSON.stringify(row))
          .sort(),
      ]),
  );
