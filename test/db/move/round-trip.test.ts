import { existsSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DatabaseError } from '../../../src/db/database-error.ts';
import { LEFT_OUT } from '../../../src/db/move/left-out.ts';
import { MOVED_TABLES } from '../../../src/db/move/structure.ts';
import { changeAuthRecord, ensureAuthRecord, findAuthRecord } from '../../../src/db/queries/auth-states.ts';
import { claimTimeStep, recordAttempt } from '../../../src/db/queries/login-attempts.ts';
import { replaceToken } from '../../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../../src/db/queries/tokens.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { collectGarbage } from '../../support/heap.ts';
import { askNow } from '../../support/postgres/ask-now.ts';
import { migratedPostgres, migratedSqlite } from '../migrated.ts';
import { describePostgres } from '../postgres-schema.ts';
import { describeSqlite } from '../sqlite-schema.ts';
import { Folder, newToken } from '../temporary-database.ts';
import { move, newUrl, openServer } from './moving.ts';
import { fillEverywhere, rowsOf } from './rows-everywhere.ts';

const FILE = 'vega_trade.db';
const BACK = 'back.db';
const NOW = new Date('2026-11-17T20:00:05+05:30');

const withoutMoves = (rows: readonly string[] | undefined): readonly string[] =>
  (rows ?? []).filter((row) => !row.includes('DATABASE_MOVED'));

/** What each column that the server counts up holds, and what it would get next. */
const numberedIn = (url: string) =>
  askNow(
    url,
    `select table_name as name, column_name as column from information_schema.columns
      where is_identity = 'YES' and table_schema = 'public'`,
  ).map(({ name, column }) => {
    const [{ highest }] = askNow(url, `select max(${column})::int as highest from ${name}`);
    const [{ next }] = askNow(
      url,
      `select (coalesce(pg_sequence_last_value(pg_get_serial_sequence('${name}', '${column}')), 0) + 1)::int as next`,
    );
    return { name, highest, next };
  });

test('every table of both schemas is carried over or named as left out', async () => {
  await using sqlite = await migratedSqlite();
  await using postgres = await migratedPostgres();
  const known = [...MOVED_TABLES, ...LEFT_OUT];
  for (const tables of [await describeSqlite(sqlite.db), await describePostgres(postgres.db)]) {
    const names = tables.map(({ name }) => name);
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
    expect(MOVED_TABLES.filter((name) => !names.includes(name))).toEqual([]);
  }
});

test('rows of every table go to PostgreSQL and come back as they were', async () => {
  using folder = new Folder();
  await fillEverywhere(folder);
  const before = folder.raw(rowsOf);
  expect(Object.entries(before).filter(([, rows]) => rows.length === 0)).toEqual([]);
  const url = await newUrl();
  const there = await move(folder, FILE, url);
  expect(Object.keys(there.tables ?? {}).sort()).toEqual(Object.keys(before));
  for (const [table, rows] of Object.entries(before)) expect(there.tables?.[table]).toBe(rows.length);
  expect(there).toMatchObject({ leftOut: [], audit: { valid: true, entries: 7 } });
  expect(existsSync(there.backup ?? '')).toBe(true);
  expect(numberedIn(url).filter(({ next, highest }) => next !== highest + 1)).toEqual([]);
  expect(numberedIn(url).length).toBeGreaterThan(3);

  const back = await move(folder, url, BACK);
  expect(back).toMatchObject({ backup: null, leftOut: [], audit: { valid: true, entries: 8 } });
  expect(statSync(folder.file(BACK)).mode & 0o777).toBe(0o600);
  const after = folder.raw(rowsOf, BACK);
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const table of Object.keys(before)) expect(withoutMoves(after[table])).toEqual(before[table]);
  expect((after.vega_audit_entries ?? []).length).toBe(9);
});

test('several batches of rows arrive in order, and the audit is whole on both sides', async () => {
  using folder = new Folder();
  await fillEverywhere(folder, 1203);
  const url = await newUrl();
  const counts: number[] = [];
  await move(folder, FILE, url, {
    onProgress: ({ table, rows, isWhole }) => {
      if (table === 'vega_audit_entries' && isWhole === false) counts.push(rows ?? 0);
    },
  });
  expect(counts).toEqual([500, 1000, 1203]);
  {
    expect(readFileSync(folder.file('.vega', 'postgres.head'), 'utf8')).toMatch(/^1204 /);
    await using server = await openServer(folder, url);
    expect(server.findings).toMatchObject({ isHeadMissing: false, missingEntries: 0 });
    expect(await server.verifyAudit()).toMatchObject({ valid: true, entries: 1204 });
  }
  await move(folder, url, BACK);
  await using file = await folder.open(BACK);
  expect(file.findings).toMatchObject({ isHeadMissing: false, missingEntries: 0 });
  expect(await file.verifyAudit()).toMatchObject({ valid: true, entries: 1205 });
});

