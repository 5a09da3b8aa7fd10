import { expect, test } from 'vitest';
import { fenced, LeaseLost } from '../../../src/db/fence.ts';
import { type AccountLease, releaseLease, takeLease } from '../../../src/db/queries/account-leases.ts';
import { claimTimeStep } from '../../../src/db/queries/login-attempts.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { repetitions } from '../../support/repetitions.ts';
import { openRows, type RowsDatabase } from '../engines.ts';

const ROUNDS = repetitions(250, 1000);
const WORKERS = 8;
const TOTP = { secret: new Secret('JBSWY3DPEHPK3PXP') };

const take = (rows: RowsDatabase, worker: number) =>
  rows.write((trx) =>
    takeLease(trx, { accountId: 'UPSTOX_01', workerId: `worker-${worker}`, milliseconds: 60_000 }),
  );

/** Each on connections of its own, as on machines of their own. */
const openWorkers = async (): Promise<AsyncDisposable & { readonly all: readonly RowsDatabase[] }> => {
  const rows = await openRows('POSTGRES');
  const others = await Promise.all(Array.from({ length: WORKERS - 1 }, () => rows.beside()));
  return { all: [rows, ...others], [Symbol.asyncDispose]: () => rows[Symbol.asyncDispose]() };
};

test('of eight workers that race for an account again and again, one wins each time, with an epoch of its own', async () => {
  await using workers = await openWorkers();
  const epochs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const leases = await Promise.all(workers.all.map(take));
    const won = leases.filter((lease): lease is AccountLease => lease !== null);
    expect(won).toHaveLength(1);
    const [lease] = won;
    if (lease === undefined) continue;
    epochs.push(lease.epoch);
    await workers.all[0]?.write((trx) => releaseLease(trx, lease));
  }
  expect(epochs).toEqual(Array.from({ length: ROUNDS }, (_, index) => index + 1));
});

test('a time step is claimed once, by the one whose lease it is', async () => {
  await using workers = await openWorkers();
  const owner = { accountId: 'UPSTOX_01', runId: 'run-1', apiName: 'PRIMARY' } as const;
  const leases = await Promise.all(workers.all.map(take));
  const current = leases.find((lease) => lease !== null);
  if (current == null) throw new Error('nobody has the lease');
  const stale = { ...current, epoch: current.epoch - 1 };
  const claim = (lease: AccountLease) => (rows: RowsDatabase) =>
    fenced(lease, () => rows.write((trx) => claimTimeStep(trx, owner, TOTP, 7, new Date()))).catch(
      (error: unknown) => (error instanceof LeaseLost ? 'LOST' : error),
    );
  const answers = await Promise.all([
    ...workers.all.map(claim(stale)),
    ...workers.all.map(claim(current)),
    ...workers.all.map(claim(stale)),
  ]);
  expect(answers.filter((answer) => answer === true)).toHaveLength(1);
  expect(answers.filter((answer) => answer === 'LOST')).toHaveLength(2 * WORKERS);
  expect(answers.filter((answer) => answer === false)).toHaveLength(WORKERS - 1);
});
