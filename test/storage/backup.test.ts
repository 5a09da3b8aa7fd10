import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { sqliteMigrations } from '../../migrations/index.ts';
import { replaceToken } from '../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../src/db/queries/tokens.ts';
import { masterKeyIds } from '../../src/db/secrets/master-key.ts';
import { faultOf } from '../../src/db/sqlite/backup/backups.ts';
import { restoreBackup } from '../../src/db/sqlite/backup/restore.ts';
import { toAuditEntry } from '../../src/domain/events/audit.ts';
import { IST } from '../../src/domain/wall-time.ts';
import { Folder, holdLock, newToken, SEED_TABLE } from '../db/temporary-database.ts';

const DATABASE = 'vega_trade.db';
const NOW = new Date('2026-11-17T20:00:05+05:30');

const optionsOf = (folder: Folder, sealsTokens = false) => ({
  file: folder.file(DATABASE),
  zone: IST,
  sealsTokens,
  masterKey: { given: [], folder: folder.file('.vega') },
  now: NOW,
});

type Opened = Awaited<ReturnType<Folder['open']>>;

const store = (database: Opened, text: string, at = NOW) =>
  database.write(async (transaction) => {
    await replaceToken(transaction, newToken(text, { issuedAt: at }), database, at);
    await database.audit(transaction, toAuditEntry('OTP_SUBMITTED', {}, {}, `of ${text.slice(-1)}`, at));
  });

const texts = async (database: Opened): Promise<string[]> =>
  (await findTokens(database.read, 1, database)).map(({ accessToken }) => accessToken.reveal());

const backupsIn = (folder: Folder): string[] => readdirSync(folder.file('.vega', 'backups')).sort();

const bytesOf = (folder: Folder, name: string): string =>
  readFileSync(folder.file('.vega', 'backups', name), 'latin1');

const restore = (folder: Folder, from: string | null = null) =>
  restoreBackup(optionsOf(folder), from, async () => undefined);

/** Takes a migration back, as if an older version had made the database. */
const takeBack = (connection: Sqlite.Database, migration: string): void => {
  const { makes = {} } = sqliteMigrations[migration] ?? {};
  const isFirst = (table: string) =>
    Object.entries(sqliteMigrations).find(([, one]) => table in one.makes)?.[0] === migration;
  for (const [table, columns] of Object.entries(makes))
    connection.exec(
      isFirst(table)
        ? `drop table vega_${table}`
        : columns
            .split(' ')
            .map((column) => `alter table vega_${table} drop column ${column}`)
            .join(';'),
    );
  connection.prepare('delete from vega_migration where name = ?').run(migration);
};

/** What a failing disk leaves of a file: rubbish from its second page on. */
const damage = (folder: Folder): void => {
  const bytes = readFileSync(folder.file(DATABASE));
  bytes.fill(0xa5, 4096);
  writeFileSync(folder.file(DATABASE), bytes);
};

describe('a backup', () => {
  test('is for its owner alone, whole, and shows no token and no secret, not even of what was deleted', async () => {
    using folder = new Folder();
    folder.raw((connection) =>
      connection.exec(`${SEED_TABLE};
        insert into upstox_tokens (api_name, access_token, client_secret, refresh_token, generated_at)
          values ('WEBSOCKET1', 'token-canary-of-another', 'secret-canary-of-another', 'refresh-canary', '2026-11-17 01:00:00');
        insert into upstox_tokens (api_name, access_token) values ('PRIMARY', '${'deleted-canary-'.repeat(400)}');
        delete from upstox_tokens where api_name = 'PRIMARY'`),
    );
    await using database = await folder.open();
    await store(database, 'token-canary');
    const { file, bytes } = await database.backUp(NOW);
    expect([statSync(file).mode & 0o777, statSync(file).size]).toEqual([0o600, bytes]);
    const [name = ''] = backupsIn(folder);
    expect(name).toBe('vega_trade-2026-11-17T14-30-05.000Z.db');
    expect(bytesOf(folder, name)).not.toContain('canary');
  });

  test('is made while the database is in use, and the newest seven stay', async () => {
    using folder = new Folder();
    await using database = await folder.open();
    for (let number = 0; number < 9; number += 1) {
      const [backup] = await Promise.all([
        database.backUp(new Date(NOW.getTime() + number * 1000)),
        store(database, `token-${number}`),
      ]);
      expect(existsSync(backup.file)).toBe(true);
    }
    expect(backupsIn(folder)).toHaveLength(7);
    expect(backupsIn(folder)[0]).toContain('14-30-07');
  });

  test('stays when the clock was put back, although all others have newer names', async () => {
    using folder = new Folder();
    await using database = await folder.open();
    const { file: newest } = await database.backUp(NOW);
    for (const year of [2027, 2028, 2029, 2030, 2031, 2032])
      copyFileSync(newest, newest.replace('2026', String(year)));
    const { file } = await database.backUp(new Date(NOW.getTime() - 3_600_000));
    expect(existsSync(file)).toBe(true);
    expect(backupsIn(folder)).toHaveLength(7);
    expect(backupsIn(folder)[0]).toContain('13-30-05');
  });

  test('is made once for all who ask at the same moment, and once more for those who ask meanwhile', async () => {
    using folder = new Folder();
    await using database = await folder.open();
    await store(database, 'token-1');
    const first = Array.from({ length: 3 }, () => database.backUp(NOW));
    await nextTurn();
    await store(database, 'token-2');
    const second = Array.from({ length: 3 }, () => database.backUp(NOW));
    const files = (await Promise.all([...first, ...second])).map(({ file }) => path.basename(file));
    const [one, other] = ['vega_trade-2026-11-17T14-30-05.000Z.db', 'vega_trade-2026-11-17T14-30-05.001Z.db'];
    expect(files).toEqual([one, one, one, other, other, other]);
    expect(backupsIn(folder)).toEqual([one, other]);
    await database[Symbol.asyncDispose]();
    await restore(folder);
    await using again = await folder.open();
    expect(await texts(again)).toEqual(['token-2']);
  });

  test('of two programs in the same millisecond both are whole, and neither waits for the other', async () => {
    using folder = new Folder();
    await using one = await folder.open();
    await using other = await folder.open();
    await store(one, 'token-1');
    const made = await Promise.all([one, other, one, other].map((database) => database.backUp(NOW)));
    expect(new Set(made.map(({ file }) => file)).size).toBe(2);
    for (const { file } of made) expect(faultOf(file, masterKeyIds(optionsOf(folder).masterKey))).toBeNull();
    expect(backupsIn(folder)).toHaveLength(2);
  });
});

