import { createHash, randomUUID } from 'node:crypto';
import { Logger, type Runner, run, runMigrations } from 'graphile-worker';
import { sql } from 'kysely';
import { OVER_STATUSES } from '../../domain/run/generation-run.ts';
import type { Look, LookQueue, WorkOptions } from '../look-queue.ts';
import { leaseEnd } from '../queries/account-leases.ts';
import type { Queryable } from '../queryable.ts';
import type { OpenedPostgres } from './opened-postgres.ts';

type Write = <Result>(work: (trx: Queryable) => Promise<Result>) => Promise<Result>;

const LOOK = 'look';
/** Whatever the settings of the queue's own command say. */
const SCHEMA = 'graphile_worker';
/** Beneath the notifications of the queue, one of which may be lost. */
const POLL_MS = 2000;
/** In batches the end of a look that cannot be stored stops the queue; alone it is an unhandled rejection. */
const PRESET = { pollInterval: POLL_MS, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
/** After the queue itself has failed. */
const RESTART_MS = 1000;
/** A look takes its lease at once: one that has none after this time is of a worker that is dead, or has lost it. */
const LEASE_WITHIN_SECONDS = 10;
/** The queue keeps two bytes for it. */
const [FIRST, LAST] = [-32_768, 32_767];

/** Messages of the queue are about jobs and connections; what a look finds is logged by the look itself. */
const silent = new Logger(() => () => undefined);

/** The looks at accounts as jobs of graphile-worker: one queue for each account, so that one look at it runs at a time. */
export class GraphileLooks implements LookQueue {
  readonly #opened: OpenedPostgres;
  readonly #write: Write;

  constructor(opened: OpenedPostgres, write: Write) {
    this.#opened = opened;
    this.#write = write;
  }

  /** Makes and updates the tables of the queue, in a schema of their own; several machines may come at once. */
  static async migrate(opened: OpenedPostgres): Promise<void> {
    const pool = opened.openPool(1);
    try {
      await opened.write(async (trx) => {
        // Its connection stands still while another one makes the tables.
        await sql`set local idle_in_transaction_session_timeout = 0`.execute(trx);
        await runMigrations({ pgPool: pool, schema: SCHEMA, logger: silent });
      });
    } finally {
      await pool.end();
    }
  }

  async add(trx: Queryable, { accountId, rank }: Look, at: Date | null): Promise<void> {
    const priority = Math.min(LAST, Math.max(FIRST, Math.round(rank)));
    await sql`
      select graphile_worker.add_job(
        ${LOOK}, payload => ${JSON.stringify({ accountId })}::json, queue_name => ${accountId}, job_key => ${accountId},
        priority => ${priority}::int, run_at => ${at === null ? null : at.toISOString()}::timestamptz)`.execute(
      trx,
    );
  }

  async dueAt(accountId: string): Promise<Date | null> {
    const { rows } = await sql<{ at: number }>`
      select (extract(epoch from run_at) * 1000)::bigint as at from ${JOBS} jobs
      where queue_name = ${accountId} and locked_at is null and ${IS_LIVE} order by run_at limit 1`.execute(
      this.#opened.kysely,
    );
    const [row] = rows;
    return row === undefined ? null : new Date(row.at);
  }

  work({ handle, concurrency, egress, onTrouble }: WorkOptions): AsyncDisposable {
    // One connection each for taking and ending a look, and one that listens.
    const pool = this.#opened.openPool(concurrency + 2, nameOfWorker(egress));
    let isStopped = false;
    let runner: Runner | null = null;
    let wake = () => {};
    const begin = async (): Promise<void> => {
      runner = await run({
        pgPool: pool,
        noHandleSignals: true,
        schema: SCHEMA,
        preset: { worker: { ...PRESET, concurrentJobs: concurrency } },
        logger: silent,
        taskList: {
          [LOOK]: (payload, { job }) =>
            handle({ accountId: (payload as { accountId: string }).accountId, rank: job.priority }),
        },
      });
      if (isStopped) await runner.stop();
      await runner.promise;
    };
    const keepGoing = async (): Promise<void> => {
      while (!isStopped) {
        await begin().catch(onTrouble);
        if (isStopped) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, RESTART_MS).unref();
        });
      }
    };
    const ended = keepGoing();
    return {
      [Symbol.asyncDispose]: async () => {
        isStopped = true;
        wake();
        await runner?.stop().catch(() => undefined);
        await ended;
        await pool.end();
      },
    };
  }

  async egresses(): Promise<readonly string[]> {
    const { rows } = await sql<{ name: string }>`
      select distinct application_name as name from pg_stat_activity
      where datname = current_database() and application_name like ${`${WORKER} %`}`.execute(
      this.#opened.kysely,
    );
    return rows.map(({ name }) => name.split(' ').at(-1) ?? '');
  }

  async reviveAbandoned(): Promise<readonly string[]> {
    const read = this.#opened.kysely;
    const { rows: dead } = await sql<{ pool: string }>`
      select distinct jobs.locked_by as pool
      from ${JOBS} jobs left join vega_account_leases leases on leases.account_id = jobs.queue_name
      where jobs.locked_at < clock_timestamp() - make_interval(secs => ${LEASE_WITHIN_SECONDS}) and ${IS_FREE}`.execute(
      read,
    );
    const { rows: lost } = await sql<{ accountId: string }>`
      select distinct runs.account_id as "accountId"
      from vega_generation_runs runs left join vega_account_leases leases on leases.account_id = runs.account_id
      where runs.status not in (${sql.join(OVER_STATUSES)}) and ${IS_FREE}
        and not exists (select from ${JOBS} jobs where jobs.queue_name = runs.account_id and ${IS_LIVE})`.execute(
      read,
    );
    const renewed = dead.length === 0 ? [] : await this.#write((trx) => this.#renew(trx, dead));
    for (const { accountId } of lost)
      await this.#write((trx) => this.add(trx, { accountId, rank: FIRST }, null));
    return [...new Set([...renewed, ...lost.map(({ accountId }) => accountId)])];
  }

  /**
   * Gives the looks of pools to others, as new ones: a pool that lives after all, and ends its look later, would otherwise
   * end the one of whoever has it by then, and leave the account's queue locked.
   */
  async #renew(trx: Queryable, dead: readonly { readonly pool: string }[]): Promise<readonly string[]> {
    const pools = dead.map(({ pool }) => pool);
    const { rows } = await sql<{ id: string; accountId: string }>`
      select id, queue_name as "accountId" from ${JOBS}
      where locked_by = any(${pools}::text[]) or (locked_at is null and attempts >= max_attempts)`.execute(
      trx,
    );
    const ids = rows.map(({ id }) => id);
    await sql`select graphile_worker.force_unlock_workers(${pools}::text[])`.execute(trx);
    await sql`select graphile_worker.complete_jobs(${ids}::bigint[])`.execute(trx);
    const accounts = [...new Set(rows.map(({ accountId }) => accountId))];
    for (const accountId of accounts)
      await this.add(trx, { accountId, rank: FIRST }, await leaseEnd(trx, accountId));
    return accounts;
  }
}

const WORKER = 'vega-auth work';

/** The server cuts longer names, and knows letters without accents only. */
const nameOfWorker = (egress: string | null): string => {
  const address = createHash('sha256')
    .update(egress ?? '')
    .digest('hex')
    .slice(0, 16);
  return `${WORKER} ${randomUUID().slice(0, 8)} ${address}`;
};

/** The view of the queue that is meant for others. */
const JOBS = sql`graphile_worker.jobs`;

/** It is executed, or will be: one that was replaced while it was executed stays behind when its worker dies. */
const IS_LIVE = sql`(jobs.locked_at is not null or jobs.attempts < jobs.max_attempts)`;

/** No worker holds the account. */
const IS_FREE = sql`coalesce(leases.until, 0) <= (extract(epoch from clock_timestamp()) * 1000)::bigint`;
