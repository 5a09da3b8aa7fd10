import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { OWN_TABLES } from '../../src/db/move/structure.ts';
import type { Queryable } from '../../src/db/queryable.ts';
import { type Connected, migratedPostgres, migratedSqlite } from './migrated.ts';
import { describePostgres } from './postgres-schema.ts';
import { differences, type Table } from './schema-description.ts';
import { describeSqlite } from './sqlite-schema.ts';
import { type ColumnType, readTableTypes } from './table-types.ts';

/** What both engines have. */
const describeShared = async (db: Queryable): Promise<readonly Table[]> =>
  (await describePostgres(db)).filter(({ name }) => !OWN_TABLES.includes(name));

const differencesOf = async (sqlite: Connected, postgres: Connected): Promise<readonly string[]> =>
  differences(await describeSqlite(sqlite.db), await describeShared(postgres.db));

test('SQLite and PostgreSQL have the same tables, columns, keys, constraints, defaults and indexes', async () => {
  await using sqlite = await migratedSqlite();
  await using postgres = await migratedPostgres();
  expect(await differencesOf(sqlite, postgres)).toEqual([]);
});

describe('a difference is named:', () => {
  const changes: readonly (readonly [name: string, change: string, named: readonly string[]])[] = [
    [
      'a column',
      'alter table vega_spills add column note text collate "C"',
      [
        'only SQLite: vega_spills (spill, last)',
        'only PostgreSQL: vega_spills (spill, last, note)',
        'only PostgreSQL: vega_spills.note text',
      ],
    ],
    [
      'a type',
      'alter table vega_spills alter column last type double precision',
      ['only SQLite: vega_spills.last integer not null', 'only PostgreSQL: vega_spills.last real not null'],
    ],
    [
      'a limit of length',
      'alter table upstox_tokens alter column purpose type varchar(255) collate "C"',
      [
        'only SQLite: upstox_tokens.purpose text',
        'only PostgreSQL: upstox_tokens.purpose character varying(255)',
      ],
    ],
    [
      'a collation',
      'alter table vega_events alter column account_id type text collate "default"',
      [
        'only SQLite: vega_events.account_id text',
        'only PostgreSQL: vega_events.account_id text collate default',
      ],
    ],
    [
      'NULL',
      'alter table vega_events alter column kind drop not null',
      ['only SQLite: vega_events.kind text not null', 'only PostgreSQL: vega_events.kind text'],
    ],
    [
      'a default',
      'alter table upstox_api_configs alter column enabled set default false',
      [
        'only SQLite: upstox_api_configs.enabled boolean default true',
        'only PostgreSQL: upstox_api_configs.enabled boolean default false',
      ],
    ],
    [
      'a primary key',
      'alter table vega_spills drop constraint vega_spills_pkey, add primary key (spill, last)',
      [
        'only SQLite: vega_spills primary key (spill)',
        'only PostgreSQL: vega_spills primary key (spill, last)',
      ],
    ],
    [
      'a unique constraint',
      'alter table vega_accounts drop constraint vega_accounts_id_key',
      ['only SQLite: vega_accounts unique (id)'],
    ],
    [
      'a reference',
      'alter table vega_token_leases drop constraint vega_token_leases_key_id_fkey',
      [
        'only SQLite: vega_token_leases foreign key (key_id) references vega_access_keys (id) on update no action, delete no action',
      ],
    ],
    [
      'a check',
      'alter table vega_vault drop constraint vega_vault_id_check',
      ['only SQLite: vega_vault check id = 1'],
    ],
    [
      'the predicate of an index',
      "drop index vega_alert_deliveries_due; create index vega_alert_deliveries_due on vega_alert_deliveries (due_at) where state = 'pending'",
      [
        "only SQLite: vega_alert_deliveries index vega_alert_deliveries_due (due_at) where state = 'PENDING'",
        "only PostgreSQL: vega_alert_deliveries index vega_alert_deliveries_due (due_at) where state = 'pending'",
      ],
    ],
    [
      'an expression of an index',
      'drop index upstox_tokens_one_per_api; create unique index upstox_tokens_one_per_api on upstox_tokens (coalesce(user_id, 2), api_name)',
      [
        'only SQLite: upstox_tokens unique index upstox_tokens_one_per_api (coalesce(user_id, 1), api_name)',
        'only PostgreSQL: upstox_tokens unique index upstox_tokens_one_per_api (coalesce(user_id, 2), api_name)',
      ],
    ],
    [
      'a table',
      'drop table vega_alert_links',
      [
        'only SQLite: vega_alert_links (hash, alert_id, made_at)',
        'only SQLite: vega_alert_links.hash text not null',
        'only SQLite: vega_alert_links.alert_id text not null',
        'only SQLite: vega_alert_links.made_at integer not null',
        'only SQLite: vega_alert_links primary key (hash)',
      ],
    ],
  ];

  test.each(changes)('%s', async (_name, change, named) => {
    await using sqlite = await migratedSqlite();
    await using postgres = await migratedPostgres();
    for (const statement of change.split(';')) await sql.raw(statement).execute(postgres.db);
    expect(await differencesOf(sqlite, postgres)).toEqual(named);
  });

  test('a column and an index of SQLite’s', async () => {
    await using sqlite = await migratedSqlite();
    await using postgres = await migratedPostgres();
    await sql`alter table vega_spills add column note text default 'none'`.execute(sqlite.db);
    await sql`create unique index vega_spills_by_note on vega_spills (lower(note)) where last > 1`.execute(
      sqlite.db,
    );
    expect(await differencesOf(sqlite, postgres)).toEqual([
      'only SQLite: vega_spills (spill, last, note)',
      "only SQLite: vega_spills.note text default 'none'",
      'only SQLite: vega_spills unique index vega_spills_by_note (lower(note)) where last > 1',
      'only PostgreSQL: vega_spills (spill, last)',
    ]);
  });
});

