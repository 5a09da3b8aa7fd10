import { sql } from 'kysely';
import { databaseNow } from '../engine.ts';
import type { Queryable } from '../queryable.ts';

/** The right of one worker to log in to one account, for a while. */
export interface AccountLease {
  readonly accountId: string;
  readonly workerId: string;
  /** Rises with each lease of the account: who holds an older one has lost it. */
  readonly epoch: number;
}

interface Wanted {
  readonly accountId: string;
  readonly workerId: string;
  readonly milliseconds: number;
}

/**
 * Leases the account, unless another worker holds it by the clock of the database. A worker that asks again, as after a
 * restart under its old name, gets a new epoch too: what it began before counts for nothing. Null where it is held.
 */
export const takeLease = async (
  trx: Queryable,
  { accountId, workerId, milliseconds }: Wanted,
): Promise<AccountLease | null> => {
  const now = databaseNow(trx);
  const taken = await trx
    .insertInto('vega_account_leases')
    .values({
      account_id: accountId,
      worker_id: workerId,
      epoch: 1,
      until: sql<number>`${now} + ${sql.lit(milliseconds)}`,
    })
    .onConflict((conflict) =>
      conflict
        .column('account_id')
        .doUpdateSet((row) => ({
          worker_id: row.ref('excluded.worker_id'),
          epoch: row('vega_account_leases.epoch', '+', 1),
          until: row.ref('excluded.until'),
        }))
        .where((row) =>
          row.or([
            row('vega_account_leases.until', '<=', now),
            row('vega_account_leases.worker_id', '=', workerId),
          ]),
        ),
    )
    .returning('epoch')
    .executeTakeFirst();
  return taken === undefined ? null : { accountId, workerId, epoch: taken.epoch };
};

/**
 * Prolongs a lease that is still ours and not over. False when it is lost: nothing may be submitted any more.
 */
export const renewLease = async (
  trx: Queryable,
  lease: AccountLease,
  milliseconds: number,
): Promise<boolean> => {
  const now = databaseNow(trx);
  const renewed = await ours(trx, lease)
    .where('until', '>', now)
    .set({ until: sql<number>`${now} + ${sql.lit(milliseconds)}` })
    .executeTakeFirst();
  return renewed.numUpdatedRows > 0n;
};

/**
 * Gives a lease back, so that the next worker need not wait for its end.
 */
export const releaseLease = async (trx: Queryable, lease: AccountLease): Promise<void> => {
  await ours(trx, lease).set({ until: 0 }).execute();
};

/** How long a lease is still ours by the clock of the database, in milliseconds; 0 when it is lost or over. */
export const leaseTimeLeft = async (
  trx: Queryable,
  { accountId, workerId, epoch }: AccountLease,
): Promise<number> => {
  const row = await trx
    .selectFrom('vega_account_leases')
    .select(sql<number>`until - ${databaseNow(trx)}`.as('left'))
    .where('account_id', '=', accountId)
    .where('worker_id', '=', workerId)
    .where('epoch', '=', epoch)
    .executeTakeFirst();
  return Math.max(0, row?.left ?? 0);
};

/** Until when whoever has the account holds it by the clock of the database; null when nobody does. */
export const leaseEnd = async (db: Queryable, accountId: string): Promise<Date | null> => {
  const row = await db
    .selectFrom('vega_account_leases')
    .select('until')
    .where('account_id', '=', accountId)
    .where('until', '>', databaseNow(db))
    .executeTakeFirst();
  return row === undefined ? null : new Date(row.until);
};

/** The epoch of the account's latest lease, whoever has it; null where it was never leased. */
export const findEpoch = async (db: Queryable, accountId: string): Promise<number | null> => {
  const row = await db
    .selectFrom('vega_account_leases')
    .select('epoch')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row?.epoch ?? null;
};

const ours = (trx: Queryable, { accountId, workerId, epoch }: AccountLease) =>
  trx
    .updateTable('vega_account_leases')
    .where('account_id', '=', accountId)
    .where('worker_id', '=', workerId)
    .where('epoch', '=', epoch);
