/**
 * A queue between one publisher and one reader. A reader that stops reading costs at most `capacity` values: the
 * oldest goes first.
 */
export class BoundedQueue<Value> implements AsyncIterableIterator<Value> {
  readonly #values: Value[] = [];
  readonly #capacity: number;
  readonly #onClose: () => void;
  #waiting: ((result: IteratorResult<Value, undefined>) => void)[] = [];
  #closed = false;

  constructor(capacity: number, onClose: () => void) {
    this.#capacity = capacity;
    this.#onClose = onClose;
  }

  push(value: Value): void {
    if (this.#closed) return;
    const reader = this.#waiting.shift();
    if (reader !== undefined) {
      reader({ value, done: false });
      return;
    }
    this.#values.push(value);
    if (this.#values.length > this.#capacity) this.#values.shift();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const reader of this.#waiting) reader({ value: undefined, done: true });
    this.#waiting = [];
    this.#onClose();
  }

  async next(): Promise<IteratorResult<Value, undefined>> {
    const value = this.#values.shift();
    if (value !== undefined) return { value, done: false };
    if (this.#closed) return { value: undefined, done: true };
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async return(): Promise<IteratorResult<Value, undefined>> {
    this.#values.length = 0;
    this.close();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
