const MASK = '[secret]';

/**
 * A value that must never be printed. Every way of turning it into text yields a mask; only `reveal()` gives
 * the value, so that a search for `reveal` lists every place where a secret is used.
 */
export class Secret {
  readonly #open: () => string;

  /** A function is called at every use: a sealed value lies sealed until then. */
  constructor(value: string | (() => string)) {
    this.#open = typeof value === 'string' ? () => value : value;
  }

  reveal(): string {
    return this.#open();
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [Symbol.toPrimitive](): string {
    return MASK;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MASK;
  }
}
