import type { Database } from '../../db/database.ts';
import { fenced, LeaseLost, outsideFence } from '../../db/fence.ts';
import { type AccountLease, releaseLease, renewLease, takeLease } from '../../db/queries/account-leases.ts';
import type { Logger } from '../../log.ts';

/** After a renewal that did not come through. */
const RETRY_MS = 1000;

interface Options {
  readonly database: Database;
  readonly accountId: string;
  readonly workerId: string;
  readonly leaseMs: number;
  readonly log: Logger;
}

/**
 * The lease of one account in this process, renewed until it is given back. `lost` ends when another worker may have the
 * account: at the latest when the lease is over by the monotonic clock without having been renewed.
 */
export class HeldLease implements AsyncDisposable {
  readonly #options: Options;
  readonly #lease: AccountLease;
  readonly #lost = new AbortController();
  #surelyUntil: number;
  /** By the clock on the wall, which goes on while a machine sleeps. */
  #awakeUntil: number;
  #end: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | null = null;

  private constructor(options: Options, lease: AccountLease, askedAt: number, wallAt: number) {
    this.#options = options;
    this.#lease = lease;
    this.#surelyUntil = askedAt + options.leaseMs;
    this.#awakeUntil = wallAt + options.leaseMs;
    this.#endAt(this.#surelyUntil);
    this.#plan(options.leaseMs / 3);
  }

  /** Null while another worker has the account. */
  static async take(options: Options): Promise<HeldLease | null> {
    const { database, accountId, workerId, leaseMs } = options;
    const [askedAt, wallAt] = [performance.now(), Date.now()];
    const wanted = { accountId, workerId, milliseconds: leaseMs };
    const lease = await database.write((trx) => takeLease(trx, wanted));
    return lease === null ? null : new HeldLease(options, lease, askedAt, wallAt);
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Everything that `work` writes and submits is refused from the moment on at which the lease is lost. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    return fenced(this.#lease, work, {
      surelyUntil: () => (Date.now() > this.#awakeUntil ? 0 : this.#surelyUntil),
      renew: () => outsideFence(() => this.#renewNow()),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    await this.#renewing;
    clearTimeout(this.#timer);
    clearTimeout(this.#end);
    if (this.lost.aborted) return;
    this.#surelyUntil = 0;
    await this.#options.database
      .write((trx) => releaseLease(trx, this.#lease))
      .catch((error: unknown) => this.#options.log.warn({ err: error }, 'a lease could not be given back'));
  }

  #plan(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#renewNow(), milliseconds).unref();
  }

  /** Calls during a renewal share it. */
  #renewNow(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renew(): Promise<void> {
    const { database, leaseMs, accountId, log } = this.#options;
    const [askedAt, wallAt] = [performance.now(), Date.now()];
    try {
      if (askedAt < this.#surelyUntil) {
        const isRenewed = await database.write((trx) => renewLease(trx, this.#lease, leaseMs));
        // An answer that came too late changes nothing.
        if (this.lost.aborted) return;
        if (isRenewed) {
          this.#surelyUntil = askedAt + leaseMs;
          this.#awakeUntil = wallAt + leaseMs;
          this.#endAt(this.#surelyUntil);
          return this.#plan(leaseMs / 3);
        }
        this.#surelyUntil = 0;
      }
    } catch (error) {
      log.warn({ err: error, account: accountId }, 'the lease of an account could not be renewed');
    }
    const left = this.#surelyUntil - performance.now();
    if (left > 0) return this.#plan(Math.min(RETRY_MS, left));
    this.#lose();
  }

  /** Also while a renewal gets no answer. */
  #endAt(moment: number): void {
    clearTimeout(this.#end);
    this.#end = setTimeout(() => this.#lose(), moment - performance.now()).unref();
  }

  #lose(): void {
    if (this.lost.aborted) return;
    const { accountId, log } = this.#options;
    log.warn({ account: accountId }, 'another worker may have the account from now on');
    this.#lost.abort(new LeaseLost(this.#lease));
  }
}
