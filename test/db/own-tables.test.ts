import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { sqliteMigrations } from '../../migrations/index.ts';
import { replaceToken } from '../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../src/db/queries/tokens.ts';
import { FORMER_TABLES } from '../../src/db/schema/former-names.ts';
import type { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import { type AuthPhase, isConfirmed } from '../../src/domain/auth/auth-phase.ts';
import { layFormer, openFormer } from './former-release.ts';
import { Folder, newToken } from './temporary-database.ts';

const THE_USERS = ['token_execution_state', 'upstox_api_configs', 'upstox_tokens'];

/** Another program's tables of the names that ours had, each with a row. */
const STRANGERS = `
  create table sessions (sid text primary key, data text);
  create table accounts (id integer primary key, owner text);
  create table events (id integer primary key, what text);
  create table kysely_migration (name text, timestamp text);
  create view vault as select owner from accounts;
  create index audit_entries_by_component on events (what);
  insert into sessions values ('s', 'of another program');
  insert into accounts values (1, 'of another program');
  insert into events values (1, 'of another program');
  insert into kysely_migration values ('2024_init', '2024-01-01')`;

const tablesIn = (connection: Sqlite.Database): string[] =>
  connection
    .prepare<[], string>("select name from sqlite_master where type in ('table', 'view') order by name")
    .pluck()
    .all();

/** Every statement that made something, and every row. */
const everythingIn = (connection: Sqlite.Database): unknown => [
  connection.prepare('select type, name, sql from sqlite_master order by type, name').all(),
  tablesIn(connection).map((table) => connection.prepare(`select * from "${table}"`).all()),
];

/** Tables, columns, indexes and triggers, however they are written. */
const shapeOf = (connection: Sqlite.Database): unknown => {
  const parts = connection
    .prepare<[], { type: string; name: string; tbl_name: string; sql: string | null }>(
      "select type, name, tbl_name, sql from sqlite_master where name not like 'sqlite_%' and name <> 'kysely_migration' order by type, name",
    )
    .all();
  return parts.map(({ sql, ...part }) => ({
    ...part,
    sql: sql
      ?.replaceAll(/["\s]+/g, ' ')
      .replaceAll(/ ?([(),]) ?/g, '$1')
      .toLowerCase(),
  }));
};

const close = async (opening: Promise<SqliteDatabase>): Promise<void> =>
  (await opening)[Symbol.asyncDispose]();

const texts = async (database: SqliteDatabase): Promise<string[]> =>
  (await findTokens(database.read, 1, database)).map(
    ({ accessToken, version }) => `${accessToken.reveal()} ${version}`,
  );

test('a new database holds the user’s three tables and ours, which all have the prefix', async () => {
  using folder = new Folder();
  await close(folder.open());
  const tables = folder.raw(tablesIn);
  expect(tables.filter((name) => !name.startsWith('vega_'))).toEqual(THE_USERS);
  const parts = folder.raw((connection) =>
    connection
      .prepare("select name from sqlite_master where sql is not null and type in ('index', 'trigger')")
      .pluck()
      .all(),
  );
  expect(parts.filter((name) => !/^(vega|upstox_tokens)_/.test(String(name)))).toEqual([]);
});

test('tables of another program that are called as ours were stay as they are', async () => {
  using folder = new Folder();
  folder.raw((connection) => connection.exec(STRANGERS));
  await using database = await folder.open();
  await database.write((transaction) => replaceToken(transaction, newToken('token'), database, new Date(0)));
  expect(await texts(database)).toEqual(['token 1']);
  expect(folder.raw((connection) => connection.prepare('select * from sessions').all())).toEqual([
    { sid: 's', data: 'of another program' },
  ]);
  expect(folder.raw((connection) => connection.prepare('select * from vault').all())).toEqual([
    { owner: 'of another program' },
  ]);
  expect(folder.raw((connection) => connection.prepare('select * from kysely_migration').all())).toEqual([
    { name: '2024_init', timestamp: '2024-01-01' },
  ]);
});

test('a view of another program that has lost its table keeps nobody from starting', async () => {
  using folder = new Folder();
  folder.raw((connection) =>
    connection.exec(
      'create table candles (id integer); create view quotes as select id from candles; drop table candles',
    ),
  );
  await using database = await folder.open();
  expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 0 });
});

/** The columns that a table had before; later ones say what the row has said already, or nothing. */
const withoutLater = (row: Record<string, unknown>, before: object): unknown =>
  Object.fromEntries(Object.entries(row).filter(([column]) => column in before));

describe('a database of the former release', () => {
  test('has the same tables as a new one afterwards, with every row, and a second start changes nothing', async () => {
    using folder = new Folder();
    using fresh = new Folder();
    await close(fresh.open());
    layFormer(folder);
    const rowsOf = (connection: Sqlite.Database, prefix: string) =>
      FORMER_TABLES.map((table) =>
        connection.prepare<[], Record<string, unknown>>(`select * from "${prefix}${table}"`).all(),
      );
    const before = folder.raw((connection) => rowsOf(connection, ''));
    await close(openFormer(folder));
    const rows = folder.raw((connection) => rowsOf(connection, 'vega_'));
    const former = rows.map((table, at) =>
      table.map((row, index) => withoutLater(row, before[at]?.[index] ?? {})),
    );
    expect(former).toEqual(before);
    expect(rows[FORMER_TABLES.indexOf('auth_states')]).toMatchObject(
      before[FORMER_TABLES.indexOf('auth_states')]?.map(({ phase }) => ({
        confirmed: isConfirmed(phase as AuthPhase) ? 1 : 0,
      })) ?? [],
    );
    expect(folder.raw(shapeOf)).toEqual(fresh.raw(shapeOf));
    const after = folder.raw(everythingIn);
    await close(openFormer(folder));
    expect(folder.raw(everythingIn)).toEqual(after);
  });

  test('does not go through its migrations again', async () => {
    using folder = new Folder();
    layFormer(folder);
    await close(openFormer(folder));
    const record = folder.raw((connection) =>
      connection.prepare<[], { name: string; timestamp: string }>('select * from vega_migration').all(),
    );
    expect(record.map(({ name }) => name)).toEqual(Object.keys(sqliteMigrations));
    const isOld = ({ timestamp }: { timestamp: string }) => timestamp.startsWith('2026-11-10');
    expect(record.filter(isOld)).toHaveLength(11);
  });

  test('goes on after the clock was set back between its migrations', async () => {
    using folder = new Folder();
    layFormer(folder);
    folder.raw((connection) =>
      connection.exec(
        "update kysely_migration set timestamp = '2030-01-01T00:00:00.000Z' where name = '0003-api-configs'",
      ),
    );
    await using database = await openFormer(folder);
    expect(await texts(database)).toEqual(['token-2 2']);
  });

  test('keeps its audit whole, append-only, and goes on with it', async () => {
    using folder = new Folder();
    layFormer(folder);
    await using database = await openFormer(folder);
    expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 2 });
    folder.raw((connection) => {
      expect(() => connection.exec("update vega_audit_entries set message = ''")).toThrow('append-only');
      expect(() => connection.exec('delete from vega_audit_entries')).toThrow('append-only');
    });
    expect(await texts(database)).toEqual(['token-2 2']);
  });

  test('gets what its release had spilled: the token, and the time step that must never be used again', async () => {
    using folder = new Folder();
    layFormer(folder, { withSpill: true });
    await using database = await openFormer(folder);
    expect(database.findings).toMatchObject({ replayed: 2, tornBytes: 0 });
    expect(await texts(database)).toEqual(['token-3 3']);
    expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 3 });
    const ledger = folder.raw((connection) =>
      connection.prepare('select time_step, kind from vega_login_attempts order by id').raw().all(),
    );
    expect(ledger).toEqual([[41, 'TIME_STEP'], ...[1, 2].map(() => [null, 'PIN']), [42, 'TIME_STEP']]);
  });

  test('is copied before, and that copy can be restored', async () => {
    using folder = new Folder();
    layFormer(folder);
    await close(openFormer(folder));
    const backups = readdirSync(folder.file('.vega', 'backups'));
    expect(backups).toHaveLength(1);
    const tables = folder.raw(tablesIn, path.join('.vega', 'backups', backups[0] ?? ''));
    expect(tables).toContain('accounts');
    expect(tables).not.toContain('vega_accounts');
  });

  test('tells an older program that it is too old, instead of letting it begin anew', async () => {
    using folder = new Folder();
    layFormer(folder);
    await close(openFormer(folder));
    const names = folder.raw((connection) =>
      connection.prepare('select name from kysely_migration').pluck().all(),
    );
    expect(names).toEqual(['0012-own-names']);
  });

  test('of an earlier step keeps a stranger’s table that has the name of one of ours that was not made yet', async () => {
    using folder = new Folder();
    layFormer(folder);
    folder.raw((connection) =>
      connection.exec(`
        drop table sessions; drop table events; alter table generation_runs drop column process_birth;
        delete from kysely_migration where name >= '0007';
        drop table token_leases; drop table access_keys; drop index accounts_one_active;
        alter table accounts drop column credentials; alter table accounts drop column redirect_uri;
        alter table accounts drop column is_active;
        create table events (id integer primary key, what text); insert into events values (1, 'of another program')`),
    );
    await using database = await openFormer(folder);
    expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 2 });
    expect(folder.raw((connection) => connection.prepare('select * from events').all())).toEqual([
      { id: 1, what: 'of another program' },
    ]);
  });

  test('is renamed beside a view of another program that has lost its table', async () => {
    using folder = new Folder();
    layFormer(folder);
    folder.raw((connection) =>
      connection.exec(`
        create table candles (id integer); create view quotes as select id from candles; drop table candles`),
    );
    await using database = await openFormer(folder);
    expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 2 });
    expect(folder.raw((connection) => connection.pragma('foreign_key_check'))).toEqual([]);
    folder.raw((connection) =>
      expect(() => connection.exec('delete from vega_audit_entries')).toThrow('append-only'),
    );
  });

  test('takes views of another program on its tables along', async () => {
    using folder = new Folder();
    layFormer(folder);
    folder.raw((connection) => connection.exec('create view names as select name from accounts'));
    await close(openFormer(folder));
    expect(folder.raw((connection) => connection.prepare('select * from names').all())).toEqual([
      { name: 'UPSTOX_01' },
    ]);
  });
});

