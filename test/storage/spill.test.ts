import { existsSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { replaceToken } from '../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../src/db/queries/tokens.ts';
import { readSpill, settleSpill } from '../../src/db/spill/orphan-spills.ts';
import type { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import { toAuditEntry } from '../../src/domain/events/audit.ts';
import { EXPIRES, Folder, holdLock, ISSUED, newToken } from '../db/temporary-database.ts';
import { until } from '../support/test-app.ts';

const DATABASE = 'vega_trade.db';
const SPILL = `${DATABASE}.spill`;
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

/** Ends the program in the middle of an outage, in which it has stored two tokens. */
const leaveSpill = async (folder: Folder): Promise<void> => {
  const database = await folder.open();
  await store(database, 'token-before');
  await using _other = await holdLock(folder.file(DATABASE));
  await store(database, 'token-primary-canary');
  await store(database, 'token-websocket-canary', 'WEBSOCKET1');
  expect([database.storageOf(1, 'PRIMARY'), database.storageOf(1, 'OPTIONCHAIN1')]).toEqual([
    'MEMORY',
    'DATABASE',
  ]);
  expect(await texts(database)).toEqual(['token-primary-canary 2', 'token-websocket-canary 1']);
  await database[Symbol.asyncDispose]();
};

test('a start finds what was spilled, makes up for it once, and removes it', async () => {
  using folder = new Folder();
  await leaveSpill(folder);
  expect(existsSync(folder.file(SPILL))).toBe(true);
  await using database = await folder.open();
  expect(database.findings).toEqual({
    replayed: 2,
    tornBytes: 0,
    damaged: [],
    isHeadMissing: false,
    missingEntries: 0,
  });
  expect(await texts(database)).toEqual(['token-primary-canary 2', 'token-websocket-canary 1']);
  expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 3 });
  expect(existsSync(folder.file(SPILL))).toBe(false);
});

test('what was spilled is given back once, even when the file had got it already', async () => {
  using folder = new Folder();
  await leaveSpill(folder);
  const spill = readFileSync(folder.file(SPILL));
  await (await folder.open())[Symbol.asyncDispose]();
  writeFileSync(folder.file(SPILL), spill, { mode: 0o600 });
  await using database = await folder.open();
  expect(await texts(database)).toEqual(['token-primary-canary 2', 'token-websocket-canary 1']);
  expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 3 });
});

test('its raw bytes, and those of the memory it stands for, show no token and no secret', async () => {
  using folder = new Folder();
  await leaveSpill(folder);
  const bytes = readFileSync(folder.file(SPILL), 'latin1');
  expect(bytes).not.toContain('canary');
  expect(statSync(folder.file(SPILL)).mode & 0o777).toBe(0o600);
});

describe('a tail that is not whole', () => {
  const sizeOf = (folder: Folder): number =>
    readFileSync(folder.file(SPILL)).findLastIndex((byte) => byte !== 0) + 1;

  test.each([1, 40, 700])(
    'by %i bytes costs the last transaction and no other, and is said',
    async (missing) => {
      using folder = new Folder();
      await leaveSpill(folder);
      truncateSync(folder.file(SPILL), sizeOf(folder) - missing);
      await using database = await folder.open();
      expect(database.findings.replayed).toBe(1);
      expect(database.findings.tornBytes).toBeGreaterThan(0);
      expect(await texts(database)).toEqual(['token-primary-canary 2']);
      expect(await database.verifyAudit()).toMatchObject({ valid: true });
    },
  );

  test('or a file with nothing but its beginning keeps nobody from starting', async () => {
    using folder = new Folder();
    await leaveSpill(folder);
    truncateSync(folder.file(SPILL), 5);
    await using database = await folder.open();
    expect(database.findings).toMatchObject({ replayed: 0, tornBytes: 5 });
    expect(await texts(database)).toEqual(['token-before 1']);
  });
});

test('sealed with another key it is refused and kept', async () => {
  using folder = new Folder();
  await leaveSpill(folder);
  const whole = readFileSync(folder.file(SPILL));
  const key = readFileSync(folder.file('.vega', 'master.key'), 'utf8');
  writeFileSync(folder.file('.vega', 'master.key'), 'another key altogether, long enough');
  await expect(folder.open()).rejects.toThrow(/sealed with the master key/);
  expect(readFileSync(folder.file(SPILL)).equals(whole)).toBe(true);
  writeFileSync(folder.file('.vega', 'master.key'), key);
  await using database = await folder.open();
  expect(database.findings.replayed).toBe(2);
});

test('a token that another program has made since then stays: the newest wins', async () => {
  using folder = new Folder();
  await leaveSpill(folder);
  folder.raw((connection) =>
    connection.exec(`update upstox_tokens set access_token = 'token-of-another', generated_at = '2026-11-17 20:30:00'
      where api_name = 'PRIMARY'`),
  );
  await using database = await folder.open();
  expect(await texts(database)).toEqual(['token-of-another 2', 'token-websocket-canary 1']);
});

