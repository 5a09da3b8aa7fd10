import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { replaceToken } from '../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../src/db/queries/tokens.ts';
import { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import { toAuditEntry } from '../../src/domain/events/audit.ts';
import { IST } from '../../src/domain/wall-time.ts';
import { Folder, newToken } from '../db/temporary-database.ts';
import { FaultyFile } from '../support/faulty-file.ts';
import { until } from '../support/test-app.ts';

const DATABASE = 'vega_trade.db';
const NOW = new Date('2026-11-17T20:00:05+05:30');
const MEGABYTE = 1 << 20;

const store = (database: SqliteDatabase, text: string) =>
  database.write(async (transaction) => {
    await replaceToken(transaction, newToken(text), database, NOW);
    await database.audit(transaction, toAuditEntry('OTP_SUBMITTED', {}, {}, text, NOW));
  });

const texts = async (database: SqliteDatabase): Promise<string[]> =>
  (await findTokens(database.read, 1, database)).map(
    ({ accessToken, version }) => `${accessToken.reveal()} ${version}`,
  );

const rawTexts = (folder: Folder): unknown[] =>
  folder.raw((connection) => connection.prepare('select access_token from upstox_tokens').pluck().all());

/** A disk of its own, where this user may mount one: the kernel itself says that it is full. */
class SmallDisk implements Disposable {
  readonly path: string;
  readonly #folder = new Folder();

  constructor() {
    this.path = this.#folder.file('disk');
    mkdirSync(this.path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', this.path], { stdio: 'ignore' });
  }

  get file(): string {
    return path.join(this.path, DATABASE);
  }

  open(): Promise<SqliteDatabase> {
    const masterKey = { given: [], folder: this.#folder.file('.vega') };
    return SqliteDatabase.open({ file: this.file, zone: IST, masterKey, now: NOW });
  }

  fill(): void {
    const name = path.join(this.path, 'filler');
    for (const size of [MEGABYTE, 4096, 1]) {
      try {
        for (;;) writeFileSync(name, Buffer.alloc(size), { flag: 'a' });
      } catch {
        // Full for pieces of this size.
      }
    }
  }

  empty(): void {
    rmSync(path.join(this.path, 'filler'));
  }

  remount(mode: 'ro' | 'rw'): void {
    execFileSync('mount', ['-o', `remount,${mode}`, this.path], { stdio: 'ignore' });
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['-l', this.path]);
    this.#folder[Symbol.dispose]();
  }
}

const canMount = (): boolean => {
  try {
    using _disk = new SmallDisk();
    return true;
  } catch {
    return false;
  }
};

// Where nothing may be mounted, the faults below stand for the disk.
if (canMount())
  describe('on a disk of its own', () => {
    test('a start on a full disk begins in memory, says so, and has everything once there is room', async () => {
      using disk = new SmallDisk();
      const first = await disk.open();
      await store(first, 'token-1');
      await first[Symbol.asyncDispose]();
      disk.fill();
      await using database = await disk.open();
      expect(database.recovery).toMatchObject({ dbLocked: true, fallback: 'MEMORY', autoRestart: true });
      expect(database.trouble?.code).toMatch(/^SQLITE_(FULL|IOERR)/);
      expect(await texts(database)).toEqual(['token-1 1']);
      await store(database, 'token-2');
      expect(database.trouble).toMatchObject({ isOnDisk: true, pendingWrites: 1 });
      expect(readFileSync(`${disk.file}.spill`, 'latin1')).not.toContain('token-2');
      disk.empty();
      await until('the end of the outage', () => database.trouble === null);
      expect(await texts(database)).toEqual(['token-2 2']);
      expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 2 });
      await database[Symbol.asyncDispose]();
      await using again = await disk.open();
      expect(await texts(again)).toEqual(['token-2 2']);
    });

    test('a disk that becomes read-only is an outage, a start on it begins in memory, and nothing is lost', async () => {
      using disk = new SmallDisk();
      const first = await disk.open();
      await store(first, 'token-1');
      await first[Symbol.asyncDispose]();
      disk.remount('ro');
      await using database = await disk.open();
      expect(database.recovery).toMatchObject({ dbLocked: true, fallback: 'MEMORY' });
      expect(await texts(database)).toEqual(['token-1 1']);
      await store(database, 'token-2');
      expect(database.trouble).toMatchObject({ isOnDisk: false, pendingWrites: 1 });
      disk.remount('rw');
      await until('the end of the outage', () => database.trouble === null);
      expect(await texts(database)).toEqual(['token-2 2']);
      expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 2 });
    });
  });

test.each(['SQLITE_FULL', 'SQLITE_IOERR_WRITE'] as const)(
  'a start whose first write fails with %s begins in memory',
  async (fault) => {
    using folder = new Folder();
    const first = await folder.open();
    await store(first, 'token-1');
    await first[Symbol.asyncDispose]();
    // What the start has to write: a token of another program that is to be sealed.
    const file = new FaultyFile();
    file.arm(fault, 1);
    const masterKey = { given: [], folder: folder.file('.vega') };
    await using database = await SqliteDatabase.open({
      file: folder.file(DATABASE),
      zone: IST,
      masterKey,
      now: NOW,
      sealsTokens: true,
      beforeStatement: file.beforeStatement,
    });
    expect(database.trouble).toMatchObject({ code: fault });
    expect(await texts(database)).toEqual(['token-1 1']);
    await store(database, 'token-2');
    file.mend();
    await until('the end of the outage', () => database.trouble === null);
    expect(rawTexts(folder)).toEqual([expect.stringMatching(/^vega1:/)]);
    expect(await texts(database)).toEqual(['token-2 2']);
  },
);

test('a new database on a disk that cannot take it is refused in words', async () => {
  using folder = new Folder();
  const file = new FaultyFile();
  file.arm('SQLITE_FULL', 1);
  const masterKey = { given: [], folder: folder.file('.vega') };
  const options = { file: folder.file(DATABASE), zone: IST, masterKey, now: NOW };
  await expect(SqliteDatabase.open({ ...options, beforeStatement: file.beforeStatement })).rejects.toThrow(
    'cannot grow: the disk is full. Make room and start again.',
  );
});
