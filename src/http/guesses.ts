/** So many wrong keys in a row cost nothing: somebody may have pasted an old one. */
const FREE = 20;
/** From then on one more is looked at after so long. */
const EACH_MS = 1000;
/** How many addresses are remembered; more than that come from one attacker with many. */
const ADDRESSES = 10_000;

interface Patience {
  /** How many wrong ones may still be looked at. */
  left: number;
  at: number;
}

/** Slows those who guess keys, each source address by itself. */
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

  noteWrong(address: string): void {
    const record = this.#recall(address);
    this.#records.delete(address);
    this.#records.set(address, { left: record.left - 1, at: this.#now() });
    const [oldest] = this.#records.keys();
    if (oldest !== undefined && this.#records.size > ADDRESSES) this.#records.delete(oldest);
  }

  #recall(address: string): Patience {
    const known = this.#records.get(address);
    const now = this.#now();
    if (known === undefined) return { left: FREE, at: now };
    return { left: Math.min(FREE, known.left + (now - known.at) / EACH_MS), at: now };
  }
}
