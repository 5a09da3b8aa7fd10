import type { Database } from '../../db/database.ts';
import type { LookQueue } from '../../db/look-queue.ts';
import { requestAbort } from '../../db/queries/abort-requests.ts';
import type { Queryable } from '../../db/queryable.ts';

const MINUTE_MS = 60_000;
/** 45 days: whole ones, so that the count always begins anew at the same time of day. */
const RANKS = 45 * 24 * 60;
/** In IST that is at 18:00, when no morning is near. */
const SHIFT_MS = (5.5 + 6) * 3_600_000;

interface Options {
  readonly database: Database;
  readonly queue: LookQueue;
}

/** Has workers look at accounts: at once, or when what a run waits for is over. */
export class RunLooks {
  readonly #options: Options;
  /** Of the accounts that this process looks at. */
  readonly #ranks = new Map<string, number>();
  #latestSafeStart: (accountId: string) => Date | null = () => null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Sets how long an account can wait without missing its bell; null where that is not known. */
  rankBy(latestSafeStart: (accountId: string) => Date | null): void {
    this.#latestSafeStart = latestSafeStart;
  }

  /** The rank that a look of this process has; what it adds for the account is as urgent. */
  note(accountId: string, rank: number): void {
    this.#ranks.set(accountId, rank);
  }

  /** In the transaction of what the look is about; `at`: null for at once. */
  add(trx: Queryable, accountId: string, at: Date | null = null): Promise<void> {
    const { queue } = this.#options;
    return queue.add(trx, { accountId, rank: this.#rankOf(accountId) }, at);
  }

  /** Asks the worker that executes the run, or will, to abort it. */
  async requestAbort(accountId: string, runId: string): Promise<void> {
    const { database } = this.#options;
    await database.write(async (trx) => {
      await requestAbort(trx, runId, database.clock());
      await this.add(trx, accountId);
    });
  }

  /**
   * The minute at which the account has to begin at the latest, counted within 45 days so that it fits the two bytes of the
   * queue; accounts that nobody knows it of come last. Where the count begins anew, an order is wrong once.
   */
  #rankOf(accountId: string): number {
    const until = this.#latestSafeStart(accountId);
    if (until === null) return this.#ranks.get(accountId) ?? Number.MAX_SAFE_INTEGER;
    return (Math.floor((until.getTime() + SHIFT_MS) / MINUTE_MS) % RANKS) - RANKS / 2;
  }
}
