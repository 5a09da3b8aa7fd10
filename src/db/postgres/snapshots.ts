import { AsyncLocalStorage } from 'node:async_hooks';
import { sql } from 'kysely';
import { databaseNow } from '../engine.ts';
import type { Queryable } from '../queryable.ts';
import { SharedWork } from '../shared-work.ts';
import type { ServerClock } from './server-clock.ts';

interface Moment {
  snapshot: Promise<string> | null;
  /** Whatever was begun in it and goes on, such as a watch that an error has started, reads what is there by then. */
  isOver: boolean;
}

/** Which transactions of which server are over and which run: two equal snapshots see the same rows. */
export class Snapshots {
  readonly #db: Queryable;
  readonly #clock: ServerClock;
  readonly #asking = new SharedWork<string>();
  readonly #moments = new AsyncLocalStorage<Moment>();

  constructor(db: Queryable, clock: ServerClock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** `known` is one snapshot for all that `work` reads; see `Database.atOneMoment`. */
  async atOneMoment<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#moment !== null) return work();
    const moment: Moment = { snapshot: null, isOver: false };
    try {
      return await this.#moments.run(moment, work);
    } finally {
      moment.isOver = true;
    }
  }

  /** Where a moment is given, the snapshot that was taken first in it. */
  known(): Promise<string> {
    const moment = this.#moment;
    if (moment === null) return this.take();
    moment.snapshot ??= this.take();
    return moment.snapshot;
  }

  get #moment(): Moment | null {
    const moment = this.#moments.getStore();
    return moment === undefined || moment.isOver ? null : moment;
  }

  /** The answer tells the time as well, so that nothing is said of what was read by a time that is older. */
  take(): Promise<string> {
    return this.#asking.run(async () => {
      const asked = this.#clock.moment();
      const { rows } = await sql<{ snapshot: string; now: number }>`
        select pg_current_snapshot() || ' ' || pg_postmaster_start_time() as snapshot,
          ${databaseNow(this.#db)} as now`.execute(this.#db);
      const [row] = rows;
      if (row === undefined) return '';
      this.#clock.note(row.now, asked);
      return row.snapshot;
    });
  }
}
