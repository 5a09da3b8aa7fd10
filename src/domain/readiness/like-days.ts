import type { LoginPool } from './login-pool.ts';
import type { RandomSource } from './random-source.ts';

/** How near two paces are to each other to be alike, in the logarithm of the duration. */
const LIKENESS = 0.35;
/** A day that is not like today at all. */
const LEAST = 0.01;

/**
 * Earlier days, to be drawn from: the broker is slow for all accounts at once, so one day stands for all of them. A day is
 * the more likely, the nearer its pace is to today's, of every account that has made a token today.
 */
export class LikeDays {
  readonly #days: readonly number[];
  /** The weights, summed up. */
  readonly #sums: Float64Array;

  constructor(pools: readonly LoginPool[]) {
    this.#days = [...new Set(pools.flatMap(({ days }) => [...days]))];
    this.#sums = new Float64Array(this.#days.length);
    let sum = 0;
    for (const [index, day] of this.#days.entries()) {
      sum += pools.reduce((weight, pool) => weight * likeness(pool.todaysPace, pool, day), 1) + LEAST;
      this.#sums[index] = sum;
    }
  }

  get count(): number {
    return this.#days.length;
  }

  /** Null where no day is known. */
  draw(random: RandomSource): number | null {
    const at = random() * (this.#sums.at(-1) ?? 0);
    let [low, high] = [0, this.#sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sums[middle] ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    return this.#days[low] ?? null;
  }
}

const likeness = (today: number | null, pool: LoginPool, day: number): number => {
  if (today === null) return 1;
  const pace = pool.paceOn(day);
  return pace === null ? 1 : Math.exp(-((today - pace) ** 2) / (2 * LIKENESS ** 2));
};
