/** What callers have open, so that it ends with the key or the session by which it was opened. */
export class OpenStreams {
  readonly #ends = new Map<string, Set<() => void>>();
  /** Callers whose key or session has ended; their ids are not used again. */
  readonly #ended = new Set<string>();

  /** Remembers how something that a caller opens is ended; the answer forgets it. Ends streams opened after revocation. */
  add(caller: string, end: () => void): () => void {
    if (this.#ended.has(caller)) {
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

  /** Ends everything that the caller has open. */
  endAll(caller: string): void {
    this.#ended.add(caller);
    for (const end of [...(this.#ends.get(caller) ?? [])]) end();
  }
}
