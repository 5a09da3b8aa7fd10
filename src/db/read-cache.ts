/** Results of reads, each valid for one version of the database. */
export class ReadCache {
  readonly #known = new Map<string, { readonly version: string; readonly value: Promise<unknown> }>();

  get<Value>(key: string, version: string, load: () => Promise<Value>): Promise<Value> {
    const known = this.#known.get(key);
    if (known?.version === version) return known.value as Promise<Value>;
    const value = load();
    this.#known.set(key, { version, value });
    // Errors are not cached.
    value.catch(() => this.#known.delete(key));
    return value;
  }
}
