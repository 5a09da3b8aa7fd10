/** Results of reads, each valid for one version of the database. */
export class ReadCache {
  readonly #entries = new Map<string, { readonly version: string; readonly value: Promise<unknown> }>();

  get<Value>(key: string, version: string, load: () => Promise<Value>): Promise<Value> {
    const cached = this.#entries.get(key);
    if (cached?.version === version) return cached.value as Promise<Value>;
    const value = load();
    this.#entries.set(key, { version, value });
    // Errors are not cached.
    value.catch(() => this.#entries.delete(key));
    return value;
  }
}
