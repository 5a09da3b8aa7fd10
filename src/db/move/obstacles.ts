import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseError } from '../database-error.ts';
import { databaseNow } from '../engine.ts';
import type { Queryable } from '../queryable.ts';

/** Throws a `DatabaseError` while a run is under way or a worker has an account: a login would go on without its ledger. */
export const refuseUnderWay = async (db: Queryable, place: string): Promise<void> => {
  const run = await db
    .selectFrom('vega_generation_runs')
    .select(['account_id', 'started_at'])
    .where('ended_at', 'is', null)
    .orderBy('started_at')
    .limit(1)
    .executeTakeFirst();
  if (run !== undefined)
    throw new DatabaseError(
      place,
      `A run of ${run.account_id} in the database ${place} is not over (begun ${new Date(run.started_at).toISOString()}). Start vega-auth, let the run end or end it with \`vega-auth abort\`, stop vega-auth, and try again. Nothing was moved.`,
    );
  const lease = await db
    .selectFrom('vega_account_leases')
    .select(['account_id', 'worker_id'])
    .where('until', '>', databaseNow(db))
    .orderBy('account_id')
    .limit(1)
    .executeTakeFirst();
  if (lease !== undefined)
    throw new DatabaseError(
      place,
      `The worker ${lease.worker_id} has the account ${lease.account_id} in the database ${place}. Stop every worker, wait a minute, and try again. Nothing was moved.`,
    );
};

/** Throws a `DatabaseError` for a database that another version has left. */
export const refuseOtherVersion = (
  place: string,
  executed: readonly string[],
  known: readonly string[],
): void => {
  const refuse = (what: string): never => {
    throw new DatabaseError(place, `The database ${place} ${what} Nothing was moved.`);
  };
  const newer = executed.filter((name) => !known.includes(name) && !/^moved-away-/.test(name));
  if (newer.length > 0)
    refuse(`was made by a newer vega-auth (it knows ${newer.join(', ')}). Update this one.`);
  if (executed.length === 0) refuse('is none of vega-auth.');
  if (known.some((name) => !executed.includes(name)))
    refuse(
      'was made by an older vega-auth. Run `vega-auth status` on it, which updates its tables, and try again.',
    );
};

/**
 * Files that hold writes which a database lacks: of dead processes, of one that has lost it, and what could not be read of
 * earlier ones. `base` is how their names begin, with `mark` behind it.
 */
export const spillsOf = (base: string, mark = ''): readonly string[] => {
  const folder = path.dirname(base);
  const ending = new RegExp(`^${mark}(\\.\\d+)?\\.spill(\\.damaged-.*)?$`);
  const begin = path.basename(base);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(begin) && ending.test(name.slice(begin.length)))
    .map((name) => path.join(folder, name));
};

/** Throws a `DatabaseError` where there are some. */
export const refuseSpills = (place: string, spills: readonly string[]): void => {
  if (spills.length === 0) return;
  throw new DatabaseError(
    place,
    `There is ${spills.join(', ')} with writes that the database ${place} lacks. Start vega-auth once, which makes up for them; see to what it reports as damaged, and move that away. Nothing was moved.`,
  );
};
