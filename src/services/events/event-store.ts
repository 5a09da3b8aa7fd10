import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../db/database.ts';
import { outsideFence } from '../../db/fence.ts';
import {
  appendEvents,
  findEvents,
  findEventsOf,
  findLastEventId,
  KEPT_EVENTS,
  type StoredDraft,
} from '../../db/queries/events.ts';
import type { EventDraft, StoredEvent } from '../../domain/events/event.ts';
import type { Logger } from '../../log.ts';

/** How many events one transaction takes, and how many of another process are read at once. */
const BATCH = 64;
/** How long an event waits for the database before it is published without being stored. */
const STORE_TIMEOUT_MS = 300;
/** How long after a failure the database is tried again. */
const RETRY_MS = 1000;
/** The longest rest between two transactions. */
const REST_MS = 50;

interface Options {
  readonly database: Database;
  readonly log: Logger;
  /** Events have got their ids, either of other processes or of drafts. The next ones wait until these are delivered. */
  readonly onStored: (stored: readonly StoredDraft[]) => Promise<void>;
  /** The database does not take the drafts at the moment. */
  readonly onStoreTimeout: () => void;
  /** The draft is given up: the history would not hold it anyway. */
  readonly onLost: (draft: EventDraft) => void;
}

/** Stores events, in order, as many at once as there are. What the database does not take is offered again until it does. */
export class EventStore {
  readonly #options: Options;
  #drafts: EventDraft[] = [];
  #lastId: number;
  #writing: Promise<void> | null = null;
  #retry: NodeJS.Timeout | null = null;
  #isFailing = false;
  /** Who waits until everything is read that other processes had stored when they asked. */
  #looks: ((isRead: boolean) => void)[] = [];
  /** How many of the first drafts may be stored already: the answer to a commit was lost. */
  #inDoubt = 0;
  /** When the next transaction may begin. */
  #notBefore = 0;
  /** How many were given up because the history would not hold them anyway; their ids are left out. */
  #lost = 0;

  private constructor(options: Options, lastId: number) {
    this.#options = options;
    this.#lastId = lastId;
  }

  static async open(options: Options): Promise<EventStore> {
    return new EventStore(options, await findLastEventId(options.database.read));
  }

  get lastId(): number {
    return this.#lastId;
  }

  /** The database does not take anything at the moment. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** What has no id yet. */
  get drafts(): readonly EventDraft[] {
    return this.#drafts;
  }

