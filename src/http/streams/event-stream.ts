import type { EventReader } from '../../services/events/event-reader.ts';
import { type Chunk, toChunk } from './chunk.ts';
import type { EventSink } from './event-sink.ts';
import { Follower } from './follower.ts';
import type { Rendering, SharedOperation } from './shared-operation.ts';

/** What came of an operation: one result, or events to follow. */
export type Outcome =
  | { readonly result: string }
  | { readonly reader: EventReader; readonly operation: SharedOperation; readonly release: () => void };

/** How an operation's messages look on its connection. */
export type Framing = 'DISTINCT' | 'SINGLE';

/** An operation that is being begun, or is followed. */
interface Running {
  readonly follower: Follower | null;
  readonly stop: () => void;
}

const IGNORED: Running = { follower: null, stop: () => undefined };
/** How many pings a reader may leave unread before it is let go; it comes back with the last id. */
const PATIENCE_PINGS = 5;

/** One connection over which messages go to one client; until the client opens it, what it asks for is only begun. */
export class EventStream {
  readonly #framing: Framing;
  readonly #running = new Map<string, Running>();
  /** Said before the client has opened the connection. */
  readonly #early: Chunk[] = [];
  #onClose: () => void = () => undefined;
  #sink: EventSink | null = null;
  #isStalled = false;
  #isClosed = false;
  #missedPings = 0;

  constructor(framing: Framing) {
    this.#framing = framing;
  }

  get isOpen(): boolean {
    return this.#sink !== null;
  }

  get isWritable(): boolean {
    return this.#sink !== null && !this.#isStalled && !this.#isClosed;
  }

  whenClosed(callback: () => void): void {
    this.#onClose = callback;
  }

  open(sink: EventSink): void {
    this.#sink = sink;
    sink.whenClosed(() => this.close());
    sink.whenDrained(() => this.#drained());
    for (const chunk of [PING, ...this.#early.splice(0)]) this.#write(chunk);
    for (const { follower } of [...this.#running.values()]) follower?.pump();
  }

  has(id: string): boolean {
    return this.#running.has(id);
  }

  /** Takes the operation's place, so that nobody else does while it is begun. */
  reserve(id: string): void {
    this.#running.set(id, IGNORED);
  }

  /** Goes on with what the reserved operation has come to. */
  begin(id: string, outcome: Outcome): void {
    const isWanted = this.#running.has(id) && !this.#isClosed;
    if ('result' in outcome) {
      if (isWanted) this.#finish(id, outcome.result);
      return;
    }
    const { reader, operation, release } = outcome;
    const stop = (): void => {
      reader.close();
      release();
    };
    if (!isWanted) {
      stop();
      return;
    }
    const follower = new Follower(reader, operation, {
      isWritable: () => this.isWritable && this.#running.has(id),
      send: (rendering) => this.#send(id, rendering),
      // A reader that was let go has not come to an end: its client has to come back.
      onEnd: () => this.#running.has(id) && this.destroy(),
    });
    this.#running.set(id, { follower, stop });
    follower.pump();
  }

  /** The client does not want it any more. */
  stop(id: string): void {
    const running = this.#running.get(id);
    this.#running.delete(id);
    running?.stop();
  }

  /** False once the reader has left too many pings unread. */
  ping(): boolean {
    if (this.#sink === null || this.#isClosed) return true;
    this.#missedPings = this.#isStalled ? this.#missedPings + 1 : 0;
    if (!this.#isStalled) this.#write(PING);
    return this.#missedPings < PATIENCE_PINGS;
  }

  destroy(): void {
    this.#sink?.destroy();
    this.close();
  }

  /** Frees everything at once. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const id of [...this.#running.keys()]) this.stop(id);
    this.#onClose();
  }

  #finish(id: string, result: string): void {
    this.#running.delete(id);
    const isSingle = this.#framing === 'SINGLE';
    const last = isSingle ? `event: complete\ndata: {"id":${JSON.stringify(id)}}\n\n` : COMPLETE;
    this.#write(
      toChunk(`${isSingle ? singleMessage(id, result) : `event: next\ndata: ${result}\n\n`}${last}`),
    );
    if (!isSingle) this.#sink?.end();
  }

  #send(id: string, { messages, results }: Rendering): void {
    if (this.#framing === 'DISTINCT') this.#write(messages);
    else this.#write(toChunk(results.map((result) => singleMessage(id, result)).join('')));
  }

  #write(chunk: Chunk): void {
    if (this.#isClosed) return;
    if (this.#sink === null) this.#early.push(chunk);
    else if (!this.#sink.write(chunk)) this.#isStalled = true;
  }

  #drained(): void {
    this.#isStalled = false;
    for (const { follower } of [...this.#running.values()]) follower?.pump();
  }
}

const PING = toChunk(':\n\n');

const COMPLETE = 'event: complete\ndata:\n\n';

const singleMessage = (id: string, result: string): string =>
  `event: next\ndata: {"id":${JSON.stringify(id)},"payload":${result}}\n\n`;
