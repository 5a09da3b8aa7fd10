import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { sqliteMigrations } from '../../migrations/index.ts';
import { DatabaseError } from '../../src/db/database-error.ts';
import { Folder, SEED_TABLE } from './temporary-database.ts';

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);

const refusal = async (folder: Folder, name: string): Promise<string> => {
  try {
    await using database = await folder.open(name);
    return `opened ${database.path}`;
  } catch (error) {
    expect(error).toBeInstanceOf(DatabaseError);
    expect((error as DatabaseError).path).toBe(folder.file(name));
    return (error as DatabaseError).message.replaceAll(folder.path, '…');
  }
};

describe('a new file', () => {
  test('and its side files are for the owner alone', async () => {
    using folder = new Folder();
    await using _database = await folder.open();
    expect(
      ['vega_trade.db', 'vega_trade.db-wal', 'vega_trade.db-shm'].map((name) => [
        name,
        modeOf(folder.file(name)),
      ]),
    ).toEqual([
      ['vega_trade.db', '600'],
      ['vega_trade.db-wal', '600'],
      ['vega_trade.db-shm', '600'],
    ]);
  });

  test('leaves the umask of the process as it was', async () => {
    using folder = new Folder();
    const before = process.umask();
    await using _database = await folder.open();
    expect(process.umask()).toBe(before);
  });

  test('holds `upstox_tokens` exactly as its user wrote it', async () => {
    using folder = new Folder();
    await using _database = await folder.open();
    folder.raw((connection) => connection.exec(SEED_TABLE), 'seed.db');
    const columns = (connection: Sqlite.Database) => connection.pragma('table_info(upstox_tokens)');
    expect(folder.raw(columns)).toEqual(folder.raw(columns, 'seed.db'));
    expect(folder.raw(columns)).toHaveLength(19);
  });

  test('is in WAL mode and synced in full, with foreign keys kept and what is deleted overwritten', async () => {
    using folder = new Folder();
    await using database = await folder.open();
    const pragma = async (name: string) =>
      Object.values(
        (await sql.raw<Record<string, unknown>>(`pragma ${name}`).execute(database.read)).rows[0] ?? {},
      );
    const names = ['journal_mode', 'synchronous', 'foreign_keys', 'secure_delete', 'busy_timeout'];
    const values = await Promise.all(names.map(async (name) => [name, ...(await pragma(name))]));
    expect(Object.fromEntries(values)).toEqual({
      journal_mode: 'wal',
      synchronous: 2,
      foreign_keys: 1,
      secure_delete: 1,
      busy_timeout: 0,
    });
  });

  test('has gone through every migration, and a second start changes nothing', async () => {
    using folder = new Folder();
    const schemaOf = (connection: Sqlite.Database) =>
      connection.prepare('select type, name, sql from sqlite_master order by name').all();
    const executed = (connection: Sqlite.Database) =>
      connection.prepare('select name from vega_migration order by name').pluck().all();
    await (await folder.open())[Symbol.asyncDispose]();
    const schema = folder.raw(schemaOf);
    await (await folder.open())[Symbol.asyncDispose]();
    expect(folder.raw(schemaOf)).toEqual(schema);
    expect(folder.raw(executed)).toEqual(Object.keys(sqliteMigrations));
  });
});

test('a file that others could read is narrowed to its owner', async () => {
  using folder = new Folder();
  folder.raw((connection) => connection.exec(SEED_TABLE));
  chmodSync(folder.file('vega_trade.db'), 0o644);
  await using _database = await folder.open();
  expect(modeOf(folder.file('vega_trade.db'))).toBe('600');
  expect(modeOf(folder.file('vega_trade.db-wal'))).toBe('600');
});

test('side files that another program holds open for all to read are narrowed, too', async () => {
  using folder = new Folder();
  const other = new Sqlite(folder.file('vega_trade.db'));
  try {
    other.pragma('journal_mode = WAL');
    other.exec(SEED_TABLE);
    expect(modeOf(folder.file('vega_trade.db-wal'))).toBe('644');
    await using _database = await folder.open();
    expect(modeOf(folder.file('vega_trade.db'))).toBe('600');
    expect(modeOf(folder.file('vega_trade.db-wal'))).toBe('600');
    expect(modeOf(folder.file('vega_trade.db-shm'))).toBe('600');
  } finally {
    other.close();
  }
});