  keep(draft: EventDraft): void {
    this.#drafts.push(draft);
    if (this.#isFailing && this.#drafts.length > KEPT_EVENTS) {
      const lost = this.#drafts.shift();
      this.#inDoubt = Math.max(0, this.#inDoubt - 1);
      this.#lost += 1;
      if (lost !== undefined) this.#options.onLost(lost);
    }
    if (!this.#isFailing) this.#start();
  }

  /** The history behind an id, oldest first. */
  read(after: number, limit: number): Promise<readonly StoredEvent[]> {
    return findEvents(this.#options.database.read, after, limit);
  }

  /** The switches of the active account that the history holds, oldest first. */
  readSwitches(): Promise<readonly StoredEvent[]> {
    return findEventsOf(this.#options.database.read, 'ACCOUNT_SWITCHED');
  }

  /**
   * Reads what other processes have stored so far. Returns when it is delivered; false where it cannot be read at present.
   */
  readForeign(): Promise<boolean> {
    if (this.#isFailing) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#looks.push(resolve);
      this.#start();
    });
  }

  /** Tries once more to store what is not stored yet. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#retry !== null) clearTimeout(this.#retry);
    await this.#writing;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#isFailing = false;
    this.#start();
    await this.#writing;
    if (this.#retry !== null) clearTimeout(this.#retry);
    if (this.#drafts.length > 0)
      this.#options.log.error({ events: this.#drafts.length }, 'events are lost: the database took none');
  }

  #start(): void {
    if (this.#writing !== null || !this.#hasWork) return;
    // What is stored here is of many accounts, whoever has woken it.
    this.#writing = outsideFence(() => this.#work()).finally(() => {
      this.#writing = null;
      // Something may have come in since it looked for the last time.
      if (!this.#isFailing) this.#start();
    });
  }

  get #hasWork(): boolean {
    return this.#drafts.length > 0 || this.#looks.length > 0;
  }

  async #work(): Promise<void> {
    while (this.#hasWork) {
      // What others have stored needs no transaction here, and so no rest between two.
      if (this.#drafts.length === 0 || (this.#looks.length > 0 && this.#restLeft >= 1)) {
        await this.#readForeignBatch(this.#looks.splice(0));
        continue;
      }
      await this.#rest();
      // Those who ask from now on may know of something that this transaction misses.
      const looks = this.#looks.splice(0);
      const timeout = this.#startTimeout();
      try {
        const isWhole = await this.#write(this.#drafts.slice(0, BATCH), timeout);
        this.#answer(looks, isWhole);
      } catch (error) {
        this.#looks.push(...looks);
        this.#fail(error);
        this.#retry = setTimeout(() => this.#start(), RETRY_MS).unref();
        return;
      } finally {
        clearTimeout(timeout);
      }
    }
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#options.log.info('events are kept again');
  }

  /**
   * What happens in the same turn goes into the same transaction. The longer it took to store and deliver the last ones,
   * the longer the next are collected: a busy process delivers more at once instead of falling behind.
   */
  async #rest(): Promise<void> {
    if (this.#restLeft >= 1) await delay(this.#restLeft);
  }

  get #restLeft(): number {
    return this.#notBefore - performance.now();
  }

  /** What waits for long is published without being stored, unless other nodes would publish it again. */
  #startTimeout(): NodeJS.Timeout | undefined {
    if (this.#options.database.isShared) return undefined;
    return setTimeout(() => this.#fail('the database is slow'), STORE_TIMEOUT_MS).unref();
  }

  /** Whether everything is read that other processes have stored before. */
  async #write(drafts: readonly EventDraft[], timeout: NodeJS.Timeout | undefined): Promise<boolean> {
    const begun = performance.now();
    const lost = this.#lost;
    const inDoubt = this.#inDoubt;
    const { database, onStored } = this.#options;
    // A transaction that fails may have been committed all the same.
    if (database.isShared) this.#inDoubt = drafts.length;
    const stored = await database.write((transaction) =>
      appendEvents(transaction, { lastId: this.#lastId, drafts, skipped: lost, inDoubt, atOnce: BATCH }),
    );
    clearTimeout(timeout);
    this.#lastId = stored.at(-1)?.event.id ?? this.#lastId;
    const own = new Set(stored.flatMap(({ draft }) => draft ?? []));
    if (own.size > 0) this.#settle(own, lost);
    this.#inDoubt = own.size === drafts.length ? 0 : Math.max(0, inDoubt - own.size);
    for (const part of partsOf(stored)) await onStored(part);
    const ended = performance.now();
    this.#notBefore = ended + Math.min(ended - begun, REST_MS);
    return own.size === drafts.length && stored.length !== BATCH;
  }

  #settle(drafts: ReadonlySet<EventDraft>, lost: number): void {
    this.#lost -= lost;
    // They come first in the queue; some of them may have been given up meanwhile.
    const count = this.#drafts.findIndex((draft) => !drafts.has(draft));
    this.#drafts.splice(0, count < 0 ? this.#drafts.length : count);
  }

  async #readForeignBatch(looks: readonly ((isRead: boolean) => void)[]): Promise<void> {
    try {
      const foreign = await this.read(this.#lastId, BATCH);
      this.#lastId = foreign.at(-1)?.id ?? this.#lastId;
      if (foreign.length > 0) await this.#options.onStored(foreign.map((event) => ({ event, draft: null })));
      this.#answer(looks, foreign.length < BATCH);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the events of other processes cannot be read at the moment');
      for (const look of looks) look(false);
    }
  }

  /** Answers those who have waited for a read that has found everything; otherwise they wait for the next one. */
  #answer(looks: readonly ((isRead: boolean) => void)[], isWhole: boolean): void {
    if (!isWhole) this.#looks.push(...looks);
    else for (const look of looks) look(true);
  }

  #fail(error: unknown): void {
    if (!this.#isFailing)
      this.#options.log.error(
        { err: error },
        'events cannot be kept at the moment; they are told at once and kept later',
      );
    this.#isFailing = true;
    for (const look of this.#looks.splice(0)) look(false);
    this.#options.onStoreTimeout();
  }
}

/** Other processes' events and drafts apart, so that each part is delivered before the next. */
const partsOf = (stored: readonly StoredDraft[]): readonly (readonly StoredDraft[])[] => {
  const parts: StoredDraft[][] = [];
  for (const one of stored) {
    const part = parts.at(-1);
    if (part !== undefined && (part[0]?.draft === null) === (one.draft === null)) part.push(one);
    else parts.push([one]);
  }
  return parts;
};
