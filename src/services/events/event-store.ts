import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../db/database.ts';
import { outsideFence } from '../../db/fence.ts';
import {
  appendEvents,
  findEvents,
  findEventsOf,
  findLastEventId,
  KEPT_EVENTS,
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
  /**
   * Events have got their ids: first those of another process, then the drafts that were handed in. The next ones wait
   * until these are delivered.
   */
  readonly onStored: (stored: readonly StoredDraft[]) => Promise<void>;
  /** The database does not take the drafts at the moment: they have to be published without an id of their own. */
  readonly onStoreTimeout: () => void;
}

/** An event in the history; null as draft where another process has written it. */
export interface StoredDraft {
  readonly event: StoredEvent;
  readonly draft: EventDraft | null;
}

/** Stores events, in order, as many at once as there are. What the database does not take is offered again until it does. */
export class EventStore {
  readonly #options: Options;
  #drafts: EventDraft[] = [];
  #lastId: number;
  #writing: Promise<void> | null = null;
  #retry: NodeJS.Timeout | null = null;
  #isFailing = false;
  #isLookWanted = false;
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
      this.#drafts.shift();
      this.#lost += 1;
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

  /** Reads what other processes have stored meanwhile. Returns when it is delivered, or cannot be read at present. */
  async readForeign(): Promise<void> {
    this.#isLookWanted = !this.#isFailing;
    while (this.#isLookWanted && !this.#isFailing) {
      this.#start();
      await this.#writing;
    }
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
    return this.#drafts.length > 0 || this.#isLookWanted;
  }

  async #work(): Promise<void> {
    while (this.#hasWork) {
      await this.#rest();
      if (this.#drafts.length === 0) {
        await this.#readForeignBatch();
        continue;
      }
      const timeout = setTimeout(() => this.#fail('the database is slow'), STORE_TIMEOUT_MS).unref();
      try {
        await this.#write(this.#drafts.slice(0, BATCH), timeout);
      } catch (error) {
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
    const rest = this.#notBefore - performance.now();
    if (rest >= 1) await delay(rest);
  }

  async #write(drafts: readonly EventDraft[], timeout: NodeJS.Timeout): Promise<void> {
    const begun = performance.now();
    const lost = this.#lost;
    const { foreign, kept: stored } = await this.#options.database.write((transaction) =>
      appendEvents(transaction, { lastId: this.#lastId, drafts, skipped: lost, atOnce: BATCH }),
    );
    clearTimeout(timeout);
    this.#lastId = stored.at(-1)?.id ?? foreign.at(-1)?.id ?? this.#lastId;
    if (stored.length > 0) this.#settle(new Set(drafts), lost);
    await this.#options.onStored([
      ...foreign.map((event) => ({ event, draft: null })),
      ...stored.map((event, index) => ({ event, draft: drafts[index] ?? null })),
    ]);
    const ended = performance.now();
    this.#notBefore = ended + Math.min(ended - begun, REST_MS);
  }

  #settle(drafts: ReadonlySet<EventDraft>, lost: number): void {
    this.#lost -= lost;
    // They come first in the queue; some of them may have been given up meanwhile.
    const count = this.#drafts.findIndex((draft) => !drafts.has(draft));
    this.#drafts.splice(0, count < 0 ? this.#drafts.length : count);
    // They come after everything that other processes have stored.
    this.#isLookWanted = false;
  }

  async #readForeignBatch(): Promise<void> {
    try {
      const foreign = await this.read(this.#lastId, BATCH);
      this.#isLookWanted = foreign.length === BATCH;
      if (foreign.length === 0) return;
      this.#lastId = foreign.at(-1)?.id ?? this.#lastId;
      await this.#options.onStored(foreign.map((event) => ({ event, draft: null })));
    } catch (error) {
      this.#isLookWanted = false;
      this.#options.log.warn({ err: error }, 'the events of other processes cannot be read at the moment');
    }
  }

  #fail(error: unknown): void {
    if (!this.#isFailing)
      this.#options.log.error(
        { err: error },
        'events cannot be kept at the moment; they are told at once and kept later',
      );
    this.#isFailing = true;
    this.#options.onStoreTimeout();
  }
}
