import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { replaceToken } from '../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../src/db/queries/tokens.ts';
import { withBackup } from '../../src/db/sqlite/backup/open-backup.ts';
import { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import { toAuditEntry } from '../../src/domain/events/audit.ts';
import { Secret } from '../../src/domain/secret.ts';
import { IST } from '../../src/domain/wall-time.ts';
import { Folder, newToken } from '../db/temporary-database.ts';
import { FaultyFile } from '../support/faulty-file.ts';
import { until } from '../support/test-app.ts';

const NOW = new Date('2026-11-17T20:00:05+05:30');

const optionsOf = (folder: Folder, sealsTokens: boolean, given: readonly Secret[] = []) => ({
  ...{ file: folder.file('vega_trade.db'), zone: IST, sealsTokens, now: NOW },
  masterKey: { given, folder: folder.file('.vega') },
});

const keyFile = (folder: Folder, name = 'master.key') => folder.file('.vega', name);

const texts = async (database: SqliteDatabase): Promise<readonly string[]> =>
  (await findTokens(database.read, 1, database)).map(({ accessToken }) => accessToken.reveal());

const store = (database: SqliteDatabase, text = 'token-canary'): Promise<unknown> =>
  database.keep((trx) => replaceToken(trx, newToken(text, { issuedAt: NOW }), database, NOW));

/** A rotation that was killed once everything was sealed with the new key; answers a backup from before it. */
const killedRotation = async (folder: Folder): Promise<string> => {
  const database = await SqliteDatabase.open(optionsOf(folder, true));
  await store(database);
  const { file } = await database.backUp(NOW);
  const former = readFileSync(keyFile(folder));
  await database.rotateMasterKey();
  await database[Symbol.asyncDispose]();
  writeFileSync(keyFile(folder, 'master.key.next'), readFileSync(keyFile(folder)));
  writeFileSync(keyFile(folder), former);
  return file;
};

test('reading a backup takes no key from the database beside it', async () => {
  using folder = new Folder();
  const backup = await killedRotation(folder);
  expect(await withBackup(optionsOf(folder, true), backup, texts)).toEqual(['token-canary']);
  expect(existsSync(keyFile(folder, 'master.key.next'))).toBe(true);
  await using database = await SqliteDatabase.open(optionsOf(folder, true));
  expect(await texts(database)).toEqual(['token-canary']);
  expect(existsSync(keyFile(folder, 'master.key.next'))).toBe(false);
});

test('the copy in which a backup is read holds no token as plain text', async () => {
  using folder = new Folder();
  mkdirSync(folder.file('.vega'), { recursive: true });
  const database = await folder.open();
  await store(database);
  const { file } = await database.backUp(NOW);
  await database[Symbol.asyncDispose]();
  const seen = await withBackup(optionsOf(folder, false), file, async (copy) => {
    expect(copy.path.startsWith(tmpdir())).toBe(true);
    const beside = path.dirname(copy.path);
    return readdirSync(beside).map((name) => readFileSync(path.join(beside, name), 'latin1'));
  });
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.join()).not.toContain('token-canary');
});

test('a key that another process is about to seal with stays when the database is opened', async () => {
  using folder = new Folder();
  await (await folder.open())[Symbol.asyncDispose]();
  writeFileSync(keyFile(folder, 'master.key.next'), 'of a rotation that is under way');
  await (await folder.open())[Symbol.asyncDispose]();
  expect(readFileSync(keyFile(folder, 'master.key.next'), 'utf8')).toBe('of a rotation that is under way');
  await using database = await folder.open();
  await store(database);
  await database.rotateMasterKey();
  expect(existsSync(keyFile(folder, 'master.key.next'))).toBe(false);
  expect(await texts(database)).toEqual(['token-canary']);
});

test('a process whose key another one has changed makes no third one', async () => {
  using folder = new Folder();
  await using one = await SqliteDatabase.open(optionsOf(folder, true));
  await store(one);
  await using other = await SqliteDatabase.open(optionsOf(folder, true));
  await one.rotateMasterKey();
  const key = readFileSync(keyFile(folder));
  await expect(other.rotateMasterKey()).rejects.toThrow('Another process has changed the master key');
  expect(readFileSync(keyFile(folder)).equals(key)).toBe(true);
  await using third = await SqliteDatabase.open(optionsOf(folder, true));
  expect(await texts(third)).toEqual(['token-canary']);
});