describe('a restore', () => {
  test('brings back what the backup holds, newer tokens that can still be read, and an audit that is whole', async () => {
    using folder = new Folder();
    const database = await folder.open();
    await store(database, 'token-1');
    await database.backUp(NOW);
    await store(database, 'token-2', new Date(NOW.getTime() + 60_000));
    await database[Symbol.asyncDispose]();
    const { from, setAside, tokens } = await restore(folder);
    expect([from, tokens]).toEqual([folder.file('.vega', 'backups', backupsIn(folder)[0] ?? ''), 1]);
    expect(existsSync(setAside ?? '')).toBe(true);
    await using again = await folder.open();
    expect(await texts(again)).toEqual(['token-2']);
    expect(await again.verifyAudit()).toMatchObject({ valid: true, entries: 1 });
    expect(
      folder.raw((connection) => connection.prepare('select access_token from upstox_tokens').pluck().all()),
    ).toEqual(['token-2']);
  });

  test('leaves out what cannot be read of the file that it takes the place of', async () => {
    using folder = new Folder();
    const database = await folder.open();
    await store(database, 'token-1');
    await database.backUp(NOW);
    await store(database, 'token-2', new Date(NOW.getTime() + 60_000));
    await database[Symbol.asyncDispose]();
    folder.raw((connection) =>
      connection.exec(`
        insert into upstox_tokens (api_name, access_token, generated_at, user_id) values
          ('WEBSOCKET1', null, '2026-11-17 20:05:00', null),
          ('WEBSOCKET2', 'vega1:gone:AAAA', '2026-11-17 20:05:00', 1),
          ('WEBSOCKET3', 'of-the-predecessor', '2026-11-17 20:05:00', null)`),
    );
    expect((await restore(folder)).tokens).toBe(2);
    await using again = await folder.open();
    expect(await texts(again)).toEqual(['token-2', 'of-the-predecessor']);
  });

  test('is what a start asks for when the file is damaged, by name, and nothing is written to the file', async () => {
    using folder = new Folder();
    const database = await folder.open();
    await store(database, 'token-1');
    await database.backUp(NOW);
    await database.backUp(new Date(NOW.getTime() + 1000));
    await database[Symbol.asyncDispose]();
    const [older = '', newest = ''] = backupsIn(folder);
    writeFileSync(folder.file('.vega', 'backups', newest), 'no backup at all');
    damage(folder);
    const bytes = readFileSync(folder.file(DATABASE));
    await expect(folder.open()).rejects.toThrow(
      new RegExp(
        `is not a sound SQLite database\\. The newest good backup is .*${older}: stop every vega-auth and run .vega-auth restore.\\. Nothing was changed\\.$`,
      ),
    );
    expect(readFileSync(folder.file(DATABASE))).toEqual(bytes);
    await restore(folder);
    await using again = await folder.open();
    expect(await texts(again)).toEqual(['token-1']);
  });

  test('brings the database back where it is gone', async () => {
    using folder = new Folder();
    const database = await folder.open();
    await store(database, 'token-1');
    await database.backUp(NOW);
    await database[Symbol.asyncDispose]();
    folder.remove(DATABASE);
    expect(await restore(folder)).toMatchObject({ setAside: null, tokens: 0 });
    await using again = await folder.open();
    expect(await texts(again)).toEqual(['token-1']);
  });

  test('is refused while somebody uses the database, with a backup that is not sound, and where there is none', async () => {
    using folder = new Folder();
    const database = await folder.open();
    await expect(restore(folder)).rejects.toThrow('There is no good backup');
    const { file } = await database.backUp(NOW);
    await expect(restore(folder)).rejects.toThrow('is in use');
    await database[Symbol.asyncDispose]();
    await using other = await holdLock(folder.file(DATABASE));
    await expect(restore(folder)).rejects.toThrow('is in use');
    await other.release();
    copyFileSync(file, folder.file('half.db'));
    writeFileSync(folder.file('half.db'), readFileSync(file).subarray(0, 6000));
    await expect(restore(folder, folder.file('half.db'))).rejects.toThrow('cannot be restored');
    writeFileSync(folder.file('.vega', 'master.key'), 'another key altogether, long enough');
    await expect(restore(folder, file)).rejects.toThrow('is sealed with the master key');
    await expect(restore(folder)).rejects.toThrow(
      /There is no good backup of .*: of .*, it is sealed with the master key \w+, which is neither in/,
    );
    expect(existsSync(folder.file(`${DATABASE}.restoring`))).toBe(false);
  });
});

