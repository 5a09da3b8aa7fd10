import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from '../../db/database.ts';
import type { Account } from '../../domain/account.ts';
import type { AuthEvent, ControlEvent, EventDraft, EventPayload, StoredEvent } from '../../domain/event.ts';
import type { Logger } from '../../log.ts';
import type { Clock } from '../clock.ts';
import { ActiveAccount } from './active-account.ts';
import { CatchUp } from './catch-up.ts';
import { EventPages, restOfPage } from './event-pages.ts';
import { EventReader, type Portion } from './event-reader.ts';
import { EventStore, type StoredDraft } from './event-store.ts';
import { RecentEvents, visibleTo } from './recent-events.ts';

/** How much of the history is answered without the database. */
const RECENT = 1000;
const HEARTBEAT_MS = 15_000;
/** How many events are published before the readers have to take them: less than waits for one reader. */
const DELIVERED_AT_ONCE = 64;
/** After so many readers, or so long, others have a turn of the event loop. */
const [WOKEN_AT_ONCE, WAKING_MS] = [100, 10];

interface Options {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
}

interface SubscribeOptions {
  readonly after?: number | undefined;
  readonly snapshot?: readonly EventPayload[];
  readonly only?: AuthEvent['kind'] | undefined;
  /** Whether the listener may be told of this one; everything if left out. */
  readonly canReceive?: (payload: EventPayload | ControlEvent) => boolean;
}

/** Told when it is kept, or when the database does not take it. */
interface DraftTurn {
  readonly kind: 'DRAFT';
  readonly draft: EventDraft;
  event: StoredEvent | null;
}

/** What is to be told, in this order. */
type Turn =
  | DraftTurn
  | { readonly kind: 'TICK'; readonly accountId: string; readonly payload: EventPayload }
  | { readonly kind: 'READER'; readonly reader: EventReader; readonly snapshot: readonly EventPayload[] };

/**
 * Everything that happens, in order, for everybody who listens. An event is kept before it is told, so whoever comes
 * back with the last id gets exactly what was missed, also after a crash.
 */
export class EventLog implements AsyncDisposable {
  readonly #options: Options;
  readonly #store: EventStore;
  readonly #recent: RecentEvents;
  readonly #readers = new Set<EventReader>();
  readonly #catchUp = new CatchUp();
  readonly #pages: EventPages;
  readonly #active = new ActiveAccount();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #turns: Turn[] = [];
  /** Of the turns, the drafts that have no id yet. */
  readonly #drafts = new Map<EventDraft, DraftTurn>();
  /** Drafts that were told without an id of their own. */
  readonly #publishedUnstored = new WeakSet<EventDraft>();
  #isPublishing = false;
  #isPublishingWanted = false;
  #publishing: Promise<void> = Promise.resolve();
  #admitted: Promise<void> = Promise.resolve();
  /** Ends the watch for what other processes write; null while nobody listens. */
  #stopWatching: (() => void) | null = null;
  /** The id of the event that was told last. */
  #lastId: number;

