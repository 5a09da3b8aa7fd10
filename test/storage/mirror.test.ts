import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { findAcquisitions, insertAcquisitions, settleAcquisition } from '../../src/db/queries/approvals.ts';
import { insertRun, updateRun } from '../../src/db/queries/generation-runs.ts';
import {
  claimTimeStep,
  countFruitlessPins,
  isTimeStepUsed,
  recordAttempt,
} from '../../src/db/queries/login-attempts.ts';
import { replaceToken } from '../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../src/db/queries/tokens.ts';
import { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import { toAuditEntry } from '../../src/domain/events/audit.ts';
import { type GenerationRun, pendingStep } from '../../src/domain/run/generation-run.ts';
import { Secret } from '../../src/domain/secret.ts';
import { IST } from '../../src/domain/wall-time.ts';
import { Folder, holdLock, newToken } from '../db/temporary-database.ts';
import { FaultyFile } from '../support/faulty-file.ts';
import { until } from '../support/test-app.ts';

/** What the copy in memory knows of the file, and the file of it. */

const DATABASE = 'vega_trade.db';
const NOW = new Date();
const ago = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000);
const OWNER = { accountId: 'UPSTOX_01', runId: 'run-1', apiName: 'PRIMARY' } as const;
const TOTP = {
  secret: new Secret('DEMOVEGADEMOVEGADEMOVEGADEMOVEGA'),
  algorithm: 'SHA1',
  digits: 6,
  period: 30,
} as const;
const RUN: GenerationRun = {
  ...{ id: 'run-1', accountId: 'UPSTOX_01', mode: 'ALL', status: 'RUNNING' },
  ...{ startedAt: NOW, endedAt: null, waitingUntil: null, steps: [pendingStep('PRIMARY')] },
};

const keep = (database: SqliteDatabase, text: string, issuedAt = NOW) =>
  database.keep(async (trx) => {
    await replaceToken(trx, newToken(text, { issuedAt }), database, NOW);
    await database.audit(trx, entryOf(`stored ${text}`));
  });

const entryOf = (key: string, at = NOW) =>
  toAuditEntry('OTP_SUBMITTED', {}, { accountId: 'UPSTOX_01' }, key, at);

const note = (database: SqliteDatabase, key: string, at = NOW) =>
  database.write((trx) => database.audit(trx, entryOf(key, at)));

const textOf = async (database: SqliteDatabase): Promise<string | undefined> =>
  (await findTokens(database.read, 1, database))[0]?.accessToken.reveal();

const lock = (folder: Folder) => holdLock(folder.file(DATABASE), { writes: false });

const isBack = (database: SqliteDatabase) =>
  until('the end of the outage', () => database.trouble === null, 20_000);

test('a time step that was claimed in an outage is not claimed again, whatever waited for the file meanwhile', async () => {
  for (let round = 0; round < 3; round += 1) {
    using folder = new Folder();
    await using database = await folder.open();
    const claim = async () => (await database.keep((trx) => claimTimeStep(trx, OWNER, TOTP, 77, NOW))).result;
    const other = new Sqlite(folder.file(DATABASE), { timeout: 0 });
    other.exec('begin immediate');
    const first = claim();
    // So it still waits for the lock when the first has given that up; whenever it comes, what follows has to hold.
    await delay(120);
    const beside = note(database, 'beside');
    await until('the outage', () => database.trouble !== null);
    expect(await first).toBe(true);
    other.exec('commit');
    await beside;
    other.close();
    expect(await claim()).toBe(false);
  }
});

describe('a token that is issued earlier than the one that it takes the place of', () => {
  test('is what the mirror has', async () => {
    using folder = new Folder();
    await using database = await folder.open();
    await keep(database, 'of-today');
    await keep(database, 'of-january', ago(200));
    await using other = await lock(folder);
    await note(database, 'begins the outage');
    expect([database.trouble?.code, await textOf(database)]).toEqual(['SQLITE_BUSY', 'of-january']);
    await other.release();
  });

  test('comes into the file after an outage', async () => {
    using folder = new Folder();
    await using database = await folder.open();
    await keep(database, 'of-today');
    await using other = await lock(folder);
    await keep(database, 'of-january', ago(200));
    await other.release();
    await isBack(database);
    expect(await textOf(database)).toBe('of-january');
  });
});

