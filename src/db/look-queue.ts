import type { Queryable } from './queryable.ts';

/** A job of the queue: look at this account, and carry its run on from where the database says it stands. */
export interface Look {
  readonly accountId: string;
  /** The lower, the earlier among the looks that are due. */
  readonly rank: number;
}

/** Answers when nothing is left to do for now; it never rejects. */
export type LookHandler = (look: Look) => Promise<void>;

export interface WorkOptions {
  readonly handle: LookHandler;
  /** Looks at once. */
  readonly concurrency: number;
  /** VEGA_EGRESS; machines that say none are taken to share one address. */
  readonly egress: string | null;
  /** Told when no look can be taken at present; it is tried again. */
  readonly onTrouble: (error: unknown) => void;
}

/** The queue of the database, one look at an account at a time, over all machines. */
export interface LookQueue {
  /** Adds a look in the caller's transaction; an account has one that waits, and a later call replaces it. `at`: null for at once. */
  add(trx: Queryable, look: Look, at: Date | null): Promise<void>;

  /** When the account's look that waits is due; null where none waits. */
  dueAt(accountId: string): Promise<Date | null>;

  /** Takes looks until it is disposed of, which waits for those under way. */
  work(options: WorkOptions): AsyncDisposable;

  /** Of each worker that is connected, what stands for the address through which it reaches the broker. */
  egresses(): Promise<readonly string[]>;

  /**
   * Gives the looks of dead workers to the living, and adds one for each run that has none and that nobody executes. A
   * worker is dead when the lease of the account that it looks at is over. Answers the accounts that were given one.
   */
  reviveAbandoned(): Promise<readonly string[]>;
}