  private constructor(options: Options, store: EventStore) {
    this.#options = options;
    this.#store = store;
    this.#lastId = store.lastId;
    this.#recent = new RecentEvents(RECENT, store.lastId);
    this.#pages = new EventPages((after, limit) => store.read(after, limit));
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  static async open(options: Options): Promise<EventLog> {
    const store = await EventStore.open({
      database: options.database,
      log: options.log,
      onStored: (stored) => log.#onStored(stored),
      onStoreTimeout: () => void log.#publishAll(),
    });
    const log: EventLog = new EventLog(options, store);
    for (const event of await store.readSwitches()) log.#active.noteStored(event);
    return log;
  }

  /** The active account at the start. A switch that was stored and not published, because the program died, is published. */
  begin(active: Account): void {
    const last = this.#active.lastSwitch;
    this.#active.begin(last?.to ?? active.id);
    if (last !== undefined && last.to !== active.id)
      this.publish(null, { kind: 'ACCOUNT_SWITCHED', account: active, from: last.to });
  }

  /** The account that is the active one behind everything that was published. */
  get activeId(): string {
    return this.#active.published;
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
  publish(accountId: string | null, payload: EventPayload): void {
    const draft: EventDraft = { at: this.#options.clock(), accountId, ...payload };
    const turn: DraftTurn = { kind: 'DRAFT', draft, event: null };
    this.#active.notePublished(payload);
    this.#turns.push(turn);
    this.#drafts.set(draft, turn);
    this.#store.keep(draft);
    if (this.#store.isFailing) void this.#publishAll();
  }

  /** Returns when one more may begin to listen: of a thousand who come at once, one in each turn of the event loop. */
  admit(): Promise<void> {
    this.#admitted = this.#admitted.then(() => nextTurn());
    return this.#admitted;
  }

  /** Tells what other processes have kept so far. What they keep later is told within a second or so. */
  readForeign(): Promise<void> {
    return this.#store.readForeign();
  }

  /** Tells something that is not kept, such as a tick of a clock: it repeats the last id. */
  publishTransient(accountId: string, payload: EventPayload): void {
    this.#turns.push({ kind: 'TICK', accountId, payload });
    void this.#publishAll();
  }

  /**
   * What happens to an account from now on, behind `snapshot`; with null, to whichever is the active one. With `after`,
   * what happened since that event comes first. When that is no longer known, a GAP comes first: the reader has to look
   * at the state as it is.
   */
  subscribe(
    accountId: string | null,
    { after, only, canReceive = () => true, snapshot = [] }: SubscribeOptions = {},
  ): EventReader {
    const reader = new EventReader({
      accountId,
      only,
      canReceive,
      after,
      turn: (of) => this.#catchUp.turn(of),
      history: (of, seen) => this.#history(of, seen),
      onWhole: (of) => this.#catchUp.leave(of),
      onClose: (closed) => this.#leave(closed),
    });
    if (after !== undefined) {
      this.#enter(reader);
      return reader;
    }
    // What is about to be told is in the snapshot already, so the reader begins behind it.
    this.#turns.push({ kind: 'READER', reader, snapshot });
    void this.#publishAll();
    return reader;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#stopWatching?.();
    await this.#store[Symbol.asyncDispose]();
    for (const reader of [...this.#readers]) reader.letGo();
  }

  #controlEvent(accountId: string, payload: EventPayload | ControlEvent): AuthEvent {
    return { id: this.#lastId, at: this.#options.clock(), accountId, ...payload };
  }

  /** Returns when the readers were given it. */
  #onStored(stored: readonly StoredDraft[]): Promise<void> {
    for (const { draft, event } of stored) {
      const turn = draft === null ? undefined : this.#drafts.get(draft);
      if (draft !== null) this.#drafts.delete(draft);
      if (turn !== undefined) turn.event = event;
      else if (draft === null) this.#publishForeign(event);
      else this.#remember(event);
    }
    return this.#publishAll();
  }

  /** Tells what can be told, and returns when the readers were given it. */
  #publishAll(): Promise<void> {
    this.#isPublishingWanted = true;
    if (!this.#isPublishing) this.#publishing = this.#publishInSlices();
    return this.#publishing;
  }

  async #publishInSlices(): Promise<void> {
    this.#isPublishing = true;
    try {
      while (this.#isPublishingWanted) {
        this.#isPublishingWanted = false;
        this.#takeDue();
        await this.#wakeReaders();
        if (!this.#isAnyDue()) continue;
        this.#isPublishingWanted = true;
        await nextTurn();
      }
    } finally {
      this.#isPublishing = false;
    }
  }

  /** Takes the turns that are due, up to the first draft that is neither kept nor to be told without being kept. */
  #takeDue(): void {
    for (let left = DELIVERED_AT_ONCE; left > 0 && this.#isAnyDue(); left -= 1) {
      const turn = this.#turns.shift();
      if (turn !== undefined) this.#take(turn);
    }
  }

  #isAnyDue(): boolean {
    const [turn] = this.#turns;
    if (turn?.kind !== 'DRAFT') return turn !== undefined;
    return turn.event !== null || this.#store.isFailing;
  }

  /** Thousands are not woken in one turn of the event loop. */
  async #wakeReaders(): Promise<void> {
    let [woken, begun] = [0, performance.now()];
    for (const reader of [...this.#readers]) {
      reader.wake();
      woken += 1;
      if (woken < WOKEN_AT_ONCE && performance.now() - begun < WAKING_MS) continue;
      await nextTurn();
      [woken, begun] = [0, performance.now()];
    }
    if (this.#readers.size > 0) await this.#delivered();
  }

  /** What was told goes out by the end of the next turn: it belongs to the time that telling takes. */
  async #delivered(): Promise<void> {
    await nextTurn();
    await nextTurn();
  }

  #take(turn: Turn): void {
    switch (turn.kind) {
      case 'DRAFT':
        this.#takeDraft(turn);
        break;
      case 'TICK':
        this.#send(this.#controlEvent(turn.accountId, turn.payload));
        break;
      case 'READER':
        this.#begin(turn.reader, turn.snapshot);
    }
  }

  #takeDraft({ draft, event }: DraftTurn): void {
    if (event !== null) {
      this.#deliver(event);
      return;
    }
    this.#drafts.delete(draft);
    this.#publishedUnstored.add(draft);
    this.#send({ ...draft, id: this.#lastId });
  }

  #enter(reader: EventReader): void {
    this.#readers.add(reader);
    this.#stopWatching ??= this.#options.database.watchForeignWrites(() => void this.#store.readForeign());
  }

