import type { LoginPool } from './login-pool.ts';
import { SLOW_PRIOR } from './prior-logins.ts';
import type { RandomSource } from './random-source.ts';

/** How near two paces are to each other to be alike, in the logarithm of the duration. */
const LIKENESS = 0.35;
/** A day that is not like today at all. */
const LEAST = 0.01;

/** An earlier day that a simulated morning is like; all its logins take so many times as long. */
export interface LikeDay {
  /** Null where no day is known. */
  readonly day: number | null;
  readonly slowness: number;
}

/**
 * Earlier days, to be drawn from: the broker is slow for all accounts at once, so one day stands for all of them. A day is
 * the more likely, the nearer its pace is to today's, of every account that has made a token today. Before the first one,
 * the prior keeps a few days that happened to be slow, or happened not to be, from saying too much.
 */
export class LikeDays {
  readonly #days: readonly number[];
  /** The weights, summed up. */
  readonly #sums: Float64Array;
  /** Days of an ordinary pace. */
  readonly #ordinary: readonly number[];
  readonly #hasBegun: boolean;

  constructor(pools: readonly LoginPool[]) {
    this.#days = [...new Set(pools.flatMap(({ days }) => [...days]))];
    this.#hasBegun = pools.some(({ todaysPace }) => todaysPace !== null);
    this.#sums = new Float64Array(this.#days.length);
    let sum = 0;
    for (const [index, day] of this.#days.entries()) {
      sum += pools.reduce((weight, pool) => weight * likeness(pool.todaysPace, pool, day), 1) + LEAST;
      this.#sums[index] = sum;
    }
    this.#ordinary = this.#hasBegun ? [] : ordinaryDays(this.#days, pools);
  }

  draw(random: RandomSource): LikeDay {
    const { days, share, slowest } = SLOW_PRIOR;
    const isPrior = !this.#hasBegun && random() * (this.#days.length + days) < days;
    if (!isPrior) return { day: this.#drawDay(random), slowness: 1 };
    const day = this.#ordinary[Math.floor(random() * this.#ordinary.length)] ?? null;
    return { day, slowness: random() < share ? 1 + (slowest - 1) * random() : 1 };
  }

  #drawDay(random: RandomSource): number | null {
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

/** The days between the fastest quarter and the slowest third. */
const ordinaryDays = (days: readonly number[], pools: readonly LoginPool[]): readonly number[] => {
  const paces = days.map((day) => {
    const known = pools.flatMap((pool) => {
      const pace = pool.paceOn(day);
      return pace === null || pool.pace === null ? [] : pace - pool.pace;
    });
    return { day, pace: known.reduce((sum, pace) => sum + pace, 0) / Math.max(1, known.length) };
  });
  const sorted = paces.sort((one, other) => one.pace - other.pace).map(({ day }) => day);
  return sorted.slice(Math.floor(days.length / 4), Math.ceil((days.length * 2) / 3));
};

const likeness = (today: number | null, pool: LoginPool, day: number): number => {
  if (today === null) return 1;
  const pace = pool.paceOn(day);
  return pace === null ? 1 : Math.exp(-((today - pace) ** 2) / (2 * LIKENESS ** 2));
};
