import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from '../../db/database.ts';
import type { StoredDraft } from '../../db/queries/events.ts';
import type { Account } from '../../domain/account/account.ts';
import type { DbRecovery } from '../../domain/events/db-recovery.ts';
import type {
  AuthEvent,
  ControlEvent,
  EventDraft,
  EventPayload,
  StoredEvent,
} from '../../domain/events/event.ts';
import type { Logger } from '../../log.ts';
import type { Clock } from '../clock.ts';
import { ActiveAccount } from './active-account.ts';
import { CatchUp } from './catch-up.ts';
import { EventHistory } from './event-history.ts';
import { EventReader } from './event-reader.ts';
import { EventStore } from './event-store.ts';
import { PublishLoop } from './publish-loop.ts';
import type { DraftEntry, Entry } from './published-entry.ts';
import { visibleTo } from './recent-events.ts';

const HEARTBEAT_MS = 15_000;

interface Options {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
}

interface SubscribeOptions {
  readonly after?: number | undefined;
  readonly snapshot?: readonly EventPayload[];
  readonly only?: AuthEvent['kind'] | undefined;
  /** Whether the reader may receive this one; everything if left out. */
  readonly canReceive?: (payload: EventPayload | ControlEvent) => boolean;
}

/**
 * Everything that happens, in order, for every reader. An event is stored before it is published, so a client that
 * resumes with the last id gets exactly what it missed, also after a crash. While a database of several nodes takes
 * nothing, events wait: published at once, a reader that goes to another node would get them again.
 */
