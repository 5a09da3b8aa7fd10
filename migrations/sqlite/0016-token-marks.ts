import { type Kysely, sql } from 'kysely';

export const makes = {
  token_marks: 'account_number api_name fingerprint reason http_status broker_code marked_at',
};

/** Why a token was marked inactive. `upstox_tokens` has no column for it, and keeps exactly its user's columns. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_token_marks (
      account_number integer not null,
      api_name text not null,
      fingerprint text not null,
      reason text not null,
      http_status integer,
      broker_code text,
      marked_at integer not null,
      primary key (account_number, api_name)
    ) strict, without rowid`.execute(db);
};
