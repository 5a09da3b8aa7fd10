import type { ExecutionResult } from 'graphql';

/** So often a connection is said to be alive: less than what proxies wait for. */
const PING_MS = 12_000;
/** After so many pings that nobody has fetched a reader is let go; it comes back with the last id. */
const MAX_MISSED_PINGS = 5;
const PING = ':\n\n';
const COMPLETE = 'event: complete\ndata:\n\n';
/** How many results are fetched ahead of a reader. */
const MAX_AHEAD = 64;

interface Frame {
  readonly results: readonly ExecutionResult[];
  readonly text: string;
}

/** Results that came together, as they go over the wire; by the first of them, for all readers of the same subscription. */
const known = new WeakMap<ExecutionResult, Frame>();

const frameOf = (results: readonly ExecutionResult[]): string => {
  const [first] = results;
  if (first === undefined) return '';
  const frame = known.get(first);
  const isSame =
    frame?.results.length === results.length && frame.results.every((one, index) => one === results[index]);
  if (frame !== undefined && isSame) return frame.text;
  const text = results.map((result) => `event: next\ndata: ${JSON.stringify(result)}\n\n`).join('');
  known.set(first, { results, text });
  return text;
};

/** Every body that is open, for one timer; a timer each would cost more than the connection. */
const open = new Set<ReadyFrames>();
let timer: NodeJS.Timeout | null = null;

const pingAll = (): void => {
  for (const each of [...open]) each.ping();
};

/** Bodies that have something new: what comes together within a turn of the event loop is sent together. */
let stirred: ReadyFrames[] = [];

const serveAll = (): void => {
  const all = stirred;
  stirred = [];
  for (const each of all) each.serve();
};

interface Waiting {
  readonly resolve: (result: IteratorResult<string, undefined>) => void;
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
  /** What is sent before and after the results that have come. */
  #early = PING;
  #late = '';
  #missedPings = 0;
  #waiting: Waiting | null = null;

  constructor(results: AsyncIterator<ExecutionResult>, onStalled: () => void = () => undefined) {
    this.#results = results;
    this.#onStalled = onStalled;
    open.add(this);
    timer ??= setInterval(pingAll, PING_MS).unref();
  }

  next(): Promise<IteratorResult<string, undefined>> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.serve();
    });
  }

  async return(): Promise<IteratorResult<string, undefined>> {
    [this.#early, this.#late, this.#ahead] = ['', '', []];
    this.#end();
    await this.#results.return?.();
    return { value: undefined, done: true };
  }

  async throw(error: unknown): Promise<IteratorResult<string, undefined>> {
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
    const frame = this.#early + frameOf(this.#ahead) + this.#late;
    if (frame === '' && !this.#isOver) {
      this.#fetch();
      return;
    }
    this.#early = '';
    this.#late = '';
    if (this.#ahead.length > 0) this.#ahead = [];
    this.#waiting = null;
    if (frame !== '') waiting.resolve({ value: frame, done: false });
    else if (this.#failure !== null) waiting.reject(this.#failure);
    else waiting.resolve({ value: undefined, done: true });
  }

  ping(): void {
    if (this.#waiting !== null) {
      this.#missedPings = 0;
      this.#early = PING;
      this.serve();
      return;
    }
    this.#missedPings += 1;
    if (this.#missedPings < MAX_MISSED_PINGS) return;
    this.#onStalled();
    void this.return();
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
      this.#late = COMPLETE;
      this.#end();
      return;
    }
    this.#ahead.push(value);
    if (this.#ahead.length === 1 && stirred.push(this) === 1) setImmediate(serveAll);
    this.#fetch();
  };

  readonly #onFailure = (error: unknown): void => {
    this.#failure = error;
    this.#end();
  };

  #end(): void {
    this.#isOver = true;
    open.delete(this);
    if (open.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
    this.serve();
  }
}
