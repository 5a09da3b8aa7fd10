import { AsyncLocalStorage } from 'node:async_hooks';
import { type RawBuilder, sql } from 'kysely';
import { databaseNow } from '../engine.ts';
import type { Queryable } from '../queryable.ts';
import { SharedWork } from '../shared-work.ts';
import type { ServerClock } from './server-clock.ts';

interface Moment {
  readonly of: Snapshots;
  snapshot: Promise<string> | null;
  /** The account that was asked for first, and all of them once another one is asked for. */
  first: { readonly accountId: string; readonly version: Promise<string> } | null;
  all: Promise<Versions> | null;
  /** Whatever was begun in it and goes on, such as a watch that an error has started, reads what is there by then. */
  isOver: boolean;
}

type Versions = ReadonlyMap<string, string>;

/** Of an account of which nothing was written since versions are counted. */
const NEVER_WRITTEN = '';

/** Counters begin anew with each start of a server, and in its copy. */
const SERVER_START = sql`' ' || pg_postmaster_start_time()`;
/** Of the rows of one account, which never are the same again. */
const VERSION = sql<string>`string_agg(version::text, ' ' order by version) || ${SERVER_START}`;

/** What tells whether rows may have changed since they were read. */
export class Snapshots {
  readonly #db: Queryable;
  readonly #clock: ServerClock;
  readonly #asking = new SharedWork<string>();
  /** One for all databases: each storage that was ever used costs every promise of the process. */
  static readonly #moments = new AsyncLocalStorage<Moment>();

  constructor(db: Queryable, clock: ServerClock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Whatever `work` reads is asked for once; see `Database.atOneMoment`. */
  async atOneMoment<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#moment !== null) return work();
    const moment: Moment = { of: this, snapshot: null, first: null, all: null, isOver: false };
    try {
      return await Snapshots.#moments.run(moment, work);
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

  /** Which transactions wrote of the account last; where a moment is given, as it was asked for first in it. */
  async versionOf(accountId: string): Promise<string> {
    const moment = this.#moment;
    if (moment === null) return this.#readVersion(accountId);
    moment.first ??= { accountId, version: this.#readVersion(accountId) };
    if (moment.first.accountId === accountId) return moment.first.version;
    moment.all ??= this.#readVersions();
    return (await moment.all).get(accountId) ?? NEVER_WRITTEN;
  }

  get #moment(): Moment | null {
    const moment = Snapshots.#moments.getStore();
    return moment?.of === this && !moment.isOver ? moment : null;
  }

  /** Which transactions of which server are over and which run: two equal snapshots see the same rows. */
  take(): Promise<string> {
    return this.#asking.run(async () => {
      const rows = await this.#ask<{ snapshot: string }>(
        (now) => sql`select pg_current_snapshot() || ${SERVER_START} as snapshot, ${now} as now`,
      );
      return rows[0]?.snapshot ?? '';
    });
  }

  async #readVersion(accountId: string): Promise<string> {
    const rows = await this.#ask<{ version: string | null }>(
      (now) => sql`
        select ${VERSION} as version, ${now} as now from vega_account_versions where account_id = ${accountId}`,
    );
    return rows[0]?.version ?? NEVER_WRITTEN;
  }

  async #readVersions(): Promise<Versions> {
    const rows = await this.#ask<{ id: string; version: string }>(
      (now) => sql`
        select account_id as id, ${VERSION} as version, ${now} as now from vega_account_versions group by account_id`,
    );
    return new Map(rows.map(({ id, version }) => [id, version]));
  }

  /** The answer tells the time as well, so that nothing is said of what was read by a time that is older. */
  async #ask<Row>(question: (now: RawBuilder<number>) => RawBuilder<unknown>): Promise<readonly Row[]> {
    const asked = this.#clock.moment();
    const { rows } = await question(databaseNow(this.#db)).execute(this.#db);
    const answers = rows as readonly (Row & { readonly now: number })[];
    if (answers[0] !== undefined) this.#clock.note(answers[0].now, asked);
    return answers;
  }
}
