import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { postgresMigrations } from '../../migrations/index.ts';
import { DatabaseError } from '../../src/db/database-error.ts';
import { migratePostgres } from '../../src/db/postgres/migrate.ts';
import type { Queryable } from '../../src/db/queryable.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { type Connected, connectPostgres, migratedPostgres } from './migrated.ts';
import { describePostgres } from './postgres-schema.ts';

const PLACE = 'postgres://vega@db.example/vega';

const emptyDatabase = async (...statements: string[]): Promise<Connected> => {
  const connected = connectPostgres(await (await sharedPostgres()).createDatabase());
  for (const statement of statements) await sql.raw(statement).execute(connected.db);
  return connected;
};

const executed = async (db: Queryable): Promise<readonly string[]> => {
  const { rows } = await sql<{ name: string }>`select name from vega_migration order by name`.execute(db);
  return rows.map(({ name }) => name);
};

/** Everything that is in a database beside what PostgreSQL has made. */
const everythingIn = async (db: Queryable): Promise<unknown> => {
  const { rows } = await sql`
    select relname::text as name, relkind, relnamespace::regnamespace::text as schema, xmin::text as changed from pg_class
    where relnamespace not in (select oid from pg_namespace where nspname ~ '^pg_|^information_schema$')
    union all select proname::text, 'function', pronamespace::regnamespace::text, xmin::text from pg_proc
    where pronamespace not in (select oid from pg_namespace where nspname ~ '^pg_|^information_schema$')
    union all select nspname::text, 'schema', '', xmin::text from pg_namespace
    order by 1, 2, 3`.execute(db);
  return rows;
};

const refusalOf = async (db: Queryable): Promise<DatabaseError> => {
  const error = await migratePostgres(db, PLACE).catch((reason: unknown) => reason);
  if (!(error instanceof DatabaseError)) throw new Error('no DatabaseError', { cause: error });
  return error;
};

/** Expects that the database is refused and is as it was; answers the message. */
const refusedUnchanged = async (db: Queryable): Promise<string> => {
  const before = await everythingIn(db);
  const error = await refusalOf(db);
  expect(error.path).toBe(PLACE);
  expect(await everythingIn(db)).toEqual(before);
  return error.message;
};

describe('a new PostgreSQL database', () => {
  test('gets every table that the migrations say they make, and a second start changes nothing', async () => {
    await using connected = await migratedPostgres();
    const { db } = connected;
    expect(await executed(db)).toEqual(Object.keys(postgresMigrations));
    const made = Object.values(postgresMigrations).flatMap(({ makes }) => makes);
    expect((await describePostgres(db)).map(({ name }) => name)).toEqual(made.sort());
    const before = await everythingIn(db);
    await migratePostgres(db, PLACE);
    expect(await everythingIn(db)).toEqual(before);
  });

  test('is migrated once by several processes that start at the same time', async () => {
    const url = await (await sharedPostgres()).createDatabase();
    await using one = connectPostgres(url);
    await using other = connectPostgres(url);
    await using third = connectPostgres(url);
    await Promise.all([one, other, third].map(({ db }) => migratePostgres(db, PLACE)));
    expect(await executed(one.db)).toEqual(Object.keys(postgresMigrations));
  });

  test('is migrated by processes that have all found it empty', async () => {
    const url = await (await sharedPostgres()).createDatabase();
    await using holder = connectPostgres(url);
    await using one = connectPostgres(url);
    await using other = connectPostgres(url);
    const { begun } = await holder.db.transaction().execute(async (trx) => {
      // Nobody can make a table now: both have looked, and wait with their first one.
      await sql`lock table pg_class in share row exclusive mode`.execute(trx);
      const started = [one, other].map(({ db }) => migratePostgres(db, PLACE));
      await vi.waitUntil(async () => (await countWaiting(trx)) === 2, { timeout: 60_000 });
      // Not awaited before the lock is released.
      return { begun: started };
    });
    expect(await Promise.allSettled(begun)).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
    expect(await executed(one.db)).toEqual(Object.keys(postgresMigrations));
  });

  test('keeps tables of another program, and the record of another program that uses the same library', async () => {
    await using connected = await emptyDatabase(
      'create table candles (id integer)',
      'create table vega_candles (id integer)',
      'create table kysely_migration (name text, timestamp text)',
      "insert into kysely_migration values ('2024_init', '2024-01-01')",
      'create schema elsewhere',
      'create table elsewhere.vega_accounts (id integer)',
      'create table elsewhere.vega_migration (name text, timestamp text)',
      "insert into elsewhere.vega_migration values ('9999-of-another', '2024-01-01')",
    );
    await migratePostgres(connected.db, PLACE);
    expect(await executed(connected.db)).toEqual(Object.keys(postgresMigrations));
    const { rows } = await sql`
      select name from kysely_migration union all select name from elsewhere.vega_migration`.execute(
      connected.db,
    );
    expect(rows).toEqual([{ name: '2024_init' }, { name: '9999-of-another' }]);
  });

  test('is migrated after a process that was killed before its first table', async () => {
    await using connected = await emptyDatabase(
      'create table vega_migration (name varchar(255) not null primary key, timestamp varchar(255) not null)',
    );
    await migratePostgres(connected.db, PLACE);
    expect(await executed(connected.db)).toEqual(Object.keys(postgresMigrations));
  });

  test('is used where its tables are, also once its user gets a schema of his own', async () => {
    await using connected = await migratedPostgres();
    await sql`create schema vega`.execute(connected.db);
    const before = await everythingIn(connected.db);
    await migratePostgres(connected.db, PLACE);
    expect(await everythingIn(connected.db)).toEqual(before);
  });
});

