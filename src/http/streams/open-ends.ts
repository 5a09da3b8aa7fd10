/** What callers have open, so that it ends with the key or the session by which it was opened. */
export class OpenEnds {
  readonly #ends = new Map<string, Set<() => void>>();
  /** Whoever was let in just before is not to open anything just after. */
  readonly #gone = new Set<string>();

  /** Remembers how something that a caller opens is ended; the answer forgets it. */
  add(caller: string, end: () => void): () => void {
    if (this.#gone.has(caller)) {
      end();
      return () => undefined;
    }
    const ends = this.#ends.get(caller) ?? new Set();
    ends.add(end);
    this.#ends.set(caller, ends);
    return () => {
      ends.delete(end);
      if (ends.size === 0 && this.#ends.get(caller) === ends) this.#ends.delete(caller);
    };
  }

  /** Ends everything of a caller who does not come back: ids are used once. */
  endAll(caller: string): void {
    this.#gone.add(caller);
    for (const end of [...(this.#ends.get(caller) ?? [])]) end();
  }
}
