import { AsyncLocalStorage } from 'node:async_hooks';
import { sql } from 'kysely';
import { databaseNow } from '../engine.ts';
import type { Queryable } from '../queryable.ts';
import { SharedWork } from '../shared-work.ts';
import type { ServerClock } from './server-clock.ts';

interface Moment {
  snapshot: Promise<string> | null;
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
  atOneMoment<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#moments.getStore() === undefined ? this.#moments.run({ snapshot: null }, work) : work();
  }

  /** Where a moment is given, the snapshot that was taken first in it. */
  known(): Promise<string> {
    const moment = this.#moments.getStore();
    if (moment === undefined) return this.take();
    moment.snapshot ??= this.take();
    return moment.snapshot;
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
