import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Database } from '../../db/database.ts';
import type { Logger } from '../../log.ts';
import { KeyedMutex } from '../keyed-mutex.ts';
import { pause } from '../pause.ts';
import { HeldLease } from './held-lease.ts';

/** How long a dead worker keeps its accounts from the others. */
export const LEASE_MS = 30_000;
const RETRY_MS = 250;

interface Options {
  readonly database: Database;
  readonly leaseMs: number;
  readonly log: Logger;
}

/** The accounts that this process works for, each under a lease that keeps every other process away from it. */
export class AccountLeases {
  readonly #options: Options;
  readonly #workerId = `${hostname()} ${process.pid} ${randomUUID()}`;
  /** The database takes this process for one worker: what it does for an account comes one after the other. */
  readonly #mutex = new KeyedMutex();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Runs `work` under the account's lease; null when another process has the account for all of `waitMs`. */
  with<Result>(
    accountId: string,
    work: (lost: AbortSignal) => Promise<Result>,
    waitMs = 0,
  ): Promise<Result | null> {
    return this.#mutex.run(accountId, async () => {
      const lease = await this.#take(accountId, performance.now() + waitMs);
      if (lease === null) return null;
      try {
        return await lease.run(() => work(lease.lost));
      } finally {
        await lease[Symbol.asyncDispose]();
      }
    });
  }

  async #take(accountId: string, until: number): Promise<HeldLease | null> {
    for (;;) {
      const lease = await HeldLease.take({ ...this.#options, accountId, workerId: this.#workerId });
      if (lease !== null || performance.now() >= until) return lease;
      await pause(RETRY_MS, new AbortController().signal);
    }
  }
}
