import type { Database } from '../db/database.ts';

/** Each statement of a transaction may wait so long for the answer of the one before to be looked at. */
const MOST_AT_ONCE_MS = 4;

/** Work about many accounts, which lets others go on between its steps. */
export class LongWork {
  readonly #database: Pick<Database, 'yieldToWrites'>;
  #since = performance.now();

  constructor(database: Pick<Database, 'yieldToWrites'>) {
    this.#database = database;
  }

  /** To be awaited between two steps. */
  async pause(): Promise<void> {
    if (performance.now() - this.#since < MOST_AT_ONCE_MS) return;
    await this.#database.yieldToWrites();
    this.#since = performance.now();
  }
}
