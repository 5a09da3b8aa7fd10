import { type Kysely, sql } from 'kysely';
import { text } from './text.ts';

export const makes = ['vega_access_keys', 'vega_sessions', 'vega_token_leases'];

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_access_keys (
      id ${text} primary key,
      name ${text} not null,
      role ${text} not null,
      secret_hash ${text} not null unique,
      account_id ${text},
      api_names ${text},
      created_at bigint not null,
      revoked_at bigint
    )`.execute(db);
  await sql`
    create table vega_sessions (
      secret_hash ${text} primary key,
      key_id ${text},
      ends_at bigint not null
    )`.execute(db);
  await sql`
    create table vega_token_leases (
      key_id ${text} not null references vega_access_keys (id),
      account_id ${text} not null,
      api_name ${text} not null,
      version integer not null,
      leased_at bigint not null,
      primary key (key_id, account_id, api_name)
    )`.execute(db);
};
