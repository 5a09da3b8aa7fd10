interface Entry {
  readonly version: string;
  readonly value: Promise<unknown>;
}

/** Results of reads, each valid for one version of the database. */
export class ReadCache {
  readonly #entries = new Map<string, Entry>();
  /** The last result of each. */
  readonly #last = new Map<string, Promise<unknown>>();

  get<Value>(key: string, version: string, load: () => Promise<Value>): Promise<Value> {
    const cached = this.#entries.get(key);
    if (cached?.version === version) return cached.value as Promise<Value>;
    const value = load();
    this.#entries.set(key, { version, value });
    value.then(
      () => this.#last.set(key, value),
      // Errors are not cached.
      () => this.#entries.delete(key),
    );
    return value;
  }

  /** What was read last, whatever has been written since. */
  last<Value>(key: string): Promise<Value> | undefined {
    return this.#last.get(key) as Promise<Value> | undefined;
  }
}
