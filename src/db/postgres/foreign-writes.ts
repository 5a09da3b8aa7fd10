/** Finds what no notification has told of: one was lost, or nobody could listen. */
const POLL_MS = 2000;

interface Options {
  /** Listens until it is disposed of. */
  readonly listen: (onWritten: () => void) => Disposable;
  /** Differs whenever something was written. */
  readonly readSnapshot: () => Promise<string>;
}

/** Calls back when other programs have written. Nothing listens before somebody wants to know. */
export class ForeignWrites implements Disposable {
  readonly #options: Options;
  readonly #watchers = new Set<() => void>();
  #listener: Disposable | null = null;
  #poll: NodeJS.Timeout | undefined;
  #seen = '';

  constructor(options: Options) {
    this.#options = options;
  }

  /** Calls back once at the beginning: what was written before is not notified. */
  watch(onWritten: () => void): () => void {
    // Two watchers may be the same function.
    const watcher = () => onWritten();
    this.#watchers.add(watcher);
    this.#listener ??= this.#options.listen(() => this.#publish());
    this.#poll ??= setInterval(() => void this.#look(), POLL_MS).unref();
    setImmediate(() => {
      if (this.#watchers.has(watcher)) watcher();
    });
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size > 0) return;
      clearInterval(this.#poll);
      this.#poll = undefined;
    };
  }

  [Symbol.dispose](): void {
    this.#watchers.clear();
    clearInterval(this.#poll);
    this.#listener?.[Symbol.dispose]();
  }

  async #look(): Promise<void> {
    const snapshot = await this.#options.readSnapshot().catch(() => this.#seen);
    if (snapshot === this.#seen) return;
    this.#seen = snapshot;
    this.#publish();
  }

  #publish(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