test('a long audit is never in memory as a whole', async () => {
  using folder = new Folder();
  await fillEverywhere(folder, 20_000);
  const inUse = (): number => {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = inUse();
  const seen: number[] = [];
  await move(folder, FILE, await newUrl(), {
    onProgress: ({ stage, table, rows = 0, isWhole }) => {
      const isLook = table === 'vega_audit_entries' && (isWhole === true || rows % 5000 === 0);
      if (isLook || stage === 'COPIED' || stage === 'VERIFIED') seen.push(inUse() - before);
    },
  });
  expect(seen.length).toBeGreaterThan(5);
  // The entries would be more than 10 MB.
  expect(Math.max(...seen)).toBeLessThan(8_000_000);
});

test('a cooldown, a quarantine, used time steps, submissions and tokens hold on the other side and back', async () => {
  using folder = new Folder();
  const owner = { accountId: 'UPSTOX_01', runId: 'run', apiName: 'PRIMARY' as const };
  const totp = { secret: new Secret('JBSWY3DPEHPK3PXP') };
  {
    await using database = await folder.open();
    await database.write(async (trx) => {
      await ensureAuthRecord(trx, 'UPSTOX_01', NOW);
      await changeAuthRecord(trx, 'UPSTOX_01', {
        cooldown: { from: NOW, until: new Date(NOW.getTime() + 660_000), reason: 'THROTTLED' },
        quarantinedAt: NOW,
      });
      await recordAttempt(trx, owner, 'PIN', NOW);
      expect(await claimTimeStep(trx, owner, totp, 58_000_000, NOW)).toBe(true);
      await replaceToken(trx, newToken('token-canary-1'), database, NOW);
    });
  }
  const url = await newUrl();
  await move(folder, FILE, url);
  {
    await using server = await openServer(folder, url);
    await expectSame(server);
  }
  await move(folder, url, BACK);
  await using file = await folder.open(BACK);
  await expectSame(file);

  async function expectSame(database: Awaited<ReturnType<typeof openServer>> | typeof file) {
    const record = await findAuthRecord(database.read, 'UPSTOX_01');
    expect(record).toMatchObject({
      cooldown: { from: NOW, until: new Date(NOW.getTime() + 660_000) },
      quarantinedAt: NOW,
    });
    await database.write(async (trx) => {
      expect(await claimTimeStep(trx, owner, totp, 58_000_000, NOW)).toBe(false);
    });
    const attempts = await database.read.selectFrom('vega_login_attempts').select('kind').execute();
    expect(attempts.map(({ kind }) => kind).sort()).toEqual(['PIN', 'TIME_STEP']);
    const [token] = await findTokens(database.read, 1, database);
    expect(token?.accessToken.reveal()).toBe('token-canary-1');
    expect(token?.version).toBe(1);
  }
});

describe('afterwards', () => {
  test('whoever opens the file is told where it went, when, and what to do', async () => {
    using folder = new Folder();
    await (await folder.open())[Symbol.asyncDispose]();
    const url = await newUrl();
    await move(folder, FILE, url);
    const place = url.replace('vega@', '');
    const error = await folder.open().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DatabaseError);
    expect(String(error).replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, 'TIME')).toBe(
      `DatabaseMoved: The database ${folder.file(FILE)} was moved to ${place} at TIME IST, and is not used any more. Set VEGA_DATABASE_URL to it. To come back, run \`vega-auth migrate --from ${place} --to\` with the path of a new file. Nothing was changed.`,
    );
    await expect(move(folder, FILE, await newUrl())).rejects.toThrow('was moved to');
  });

  test('a version that knows no tombstone takes the file for a newer one’s', async () => {
    using folder = new Folder();
    await (await folder.open())[Symbol.asyncDispose]();
    await move(folder, FILE, await newUrl());
    folder.raw((connection) => connection.exec('drop table vega_moved_away'));
    await expect(folder.open()).rejects.toThrow(/was made by a newer vega-auth \(it knows moved-away-/);
  });

  test('a server whose rows went back to a file refuses to be opened, and names the file', async () => {
    using folder = new Folder();
    await (await folder.open())[Symbol.asyncDispose]();
    const url = await newUrl();
    await move(folder, FILE, url);
    await move(folder, url, BACK);
    await expect(openServer(folder, url)).rejects.toThrow(
      `Set VEGA_DB_PATH=${folder.file(BACK)} there, and take VEGA_DATABASE_URL out of the settings.`,
    );
    await expect(move(folder, url, 'another.db')).rejects.toThrow('was moved to');
    expect(existsSync(folder.file('another.db'))).toBe(false);
    await (await folder.open(BACK))[Symbol.asyncDispose]();
  });
});
