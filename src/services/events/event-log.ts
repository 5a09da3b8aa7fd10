import type { Database } from '../../db/database.ts';
import type { AuthAside, AuthEvent, AuthHappening, EventDraft, KeptEvent } from '../../domain/event.ts';
import type { Logger } from '../../log.ts';
import type { Clock } from '../clock.ts';
import { EventReader, type Portion } from './event-reader.ts';
import { EventStore, type Keeping } from './event-store.ts';
import { RecentEvents, toldTo } from './recent-events.ts';

/** How much of the history is answered without the database. */
const RECENT = 1000;
const HEARTBEAT_MS = 15_000;

interface Options {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Wish {
  readonly after?: number | undefined;
  readonly snapshot?: readonly AuthHappening[];
  readonly only?: AuthEvent['kind'] | undefined;
  /** Whether the listener may be told of this one; everything if left out. */
  readonly hears?: (happening: AuthHappening | AuthAside) => boolean;
}

/** What is to be told, in this order: a draft when it is kept, the rest when all before it was told. */
type Turn =
  | { readonly kind: 'DRAFT'; readonly draft: EventDraft }
  | { readonly kind: 'KEPT'; readonly event: KeptEvent }
  | { readonly kind: 'TICK'; readonly accountId: string; readonly happening: AuthHappening }
  | { readonly kind: 'READER'; readonly reader: EventReader; readonly snapshot: readonly AuthHappening[] };

/**
 * Everything that happens, in order, for everybody who listens. An event is kept before it is told, so whoever comes
 * back with the last id gets exactly what was missed, also after a crash.
 */
export class EventLog implements AsyncDisposable {
  readonly #options: Options;
  readonly #store: EventStore;
  readonly #recent: RecentEvents;
  readonly #readers = new Set<EventReader>();
  readonly #heartbeat: NodeJS.Timeout;
  #turns: Turn[] = [];
  /** The id of the event that was told last. */
  #lastId: number;

  private constructor(options: Options, store: EventStore) {
    this.#options = options;
    this.#store = store;
    this.#lastId = store.lastId;
    this.#recent = new RecentEvents(RECENT, store.lastId);
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  static async open(options: Options): Promise<EventLog> {
    const store = await EventStore.open({
      database: options.database,
      log: options.log,
      onKept: (kept) => log.#onKept(kept),
      onImpatience: () => log.#turnAround(),
    });
    const log: EventLog = new EventLog(options, store);
    return log;
  }

  /** The id of the last event. */
  get lastId(): number {
    return this.#lastId;
  }

  /** How many listen at the moment. */
  get readers(): number {
    return this.#readers.size;
  }

  /** Something has happened, to an account or, with null, to all of them. */
  publish(accountId: string | null, happening: AuthHappening): void {
    const draft: EventDraft = { at: this.#options.clock(), accountId, ...happening };
    this.#turns.push({ kind: 'DRAFT', draft });
    this.#store.keep(draft);
    if (this.#store.isFailing) this.#turnAround();
  }

  /** Tells something that is not kept, such as a tick of a clock: it repeats the last id. */
  whisper(accountId: string, happening: AuthHappening): void {
    this.#turns.push({ kind: 'TICK', accountId, happening });
    this.#turnAround();
  }

  /**
   * What happens to an account from now on, behind `snapshot`; with `after`, what happened since that event first. When
   * that is no longer known, a GAP comes first: the reader has to look at the state as it is.
   */
  subscribe(accountId: string, { after, only, hears = () => true, snapshot = [] }: Wish = {}): EventReader {
    const reader = new EventReader({
      accountId,
      only,
      hears,
      after,
      history: (of, seen, limit) => this.#history(of, seen, limit),
      onClose: (closed) => this.#readers.delete(closed),
    });
    if (after !== undefined) {
      this.#readers.add(reader);
      return reader;
    }
    // What is about to be told is in the snapshot already, so the reader begins behind it.
    this.#turns.push({ kind: 'READER', reader, snapshot });
    this.#turnAround();
    return reader;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.#store[Symbol.asyncDispose]();
    for (const reader of [...this.#readers]) reader.close();
  }

  #aside(accountId: string, happening: AuthHappening | AuthAside): AuthEvent {
    return { id: this.#lastId, at: this.#options.clock(), accountId, ...happening };
  }

  #onKept(kept: readonly Keeping[]): void {
    const ids = new Map(kept.map(({ draft, event }) => [draft, event]));
    const waiting = new Set(this.#turns.map((turn) => (turn.kind === 'DRAFT' ? turn.draft : null)));
    const others = kept.filter(({ draft }) => draft === null || !waiting.has(draft));
    for (const { draft, event } of others) {
      if (draft === null) this.#tell(event);
      else this.#remember(event);
    }
    this.#turns = this.#turns.map((turn) => {
      const event = turn.kind === 'DRAFT' ? ids.get(turn.draft) : undefined;
      return event === undefined ? turn : { kind: 'KEPT', event };
    });
    this.#turnAround();
  }

  /** Tells what can be told: up to the first draft that is neither kept nor despaired of. */
  #turnAround(): void {
    for (let turn = this.#turns[0]; turn !== undefined; turn = this.#turns[0]) {
      if (turn.kind === 'DRAFT' && !this.#store.isFailing) break;
      this.#turns.shift();
      this.#take(turn);
    }
    for (const reader of [...this.#readers]) reader.wake();
  }

  #take(turn: Turn): void {
    switch (turn.kind) {
      case 'KEPT':
        this.#tell(turn.event);
        break;
      case 'DRAFT':
        this.#send({ ...turn.draft, id: this.#lastId });
        break;
      case 'TICK':
        this.#send(this.#aside(turn.accountId, turn.happening));
        break;
      case 'READER':
        this.#begin(turn.reader, turn.snapshot);
    }
  }

  #begin(reader: EventReader, snapshot: readonly AuthHappening[]): void {
    if (reader.isClosed) return;
    const { accountId } = reader;
    reader.begin(
      this.#lastId,
      snapshot.map((happening) => this.#aside(accountId, happening)),
    );
    this.#readers.add(reader);
  }

  #tell(event: KeptEvent): void {
    this.#remember(event);
    this.#send(event);
  }

  #remember(event: KeptEvent): void {
    this.#lastId = event.id;
    this.#recent.add(event);
  }

  #send(event: KeptEvent | AuthEvent): void {
    for (const reader of this.#readers) {
      const told = toldTo(reader.accountId, event);
      if (told === null || reader.offer(told)) continue;
      this.#options.log.warn(
        { account: reader.accountId, at: event.id },
        'a reader is slow: ticks are left out for it, and it reads the rest from the history',
      );
    }
  }