  #leave(reader: EventReader): void {
    this.#readers.delete(reader);
    this.#catchUp.leave(reader);
    if (this.#readers.size > 0) return;
    this.#stopWatching?.();
    this.#stopWatching = null;
  }

  #begin(reader: EventReader, snapshot: readonly EventPayload[]): void {
    if (reader.isClosed) return;
    const accountId = reader.accountId ?? this.#active.delivered;
    reader.begin(
      this.#lastId,
      snapshot.map((payload) => this.#controlEvent(accountId, payload)),
    );
    this.#enter(reader);
  }

  #deliver(event: StoredEvent): void {
    this.#remember(event);
    this.#send(event);
  }

  /** Another process has published it. */
  #publishForeign(event: StoredEvent): void {
    this.#active.notePublished(event);
    this.#deliver(event);
  }

  #remember(event: StoredEvent): void {
    this.#lastId = event.id;
    this.#recent.add(event);
    this.#active.noteStored(event);
  }

  #send(event: StoredEvent | AuthEvent): void {
    if (event.kind === 'ACCOUNT_SWITCHED') this.#active.noteDelivered(event);
    for (const reader of this.#readers) {
      const accountId = reader.accountId ?? this.#active.delivered;
      const visible = visibleTo(accountId, event);
      if (visible === null || reader.offer(visible)) continue;
      this.#options.log.warn(
        { account: accountId, at: event.id },
        'a reader is slow: ticks are left out for it, and it reads the rest from the history',
      );
    }
  }

  #beat(): void {
    const beats = new Map<string, AuthEvent>();
    for (const reader of this.#readers) {
      const accountId = reader.accountId ?? this.#active.delivered;
      const beat = beats.get(accountId) ?? this.#controlEvent(accountId, { kind: 'HEARTBEAT' });
      beats.set(accountId, beat);
      reader.offer(beat);
    }
    void this.#publishAll();
  }

  #history(reader: EventReader, seen: number): Portion | Promise<Portion> {
    if (seen > this.#lastId) return this.#aheadOf(reader, seen);
    // Which account it followed at that place is not known.
    if (reader.accountId === null && this.#active.at(seen) === null) return this.#gap(reader);
    if (!this.#recent.reachesBackTo(seen)) return this.#pastOf(reader, seen);
    const found = this.#recent.after(seen, restOfPage(seen));
    const upTo = found.at(-1)?.id ?? this.#lastId;
    const isWhole = upTo >= this.#lastId;
    const unstored = isWhole ? this.#unstored() : [];
    return { events: this.#of(reader, seen, [...found, ...unstored]), upTo, isWhole };
  }

  async #pastOf(reader: EventReader, seen: number): Promise<Portion> {
    const found = await this.#pages.behind(seen, this.#lastId);
    const [first] = found;
    if (first === undefined || first.id !== seen + 1) return this.#gap(reader);
    return { events: this.#of(reader, seen, found), upTo: found.at(-1)?.id ?? seen, isWhole: false };
  }

  /** The reader knows more than this process: another one on the same database may have told it. */
  async #aheadOf(reader: EventReader, seen: number): Promise<Portion> {
    await this.#store.readForeign();
    return seen > this.#lastId ? this.#gap(reader) : { events: [], upTo: seen, isWhole: false };
  }

  #gap(reader: EventReader): Portion {
    const accountId = reader.accountId ?? this.#active.delivered;
    this.#options.log.warn({ account: accountId }, 'a reader asked for history that is gone');
    // One that follows a single kind cannot be told: it is let go, and begins anew with the state as it is.
    if (!reader.wants('GAP')) reader.letGo();
    const gap = this.#controlEvent(accountId, { kind: 'GAP' });
    return { events: reader.isClosed ? [] : [gap], upTo: this.#lastId, isWhole: true };
  }

  /** What was told and not kept yet. */
  #unstored(): readonly StoredEvent[] {
    if (!this.#store.isFailing) return [];
    return this.#store.drafts
      .filter((draft) => this.#publishedUnstored.has(draft))
      .map((draft) => ({ ...draft, id: this.#lastId }));
  }

  /** What of these is for the reader. One that follows the active account goes over to another at each switch. */
  #of(reader: EventReader, seen: number, events: readonly StoredEvent[]): readonly AuthEvent[] {
    let active = this.#active.at(seen) ?? this.#active.delivered;
    return events.flatMap((event) => {
      if (event.kind === 'ACCOUNT_SWITCHED') active = event.account.id;
      const visible = visibleTo(reader.accountId ?? active, event);
      return visible === null || !reader.isFor(visible) ? [] : [visible];
    });
  }
}
