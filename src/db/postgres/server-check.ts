import { sql } from 'kysely';
import { DatabaseError } from '../database-error.ts';
import type { Queryable } from '../queryable.ts';

const OLDEST = 150_000;

interface ServerFacts {
  readonly version: string;
  readonly number: number;
  readonly isReplica: boolean;
  readonly commit: string;
}

const readFacts = async (db: Queryable): Promise<ServerFacts> => {
  const { rows } = await sql<{ version: string; number: number; replica: number; commit: string }>`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
      pg_is_in_recovery()::int as replica, current_setting('synchronous_commit') as commit`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('the server tells nothing of itself');
  return { version: row.version, number: row.number, isReplica: row.replica === 1, commit: row.commit };
};

/** Refuses a server that could lose a submission that was written down, or that cannot be written. */
export const refuseUnfitServer = async (db: Queryable, place: string): Promise<void> => {
  const { version, number, isReplica, commit } = await readFacts(db);
  const refuse = (message: string): never => {
    throw new DatabaseError(place, `The database ${place} ${message} Nothing was changed.`);
  };
  if (number < OLDEST) refuse(`is PostgreSQL ${version}; vega-auth needs 15 or later.`);
  if (isReplica)
    refuse('is a replica, which can only be read. Name the primary server in VEGA_DATABASE_URL.');
  if (commit === 'off')
    refuse(
      'commits asynchronously (synchronous_commit = off), so a submission that was written down could be lost, and made twice. Run `ALTER DATABASE … SET synchronous_commit = on`.',
    );
};
