import { setTimeout as delay } from 'node:timers/promises';
import { CommitUnknown, isUnavailable } from './sqlstate.ts';

/** One that writes, and one that waits at the server to be next. */
export const PLACES = 2;

/** When a transaction has its turn. */
export interface Turn {
  readonly comesFirst?: boolean;
}

interface Waiting {
  readonly begin: () => void;
  readonly refuse: (error: unknown) => void;
}

/**
 * The turns of this program's transactions. All programs of a database write one after the other: one that has much to write
 * waits here for its turn, so that at the server it does not stand in the others' way many times over.
 */
export class WriteTurns {
  #free = PLACES;
  #waiting: Waiting[] = [];
  /** The transactions that others wait for, each until it ends. */
  readonly #held = new Set<Promise<unknown>>();

  /**
   * What `comesFirst` overtakes the others that wait. Where the server is lost meanwhile, whoever waits is refused as well
   * instead of finding out one after the other.
   */
  async run<Result>(work: () => Promise<Result>, { comesFirst = false }: Turn = {}): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else
      await new Promise<void>((begin, refuse) => {
        const waiting = { begin, refuse };
        if (comesFirst) this.#waiting.unshift(waiting);
        else this.#waiting.push(waiting);
      });
    try {
      return await work();
    } catch (error) {
      if (isUnavailable(error) && !(error instanceof CommitUnknown)) this.#refuseAll(error);
      throw error;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next.begin();
    }
  }

  /** Of a transaction that has come to its turn at the server. */
  async hold<Result>(work: () => Promise<Result>): Promise<Result> {
    const held = work();
    this.#held.add(held);
    try {
      return await held;
    } finally {
      this.#held.delete(held);
    }
  }

  /** Waits until no other program waits for one of these transactions, at most so long. */
  async settled(milliseconds: number): Promise<void> {
    if (this.#held.size === 0) return;
    await Promise.race([Promise.allSettled(this.#held), delay(milliseconds, undefined, { ref: false })]);
  }

  #refuseAll(error: unknown): void {
    const refused = this.#waiting;
    this.#waiting = [];
    for (const { refuse } of refused) refuse(error);
  }
}
