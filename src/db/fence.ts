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

export interface Fence {
  readonly lease: AccountLease;
  /** Until when it is ours whatever has happened since, on the clock of `performance.now()`. */
  readonly surelyUntil: () => number;
  /** Renews it, where that is possible. */
  readonly renew: () => Promise<void>;
}

/** So much has to be left when something leaves for the broker: it is on its way for as long at most. */
const ON_ITS_WAY_MS = 5000;

const scope = new AsyncLocalStorage<Fence | null>();

const ENDLESS: Omit<Fence, 'lease'> = {
  surelyUntil: () => Number.POSITIVE_INFINITY,
  renew: async () => undefined,
};

/** Everything that `work` writes is refused with `LeaseLost` from the moment on at which the lease is not ours any more. */
export const fenced = <Result>(
  lease: AccountLease,
  work: () => Result,
  { surelyUntil, renew }: Omit<Fence, 'lease'> = ENDLESS,
): Result => scope.run({ lease, surelyUntil, renew }, work);

/** What concerns no account, or exists already, such as a token that the broker has given, is written whoever has the account. */
export const outsideFence = <Result>(work: () => Result): Result => scope.run(null, work);

/** The lease under which this code works; null where none is needed. */
export const currentLease = (): AccountLease | null => scope.getStore()?.lease ?? null;

/** Renews the lease of this code where it would end within `milliseconds`, so that what is about to begin can be finished. */
export const renewShortLease = async (milliseconds: number): Promise<void> => {
  const fence = scope.getStore() ?? null;
  if (fence !== null && fence.surelyUntil() - performance.now() < milliseconds) await fence.renew();
};

/**
 * Answers a check for the moment in which something leaves for the broker: it throws `LeaseLost` unless the lease of this
 * code is ours for some seconds more. It asks no server, so that nothing comes between it and the keystroke; a process that
 * was stopped in between finds its time over.
 */
export const leaseGuard = (): (() => void) => {
  const fence = scope.getStore() ?? null;
  return () => {
    if (fence === null || fence.surelyUntil() - performance.now() > ON_ITS_WAY_MS) return;
    throw new LeaseLost(fence.lease);
  };
};

/**
 * Refuses what is about to be written under a lease that is lost or ends within `milliseconds`. Called within the
 * transaction: nobody can take the lease until that is committed.
 */
export const refuseLostLease = async (trx: Queryable, milliseconds = 0): Promise<void> => {
  const lease = currentLease();
  if (lease === null) return;
  if ((await leaseTimeLeft(trx, lease)) <= milliseconds) throw new LeaseLost(lease);
};
