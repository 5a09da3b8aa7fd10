import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';

/** How long a stream waits for the client that has reserved it. */
const RESERVED_MS = 30_000;
/** How long a client may leave what was sent unread. */
const STALLED_MS = 60_000;
const PER_KEY = 100;

/** A stream that carries several operations of one client. */
export class ReservedStream {
  readonly token = randomBytes(24).toString('base64url');
  /** Whose it is: a token of somebody else opens nothing. */
  readonly caller: string;
  /** Its connection has closed: nothing that is asked for now can be told. */
  isClosed = false;
  isOpen = false;
  readonly #opened: Promise<ServerResponse | null>;
  #open: (response: ServerResponse | null) => void = () => undefined;

  constructor(caller: string) {
    this.caller = caller;
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(response: ServerResponse): void {
    this.isOpen = true;
    response.once('close', () => {
      this.isClosed = true;
    });
    this.#open(response);
  }

  discard(): void {
    this.isClosed = true;
    this.#open(null);
  }

  /** Waits until what was sent has gone out; what is told before the client has opened the stream waits for that, too. */
  async writable(): Promise<void> {
    const response = await this.#opened;
    if (response === null || this.isClosed || response.destroyed) throw new Error('This stream is closed.');
    if (response.writableLength === 0) return;
    const stalled = setTimeout(() => response.destroy(), STALLED_MS).unref();
    // Writes come out in order, and graphql-sse keeps one of its own under way, which is too little for a 'drain'.
    await new Promise<void>((resolve, reject) => {
      response.write('', (error) => (error == null ? resolve() : reject(error)));
    }).finally(() => clearTimeout(stalled));
  }
}

/** The streams that clients have reserved, until they are closed; those that nobody opens in time are discarded. */
export class ReservedStreams {
  readonly #streams = new Map<string, ReservedStream>();
  readonly #discard: (stream: ReservedStream) => void;
  readonly #perKey: number;

  constructor(discard: (stream: ReservedStream) => void, perKey = PER_KEY) {
    this.#discard = discard;
    this.#perKey = perKey;
  }

  /** Null when the caller has too many. */
  reserve(caller: string): ReservedStream | null {
    const own = [...this.#streams.values()].filter((stream) => stream.caller === caller);
    if (own.length >= this.#perKey) return null;
    const stream = new ReservedStream(caller);
    this.#streams.set(stream.token, stream);
    setTimeout(() => {
      if (stream.isOpen) return;
      stream.discard();
      this.#discard(stream);
      this.#streams.delete(stream.token);
    }, RESERVED_MS).unref();
    return stream;
  }

  /** Opens a stream; it is forgotten when its connection closes. */
  open(stream: ReservedStream, response: ServerResponse): void {
    stream.open(response);
    response.once('close', () => this.#streams.delete(stream.token));
  }

  find(token: string, caller: string): ReservedStream | null {
    const stream = this.#streams.get(token);
    return stream?.caller === caller ? stream : null;
  }
}
