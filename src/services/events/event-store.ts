import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../db/database.ts';
import { appendEvents, findEvents, findLastEventId, KEPT_EVENTS } from '../../db/events.ts';
import type { EventDraft, KeptEvent } from '../../domain/event.ts';
import type { Logger } from '../../log.ts';

/** How many happenings one transaction takes. */
const BATCH = 500;
/** How long a happening waits for the database before it is told without being kept. */
const PATIENCE_MS = 300;
/** How long a database that failed is left alone. */
const RETRY_MS = 1000;
/** The longest rest between two transactions. */
const REST_MS = 50;

interface Options {
  readonly database: Database;
  readonly log: Logger;
  /** Happenings have got their ids; the drafts are those that were handed in, what another process did stands before. */
  readonly onKept: (kept: readonly Keeping[]) => void;
  /** The database does not take the drafts at the moment: they have to be told without an id of their own. */
  readonly onImpatience: () => void;
}

/** An event in the history; null as draft where another process has written it. */
export interface Keeping {
  readonly event: KeptEvent;
  readonly draft: EventDraft | null;
}

/** Writes happenings down, in order, as many at once as there are. What the database does not take is offered again until it does. */
export class EventStore {
  readonly #options: Options;
  #drafts: EventDraft[] = [];
  #lastId: number;
  #writing: Promise<void> | null = null;
  #retry: NodeJS.Timeout | null = null;
  #isFailing = false;
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
  read(after: number, limit: number): Promise<readonly KeptEvent[]> {
    return findEvents(this.#options.database.read, after, limit);
  }

  /** Tries once more to keep what is not kept yet. */
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
    if (this.#writing !== null || this.#drafts.length === 0) return;
    this.#writing = this.#writeAll().finally(() => {
      this.#writing = null;
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#drafts.length > 0) {
      await this.#rest();
      const patience = setTimeout(() => this.#fail('the database is slow'), PATIENCE_MS).unref();
      try {
        await this.#write(this.#drafts.slice(0, BATCH));
      } catch (error) {
        this.#fail(error);
        this.#retry = setTimeout(() => this.#start(), RETRY_MS).unref();
        return;
      } finally {
        clearTimeout(patience);
      }
    }
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#options.log.info('events are kept again');
  }

  /**
   * What happens in the same turn goes into the same transaction; and the longer it took to keep and to tell the last
   * ones, the longer the next are collected, so that whoever is busy tells more at once instead of falling behind.
   */
  async #rest(): Promise<void> {
    const rest = this.#notBefore - performance.now();
    if (rest >= 1) await delay(rest);
  }

  async #write(drafts: readonly EventDraft[]): Promise<void> {
    const begun = performance.now();
    const lost = this.#lost;
    const { foreign, kept } = await this.#options.database.write((transaction) =>
      appendEvents(transaction, this.#lastId, drafts, lost),
    );
    this.#lastId = kept.at(-1)?.id ?? this.#lastId;
    this.#lost -= lost;
    // Some of them may have been given up meanwhile.
    this.#drafts = this.#drafts.filter((draft) => !drafts.includes(draft));
    this.#options.onKept([
      ...foreign.map((event) => ({ event, draft: null })),
      ...kept.map((event, index) => ({ event, draft: drafts[index] ?? null })),
    ]);
    const ended = performance.now();
    this.#notBefore = ended + Math.min(ended - begun, REST_MS);
  }

  #fail(error: unknown): void {
    if (!this.#isFailing)
      this.#options.log.error(
        { err: error },
        'events cannot be kept at the moment; they are told at once and kept later',
      );
    this.#isFailing = true;
    this.#options.onImpatience();
  }
}
