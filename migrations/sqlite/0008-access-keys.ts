import { type Kysely, sql } from 'kysely';

export const makes = {
  access_keys: 'id name role secret_hash revoked_at',
  token_leases: 'key_id account_id api_name version leased_at',
};

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_access_keys (
      id text primary key,
      name text not null,
      role text not null,
      secret_hash text not null unique,
      account_id text,
      api_names text,
      created_at integer not null,
      revoked_at integer
    ) strict`.execute(db);
  await sql`
    create table vega_token_leases (
      key_id text not null references vega_access_keys (id),
      account_id text not null,
      api_name text not null,
      version integer not null,
      leased_at integer not null,
      primary key (key_id, account_id, api_name)
    ) strict, without rowid`.execute(db);
};