describe('a clash is named, with what to do, and nothing is changed', () => {
  const refused: readonly (readonly [string, boolean, string, RegExp])[] = [
    [
      'a new desk beside a table of the new name',
      false,
      'create table Vega_Accounts (id integer)',
      /has a table Vega_Accounts that vega-auth has not made.*Rename it \(`ALTER TABLE "Vega_Accounts" RENAME TO/,
    ],
    [
      'a new desk beside a view of the new name',
      false,
      'create view vega_events as select 1',
      /has a view vega_events/,
    ],
    [
      'a new desk beside an index of the new name',
      false,
      'create table x (a); create index vega_accounts_one_active on x (a)',
      /has a index vega_accounts_one_active|has an index vega_accounts_one_active/,
    ],
    [
      'a new desk beside another record of migrations',
      false,
      'create table vega_migration (version integer)',
      /has a table vega_migration/,
    ],
    [
      'a former release beside a table of the new name',
      true,
      'create table vega_sessions (id integer)',
      /has a table vega_sessions/,
    ],
    [
      'a former release whose table another program has replaced',
      true,
      'drop table sessions; create table sessions (sid text)',
      /table sessions .* has no column secret_hash.*vega-auth restore/,
    ],
    ['a former release that lacks a table', true, 'drop table events', /table events .* not there any more/],
  ];

  test.each(refused)('%s', async (_name, isFormer, change, message) => {
    using folder = new Folder();
    if (isFormer) layFormer(folder);
    folder.raw((connection) => connection.exec(change));
    const before = folder.raw(everythingIn);
    await expect(openFormer(folder)).rejects.toThrow(message);
    await expect(openFormer(folder)).rejects.toThrow('Nothing was changed.');
    expect(folder.raw(everythingIn)).toEqual(before);
  });

  test('a former release with a run under way in a process that lives', async () => {
    using folder = new Folder();
    layFormer(folder);
    await using other = await aProcess();
    folder.raw((connection) =>
      connection
        .prepare('update generation_runs set ended_at = null, process_id = ?')
        .run(other.child.pid ?? 0),
    );
    const before = folder.raw(everythingIn);
    await expect(openFormer(folder)).rejects.toThrow('is in the middle of a run');
    expect(folder.raw(everythingIn)).toEqual(before);
  });

  test('a database of this release that an older one has begun anew on', async () => {
    using folder = new Folder();
    await close(openFormer(folder));
    folder.raw((connection) =>
      connection.exec(
        "create table kysely_migration (name text, timestamp text); insert into kysely_migration values ('0001-tokens', 'x')",
      ),
    );
    await expect(openFormer(folder)).rejects.toThrow('An older vega-auth has been used');
  });
});

const aProcess = async (): Promise<AsyncDisposable & { readonly child: ChildProcess }> => {
  const child = spawn(process.execPath, ['-e', "process.stdin.resume(); process.stdout.write('up')"], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return {
    child,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
    },
  };
};

test.each([
  ['a new desk', false],
  ['a former release', true],
] as const)(
  'two that start at once on %s both come up, and everything was done once',
  async (_name, isFormer) => {
    using folder = new Folder();
    if (isFormer) layFormer(folder);
    const both = await Promise.all([openFormer(folder), openFormer(folder), openFormer(folder)]);
    for (const database of both) {
      expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: isFormer ? 2 : 0 });
      await database[Symbol.asyncDispose]();
    }
    const names = folder.raw((connection) =>
      connection.prepare('select name from vega_migration order by name').pluck().all(),
    );
    expect(names).toEqual(Object.keys(sqliteMigrations));
  },
);

test('the names are those that the migrations make', () => {
  const folder = path.resolve(import.meta.dirname, '../../migrations');
  const text = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');
  const made = [...text.matchAll(/create table (?:if not exists )?"?(\w+)/g)].map(([, name]) => name ?? '');
  const own = made.filter((name) => !THE_USERS.includes(name));
  expect(own.filter((name) => !name.startsWith('vega_'))).toEqual([]);
});
