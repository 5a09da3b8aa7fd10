import { sql } from 'kysely';
import type { ServerFault, ServerInspection } from '../database.ts';
import { DatabaseError } from '../database-error.ts';
import { databaseNow } from '../engine.ts';
import type { Queryable } from '../queryable.ts';

const OLDEST = 150_000;
const MAX_CLOCK_SKEW_MS = 1000;
/** The quickest of these answers tells the time best. */
const CLOCK_LOOKS = 3;

/** What the settings of a server say of what it commits. */
export interface ServerFacts {
  readonly version: string;
  readonly number: number;
  readonly isReplica: boolean;
  readonly commit: string;
  /** Names of the standbys that a commit waits for; empty where it waits for none. */
  readonly standbys: string;
  readonly fsync: string;
  readonly fullPageWrites: string;
}

/** A fault with which the database is not opened at all, or which only an inspection tells of. */
type SettingFault = ServerFault & { readonly refusesOpening: boolean };

/** What is wrong with a server, the worst first. */
export const faultsOf = (facts: ServerFacts): readonly SettingFault[] =>
  FAULTS.flatMap((find) => find(facts));

const refusing = (message: string, cure: string): readonly SettingFault[] => [
  { part: 'DATABASE', isGrave: true, refusesOpening: true, message, cure },
];

const told = (message: string, cure: string, isGrave: boolean): readonly SettingFault[] => [
  { part: 'DATABASE', isGrave, refusesOpening: false, message, cure },
];

const FAULTS: readonly ((facts: ServerFacts) => readonly SettingFault[])[] = [
  ({ number, version }) =>
    number >= OLDEST
      ? []
      : refusing(
          `is PostgreSQL ${version}; vega-auth needs 15 or later.`,
          'Upgrade the server to 15 or later (pg_upgrade).',
        ),
  ({ isReplica }) =>
    isReplica
      ? refusing('is a replica, which can only be read.', 'Name the primary server in VEGA_DATABASE_URL.')
      : [],
  ({ commit }) =>
    commit === 'off'
      ? refusing(
          'commits asynchronously (synchronous_commit = off), so a submission that was written down could be lost, and made twice.',
          'Run `ALTER DATABASE … SET synchronous_commit = on`.',
        )
      : [],
  ({ fsync }) =>
    fsync === 'off'
      ? told(
          'does not wait for its disk (fsync = off): a crash of its machine could lose a submission that was written down, which is then made twice, or the whole database.',
          'Set fsync = on in its postgresql.conf, and run `SELECT pg_reload_conf()`.',
          true,
        )
      : [],
  ({ commit, standbys }) =>
    commit === 'local' && standbys !== ''
      ? told(
          'does not wait for its standby servers (synchronous_commit = local): one that takes over may lack a submission that was written down.',
          'Run `ALTER DATABASE … SET synchronous_commit = on`.',
          false,
        )
      : [],
  ({ fullPageWrites }) =>
    fullPageWrites === 'off'
      ? told(
          'writes no full pages (full_page_writes = off): a crash of its machine may damage the database.',
          'Set full_page_writes = on in its postgresql.conf, unless its file system never writes half a page, as ZFS does.',
          false,
        )
      : [],
];

const readFacts = async (db: Queryable): Promise<ServerFacts> => {
  const { rows } = await sql<Omit<ServerFacts, 'isReplica'> & { readonly replica: number }>`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
      pg_is_in_recovery()::int as replica, current_setting('synchronous_commit') as commit,
      current_setting('synchronous_standby_names') as standbys, current_setting('fsync') as fsync,
      current_setting('full_page_writes') as "fullPageWrites"`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('the server tells nothing of itself');
  const { replica, ...facts } = row;
  return { ...facts, isReplica: replica === 1 };
};

/** Refuses a server that could lose a submission that was written down, or that cannot be written. */
export const refuseUnfitServer = async (db: Queryable, place: string): Promise<void> => {
  const fault = faultsOf(await readFacts(db)).find(({ refusesOpening }) => refusesOpening);
  if (fault === undefined) return;
  throw new DatabaseError(place, `The database ${place} ${fault.message} ${fault.cure} Nothing was changed.`);
};

/** How the server is set up, and how far its clock is from the given one. */
export const inspectServer = async (
  db: Queryable,
  place: string,
  now: () => Date,
): Promise<ServerInspection> => {
  const facts = await readFacts(db);
  const clockSkewMs = await readClockSkew(db, now);
  const settings = faultsOf(facts).map(({ part, isGrave, message, cure }) => ({
    ...{ part, isGrave, cure },
    message: `The database ${place} ${message}`,
  }));
  return { version: facts.version, clockSkewMs, faults: [...settings, ...clockFaults(clockSkewMs)] };
};

/** How far the given clock is ahead of the server's, taking half of the time that the answer needed as its way. */
const readClockSkew = async (db: Queryable, now: () => Date): Promise<number> => {
  let [quickest, skew] = [Number.POSITIVE_INFINITY, 0];
  for (let look = 0; look < CLOCK_LOOKS; look += 1) {
    const asked = now().getTime();
    const { at } = await db.selectNoFrom(databaseNow(db).as('at')).executeTakeFirstOrThrow();
    const taken = now().getTime() - asked;
    if (taken < quickest) [quickest, skew] = [taken, asked + taken / 2 - at];
  }
  return skew;
};

const clockFaults = (skewMs: number): readonly ServerFault[] => {
  if (Math.abs(skewMs) <= MAX_CLOCK_SKEW_MS) return [];
  const seconds = (Math.abs(skewMs) / 1000).toFixed(1);
  return [
    {
      ...{ part: 'CLOCK', isGrave: true },
      message: `This machine's clock is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} the database server's.`,
      cure: 'Switch on NTP on this machine and on the server: the times of runs, tokens and leases would not agree.',
    },
  ];
};
