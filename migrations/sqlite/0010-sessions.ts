import { type Kysely, sql } from 'kysely';

export const makes = {
  sessions: 'secret_hash key_id ends_at',
};

/** The browsers that are logged in. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_sessions (
      secret_hash text primary key,
      key_id text,
      ends_at integer not null
    ) strict`.execute(db);
};
