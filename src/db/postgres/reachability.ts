import type { DbRecovery } from '../../domain/events/db-recovery.ts';
import type { Listener, Trouble } from '../database.ts';
import { databaseCode } from '../database-error.ts';
import { outsideFence } from '../fence.ts';
import { Listeners } from '../listeners.ts';

const RETRY_MS = 1000;

interface Loss {
  code: string;
  readonly since: number;
}

/** Whether the server can be written: lost with the first statement that says so, and asked again until it can. */
export class Reachability implements Disposable {
  readonly listeners = new Listeners();
  readonly #ask: () => Promise<void>;
  #loss: Loss | null = null;
  #retry: NodeJS.Timeout | undefined;
  #isDisposed = false;
  /** Writes that go on trying, because what they hold must not be lost. */
  #pending = 0;

  constructor(ask: () => Promise<void>) {
    this.#ask = ask;
  }

  get trouble(): Trouble | null {
    if (this.#loss === null) return null;
    const { code, since } = this.#loss;
    const seconds = Math.round((performance.now() - since) / 1000);
    return { code, pendingWrites: this.#pending, isOnDisk: false, advice: null, seconds };
  }

  get recovery(): DbRecovery {
    const isLost = this.#loss !== null;
    return {
      dbLocked: isLost,
      fallback: isLost ? 'MEMORY' : 'DATABASE',
      autoRestart: true,
      pendingWrites: this.#pending,
    };
  }

  listen(listener: Listener): void {
    this.listeners.add(listener);
    if (this.#loss !== null) this.#publish(this.trouble);
  }

  lost(error: unknown): void {
    if (this.#isDisposed) return;
    const code = databaseCode(error) || 'CONNECTION_LOST';
    const isNew = this.#loss === null;
    // The latest reason is the one that lasts: a server that was restarted may be one that can only be read.
    const loss = this.#loss ?? { code, since: performance.now() };
    loss.code = code;
    this.#loss = loss;
    this.#publish(this.trouble);
    if (isNew) this.#askAgain(loss);
  }

  found(): void {
    if (this.#loss === null) return;
    const before = this.trouble;
    clearTimeout(this.#retry);
    this.#loss = null;
    this.#publish(before);
  }

  /** Runs work that goes on trying while the server is lost. */
  async pending<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#pending += 1;
    try {
      return await work();
    } finally {
      this.#pending -= 1;
    }
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    clearTimeout(this.#retry);
    this.listeners.clear();
  }

  /** An answer counts for the loss that was asked about, and not for one that came meanwhile. */
  #askAgain(loss: Loss): void {
    if (this.#loss !== loss || this.#isDisposed) return;
    this.#retry = setTimeout(() => {
      void this.#ask().then(
        () => (this.#loss === loss ? this.found() : undefined),
        () => this.#askAgain(loss),
      );
    }, RETRY_MS).unref();
  }

  /** What listeners write is about the database, whichever account's work has found it out. */
  #publish(trouble: Trouble | null): void {
    outsideFence(() => this.listeners.publishRecovery(this.recovery, trouble));
  }
}
