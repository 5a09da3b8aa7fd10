/** So many wrong keys in a row cost nothing: somebody may have pasted an old one. */
const FREE = 20;
/** From then on one more is looked at after so long. */
const EACH_MS = 1000;
/** How many addresses are remembered; more than that come from one attacker with many. */
const ADDRESSES = 10_000;
/** How many wrong keys of an address are told from new ones. */
const KNOWN_WRONG = 20;

interface Patience {
  /** How many wrong ones may still be looked at. */
  left: number;
  at: number;
  /** Hashes of those that came last. */
  readonly wrong: readonly string[];
}

/**
 * Slows those who guess keys, each source address by itself. One wrong key over and over is no guessing: a program that
 * was left with an old key must not slow its neighbours.
 */
export class Guesses {
  readonly #records = new Map<string, Patience>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Seconds until a key from this address is looked at again; 0 for at once. */
  waitSeconds(address: string): number {
    const { left } = this.#recall(address);
    return left >= 1 ? 0 : Math.max(1, Math.ceil(((1 - left) * EACH_MS) / 1000));
  }

  noteWrong(address: string, hash: string): void {
    const { left, wrong } = this.#recall(address);
    if (wrong.includes(hash)) return;
    this.#records.delete(address);
    this.#records.set(address, {
      left: left - 1,
      at: this.#now(),
      wrong: [hash, ...wrong].slice(0, KNOWN_WRONG),
    });
    const [oldest] = this.#records.keys();
    if (oldest !== undefined && this.#records.size > ADDRESSES) this.#records.delete(oldest);
  }

  /** What was taken for wrong was right. */
  forgive(address: string, hash: string): void {
    const { left, at, wrong } = this.#recall(address);
    if (!wrong.includes(hash)) return;
    this.#records.set(address, {
      left: Math.min(FREE, left + 1),
      at,
      wrong: wrong.filter((other) => other !== hash),
    });
  }

  #recall(address: string): Patience {
    const known = this.#records.get(address);
    const now = this.#now();
    if (known === undefined) return { left: FREE, at: now, wrong: [] };
    return { ...known, left: Math.min(FREE, known.left + (now - known.at) / EACH_MS), at: now };
  }
}
