import { AsyncLocalStorage } from 'node:async_hooks';
import { type AccountLease, leaseTimeLeft } from './queries/account-leases.ts';
import type { Queryable } from './queryable.ts';

/** The account went to another worker, or is about to: nothing more is submitted or written for it here. */
export class LeaseLost extends Error {
  constructor({ accountId }: AccountLease) {
    super(`Another worker has the account ${accountId}.`);
    this.name = 'LeaseLost';
  }
}

const scope = new AsyncLocalStorage<AccountLease | null>();

/**
 * Everything that `work` writes is refused with `LeaseLost` from the moment on at which the lease is not ours any more.
 *
 * @public
 */
export const fenced = <Result>(lease: AccountLease, work: () => Result): Result => scope.run(lease, work);

/**
 * What exists already, such as a token that the broker has given, is written whoever has the account by now.
 *
 * @public
 */
export const outsideFence = <Result>(work: () => Result): Result => scope.run(null, work);

/** The lease under which this code works; null where none is needed. */
export const currentLease = (): AccountLease | null => scope.getStore() ?? null;

/**
 * Refuses what is about to be written under a lease that is lost or ends within `milliseconds`. Called within the
 * transaction: nobody can take the lease until that is committed.
 */
export const refuseLostLease = async (trx: Queryable, milliseconds = 0): Promise<void> => {
  const lease = currentLease();
  if (lease === null) return;
  if ((await leaseTimeLeft(trx, lease)) <= milliseconds) throw new LeaseLost(lease);
};
