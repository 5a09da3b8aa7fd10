import type { DbRecovery } from '../../domain/events/db-recovery.ts';
import type { Listener, Trouble } from '../database.ts';
import { databaseCode, MASTER_KEY_ADVICE, MASTER_KEY_CHANGED } from '../database-error.ts';
import { outsideFence } from '../fence.ts';
import { Listeners } from '../listeners.ts';
import { meansRefusal } from './sqlstate.ts';

const RETRY_MS = 1000;

const REFUSAL_ADVICE =
  'A table refuses what was spilled: `vega-auth doctor` names it and the cure. What waits is written when it is put right.';

const adviceOn = (code: string): string | null => {
  if (code === MASTER_KEY_CHANGED) return MASTER_KEY_ADVICE;
  return meansRefusal(code) ? REFUSAL_ADVICE : null;
};

/** What waits for the server. */
interface Pending {
  readonly pending: number;
  readonly isOnDisk: boolean;
}

interface Loss {
  code: string;
  readonly since: number;
}

/** Whether the server can be written: lost with the first statement that says so, and asked again until it can. */
export class Reachability implements Disposable {
  readonly listeners = new Listeners();
  readonly #ask: () => Promise<void>;
  readonly #spilled: Pending;
  #loss: Loss | null = null;
  #retry: NodeJS.Timeout | undefined;
  #isDisposed = false;

  /** `ask` throws while something cannot be written. */
  constructor(ask: () => Promise<void>, spilled: Pending = { pending: 0, isOnDisk: true }) {
    this.#ask = ask;
    this.#spilled = spilled;
  }

  get trouble(): Trouble | null {
    if (this.#loss === null) return null;
    const { code, since } = this.#loss;
    const seconds = Math.round((performance.now() - since) / 1000);
    const { pending: pendingWrites, isOnDisk } = this.#spilled;
    return { code, pendingWrites, isOnDisk, advice: adviceOn(code), seconds };
  }

  get recovery(): DbRecovery {
    const isLost = this.#loss !== null;
    return {
      dbLocked: isLost,
      fallback: isLost ? 'SPILL' : 'DATABASE',
      autoRestart: this.#loss?.code !== MASTER_KEY_CHANGED,
      pendingWrites: this.#spilled.pending,
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

  /** What waits has to be there first. */
  found(): void {
    if (this.#loss === null || this.#spilled.pending > 0) return;
    const before = this.trouble;
    clearTimeout(this.#retry);
    this.#loss = null;
    this.#publish(before);
  }

  /** What waits has changed. */
  noteSpilled(): void {
    if (this.#loss !== null) this.#publish(this.trouble);
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
        () => {
          if (this.#loss === loss) this.found();
          // Something may have been spilled meanwhile.
          this.#askAgain(loss);
        },
        (error: unknown) => {
          if (this.#loss === loss) this.lost(error);
          this.#askAgain(loss);
        },
      );
    }, RETRY_MS).unref();
  }

  /** What listeners write is about the database, whichever account's work has found it out. */
  #publish(trouble: Trouble | null): void {
    outsideFence(() => this.listeners.publishRecovery(this.recovery, trouble));
  }
}
