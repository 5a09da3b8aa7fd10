/**
 * Costly work whose result is the same for all who ask: one at a time. Whoever asks while it is under way shares the
 * next one with the others who wait, because the one under way may not see any more what was done just before.
 */
export class SharedWork<Result> {
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<Result> | null = null;

  run(work: () => Promise<Result>): Promise<Result> {
    this.#next ??= this.#begin(work);
    return this.#next;
  }

  /** Returns when nothing is under way. */
  async settled(): Promise<void> {
    await this.#next?.catch(() => undefined);
    await this.#running.catch(() => undefined);
  }

  async #begin(work: () => Promise<Result>): Promise<Result> {
    await this.#running.catch(() => undefined);
    // No `await` stands between the two, so nobody shares what has begun.
    this.#next = null;
    const running = work();
    this.#running = running;
    return running;
  }
}
