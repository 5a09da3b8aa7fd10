/** Calls back whoever has subscribed. */
export class Listeners<Given extends readonly unknown[] = []> {
  readonly #all = new Set<(...given: Given) => void>();

  readonly add = (listener: (...given: Given) => void): (() => void) => {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  };

  publish(...given: Given): void {
    for (const listener of [...this.#all]) listener(...given);
  }
}
