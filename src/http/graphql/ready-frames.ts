import type { ExecutionResult } from 'graphql';

/** So often a connection is said to be alive: less than what proxies wait for. */
const PING_MS = 12_000;
/** After so many pings that nobody has fetched a reader is let go; it comes back with the last id. */
const MAX_MISSED_PINGS = 5;
const PING = ':\n\n';
const COMPLETE = 'event: complete\ndata:\n\n';
/** How many results are fetched ahead of a reader. */
const MAX_AHEAD = 64;

/** Results that came together, as they go over the wire; by the first of them, for all readers of the same subscription. */
const known = new WeakMap<
  ExecutionResult,
  { readonly results: readonly ExecutionResult[]; readonly text: string }
>();

const frameOf = (results: readonly ExecutionResult[]): string => {
  const [first] = results;
  const frame = first === undefined ? undefined : known.get(first);
  const isSame =
    frame?.results.length === results.length && frame.results.every((one, index) => one === results[index]);
  if (frame !== undefined && isSame) return frame.text;
  const text = results.map((result) => `event: next\ndata: ${JSON.stringify(result)}\n\n`).join('');
  if (first !== undefined) known.set(first, { results, text });
  return text;
};

let turnEnd: Promise<void> | null = null;
/** The end of this turn of the event loop, one for all readers: what comes together is sent together. */
const endOfTurn = (): Promise<void> => {
  turnEnd ??= new Promise((resolve) => {
    setImmediate(() => {
      turnEnd = null;
      resolve();
    });
  });
  return turnEnd;
};

/**
 * The body of a distinct connection: each frame is ready to be written and is asked for only when the last one went out.
 * Throws where the results do, so that the connection breaks and the client knows that this is no end.
 */
export class ReadyFrames implements AsyncGenerator<string, void, undefined> {
  readonly #results: AsyncIterator<ExecutionResult>;
  readonly #timer: NodeJS.Timeout;
  /** Called when the reader has stopped reading. */
  readonly #onStalled: () => void;
  #ahead: ExecutionResult[] = [];
  #isFetching = false;
  #isOver = false;
  #failure: unknown = null;
  #early: string | null = PING;
  #missedPings = 0;
  #waiting: ((frame: string | null) => void) | null = null;

  constructor(results: AsyncIterator<ExecutionResult>, onStalled: () => void = () => undefined) {
    this.#results = results;
    this.#onStalled = onStalled;
    this.#timer = setInterval(() => this.#ping(), PING_MS).unref();
    // Handed over without its object.
    this.return = this.return.bind(this);
  }

  async next(): Promise<IteratorResult<string, void>> {
    for (;;) {
      const frame = this.#take() ?? (await this.#wait());
      if (frame !== null) return { value: frame, done: false };
      if (!this.#isOver || this.#early !== null || this.#ahead.length > 0) continue;
      if (this.#failure !== null) throw this.#failure;
      return { value: undefined, done: true };
    }
  }

  async return(): Promise<IteratorResult<string, void>> {
    this.#end();
    this.#early = null;
    this.#ahead = [];
    this.#wake(null);
    await this.#results.return?.();
    return { value: undefined, done: true };
  }

  async throw(error: unknown): Promise<IteratorResult<string, void>> {
    await this.return();
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** What can be sent at once; null where there is nothing. */
  #take(): string | null {
    const early = this.#early;
    this.#early = null;
    if (early !== null) return early;
    const results = this.#ahead;
    if (results.length === 0) return null;
    this.#ahead = [];
    return frameOf(results);
  }

  /** A ping, or null when it is time to look again. */
  #wait(): Promise<string | null> {
    void this.#fetch();
    if (this.#isOver) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  #wake(frame: string | null): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.(frame);
  }

  async #fetch(): Promise<void> {
    if (this.#isFetching || this.#isOver) return;
    this.#isFetching = true;
    try {
      while (this.#ahead.length < MAX_AHEAD && !this.#isOver) {
        const { value, done } = await this.#results.next();
        if (this.#isOver) return;
        if (done === true) {
          this.#early = `${this.#ahead.length > 0 ? frameOf(this.#ahead.splice(0)) : ''}${COMPLETE}`;
          this.#end();
          this.#wake(null);
          return;
        }
        this.#ahead.push(value);
        if (this.#ahead.length === 1) void endOfTurn().then(() => this.#wake(null));
      }
    } catch (error) {
      this.#failure = error;
      this.#end();
      this.#wake(null);
    } finally {
      this.#isFetching = false;
    }
  }

  #ping(): void {
    if (this.#waiting !== null) {
      this.#missedPings = 0;
      this.#wake(PING);
      return;
    }
    this.#missedPings += 1;
    if (this.#missedPings < MAX_MISSED_PINGS) return;
    this.#onStalled();
    void this.return();
  }

  #end(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
  }
}
