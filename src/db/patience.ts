import { setTimeout as delay } from 'node:timers/promises';

/** Tries again as long as `isWorthIt` says so and the time is not up; the event loop goes on meanwhile. */
export const patiently = async <Result>(
  work: () => Promise<Result>,
  isWorthIt: (error: unknown) => boolean,
  patienceMs: number,
): Promise<Result> => {
  const deadline = performance.now() + patienceMs;
  for (let pause = 5; ; pause = Math.min(pause * 2, 50)) {
    try {
      return await work();
    } catch (error) {
      if (!isWorthIt(error) || performance.now() + pause > deadline) throw error;
    }
    await delay(Math.min(pause * (1 + Math.random()), deadline - performance.now()));
  }
};

/** One piece of work after the other, in the order in which they were handed in. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