export class EventLog implements AsyncDisposable {
  readonly #options: Options;
  readonly #store: EventStore;
  readonly #history: EventHistory;
  readonly #readers = new Set<EventReader>();
  readonly #listeners = new Set<(payload: EventPayload) => void>();
  readonly #catchUp = new CatchUp();
  readonly #active = new ActiveAccount();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #loop = new PublishLoop<Entry>({
    readers: this.#readers,
    isDue: (entry) => entry.kind !== 'DRAFT' || entry.event !== null || entry.isLost || this.#goesOut,
    publish: (entry) => this.#publishEntry(entry),
  });
  /** Of the entries, the drafts that have no id yet. */
  readonly #drafts = new Map<EventDraft, DraftEntry>();
  #admitted: Promise<void> = Promise.resolve();
  /** Ends the watch for what other processes write; null while nobody listens. */
  #stopWatching: (() => void) | null = null;

  private constructor(options: Options, store: EventStore) {
    this.#options = options;
    this.#store = store;
    const { clock, log } = options;
    const { isShared } = options.database;
    this.#history = new EventHistory({ store, isShared, active: this.#active, clock, log });
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  static async open(options: Options): Promise<EventLog> {
    const store = await EventStore.open({
      database: options.database,
      log: options.log,
      onStored: (stored) => log.#onStored(stored),
      onStoreTimeout: () => void log.#loop.run(),
      onLost: (draft) => log.#onLost(draft),
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

  /** The active account after everything that was published. */
  get activeId(): string {
    return this.#active.published;
  }

  get lastId(): number {
    return this.#history.lastId;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Something has happened, to an account or, with null, to all of them. */
  publish(accountId: string | null, payload: EventPayload): void {
    const draft: EventDraft = { at: this.#options.clock(), accountId, ...payload };
    const entry: DraftEntry = { kind: 'DRAFT', draft, event: null, isLost: false };
    this.#active.notePublished(payload);
    this.#loop.push(entry);
    this.#drafts.set(draft, entry);
    this.#store.keep(draft);
    if (this.#store.isFailing) void this.#loop.run();
    for (const listener of this.#listeners) listener(payload);
  }

  /** An outage begins, changes or ends. Of a database of several nodes it is this node's own, and no part of the history. */
  publishRecovery(recovery: DbRecovery): void {
    const payload: EventPayload = { kind: 'DB_RECOVERY', recovery };
    if (!this.#options.database.isShared) {
      this.publish(null, payload);
      return;
    }
    // At once: what is before it in the queue may wait for the end of the outage.
    this.#send(this.#history.addUnstored({ at: this.#options.clock(), accountId: null, ...payload }));
    void this.#loop.run();
    for (const listener of this.#listeners) listener(payload);
  }

  /** Calls back at once with whatever this process publishes and stores. Answers what ends that. */
  onPublished(listener: (payload: EventPayload) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Returns when one more reader may begin: of a thousand at once, one in each turn of the event loop. */
  admit(): Promise<void> {
    this.#admitted = this.#admitted.then(() => nextTurn());
    return this.#admitted;
  }

  /** Publishes what other processes have stored so far. What they store later is published by itself. */
  async readForeign(): Promise<void> {
    await this.#store.readForeign();
  }

  /** Publishes something that is not stored, such as a tick of a clock: it repeats the last id, and only readers here get it. */
  publishTransient(accountId: string, payload: EventPayload): void {
    // It would be old by the time at which what is before it has been stored.
    if (this.#store.isFailing && !this.#goesOut) return;
    this.#loop.push({ kind: 'TICK', accountId, payload });
    void this.#loop.run();
  }

  /**
   * What happens to an account from now on, after `snapshot`; with null, to whichever is the active one. With `after`,
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
      history: (of, seen) => this.#history.portion(of, seen),
      onWhole: (of) => this.#catchUp.leave(of),
      onClose: (closed) => this.#leave(closed),
    });
    if (after !== undefined) {
      this.#enter(reader);
      return reader;
    }
    // What is about to be published is in the snapshot already, so the reader begins after it.
    this.#loop.push({ kind: 'READER', reader, snapshot });
    void this.#loop.run();
    return reader;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#stopWatching?.();
    await this.#store[Symbol.asyncDispose]();
    for (const reader of [...this.#readers]) reader.letGo();
  }

  /** Returns when it was delivered to the readers. */
  #onStored(stored: readonly StoredDraft[]): Promise<void> {
    for (const { draft, event } of stored) {
      const entry = draft === null ? undefined : this.#drafts.get(draft);
      if (draft !== null) this.#drafts.delete(draft);
      if (entry !== undefined) entry.event = event;
      else if (draft === null) this.#publishForeign(event);
      else this.#history.add(event);
    }
    return this.#loop.run();
  }

  /** What the database does not take at present is published all the same. */
  get #goesOut(): boolean {
    return this.#store.isFailing && !this.#options.database.isShared;
  }

  #onLost(draft: EventDraft): void {
    const entry = this.#drafts.get(draft);
    this.#drafts.delete(draft);
    if (entry !== undefined) entry.isLost = true;
  }

  #publishEntry(entry: Entry): void {
    switch (entry.kind) {
      case 'DRAFT':
        this.#publishDraft(entry);
        break;
      case 'TICK':
        this.#send(this.#history.controlEvent(entry.accountId, entry.payload));
        break;
      case 'READER':
        this.#begin(entry.reader, entry.snapshot);
    }
  }

  #publishDraft({ draft, event, isLost }: DraftEntry): void {
    if (isLost) return;
    if (event !== null) {
      this.#deliver(event);
      return;
    }
    this.#drafts.delete(draft);
    this.#send(this.#history.addUnstored(draft));
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
      this.#history.lastId,
      snapshot.map((payload) => this.#history.controlEvent(accountId, payload)),
    );
    this.#enter(reader);
  }

  #deliver(event: StoredEvent): void {
    this.#history.add(event);
    this.#send(event);
  }

  /** Another process has published it. */
  #publishForeign(event: StoredEvent): void {
    this.#active.notePublished(event);
    this.#deliver(event);
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
      const beat = beats.get(accountId) ?? this.#history.controlEvent(accountId, { kind: 'HEARTBEAT' });
      beats.set(accountId, beat);
      reader.offer(beat);
    }
    void this.#loop.run();
  }
}
