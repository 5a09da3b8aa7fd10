import type { AuthEvent, ControlEvent, EventPayload } from '../../domain/events/event.ts';

/** How many events may wait for one reader before it is sent back to the history. */
const CAPACITY = 256;
/** How many are handed over at once. */
const PORTION = 64;

/** What a reader that is behind asks for: the events after an id, and up to which id that reaches. */
export interface Portion {
  readonly events: readonly AuthEvent[];
  readonly upTo: number;
  /** Whether that was all there is. */
  readonly isWhole: boolean;
}

export interface ReaderOptions {
  /** Null follows the active account. */
  readonly accountId: string | null;
  readonly only: AuthEvent['kind'] | undefined;
  /** Whether it may receive this one. */
  readonly canReceive: (payload: EventPayload | ControlEvent) => boolean;
  /** The last event it has seen; what came after it is read from the history first. */
  readonly after: number | undefined;
  /** Returns when the reader may read a portion of the history. */
  readonly turn: (reader: EventReader) => Promise<void>;
  /** A portion of what came after an id; a promise where the database has to be asked. */
  readonly history: (reader: EventReader, after: number) => Portion | Promise<Portion>;
  /** It has read all of the history. */
  readonly onWhole: (reader: EventReader) => void;
  readonly onClose: (reader: EventReader) => void;
}

interface Waiting {
  readonly resolve: (result: IteratorResult<AuthEvent, undefined>) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One listener. It holds references to at most `CAPACITY` events. One that reads more slowly than things happen is
 * sent back to the history: it costs no more memory, and loses ticks (which are not stored) but nothing that has an id.
 */
export class EventReader implements AsyncIterableIterator<AuthEvent> {
  readonly accountId: string | null;
  readonly only: AuthEvent['kind'] | undefined;
  readonly #options: ReaderOptions;
  /** The state as it is, at the beginning. */
  #first: readonly AuthEvent[] = [];
  #queue: AuthEvent[] = [];
  /** Handed over to the iterator and not fetched from it yet. */
  readonly #fetched: AuthEvent[] = [];
  /** Up to here everything was handed over. */
  #seen: number;
  #isBehind: boolean;
  #isClosed = false;
  /** It was ended by the server and not by its client. */
  #isLetGo = false;
  /** Who waits for the next event. One promise each and no `async` function: thousands wait for every event. */
  #waiting: Waiting[] = [];
  #isReading = false;

  constructor(options: ReaderOptions) {
    this.accountId = options.accountId;
    this.only = options.only;
    this.#options = options;
    this.#isBehind = options.after !== undefined;
    this.#seen = options.after ?? 0;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** From here on it receives what happens. */
  begin(lastId: number, snapshot: readonly AuthEvent[]): void {
    this.#seen = lastId;
    this.#first = snapshot.filter((event) => this.isFor(event));
  }

  wants(kind: AuthEvent['kind']): boolean {
    return this.only === undefined || this.only === kind;
  }

  /** It follows this kind of event, and may receive it. */
  isFor(event: AuthEvent): boolean {
    return this.wants(event.kind) && this.#options.canReceive(event);
  }

  /** Hands it an event. False when it has fallen behind by that. */
  offer(event: AuthEvent): boolean {
    if (this.#isBehind || this.#isClosed || !this.isFor(event)) return true;
    this.#queue.push(event);
    if (this.#queue.length <= CAPACITY) return true;
    // What came before the first one that waits was handed over, or belongs to another account.
    this.#seen = Math.max(this.#seen, (this.#queue[0]?.id ?? 0) - 1);
    this.#queue = [];
    this.#isBehind = true;
    return false;
  }

  wake(): void {
    this.#serve();
  }

  /** What there is to read now, empty when there is nothing; a promise where the history has to be read. */
  read(): readonly AuthEvent[] | Promise<readonly AuthEvent[]> {
    if (this.#isClosed) return [];
    if (this.#first.length > 0) {
      const first = this.#first;
      this.#first = [];
      return first;
    }
    if (!this.#isBehind) return this.#handOver(this.#queue.splice(0, PORTION));
    return this.#options.turn(this).then(() => this.#readHistory());
  }

  /** Ends it from the server's side: `next` throws, so that the client knows to subscribe again. */
  letGo(): void {
    this.#isLetGo = !this.#isClosed;
    this.close();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#first = [];
    this.#queue = [];
    this.#options.onClose(this);
    this.#serve();
  }

  next(): Promise<IteratorResult<AuthEvent, undefined>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#serve();
    });
  }

  async return(): Promise<IteratorResult<AuthEvent, undefined>> {
    this.#fetched.length = 0;
    this.close();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** No `await` stands between finding nothing and waiting, so no event comes in between. */
  #serve(): void {
    while (this.#waiting.length > 0 && !this.#isReading) {
      if (this.#fetched.length === 0 && !this.#isClosed && !this.#fetch()) return;
      const waiting = this.#waiting.shift();
      const event = this.#fetched.shift();
      if (event !== undefined) waiting?.resolve({ value: event, done: false });
      else if (this.#isLetGo)
        waiting?.reject(new Error('The listener was let go; it has to subscribe again.'));
      else waiting?.resolve({ value: undefined, done: true });
    }
  }

  /** False when there is nothing to hand over yet. */
  #fetch(): boolean {
    const events = this.read();
    if (!(events instanceof Promise)) {
      this.#fetched.push(...events);
      return events.length > 0;
    }
    this.#isReading = true;
    events
      .then(
        (found) => void this.#fetched.push(...found),
        () => this.letGo(),
      )
      .finally(() => {
        this.#isReading = false;
        this.#serve();
      });
    return false;
  }

  /** Between a portion that is whole and taking it there may be no `await`: an event could come in between. */
  #readHistory(): readonly AuthEvent[] | Promise<readonly AuthEvent[]> {
    if (this.#isClosed) return [];
    const portion = this.#options.history(this, this.#seen);
    return portion instanceof Promise ? portion.then((known) => this.#take(known)) : this.#take(portion);
  }

  /** Reads on after a portion that held events of other accounts only. */
  #take({ events, upTo, isWhole }: Portion): readonly AuthEvent[] | Promise<readonly AuthEvent[]> {
    this.#seen = upTo;
    if (isWhole) {
      this.#isBehind = false;
      this.#options.onWhole(this);
    }
    return events.length > 0 || isWhole ? this.#handOver(events) : this.read();
  }

  #handOver(events: readonly AuthEvent[]): readonly AuthEvent[] {
    const last = events.at(-1);
    if (last !== undefined && last.id > this.#seen) this.#seen = last.id;
    return events;
  }
}
