import { describe, expect, test } from 'vitest';
import { fenced, LeaseLost, outsideFence } from '../../../src/db/fence.ts';
import {
  type AccountLease,
  findEpoch,
  leaseEnd,
  leaseTimeLeft,
  releaseLease,
  renewLease,
  takeLease,
} from '../../../src/db/queries/account-leases.ts';
import { claimTimeStep, recordAttempt, SUBMISSION_MS } from '../../../src/db/queries/login-attempts.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { ENGINES, openRows, type Rows, type RowsDatabase } from '../engines.ts';

const LONG_MS = 60_000;
const OWNER = { accountId: 'UPSTOX_01', runId: 'run-1', apiName: 'PRIMARY' } as const;
const AT = new Date('2026-11-17T20:00:05.250+05:30');
const TOTP = { secret: new Secret('JBSWY3DPEHPK3PXP') };

const take = (rows: RowsDatabase, workerId: string, milliseconds = LONG_MS) =>
  rows.write((trx) => takeLease(trx, { accountId: 'UPSTOX_01', workerId, milliseconds }));

const taken = async (rows: RowsDatabase, workerId: string, milliseconds?: number): Promise<AccountLease> => {
  const lease = await take(rows, workerId, milliseconds);
  if (lease === null) throw new Error(`${workerId} got no lease`);
  return lease;
};

const left = (rows: RowsDatabase, lease: AccountLease) => rows.write((trx) => leaseTimeLeft(trx, lease));

/** As time would. */
const endLease = (rows: Rows) => rows.raw('update vega_account_leases set until = 1');

const ledger = (rows: Rows) =>
  rows.read.selectFrom('vega_login_attempts').select(['kind', 'epoch']).orderBy('id').execute();

describe.each(ENGINES)('a lease of an account on %s', (engine) => {
  test('says until when it is held, by whomever', async () => {
    await using rows = await openRows(engine);
    expect(await leaseEnd(rows.read, 'UPSTOX_01')).toBeNull();
    const before = Date.now();
    await taken(rows, 'one');
    const until = (await leaseEnd(rows.read, 'UPSTOX_01'))?.getTime() ?? 0;
    expect(until).toBeGreaterThan(before + LONG_MS / 2);
    await endLease(rows);
    expect(await leaseEnd(rows.read, 'UPSTOX_01')).toBeNull();
  });

  test('is one worker’s until it ends, and each lease has a higher epoch', async () => {
    await using rows = await openRows(engine);
    const first = await taken(rows, 'one');
    expect(first.epoch).toBe(1);
    expect(await findEpoch(rows.read, 'UPSTOX_01')).toBe(1);
    expect(await findEpoch(rows.read, 'UPSTOX_02')).toBeNull();
    expect(await take(rows, 'other')).toBeNull();
    await endLease(rows);
    expect(await taken(rows, 'other')).toMatchObject({ workerId: 'other', epoch: 2 });
    expect(await left(rows, first)).toBe(0);
  });

  test('is begun anew by the worker that has it: what it did before a restart counts for nothing', async () => {
    await using rows = await openRows(engine);
    const before = await taken(rows, 'one');
    expect((await taken(rows, 'one')).epoch).toBe(2);
    expect(await left(rows, before)).toBe(0);
  });

  test('is prolonged while it lasts, and never after it ended or was lost', async () => {
    await using rows = await openRows(engine);
    const lease = await taken(rows, 'one', 1000);
    const renew = () => rows.write((trx) => renewLease(trx, lease, LONG_MS));
    expect(await renew()).toBe(true);
    expect(await left(rows, lease)).toBeGreaterThan(LONG_MS / 2);
    await endLease(rows);
    expect(await renew()).toBe(false);
    await taken(rows, 'other');
    expect(await renew()).toBe(false);
  });

  test('that is given back can be taken at once, and the one who gave it back has lost it', async () => {
    await using rows = await openRows(engine);
    const lease = await taken(rows, 'one');
    await rows.write((trx) => releaseLease(trx, lease));
    const next = await taken(rows, 'other');
    await rows.write((trx) => releaseLease(trx, lease));
    expect(await left(rows, next)).toBeGreaterThan(0);
  });

  test('is one for each account', async () => {
    await using rows = await openRows(engine);
    await taken(rows, 'one');
    const other = { accountId: 'UPSTOX_02', workerId: 'other', milliseconds: LONG_MS };
    expect(await rows.write((trx) => takeLease(trx, other))).toMatchObject({ epoch: 1 });
  });
});

describe.each(ENGINES)('the ledger under a lease on %s', (engine) => {
  const attempts: readonly (readonly [string, (rows: RowsDatabase) => Promise<unknown>])[] = [
    ['an attempt', (rows) => rows.write((trx) => recordAttempt(trx, OWNER, 'PIN', AT))],
    ['a time step', (rows) => rows.write((trx) => claimTimeStep(trx, OWNER, TOTP, 7, AT))],
  ];

  test.each(attempts)('takes %s with the epoch of the lease', async (_name, record) => {
    await using rows = await openRows(engine);
    await taken(rows, 'one');
    const lease = await taken(rows, 'one');
    await fenced(lease, () => record(rows));
    expect(await ledger(rows)).toMatchObject([{ epoch: 2 }]);
  });

  test.each(attempts)('refuses %s when another worker has the account', async (_name, record) => {
    await using rows = await openRows(engine);
    const lease = await taken(rows, 'one');
    await endLease(rows);
    await taken(rows, 'other');
    await expect(fenced(lease, () => record(rows))).rejects.toThrow(LeaseLost);
    expect(await ledger(rows)).toEqual([]);
  });

  test.each(attempts)('refuses %s that the lease may not outlast', async (_name, record) => {
    await using rows = await openRows(engine);
    const lease = await taken(rows, 'one', SUBMISSION_MS);
    await expect(fenced(lease, () => record(rows))).rejects.toThrow(LeaseLost);
    expect(await ledger(rows)).toEqual([]);
  });

  test('takes what needs no lease, and what exists already whoever has the account', async () => {
    await using rows = await openRows(engine);
    const lease = await taken(rows, 'one');
    await endLease(rows);
    const record = () => rows.write((trx) => recordAttempt(trx, OWNER, 'CODE', AT));
    await fenced(lease, () => outsideFence(record));
    await record();
    expect(await ledger(rows)).toEqual([
      { kind: 'CODE', epoch: null },
      { kind: 'CODE', epoch: null },
    ]);
  });
});
