import { type Kysely, sql } from 'kysely';

export const makes = {
  capabilities: 'account_id api_name fingerprint result reason checked_at',
  feed_holds: 'user_key holder process_id process_birth until',
};

/** What probes have told of each role's token, and who holds the one socket of a user. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_capabilities (
      account_id text not null,
      api_name text not null,
      fingerprint text not null,
      result text not null,
      reason text,
      http_status integer,
      broker_code text,
      checked_at integer not null,
      primary key (account_id, api_name)
    ) strict, without rowid`.execute(db);
  await sql`
    create table vega_feed_holds (
      user_key text primary key not null,
      holder text not null,
      process_id integer not null,
      process_birth text,
      until integer not null
    ) strict, without rowid`.execute(db);
};
