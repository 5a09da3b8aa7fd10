import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { replaceToken } from '../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../src/db/queries/tokens.ts';
import { restoreBackup } from '../../src/db/sqlite/backup/restore.ts';
import type { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import { toAuditEntry } from '../../src/domain/events/audit.ts';
import { IST } from '../../src/domain/wall-time.ts';
import { Folder, newToken } from '../db/temporary-database.ts';
import { openTestApp, until } from '../support/test-app.ts';

const DATABASE = 'vega_trade.db';
const NOW = new Date('2026-11-17T20:00:05+05:30');

const store = (database: SqliteDatabase, text: string, apiName: 'PRIMARY' | 'WEBSOCKET1' = 'PRIMARY') =>
  database.write(async (transaction) => {
    await replaceToken(transaction, newToken(text, { apiName }), database, NOW);
    const reference = { accountId: 'UPSTOX_01', apiName };
    await database.audit(transaction, toAuditEntry('OTP_SUBMITTED', {}, reference, text, NOW));
  });

const texts = async (database: SqliteDatabase): Promise<string[]> =>
  (await findTokens(database.read, 1, database)).map(
    ({ accessToken, version }) => `${accessToken.reveal()} ${version}`,
  );

const rawTexts = (folder: Folder): unknown[] =>
  folder.raw((connection) =>
    connection.prepare('select access_token from upstox_tokens order by api_name').pluck().all(),
  );

/** A copy as a program makes it that knows SQLite: whole, and without a log. */
const copyOf = (folder: Folder, name: string): string => {
  folder.raw((connection) => connection.exec(`vacuum into '${folder.file(name)}'`));
  return folder.file(name);
};

const adviceOn = async (database: Pick<SqliteDatabase, 'trouble'>): Promise<string> => {
  await until('the advice', () => (database.trouble?.advice ?? null) !== null);
  return database.trouble?.advice ?? '';
};

describe('a database that is deleted while it is in use', () => {
  test('is an outage: nothing is called stored there, and what it held is saved', async () => {
    using folder = new Folder();
    await using database = await folder.open();
    await store(database, 'token-1');
    folder.remove(DATABASE);
    await store(database, 'token-2', 'WEBSOCKET1');
    expect(database.storageOf(1, 'WEBSOCKET1')).toBe('MEMORY');
    expect(database.trouble).toMatchObject({ code: 'DATABASE_DELETED', isOnDisk: true, pendingWrites: 1 });
    const advice = await adviceOn(database);
    const [backup = ''] = readdirSync(folder.file('.vega', 'backups'));
    expect(advice).toBe(
      `${database.path} was deleted while it was in use. What it held is saved in ${folder.file('.vega', 'backups', backup)}. Stop every vega-auth and run \`vega-auth restore --from ${folder.file('.vega', 'backups', backup)}\`. Nothing is stored there meanwhile; what was written since comes from the spill file.`,
    );
    expect(database.recovery).toMatchObject({ dbLocked: true, fallback: 'MEMORY', autoRestart: false });
    expect([database.storageOf(1, 'PRIMARY'), await texts(database)]).toEqual([
      'MEMORY',
      ['token-1 1', 'token-2 1'],
    ]);
    expect((await database.verifyAudit()).valid).toBe(false);
    expect(existsSync(database.path)).toBe(false);
  });

  test('is noticed without a write, too', async () => {
    using folder = new Folder();
    await using database = await folder.open();
    await store(database, 'token-1');
    folder.remove(DATABASE);
    await until('it to be noticed', () => database.trouble?.code === 'DATABASE_DELETED');
    expect(await texts(database)).toEqual(['token-1 1']);
  });

  test('is whole again after the restore that the words ask for', async () => {
    using folder = new Folder();
    const database = await folder.open();
    await store(database, 'token-1');
    folder.remove(DATABASE);
    await store(database, 'token-2', 'WEBSOCKET1');
    const [, from = null] = /--from (\S+)`/.exec(await adviceOn(database)) ?? [];
    await database[Symbol.asyncDispose]();
    await expect(folder.open()).rejects.toThrow(/was deleted or replaced/);
    const masterKey = { given: [], folder: folder.file('.vega') };
    const options = { file: folder.file(DATABASE), zone: IST, masterKey, now: NOW };
    await restoreBackup(options, from, async () => undefined);
    await using again = await folder.open();
    expect(await texts(again)).toEqual(['token-1 1', 'token-2 1']);
    expect(await again.verifyAudit()).toMatchObject({ valid: true, entries: 2 });
  });

  test('goes on by itself when it was only moved away, and is moved back', async () => {
    using folder = new Folder();
    await using database = await folder.open();
    await store(database, 'token-1');
    renameSync(folder.file(DATABASE), folder.file('elsewhere.db'));
    await store(database, 'token-2', 'WEBSOCKET1');
    expect(await adviceOn(database)).toContain(`mv ${folder.file('elsewhere.db')} ${database.path}`);
    renameSync(folder.file('elsewhere.db'), folder.file(DATABASE));
    await until('the end of the outage', () => database.trouble === null);
    await store(database, 'token-3');
    expect(rawTexts(folder)).toEqual(['token-3', 'token-2']);
    expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 3 });
  });
});

describe('a database that is replaced while it is in use', () => {
  test('by an earlier copy is left alone, and both files are named', async () => {
    using folder = new Folder();
    await using database = await folder.open();
    await store(database, 'token-1');
    const copy = copyOf(folder, 'copy.db');
    const bytes = readFileSync(copy);
    await store(database, 'token-2');
    renameSync(database.path, folder.file('moved.db'));
    renameSync(copy, database.path);
    await store(database, 'token-3', 'WEBSOCKET1');
    expect(await adviceOn(database)).toMatch(
      new RegExp(
        `^${database.path} was replaced while it was in use, by an earlier copy that lacks what was stored since\\. The one that was in use is ${folder.file('moved.db')} now\\. What it held is saved in \\S+\\.db\\. Put it back \\(mv`,
      ),
    );
    expect(database.trouble).toMatchObject({ code: 'DATABASE_OLDER', pendingWrites: 1 });
    expect(readFileSync(database.path).equals(bytes)).toBe(true);
    expect(await texts(database)).toEqual(['token-2 2', 'token-3 1']);
    renameSync(folder.file('moved.db'), database.path);
    await until('the end of the outage', () => database.trouble === null);
    expect(rawTexts(folder)).toEqual(['token-2', 'token-3']);
  });

  test('by a copy that has everything is gone on with', async () => {
    using folder = new Folder();
    await using database = await folder.open();
    await store(database, 'token-1');
    renameSync(copyOf(folder, 'copy.db'), database.path);
    await store(database, 'token-2', 'WEBSOCKET1');
    await until('the end of the outage', () => database.trouble === null);
    await store(database, 'token-3');
    expect(rawTexts(folder)).toEqual(['token-3', 'token-2']);
    expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 3 });
    await database[Symbol.asyncDispose]();
    await using again = await folder.open();
    expect(await texts(again)).toEqual(['token-3 2', 'token-2 1']);
  });

  test.each([
    [
      'another vega-auth’s',
      (folder: Folder) => folder.open('other.db').then((other) => other[Symbol.asyncDispose]()),
    ],
    [
      'another program’s',
      async (folder: Folder) => folder.raw((connection) => connection.exec('create table t (x)'), 'other.db'),
    ],
    [
      'no database',
      async (folder: Folder) => writeFileSync(folder.file('other.db'), 'no database at all'.repeat(99)),
    ],
  ])('by %s file is left alone', async (_whose, make) => {
    using folder = new Folder();
    await using database = await folder.open();
    await store(database, 'token-1');
    await make(folder);
    const bytes = readFileSync(folder.file('other.db'));
    renameSync(folder.file('other.db'), database.path);
    await store(database, 'token-2', 'WEBSOCKET1');
    await until('it to be looked at', () => /FOREIGN|NOTADB/.test(database.trouble?.code ?? ''));
    expect(await texts(database)).toEqual(['token-1 1', 'token-2 1']);
    expect(readFileSync(database.path).equals(bytes)).toBe(true);
  });
});

test('a write-ahead log that is deleted while it is in use costs nothing', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await store(database, 'token-1');
  folder.remove(`${DATABASE}-wal`);
  await store(database, 'token-2', 'WEBSOCKET1');
  await until('the end of the outage', () => database.trouble === null);
  await store(database, 'token-3');
  expect(rawTexts(folder)).toEqual(['token-3', 'token-2']);
  expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 3 });
  await database[Symbol.asyncDispose]();
  await using again = await folder.open();
  expect(await texts(again)).toEqual(['token-3 2', 'token-2 1']);
});

test('a running server says it on the page, in its health and to its subscribers', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { database } = testApp.app.parts;
  const told: unknown[] = [];
  database.listen({ recovery: ({ dbLocked }) => told.push(dbLocked) });
  renameSync(database.path, `${database.path}.moved`);
  const { data } = await testApp.ask(
    '{ systemHealth { database findings { component message nextAction } } }',
  );
  expect(data.systemHealth.database).toMatch(/DEGRADED|DOWN/);
  const advice = await adviceOn(database);
  const later = await testApp.ask('{ systemHealth { database findings { component message nextAction } } }');
  expect(later.data.systemHealth).toMatchObject({ database: 'DOWN' });
  expect(later.data.systemHealth.findings).toContainEqual({
    component: 'DATABASE',
    message: expect.stringContaining('cannot be written (DATABASE_DELETED)'),
    nextAction: advice,
  });
  expect(told).toContain(true);
  renameSync(`${database.path}.moved`, database.path);
  await until('the end of the outage', () => database.trouble === null);
  expect(testApp.rows("select message from vega_audit_entries where kind = 'FAILOVER_BEGUN'")).toEqual([
    { message: expect.stringContaining('DATABASE_DELETED') },
  ]);
});

describe('a start', () => {
  const leave = async (folder: Folder): Promise<void> => {
    const database = await folder.open();
    await store(database, 'token-1');
    await database.backUp(NOW);
    await store(database, 'token-2');
    await database[Symbol.asyncDispose]();
  };

  test.each([
    ['gone', (folder: Folder) => folder.remove(DATABASE)],
    ['empty', (folder: Folder) => writeFileSync(folder.file(DATABASE), '')],
    [
      'another program’s',
      (folder: Folder) => {
        folder.remove(DATABASE);
        folder.raw((connection) => connection.exec('create table t (x)'));
      },
    ],
  ])(
    'is refused where the database is %s and the head of one lies there, until the operator says so',
    async (_what, act) => {
      using folder = new Folder();
      await leave(folder);
      act(folder);
      const before = readdirSync(folder.path).sort();
      const head = folder.file(`${DATABASE}.head`);
      await expect(folder.open()).rejects.toThrow(
        new RegExp(
          `run .vega-auth restore. \\(the newest good backup is \\S+\\.db\\), or say that a new one is meant: mv ${head} ${head}.old. Nothing was changed.$`,
        ),
      );
      expect(readdirSync(folder.path).sort()).toEqual(before);
      renameSync(head, `${head}.old`);
      await using database = await folder.open();
      expect(await texts(database)).toEqual([]);
    },
  );

  test('beside the head of another new database is refused, too', async () => {
    using folder = new Folder();
    await (await folder.open())[Symbol.asyncDispose]();
    writeFileSync(folder.file(`${DATABASE}.head`), `7 ${'a'.repeat(64)} ${'b'.repeat(64)}`.padEnd(256));
    await expect(folder.open()).rejects.toThrow(/another database has signed/);
  });

  test('says that an old backup was put back', async () => {
    using folder = new Folder();
    await leave(folder);
    const [backup = ''] = readdirSync(folder.file('.vega', 'backups'));
    copyFileSync(folder.file('.vega', 'backups', backup), folder.file(DATABASE));
    await using database = await folder.open();
    expect(database.findings.missingEntries).toBe(1);
    expect(await texts(database)).toEqual(['token-1 1']);
    expect((await database.verifyAudit()).valid).toBe(false);
  });
});

test('a server says that an old backup was put back, in the audit and in its health', async () => {
  await using first = await openTestApp({ apis: 1 });
  const { directory, broker } = first;
  await first.ask('mutation { backUpDatabase { name } }');
  await first.app[Symbol.asyncDispose]();
  const folder = path.join(directory, '.vega', 'backups');
  const [backup = ''] = readdirSync(folder);
  copyFileSync(path.join(folder, backup), path.join(directory, DATABASE));
  await using testApp = await openTestApp({ apis: 1, broker, directory });
  const { data } = await testApp.ask('{ systemHealth { database findings { component message } } }');
  expect(data.systemHealth.database).toBe('DEGRADED');
  expect(data.systemHealth.findings).toContainEqual({
    component: 'DATABASE',
    message: expect.stringMatching(/^The database is an earlier copy: \d+ audit entries/),
  });
  const entries = testApp.rows(
    "select severity, message from vega_audit_entries where kind = 'AUDIT_DAMAGED'",
  );
  expect(entries).toEqual([{ severity: 'ERROR', message: expect.stringContaining('an earlier copy') }]);
});

test('a restore takes away the log that a deleted database has left', async () => {
  using folder = new Folder();
  const database = await folder.open();
  await store(database, 'token-1');
  await database.backUp(NOW);
  await database[Symbol.asyncDispose]();
  const other = new Sqlite(folder.file(DATABASE));
  other.exec("update upstox_tokens set access_token = 'token-of-the-log'");
  copyFileSync(folder.file(`${DATABASE}-wal`), folder.file('wal'));
  other.close();
  folder.remove(DATABASE);
  copyFileSync(folder.file('wal'), folder.file(`${DATABASE}-wal`));
  const masterKey = { given: [], folder: folder.file('.vega') };
  await restoreBackup(
    { file: folder.file(DATABASE), zone: IST, masterKey, now: NOW },
    null,
    async () => undefined,
  );
  await using again = await folder.open();
  expect(await texts(again)).toEqual(['token-1 1']);
  expect(statSync(folder.file(DATABASE)).mode & 0o777).toBe(0o600);
  rmSync(folder.file('wal'));
});