describe.each([
  ['SQLite', migratedSqlite, describeSqlite],
  ['PostgreSQL', migratedPostgres, describeShared],
] as const)('%s', (_name, open, describeTables) => {
  test('has the columns that the types of the tables name', async () => {
    await using connected = await open();
    const types = [...readTableTypes()].map(([table, columns]) => [table, [...columns.keys()].sort()]);
    const tables = await describeTables(connected.db);
    expect(Object.fromEntries(tables.map(({ name, columns }) => [name, namesOf(columns).sort()]))).toEqual(
      Object.fromEntries(types),
    );
  });

  test('takes NULL, and rows without a column, as the types of the tables say', async () => {
    await using connected = await open();
    const columns = typedColumns(await describeTables(connected.db));
    expect(columns.filter(({ column, type }) => column.isNullable !== type.isNullable)).toEqual([]);
    const generated = columns.filter(({ type }) => type.isGenerated);
    expect(generated.length).toBeGreaterThan(0);
    expect(
      generated.filter(({ column }) => !column.isNullable && column.default === null && !column.isNumbered),
    ).toEqual([]);
  });

  test('refuses to change and to delete an audit entry', async () => {
    await using connected = await open();
    const { db } = connected;
    await addEntry(db);
    const acts = [
      db.updateTable('vega_audit_entries').set({ message: 'another' }),
      db.updateTable('vega_audit_entries').set({ hash: 'hash' }),
      db.deleteFrom('vega_audit_entries'),
    ];
    for (const act of acts) await expect(act.execute()).rejects.toThrow('audit_entries is append-only');
    const entries = await db.selectFrom('vega_audit_entries').select(['sequence', 'message']).execute();
    expect(entries.map(({ sequence, message }) => `${sequence} ${message}`)).toEqual(['1 first']);
  });
});

test('PostgreSQL refuses to truncate the audit', async () => {
  await using postgres = await migratedPostgres();
  await addEntry(postgres.db);
  for (const act of ['truncate vega_audit_entries', 'truncate vega_events, vega_audit_entries cascade'])
    await expect(sql.raw(act).execute(postgres.db)).rejects.toThrow('audit_entries is append-only');
});

test('PostgreSQL has room for milliseconds since 1970 in each column of times', async () => {
  await using postgres = await migratedPostgres();
  const { rows } = await sql<{ type: string; name: string }>`
    select data_type as type, column_name::text as name from information_schema.columns
    where table_schema = current_schema() and data_type in ('integer', 'bigint')
      and column_name ~ '^bell$|(^|_)(at|since|until|from|epoch|ms|step|eta|worst)$'`.execute(postgres.db);
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter(({ type }) => type !== 'bigint')).toEqual([]);
});

test('texts have the order of SQLite in a PostgreSQL database of another locale', async () => {
  await using sqlite = await migratedSqlite();
  await using postgres = await migratedPostgres({ locale: 'en-US' });
  const spills = ['a', 'B', 'Z', 'b', 'é', 'z', 'ä', '_', 'a-b', 'ab', '😀', 'Ｚ'];
  const orders: unknown[] = [];
  for (const { db } of [sqlite, postgres]) {
    await db
      .insertInto('vega_spills')
      .values(spills.map((spill) => ({ spill, last: 1 })))
      .execute();
    orders.push(await db.selectFrom('vega_spills').select('spill').orderBy('spill').execute());
  }
  const { rows } = await sql<{ text: string }>`
    select text from unnest(${spills}::text[]) as text order by text`.execute(postgres.db);
  expect(orders[1]).toEqual(orders[0]);
  expect(rows.map(({ text }) => ({ spill: text }))).not.toEqual(orders[0]);
});

const namesOf = (columns: Table['columns']) => columns.map(({ name }) => name);

/** Each column beside what its type says. */
const typedColumns = (tables: readonly Table[]) => {
  const types = readTableTypes();
  return tables.flatMap(({ name: table, columns }) =>
    columns.flatMap((column) => {
      const type: ColumnType | undefined = types.get(table)?.get(column.name);
      return type === undefined ? [] : { table, column, type };
    }),
  );
};

const addEntry = async (db: Queryable): Promise<void> => {
  const entry = { sequence: 1, entry_key: 'key', at: 0, severity: 'INFO', component: 'TEST', kind: 'TEST' };
  await db
    .insertInto('vega_audit_entries')
    .values({ ...entry, message: 'first', hash: 'hash' })
    .execute();
};