test('a transaction that fails leaves nothing behind', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  const work = database.write(async (transaction) => {
    const account = { number: 7, id: 'UPSTOX_07', name: 'x', broker_user_id: null, created_at: 0 };
    await transaction.insertInto('vega_accounts').values(account).execute();
    throw new Error('in the middle');
  });
  await expect(work).rejects.toThrow('in the middle');
  expect(await database.read.selectFrom('vega_accounts').selectAll().execute()).toEqual([]);
});

test('writes of one process take turns', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  const names = Array.from({ length: 20 }, (_, index) => index);
  await Promise.all(
    names.map((number) =>
      database.write(async (transaction) => {
        const { count } = await transaction
          .selectFrom('vega_accounts')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow();
        const account = {
          number,
          id: `UPSTOX_${number}`,
          name: 'x',
          broker_user_id: null,
          created_at: count,
        };
        await transaction.insertInto('vega_accounts').values(account).execute();
      }),
    ),
  );
  const rows = await database.read
    .selectFrom('vega_accounts')
    .select('created_at')
    .orderBy('created_at')
    .execute();
  expect(rows.map(({ created_at }) => created_at)).toEqual(names);
});

describe('refused, with the file named and left as it is, is', () => {
  test('a file that is no database', async () => {
    using folder = new Folder();
    writeFileSync(folder.file('notes.db'), 'these are only notes, '.repeat(100));
    expect(await refusal(folder, 'notes.db')).toBe(
      'The database …/notes.db is not a sound SQLite database. Restore a backup of it, or set VEGA_DB_PATH to another file.',
    );
    expect(readFileSync(folder.file('notes.db'), 'utf8')).toBe('these are only notes, '.repeat(100));
  });

  test('a database that breaks off', async () => {
    using folder = new Folder();
    folder.raw((connection) => {
      connection.exec(SEED_TABLE);
      connection.exec(
        "insert into upstox_tokens (api_name, purpose) values ('PRIMARY', hex(randomblob(20000)))",
      );
    });
    const whole = readFileSync(folder.file('vega_trade.db'));
    writeFileSync(folder.file('half.db'), whole.subarray(0, 5000));
    expect(await refusal(folder, 'half.db')).toMatch(
      /^The database …\/half\.db is not a sound SQLite database\./,
    );
  });

  test('a folder', async () => {
    using folder = new Folder();
    mkdirSync(folder.file('folder.db'));
    expect(await refusal(folder, 'folder.db')).toBe(
      'The database …/folder.db cannot be read and written by this user. Check its permissions, or set VEGA_DB_PATH.',
    );
  });

  test('a file in a folder that is not there', async () => {
    using folder = new Folder();
    expect(await refusal(folder, 'database/vega_trade.db')).toBe(
      'The folder …/database of the database does not exist. Make it, or set VEGA_DB_PATH.',
    );
  });

  test('a database that a newer version has made', async () => {
    using folder = new Folder();
    await (await folder.open())[Symbol.asyncDispose]();
    folder.raw((connection) =>
      connection.exec("insert into vega_migration values ('9999-from-the-future', '2030-01-01')"),
    );
    expect(await refusal(folder, 'vega_trade.db')).toBe(
      'The database …/vega_trade.db was made by a newer vega-auth (it knows 9999-from-the-future). Update this one.',
    );
  });

  test('an empty file is not: it becomes a database', async () => {
    using folder = new Folder();
    writeFileSync(folder.file('empty.db'), '', { mode: 0o644 });
    expect(await refusal(folder, 'empty.db')).toBe(`opened ${folder.file('empty.db')}`);
    expect(modeOf(folder.file('empty.db'))).toBe('600');
  });
});

test('what was read is kept until this program or another one writes', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  let reads = 0;
  const names = () =>
    database.cached('names', async (db) => {
      reads += 1;
      return (await db.selectFrom('vega_accounts').select('id').execute()).map(({ id }) => id);
    });
  const insert = (number: number) =>
    `insert into vega_accounts (number, id, name, created_at) values (${number}, 'A${number}', 'x', 0)`;
  expect([await names(), await names(), reads]).toEqual([[], [], 1]);
  await database.write(async (transaction) => {
    await sql.raw(insert(1)).execute(transaction);
  });
  expect([await names(), await names(), reads]).toEqual([['A1'], ['A1'], 2]);
  folder.raw((connection) => connection.exec(insert(2)));
  // Another program's write comes between two turns of this one.
  await setImmediate();
  expect([await names(), await names(), reads]).toEqual([['A1', 'A2'], ['A1', 'A2'], 3]);
});