test('with VEGA_SEAL_TOKENS no token can be read in the table, and without it they can be read again', async () => {
  using folder = new Folder();
  const stored = () =>
    folder.raw((connection) =>
      connection.prepare<[], string>('select access_token from upstox_tokens').pluck().get(),
    );
  const { SqliteDatabase } = await import('../../src/db/sqlite/sqlite-database.ts');
  const sealed = await SqliteDatabase.open(optionsOf(folder, true));
  await store(sealed, 'token-canary');
  expect(stored()).toMatch(/^vega1:/);
  expect(await texts(sealed)).toEqual(['token-canary']);
  await sealed.rotateMasterKey();
  expect(await texts(sealed)).toEqual(['token-canary']);
  await sealed[Symbol.asyncDispose]();
  await (await folder.open())[Symbol.asyncDispose]();
  expect(stored()).toBe('token-canary');
  await (await SqliteDatabase.open(optionsOf(folder, true)))[Symbol.asyncDispose]();
  expect(stored()).toMatch(/^vega1:/);
});

test('rows in which something is missing are sealed, rotated and opened again like the others', async () => {
  using folder = new Folder();
  await (await folder.open())[Symbol.asyncDispose]();
  folder.raw((connection) =>
    connection.exec(`insert into upstox_tokens (api_name, access_token, client_secret, user_id, generated_at) values
      ('PRIMARY', 'token-canary', null, null, '2026-11-17 09:00:00'),
      ('WEBSOCKET1', null, 'of another program', null, '2026-11-17 09:00:00'),
      ('WEBSOCKET2', '', null, 1, '2026-11-17 09:00:00')`),
  );
  const { SqliteDatabase } = await import('../../src/db/sqlite/sqlite-database.ts');
  const sealed = await SqliteDatabase.open(optionsOf(folder, true));
  expect(await sealed.rotateMasterKey()).toBe(true);
  expect(await texts(sealed)).toEqual(['token-canary']);
  await sealed[Symbol.asyncDispose]();
  const rows = () =>
    folder.raw((connection) =>
      connection.prepare('select access_token, client_secret from upstox_tokens order by id').raw().all(),
    );
  expect(rows()).toEqual([
    [expect.stringMatching(/^vega1:/), null],
    [null, 'of another program'],
    ['', null],
  ]);
  await (await folder.open())[Symbol.asyncDispose]();
  expect(rows()[0]).toEqual(['token-canary', null]);
});

test('while the file cannot be written it is neither copied nor sealed anew', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await using other = await holdLock(folder.file(DATABASE));
  await store(database, 'token-1');
  expect(database.trouble).toMatchObject({ code: 'SQLITE_BUSY', pendingWrites: 1 });
  await expect(database.backUp(NOW)).rejects.toThrow('is not copied either');
  await expect(database.rotateMasterKey()).rejects.toThrow('cannot be written at present');
  await other.release();
});

test('what an older vega-auth has left is copied before its tables are changed', async () => {
  using folder = new Folder();
  await using first = await folder.open();
  await store(first, 'token-canary');
  await first[Symbol.asyncDispose]();
  const [former, newest] = Object.keys(sqliteMigrations).slice(-2);
  folder.raw((connection) => takeBack(connection, newest ?? ''));
  await using database = await folder.open();
  expect(await texts(database)).toEqual(['token-canary']);
  const [name = '', ...others] = backupsIn(folder);
  expect(others).toEqual([]);
  const copy = new Sqlite(folder.file('.vega', 'backups', name), { readonly: true });
  const latest = copy.prepare<[], string>('select max(name) from vega_migration').pluck().get();
  copy.close();
  expect(latest).toBe(former);
  expect(bytesOf(folder, name)).not.toContain('token-canary');
});
