/** Ends what was opened, the last first, once, and throws the first error behind them all; Node 20 has no `AsyncDisposableStack`. */
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
    const errors: unknown[] = [];
    for (const end of this.#ends.reverse()) {
      try {
        await end();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
