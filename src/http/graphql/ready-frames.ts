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

/** Every body that is open, for one timer; a timer each would cost more than the connection. */
const open = new Set<ReadyFrames>();
let timer: NodeJS.Timeout | null = null;

const enter = (frames: ReadyFrames): void => {
  open.add(frames);
  timer ??= setInterval(() => {
    for (const each of [...open]) each.ping();
  }, PING_MS).unref();
};

const leave = (frames: ReadyFrames): void => {
  open.delete(frames);
  if (open.size > 0 || timer === null) return;
  clearInterval(timer);
  timer = null;
};

/** Bodies that have something new: what comes together within a turn of the event loop is sent together. */
let stirred: ReadyFrames[] = [];

const stir = (frames: ReadyFrames): void => {
  if (stirred.length === 0)
    setImmediate(() => {
      const all = stirred;
      stirred = [];
      for (const each of all) each.serve();
    });
  stirred.push(frames);
};

interface Waiting {
  readonly resolve: (result: IteratorResult<string, void>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The body of a distinct connection: each frame is ready to be written and is asked for only when the last one went out.
 * Throws where the results do, so that the connection breaks and the client knows that this is no end.
 */
export class ReadyFrames implements AsyncGenerator<string, void, undefined> {
  readonly #results: AsyncIterator<ExecutionResult>;
  /** Called when the reader has stopped reading. */
  readonly #onStalled: () => void;
  #ahead: ExecutionResult[] = [];
  #isFetching = false;
  #isOver = false;
  #failure: unknown = null;
  #early: string | null = PING;
  #missedPings = 0;
  #waiting: Waiting | null = null;

  constructor(results: AsyncIterator<ExecutionResult>, onStalled: () => void = () => undefined) {
    this.#results = results;
    this.#onStalled = onStalled;
    enter(this);
    // Handed over without its object.
    this.return = this.return.bind(this);
  }

  next(): Promise<IteratorResult<string, void>> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.serve();
    });
  }

  async return(): Promise<IteratorResult<string, void>> {
    this.#early = null;
    this.#ahead = [];
    this.#end();
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

  /** Hands over what there is to whoever waits for it. */
  serve(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    const frame = this.#take();
    if (frame === null && !this.#isOver) {
      this.#fetch();
      return;
    }
    this.#waiting = null;
    if (frame !== null) waiting.resolve({ value: frame, done: false });
    else if (this.#failure !== null) waiting.reject(this.#failure);
    else waiting.resolve({ value: undefined, done: true });
  }

  ping(): void {
    if (this.#waiting !== null) {
      this.#missedPings = 0;
      this.#early ??= PING;
      this.serve();
      return;
    }
    this.#missedPings += 1;
    if (this.#missedPings < MAX_MISSED_PINGS) return;
    this.#onStalled();
    void this.return();
  }

  /** What can be sent at once; null where there is nothing. */
  #take(): string | null {
    const early = this.#early;
    const results = this.#ahead;
    this.#early = null;
    if (results.length === 0) return early;
    this.#ahead = [];
    return early === null ? frameOf(results) : early + frameOf(results);
  }

  #fetch(): void {
    if (this.#isFetching || this.#isOver || this.#ahead.length >= MAX_AHEAD) return;
    this.#isFetching = true;
    this.#results.next().then(this.#onResult, this.#onFailure);
  }

  readonly #onResult = ({ value, done }: IteratorResult<ExecutionResult>): void => {
    this.#isFetching = false;
    if (this.#isOver) return;
    if (done === true) {
      this.#early = `${this.#early ?? ''}${this.#ahead.length > 0 ? frameOf(this.#ahead.splice(0)) : ''}${COMPLETE}`;
      this.#end();
      return;
    }
    this.#ahead.push(value);
    if (this.#ahead.length === 1) stir(this);
    this.#fetch();
  };

  readonly #onFailure = (error: unknown): void => {
    this.#failure = error;
    this.#end();
  };

  #end(): void {
    this.#isOver = true;
    leave(this);
    this.serve();
  }
}
