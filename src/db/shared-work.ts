/**
 * Runs costly work one at a time. Calls while it runs share the next run, because the present one may have missed what
 * was written just before.
 */
export class SharedWork<Result> {
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<Result> | null = null;

  run(work: () => Promise<Result>): Promise<Result> {
    this.#next ??= this.#begin(work);
    return this.#next;
  }

  /** Resolves when no work runs. */
  async settled(): Promise<void> {
    await this.#next?.catch(() => undefined);
    await this.#running.catch(() => undefined);
  }

  async #begin(work: () => Promise<Result>): Promise<Result> {
    await this.#running.catch(() => undefined);
    // No `await` stands between the two, so no call joins work that has begun.
    this.#next = null;
    const running = work();
    this.#running = running;
    return running;
  }
}
