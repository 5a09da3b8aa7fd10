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
  left: number;
  at: number;
  /** The hashes of those that came last. */
  readonly wrong: readonly string[];
}

/**
 * A rate limiter for wrong guesses alone, each source address by itself: what is right is never counted and never
 * refused. One wrong key over and over is no guessing: a program with an old key must not slow its neighbours.
 */
export class KeyGuessLimiter {
  readonly #budgets = new Map<string, Budget>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Counts a wrong guess. Answers the seconds until the next one is allowed; 0 where this one was. */
  noteWrong(address: string, hash: string): number {
    const short = hash.slice(0, HASH_LENGTH);
    const { left, at, wrong } = this.#recall(address);
    if (wrong.includes(short)) return 0;
    const isAllowed = secondsUntilAllowed(left) === 0;
    this.#budgets.delete(address);
    this.#budgets.set(
      address,
      isAllowed
        ? { left: left - 1, at, wrong: [short, ...wrong].slice(0, KNOWN_WRONG) }
        : { left, at, wrong },
    );
    const [oldest] = this.#budgets.keys();
    if (oldest !== undefined && this.#budgets.size > ADDRESSES) this.#budgets.delete(oldest);
    return secondsUntilAllowed(left);
  }

  /** The seconds until the address may guess again; 0 where it may now. Counts nothing. */
  secondsHeldBack(address: string): number {
    return secondsUntilAllowed(this.#recall(address).left);
  }

  #recall(address: string): Budget {
    const known = this.#budgets.get(address);
    const now = this.#now();
    if (known === undefined) return { left: FREE, at: now, wrong: [] };
    return { ...known, left: Math.min(FREE, known.left + (now - known.at) / EACH_MS), at: now };
  }
}

const secondsUntilAllowed = (left: number): number =>
  left >= 1 ? 0 : Math.max(1, Math.ceil(((1 - left) * EACH_MS) / 1000));
