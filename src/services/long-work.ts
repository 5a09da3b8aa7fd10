import type { Database } from '../db/database.ts';

/** Each statement of a transaction may wait so long for the answer of the one before to be looked at. */
const MOST_AT_ONCE_MS = 4;

interface Options {
  /** In milliseconds. */
  readonly now?: () => number;
}

/** Work about many accounts, which lets others go on between its steps. */
export class LongWork {
  readonly #database: Pick<Database, 'yieldToWrites'>;
  readonly #now: () => number;
  #since: number;
  #stepsMs = 0;

  constructor(database: Pick<Database, 'yieldToWrites'>, { now = () => performance.now() }: Options = {}) {
    this.#database = database;
    this.#now = now;
    this.#since = now();
  }

  /** How long it has taken, without its pauses. */
  get spentMs(): number {
    return this.#stepsMs + this.#now() - this.#since;
  }

  /** To be awaited between two steps. */
  async pause(): Promise<void> {
    const stepMs = this.#now() - this.#since;
    if (stepMs < MOST_AT_ONCE_MS) return;
    this.#stepsMs += stepMs;
    await this.#database.yieldToWrites();
    this.#since = this.#now();
  }
}
