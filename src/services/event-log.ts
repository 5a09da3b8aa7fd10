import type { AuthAside, AuthEvent, AuthHappening } from '../domain/event.ts';
import { BoundedQueue } from './bounded-queue.ts';
import type { Clock } from './clock.ts';

/** How much of the past a client that comes back can be given. */
const HISTORY = 1000;
/** How far a reader may fall behind before it loses the oldest events. */
const READER_CAPACITY = 256;
const HEARTBEAT_MS = 15_000;

interface Wish {
  readonly after?: number | undefined;
  readonly snapshot?: readonly AuthEvent[];
  readonly only?: AuthEvent['kind'] | undefined;
}

interface Reader {
  readonly accountId: string;
  readonly only: AuthEvent['kind'] | undefined;
  readonly queue: BoundedQueue<AuthEvent>;
}

/** Everything that happens, in order, for everybody who listens. Ids rise by one per server. */
export class EventLog {
  readonly #clock: Clock;
  readonly #history: AuthEvent[] = [];
  readonly #readers = new Set<Reader>();
  readonly #heartbeat: NodeJS.Timeout;
  #lastId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  get lastId(): number {
    return this.#lastId;
  }

  /** How many are listening. */
  get readerCount(): number {
    return this.#readers.size;
  }

  publish(accountId: string, happening: AuthHappening): void {
    this.#lastId += 1;
    const event: AuthEvent = { id: this.#lastId, at: this.#clock(), accountId, ...happening };
    this.#history.push(event);
    if (this.#history.length > HISTORY) this.#history.shift();
    this.#send(event);
  }

  /**
   * What happens to an account from now on, behind `snapshot`; with `after`, what happened since that event first. When
   * that is no longer known, a GAP comes first: the reader has to look at the state as it is.
   */
  subscribe(accountId: string, wish: Wish = {}): AsyncIterableIterator<AuthEvent> {
    const queue = new BoundedQueue<AuthEvent>(READER_CAPACITY, () => this.#readers.delete(reader));
    const reader: Reader = { accountId, only: wish.only, queue };
    for (const event of wish.snapshot ?? []) offer(reader, event);
    if (wish.after !== undefined)
      for (const event of this.#since(accountId, wish.after)) offer(reader, event);
    this.#readers.add(reader);
    return queue;
  }

  /** Tells something that is not kept, such as a tick of a clock: it repeats the last id. */
  whisper(accountId: string, happening: AuthHappening): void {
    this.#send(this.aside(accountId, happening));
  }

  /** An event outside the sequence, for one reader: it repeats the last id. */
  aside(accountId: string, happening: AuthHappening | AuthAside): AuthEvent {
    return { id: this.#lastId, at: this.#clock(), accountId, ...happening };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#heartbeat);
    for (const { queue } of [...this.#readers]) queue.close();
  }

  #since(accountId: string, after: number): readonly AuthEvent[] {
    const oldest = this.#history[0]?.id ?? this.#lastId + 1;
    const isGone = after + 1 < oldest || after > this.#lastId;
    const known = isGone
      ? []
      : this.#history.filter((event) => event.id > after && event.accountId === accountId);
    return isGone ? [this.aside(accountId, { kind: 'GAP' })] : known;
  }

  #beat(): void {
    for (const reader of this.#readers) offer(reader, this.aside(reader.accountId, { kind: 'HEARTBEAT' }));
  }

  #send(event: AuthEvent): void {
    for (const reader of this.#readers) if (reader.accountId === event.accountId) offer(reader, event);
  }
}

const offer = ({ only, queue }: Reader, event: AuthEvent): void => {
  if (only === undefined || only === event.kind) queue.push(event);
};
