import { setTimeout as delay } from 'node:timers/promises';

interface RetryTimes {
  /** How long it is tried again while nothing changes. */
  readonly stillMs: number;
  /** How long in all. */
  readonly atMostMs: number;
  /** Differs from what it was when those who are in the way get on; then it is worth waiting anew. */
  readonly progress: () => unknown;
}

/** Tries again as long as `isWorthIt` says so and the time is not up; the event loop goes on meanwhile. */
export const retryWithin = async <Result>(
  work: () => Promise<Result>,
  isWorthIt: (error: unknown) => boolean,
  times: number | RetryTimes,
): Promise<Result> => {
  const { stillMs, atMostMs, progress } =
    typeof times === 'number' ? { stillMs: times, atMostMs: times, progress: () => null } : times;
  const end = performance.now() + atMostMs;
  let deadline = Math.min(performance.now() + stillMs, end);
  let seen = progress();
  for (let pause = 5; ; pause = Math.min(pause * 2, 50)) {
    try {
      return await work();
    } catch (error) {
      const now = progress();
      if (now !== seen) deadline = Math.min(performance.now() + stillMs, end);
      seen = now;
      if (!isWorthIt(error) || performance.now() + pause > deadline) throw error;
    }
    await delay(Math.min(pause * (1 + Math.random()), Math.max(deadline - performance.now(), 0)));
  }
};
