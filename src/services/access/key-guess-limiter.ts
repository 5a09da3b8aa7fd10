import { LRUCache } from 'lru-cache';

/** So many different wrong guesses cost nothing: somebody may have pasted an old key. */
const FREE = 20;
/** From then on one more is allowed after so long. */
const EACH_MS = 1000;
/** How many addresses are remembered; more than that come from one attacker with many. */
const ADDRESSES = 10_000;
/** How many wrong guesses of an address are told from new ones. */
const KNOWN_WRONG = 20;
/** So much of a hash tells two guesses apart. */
const HASH_LENGTH = 16;

interface Budget {
  /** How many wrong ones are still free. */
  readonly left: number;
  readonly at: number;
  /** The hashes of those that came last. */
  readonly wrong: readonly string[];
}

/**
 * A rate limiter for wrong guesses alone, each source address by itself: what is right is never counted and never
 * refused. One wrong key over and over is no guessing: a program with an old key must not slow its neighbours.
 */
export class KeyGuessLimiter {
  readonly #budgets = new LRUCache<string, Budget>({ max: ADDRESSES });
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Counts a wrong guess. Answers the seconds until the next one is allowed; 0 where this one was. */
  noteWrong(address: string, hash: string): number {
    const guess = hash.slice(0, HASH_LENGTH);
    const { left, at, wrong } = this.#budgetOf(address);
    if (wrong.includes(guess)) return 0;
    const seconds = secondsUntilAllowed(left);
    if (seconds === 0)
      this.#budgets.set(address, { left: left - 1, at, wrong: [guess, ...wrong].slice(0, KNOWN_WRONG) });
    return seconds;
  }

  /** The seconds until the address may guess again; 0 where it may now. Counts nothing. */
  secondsHeldBack(address: string): number {
    return secondsUntilAllowed(this.#budgetOf(address).left);
  }

  #budgetOf(address: string): Budget {
    const now = this.#now();
    const { left, at, wrong } = this.#budgets.get(address) ?? { left: FREE, at: now, wrong: [] };
    return { left: Math.min(FREE, left + (now - at) / EACH_MS), at: now, wrong };
  }
}

const secondsUntilAllowed = (left: number): number =>
  left >= 1 ? 0 : Math.max(1, Math.ceil(((1 - left) * EACH_MS) / 1000));