test('while the file stays locked, a start begins in memory with what was spilled', async () => {
  using folder = new Folder();
  await leaveSpill(folder);
  await using other = await holdLock(folder.file(DATABASE));
  await using database = await folder.open();
  expect(database.recovery).toEqual({
    dbLocked: true,
    fallback: 'MEMORY',
    autoRestart: true,
    pendingWrites: 2,
  });
  expect(await texts(database)).toEqual(['token-primary-canary 2', 'token-websocket-canary 1']);
  await store(database, 'token-third');
  await other.release();
  await until('the file to have everything', () => database.trouble === null);
  expect(
    folder.raw((connection) =>
      connection.prepare('select access_token from upstox_tokens order by api_name').pluck().all(),
    ),
  ).toEqual(['token-third', 'token-websocket-canary']);
  expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 4 });
});

test('another process’s spill is left alone while that process lives', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await using other = await holdLock(folder.file(DATABASE));
  await store(database, 'token-of-the-first');
  await using second = await folder.open();
  expect(second.findings.replayed).toBe(0);
  await store(second, 'token-of-the-second', 'WEBSOCKET1');
  expect(existsSync(folder.file(`${DATABASE}.2.spill`))).toBe(true);
  await other.release();
  await until('both to be done', () => database.trouble === null && second.trouble === null);
  expect(await texts(database)).toEqual(['token-of-the-first 1', 'token-of-the-second 1']);
  expect(await second.verifyAudit()).toMatchObject({ valid: true, entries: 2 });
});

test('one that another process is just about to fill is left alone, too', async () => {
  using folder = new Folder();
  await (await folder.open())[Symbol.asyncDispose]();
  writeFileSync(folder.file(SPILL), Buffer.alloc(4096), { mode: 0o600 });
  await using database = await folder.open();
  expect(database.findings).toMatchObject({ replayed: 0, tornBytes: 0 });
  expect(existsSync(folder.file(SPILL))).toBe(true);
});

test('its room is taken beforehand, so that a full disk does not keep anything from being spilled', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  const reserve = statSync(folder.file(`${DATABASE}.reserve`));
  await using other = await holdLock(folder.file(DATABASE));
  await store(database, 'token');
  const spill = statSync(folder.file(SPILL));
  expect([spill.ino, spill.size, spill.blocks]).toEqual([reserve.ino, reserve.size, reserve.blocks]);
  await other.release();
  await until(
    'the end of it',
    () => database.trouble === null && existsSync(folder.file(`${DATABASE}.reserve`)),
  );
});

test('where it cannot be written either, tokens stay in memory and nothing more is submitted', async () => {
  using folder = new Folder();
  await (await folder.open())[Symbol.asyncDispose]();
  // As long as a name may be: there is no room for the ending of a spill file.
  const name = `${'v'.repeat(247)}.db`;
  renameSync(folder.file(DATABASE), folder.file(name));
  await using database = await folder.open(name);
  await using other = await holdLock(folder.file(name));
  await store(database, 'token-in-memory');
  expect(database.trouble).toMatchObject({ isOnDisk: false, pendingWrites: 1 });
  expect(await texts(database)).toEqual(['token-in-memory 1']);
  const recorded = database.write(
    async (transaction) => {
      await database.audit(transaction, toAuditEntry('PIN_SUBMITTED', {}, {}, 'pin', NOW));
    },
    { mustLast: true },
  );
  await expect(recorded).rejects.toThrow(name);
  await other.release();
  await until('the end of it', () => database.trouble === null);
  expect(await texts(database)).toEqual(['token-in-memory 1']);
  expect(
    folder.raw((connection) => connection.prepare('select count(*) from upstox_tokens').pluck().get(), name),
  ).toBe(1);
});

test('issue and end are told apart by the clock of the broker, not by the time of the outage', async () => {
  using folder = new Folder();
  await leaveSpill(folder);
  await using database = await folder.open();
  const [token] = await findTokens(database.read, 1, database);
  expect([token?.generatedAt, token?.validUntil]).toEqual([ISSUED, EXPIRES]);
});

test('a program that runs on stores what another one has left that ended meanwhile', async () => {
  using folder = new Folder();
  await using staying = await folder.open();
  let writes = 0;
  const stop = staying.watchForeignWrites(() => {
    writes += 1;
  });
  await leaveSpill(folder);
  await until('the token', async () => (await texts(staying))[0] === 'token-primary-canary 2', 20_000);
  expect(await texts(staying)).toEqual(['token-primary-canary 2', 'token-websocket-canary 1']);
  await until('the end of the spill', () => !existsSync(folder.file(SPILL)));
  expect(await staying.verifyAudit()).toMatchObject({ valid: true, entries: 3 });
  await until('who watches for writes of others to be told', () => writes > 0);
  stop();
});

test('a spill that has the name of one that was replayed is not removed in its place', async () => {
  using folder = new Folder();
  const opened = await folder.open();
  const { vault } = opened;
  await opened[Symbol.asyncDispose]();
  await leaveSpill(folder);
  const former = readSpill(folder.file(SPILL), folder.file(DATABASE), vault, NOW);
  writeFileSync(folder.file('another'), 'what a living process writes');
  renameSync(folder.file('another'), folder.file(SPILL));
  settleSpill(former);
  expect(readFileSync(folder.file(SPILL), 'utf8')).toBe('what a living process writes');
});
