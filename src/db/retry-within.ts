import { setTimeout as delay } from 'node:timers/promises';

interface RetryTimes {
  /** How long to retry without progress. */
  readonly idleMs: number;
  /** How long to retry in all. */
  readonly totalMs: number;
  /** Differs whenever those who hold the lock make progress; `idleMs` then starts again. */
  readonly progress: () => unknown;
}

/** Retries `work` while `isRetried` accepts its error and there is time; the last error is thrown. */
export const retryWithin = async <Result>(
  work: () => Promise<Result>,
  isRetried: (error: unknown) => boolean,
  times: number | RetryTimes,
): Promise<Result> => {
  const { idleMs, totalMs, progress } =
    typeof times === 'number' ? { idleMs: times, totalMs: times, progress: () => null } : times;
  const end = performance.now() + totalMs;
  let deadline = Math.min(performance.now() + idleMs, end);
  let seen = progress();
  for (let pause = 5; ; pause = Math.min(pause * 2, 50)) {
    try {
      return await work();
    } catch (error) {
      const now = progress();
      if (now !== seen) deadline = Math.min(performance.now() + idleMs, end);
      seen = now;
      if (!isRetried(error) || performance.now() + pause > deadline) throw error;
    }
    await delay(Math.min(pause * (1 + Math.random()), Math.max(deadline - performance.now(), 0)));
  }
};
