/** Ends what was opened, the last first, once; Node 20 has no `AsyncDisposableStack`. */
export class DisposalStack implements AsyncDisposable {
  readonly #ends: (() => unknown)[] = [];
  #disposed: Promise<void> | null = null;

  defer(end: () => unknown): void {
    this.#ends.push(end);
  }

  use<Part extends AsyncDisposable>(part: Part): Part {
    this.defer(() => part[Symbol.asyncDispose]());
    return part;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
  }
}
