import { Semaphore } from './semaphore.ts';

/** One piece of work at a time for each key; the others wait in order. Work must not ask for the key that it holds. */
export class KeyedMutex {
  readonly #semaphores = new Map<string, Semaphore>();

  run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const semaphore = this.#semaphores.get(key) ?? new Semaphore(1);
    this.#semaphores.set(key, semaphore);
    return semaphore.run(work);
  }
}