test.each([
  'create table orders (id integer, day text); create index vega_orders_day on orders (day)',
  'create table history (t text); create trigger vega_history after insert on upstox_tokens begin insert into history values (new.api_name); end',
  'create table vega_orders (a integer, b integer generated always as (a * 2)); insert into vega_orders (a) values (1)',
  'create virtual table vega_notes using fts5(text)',
])('what another program has named as if it were ours is left alone: %s', async (sql) => {
  using folder = new Folder();
  await using database = await folder.open();
  await keep(database, 'token-1');
  folder.raw((connection) => connection.exec(sql));
  await using other = await lock(folder);
  await keep(database, 'token-2');
  expect([database.trouble?.code, await textOf(database)]).toEqual(['SQLITE_BUSY', 'token-2']);
  await other.release();
  await isBack(database);
  await using again = await folder.open();
  expect(await textOf(again)).toBe('token-2');
});

test('an attempt that was written with a clock far ahead hides none of today', async () => {
  using folder = new Folder();
  {
    await using database = await folder.open();
    await database.write(async (trx) => {
      await recordAttempt(trx, OWNER, 'OTP_REQUEST', ago(-400));
      await recordAttempt(trx, OWNER, 'PIN', NOW);
      await claimTimeStep(trx, OWNER, TOTP, 77, NOW);
    });
  }
  await using database = await folder.open();
  await using other = await lock(folder);
  await note(database, 'begins the outage');
  expect(await countFruitlessPins(database.read, 'UPSTOX_01', null)).toBe(1);
  expect(await isTimeStepUsed(database.read, TOTP, 77)).toBe(true);
  await other.release();
});

test('a table of the user whose key has another type costs no token', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await database.write((trx) => insertRun(trx, RUN, { id: process.pid, birth: null }));
  folder.raw((connection) =>
    connection.exec(`drop table token_execution_state; create table token_execution_state (
      execution_id integer primary key, last_success_api text, next_api text, last_failure_epoch integer, status text, updated_at integer)`),
  );
  await database.keep(async (trx) => {
    await replaceToken(trx, newToken('token-1', { issuedAt: NOW }), database, NOW);
    await updateRun(trx, RUN);
  });
  await isBack(database);
  expect(await textOf(database)).toBe('token-1');
});

test('the audit is not called damaged where the file cannot be read', async () => {
  using folder = new Folder();
  const faulty = new FaultyFile();
  const options = {
    file: folder.file(DATABASE),
    zone: IST,
    now: NOW,
    beforeStatement: faulty.beforeStatement,
  };
  const open = () =>
    SqliteDatabase.open({ ...options, masterKey: { given: [], folder: folder.file('.vega') } });
  {
    await using database = await open();
    for (let number = 0; number < 3; number += 1) await note(database, `entry ${number}`, ago(3));
  }
  await using database = await open();
  faulty.arm('SQLITE_IOERR_WRITE', 0);
  await expect(database.verifyAudit()).rejects.toThrow('cannot be read at present');
  await expect(database.auditBeginning()).rejects.toThrow('cannot be read at present');
  faulty.mend();
  await isBack(database);
  expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 3 });
});

test('the master key is not changed while a spill waits that is sealed with it', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await using neighbour = await folder.open();
  await using other = await lock(folder);
  await keep(database, 'token-1');
  await expect(neighbour.rotateMasterKey()).rejects.toThrow('is sealed with the present master key');
  await other.release();
  await isBack(database);
  expect(await neighbour.rotateMasterKey()).toBe(true);
  await using again = await folder.open();
  expect(await textOf(again)).toBe('token-1');
});

test('what two programs wait for in one outage is settled for each of them', async () => {
  using folder = new Folder();
  await using one = await folder.open();
  await using two = await folder.open();
  await using other = await lock(folder);
  const programs = [
    { database: one, id: 'run-1' },
    { database: two, id: 'run-2' },
  ];
  for (const { database, id } of programs)
    await database.write(async (trx) => {
      const run = { ...RUN, id };
      await insertRun(trx, run, { id: process.pid, birth: null });
      await insertAcquisitions(trx, run, [{ apiName: 'PRIMARY', clientId: 'client-1' }], {
        kind: 'APPROVAL',
      });
    });
  await two.write((trx) => settleAcquisition(trx, { runId: 'run-2', apiName: 'PRIMARY' }, NOW));
  await other.release();
  await isBack(one);
  await isBack(two);
  const isSettled = async (id: string) =>
    (await findAcquisitions(one.read, id)).map(({ settledAt }) => settledAt !== null);
  expect([await isSettled('run-1'), await isSettled('run-2')]).toEqual([[false], [true]]);
});