  #beat(): void {
    const beats = new Map<string, AuthEvent>();
    for (const reader of this.#readers) {
      const beat = beats.get(reader.accountId) ?? this.#aside(reader.accountId, { kind: 'HEARTBEAT' });
      beats.set(reader.accountId, beat);
      reader.offer(beat);
      reader.wake();
    }
  }

  #history(reader: EventReader, seen: number, limit: number): Portion | Promise<Portion> {
    if (seen > this.#lastId) return this.#gap(reader);
    if (!this.#recent.reachesBackTo(seen)) return this.#pastOf(reader, seen, limit);
    const found = this.#recent.after(seen, limit);
    const upTo = found.at(-1)?.id ?? this.#lastId;
    const isWhole = upTo >= this.#lastId;
    const untold = isWhole ? this.#despairedOf(reader.accountId) : [];
    return { events: this.#of(reader, [...found, ...untold]), upTo, isWhole };
  }

  async #pastOf(reader: EventReader, seen: number, limit: number): Promise<Portion> {
    const found = await this.#store.read(seen, limit);
    const [first] = found;
    if (first === undefined || first.id !== seen + 1) return this.#gap(reader);
    return { events: this.#of(reader, found), upTo: found.at(-1)?.id ?? seen, isWhole: false };
  }

  #gap(reader: EventReader): Portion {
    this.#options.log.warn({ account: reader.accountId }, 'a reader asked for history that is gone');
    // One that follows a single kind cannot be told: it is let go, and begins anew with the state as it is.
    if (!reader.wants('GAP')) reader.close();
    const gap = this.#aside(reader.accountId, { kind: 'GAP' });
    return { events: reader.isClosed ? [] : [gap], upTo: this.#lastId, isWhole: true };
  }

  /** What was told and not kept yet. */
  #despairedOf(accountId: string): readonly KeptEvent[] {
    if (!this.#store.isFailing) return [];
    return this.#store.drafts
      .filter((draft) => draft.accountId === null || draft.accountId === accountId)
      .map((draft) => ({ ...draft, id: this.#lastId }));
  }

  #of(reader: EventReader, events: readonly KeptEvent[]): readonly AuthEvent[] {
    return events.flatMap((event) => {
      const told = toldTo(reader.accountId, event);
      return told === null || !reader.isFor(told) ? [] : [told];
    });
  }
}
