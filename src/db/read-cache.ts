/** What was read, kept for as long as nothing is written: many ask the same, and between two writes the answer is the same. */
export class ReadCache {
  readonly #known = new Map<string, { readonly version: string; readonly value: Promise<unknown> }>();

  get<Value>(key: string, version: string, load: () => Promise<Value>): Promise<Value> {
    const known = this.#known.get(key);
    if (known?.version === version) return known.value as Promise<Value>;
    const value = load();
    this.#known.set(key, { version, value });
    // What could not be read is not kept.
    value.catch(() => this.#known.delete(key));
    return value;
  }
}