describe('a PostgreSQL database is refused, and nothing is changed:', () => {
  test('one of a newer version', async () => {
    await using connected = await migratedPostgres();
    await sql`insert into vega_migration values ('9999-later', '2030-01-01T00:00:00.000Z')`.execute(
      connected.db,
    );
    expect(await refusedUnchanged(connected.db)).toBe(
      `The database ${PLACE} was made by a newer vega-auth (it knows 9999-later). Update this one.`,
    );
  });

  const strangers: readonly (readonly [name: string, statements: readonly string[], named: string])[] = [
    ['a table of the user’s', ['create table upstox_tokens (id integer)'], 'upstox_tokens (table)'],
    [
      'several',
      ['create table token_execution_state (id integer)', 'create table upstox_api_configs (id integer)'],
      'token_execution_state (table), upstox_api_configs (table)',
    ],
    ['a view', ['create view vega_events as select 1'], 'vega_events (view)'],
    ['a sequence', ['create sequence vega_accounts'], 'vega_accounts (sequence)'],
    ['another record', ['create table vega_migration (version integer)'], 'vega_migration (table)'],
    ['another lock', ['create table vega_migration_lock (owner text)'], 'vega_migration_lock (table)'],
    [
      'our tables without their record',
      [
        'create table vega_migration (name varchar(255), timestamp varchar(255))',
        'create table vega_vault (id integer)',
      ],
      'vega_vault (table)',
    ],
  ];

  test.each(strangers)('%s that vega-auth has not made', async (_name, statements, named) => {
    await using connected = await emptyDatabase(...statements);
    const renamed = named.split(', ').map((part) => {
      const [name] = part.split(' ');
      return `ALTER TABLE "${name}" RENAME TO "${name}_of_another"`;
    });
    expect(await refusedUnchanged(connected.db)).toBe(
      `The database ${PLACE} has what vega-auth has not made under names that it needs: ${named}. Rename it (\`${renamed.join('; ')}\`), or set VEGA_DATABASE_URL to another database. If it was copied from a database of vega-auth, copy that one whole, with its table vega_migration. Nothing was changed.`,
    );
    for (const statement of renamed) await sql.raw(statement).execute(connected.db);
    await migratePostgres(connected.db, PLACE);
    expect(await executed(connected.db)).toEqual(Object.keys(postgresMigrations));
  });

  test('one whose user may make no tables, until the advice is followed', async () => {
    const url = new URL(await (await sharedPostgres()).createDatabase());
    const user = `user_${randomBytes(8).toString('hex')}`;
    await using owner = connectPostgres(url.href);
    await sql`create role ${sql.id(user)} login`.execute(owner.db);
    await sql`revoke usage on schema public from public`.execute(owner.db);
    url.username = user;
    await using limited = connectPostgres(url.href);
    const withoutUsage = await refusedUnchanged(limited.db);
    expect(withoutUsage).toMatch(/may use no schema .* Nothing was changed\.$/);
    await sql`grant usage on schema public to ${sql.id(user)}`.execute(owner.db);
    const withoutCreate = await refusedUnchanged(limited.db);
    expect(withoutCreate).toMatch(/may not make tables in its schema public.* Nothing was changed\.$/);
    await sql.raw(/`(GRANT .*?)`/.exec(withoutCreate)?.[1] ?? '').execute(owner.db);
    await migratePostgres(limited.db, PLACE);
    expect(await executed(limited.db)).toEqual(Object.keys(postgresMigrations));
  });
});

test('a migration that fails leaves no table, says why, and keeps the code of the server', async () => {
  await using connected = await emptyDatabase(
    'create table another (id integer)',
    'create index vega_alerts_by_time on another (id)',
  );
  const error = await refusalOf(connected.db);
  expect(error.message).toBe(
    `The database ${PLACE} cannot be migrated: relation "vega_alerts_by_time" already exists`,
  );
  expect(error.cause).toMatchObject({ code: '42P07' });
  expect(await describePostgres(connected.db)).toMatchObject([{ name: 'another' }]);
});

/** How many connections of this database wait for a lock. */
const countWaiting = async (db: Queryable): Promise<number> => {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from pg_locks join pg_database on pg_database.oid = database
    where datname = current_database() and not granted`.execute(db);
  return rows[0]?.count ?? 0;
};
