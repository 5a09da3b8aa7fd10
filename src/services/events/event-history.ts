import type {
  AuthEvent,
  ControlEvent,
  EventDraft,
  EventPayload,
  StoredEvent,
} from '../../domain/events/event.ts';
import type { Logger } from '../../log.ts';
import type { Clock } from '../clock.ts';
import type { ActiveAccount } from './active-account.ts';
import { EventPages, restOfPage } from './event-pages.ts';
import type { EventReader, Portion } from './event-reader.ts';
import type { EventStore } from './event-store.ts';
import { RecentEvents, visibleTo } from './recent-events.ts';

/** How much of the history is answered without the database. */
const RECENT = 1000;

interface Options {
  readonly store: EventStore;
  /** Several nodes use the database. */
  readonly isShared: boolean;
  readonly active: ActiveAccount;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What was published so far: from memory where it is recent, else from the database. */
export class EventHistory {
  readonly #options: Options;
  readonly #recent: RecentEvents;
  readonly #pages: EventPages;
  /** Drafts that were published without an id of their own. */
  readonly #unstored = new WeakSet<EventDraft>();
  #lastId: number;

  constructor(options: Options) {
    const { store } = options;
    this.#options = options;
    this.#lastId = store.lastId;
    this.#recent = new RecentEvents(RECENT, store.lastId);
    this.#pages = new EventPages((after, limit) => store.read(after, limit));
  }

  get lastId(): number {
    return this.#lastId;
  }

  add(event: StoredEvent): void {
    this.#lastId = event.id;
    this.#recent.add(event);
    this.#options.active.noteStored(event);
  }

  /** The draft as it is published while the database does not take it: it repeats the last id. */
  addUnstored(draft: EventDraft): StoredEvent {
    this.#unstored.add(draft);
    return { ...draft, id: this.#lastId };
  }

  /** Something that is never stored: it repeats the last id. */
  controlEvent(accountId: string, payload: EventPayload | ControlEvent): AuthEvent {
    return { id: this.#lastId, at: this.#options.clock(), accountId, ...payload };
  }

  /** What came after the event `seen`; a promise where the database has to be asked. */
  portion(reader: EventReader, seen: number): Portion | Promise<Portion> {
    if (seen > this.#lastId) return this.#aheadOf(reader, seen);
    // Which account it followed at that place is not known.
    if (reader.accountId === null && this.#options.active.at(seen) === null) return this.#gap(reader);
    if (!this.#recent.reachesBackTo(seen)) return this.#pastOf(reader, seen);
    const found = this.#recent.after(seen, restOfPage(seen));
    const upTo = found.at(-1)?.id ?? this.#lastId;
    const isWhole = upTo >= this.#lastId;
    const unstored = isWhole ? this.#publishedUnstored() : [];
    return { events: this.#of(reader, seen, [...found, ...unstored]), upTo, isWhole };
  }

  async #pastOf(reader: EventReader, seen: number): Promise<Portion> {
    const found = await this.#pages.behind(seen, this.#lastId);
    const [first] = found;
    if (first === undefined || first.id !== seen + 1) return this.#gap(reader);
    return { events: this.#of(reader, seen, found), upTo: found.at(-1)?.id ?? seen, isWhole: false };
  }

  /** The reader knows more than this process: another one on the same database may have published it. */
  async #aheadOf(reader: EventReader, seen: number): Promise<Portion> {
    const { store, isShared } = this.#options;
    const isRead = await store.readForeign();
    // The node that it comes from may be ahead of what this one can read at present.
    if (!isRead && isShared && seen > this.#lastId)
      throw new Error('The database cannot be read at present.');
    return seen > this.#lastId ? this.#gap(reader) : { events: [], upTo: seen, isWhole: false };
  }

  #gap(reader: EventReader): Portion {
    const { active, log } = this.#options;
    const accountId = reader.accountId ?? active.delivered;
    log.warn({ account: accountId }, 'a reader asked for history that is gone');
    // One that follows a single kind cannot be sent a GAP: it is ended, and begins anew with the state as it is.
    if (!reader.wants('GAP')) reader.letGo();
    const gap = this.controlEvent(accountId, { kind: 'GAP' });
    return { events: reader.isClosed ? [] : [gap], upTo: this.#lastId, isWhole: true };
  }

  #publishedUnstored(): readonly StoredEvent[] {
    const { store } = this.#options;
    if (!store.isFailing) return [];
    return store.drafts
      .filter((draft) => this.#unstored.has(draft))
      .map((draft) => ({ ...draft, id: this.#lastId }));
  }

  /** What of these is for the reader. One that follows the active account changes to another at each switch. */
  #of(reader: EventReader, seen: number, events: readonly StoredEvent[]): readonly AuthEvent[] {
    const { active } = this.#options;
    let followed = active.at(seen) ?? active.delivered;
    return events.flatMap((event) => {
      if (event.kind === 'ACCOUNT_SWITCHED') followed = event.account.id;
      const visible = visibleTo(reader.accountId ?? followed, event);
      return visible === null || !reader.isFor(visible) ? [] : [visible];
    });
  }
}