test('a program goes on with the master key that another one has changed', async () => {
  using folder = new Folder();
  await using one = await SqliteDatabase.open(optionsOf(folder, true));
  await store(one, 'token-1');
  await using other = await SqliteDatabase.open(optionsOf(folder, true));
  await other.rotateMasterKey();
  expect(await texts(one)).toEqual(['token-1']);
  await store(one, 'token-2');
  expect(one.trouble).toBeNull();
  expect(await texts(other)).toEqual(['token-2']);
  await one.rotateMasterKey();
  await store(other, 'token-3');
  await using third = await SqliteDatabase.open(optionsOf(folder, true));
  expect(await texts(third)).toEqual(['token-3']);
});

test('a backup is sealed with the master key that another program has changed', async () => {
  using folder = new Folder();
  await using one = await SqliteDatabase.open(optionsOf(folder, false));
  await store(one);
  await using other = await SqliteDatabase.open(optionsOf(folder, false));
  await other.rotateMasterKey();
  const { file } = await one.backUp(NOW);
  expect(await withBackup(optionsOf(folder, false), file, texts)).toEqual(['token-canary']);
});

const KEYS = [
  new Secret('the former master key of this test'),
  new Secret('the new one of this test'),
] as const;

test.each([true, false])(
  'a token waits for the master key that another program was given (tokens sealed: %s)',
  async (sealsTokens) => {
    using folder = new Folder();
    const [former, next] = KEYS;
    const one = await SqliteDatabase.open(optionsOf(folder, sealsTokens, [former]));
    await store(one, 'token-1');
    const other = await SqliteDatabase.open(optionsOf(folder, sealsTokens, [next, former]));
    expect(await other.rotateMasterKey()).toBe(true);
    await other[Symbol.asyncDispose]();
    await store(one, 'token-2');
    expect(one.storageOf(1, 'PRIMARY')).toBe('MEMORY');
    await until('the advice', () => one.trouble?.advice != null);
    expect(one.trouble).toMatchObject({ code: 'MASTER_KEY_CHANGED', isOnDisk: true });
    expect(one.trouble?.advice).toContain('the new key, a comma and the old one');
    expect(one.recovery.autoRestart).toBe(false);
    await one[Symbol.asyncDispose]();
    const again = await SqliteDatabase.open(optionsOf(folder, sealsTokens, [next, former]));
    expect(await texts(again)).toEqual(['token-2']);
    expect(again.trouble).toBeNull();
    // The operator takes the former key away by then.
    await again[Symbol.asyncDispose]();
    await using later = await SqliteDatabase.open(optionsOf(folder, sealsTokens, [next]));
    expect(await texts(later)).toEqual(['token-2']);
    await later.rotateMasterKey();
  },
);

test('an outage in which another program was given a master key says so, and not that the file is another', async () => {
  using folder = new Folder();
  const [former, next] = KEYS;
  const faulty = new FaultyFile();
  const { beforeStatement } = faulty;
  await using one = await SqliteDatabase.open({ ...optionsOf(folder, true, [former]), beforeStatement });
  const other = await SqliteDatabase.open(optionsOf(folder, true, [next, former]));
  const entry = toAuditEntry('OTP_SUBMITTED', {}, { accountId: 'UPSTOX_01' }, 'key', NOW);
  await one.write((trx) => one.audit(trx, entry));
  faulty.arm('SQLITE_IOERR_WRITE', 0);
  await store(one, 'token-1');
  renameSync(folder.file('vega_trade.db.spill'), folder.file('kept'));
  expect(await other.rotateMasterKey()).toBe(true);
  await other[Symbol.asyncDispose]();
  faulty.mend();
  await until('the reason', () => one.trouble?.code === 'MASTER_KEY_CHANGED');
  expect(await texts(one)).toEqual(['token-1']);
});
