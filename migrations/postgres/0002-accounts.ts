import { type Kysely, sql } from 'kysely';
import { text, varchar } from './text.ts';

export const makes = ['vega_accounts', 'upstox_api_configs', 'vega_auth_states', 'vega_vault'];

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_accounts (
      number integer primary key,
      id ${text} not null unique,
      name ${text} not null,
      broker_user_id ${text},
      created_at bigint not null,
      credentials ${text},
      redirect_uri ${text},
      is_active integer not null default 0
    )`.execute(db);
  await sql`
    create unique index vega_accounts_one_active on vega_accounts (is_active) where is_active = 1`.execute(
    db,
  );
  await sql`
    create table upstox_api_configs (
      api_index integer not null,
      api_name ${varchar} not null,
      client_id ${varchar} not null,
      client_secret ${varchar} not null,
      redirect_uri ${varchar},
      is_primary boolean default false,
      enabled boolean default true,
      created_at bigint,
      updated_at bigint,
      account_number integer not null default 1,
      primary key (account_number, api_index),
      unique (account_number, api_name)
    )`.execute(db);
  await sql`
    create table vega_auth_states (
      account_id ${text} primary key,
      phase ${text} not null,
      since bigint not null,
      cooldown_from bigint,
      cooldown_until bigint,
      cooldown_reason ${text},
      quarantined_at bigint,
      cleared_at bigint,
      accepted_until bigint,
      logged_out integer not null default 0,
      confirmed integer not null default 0
    )`.execute(db);
  await sql`
    create table vega_vault (
      id integer primary key check (id = 1),
      key_id ${text} not null,
      proof ${text} not null,
      audit_key ${text}
    )`.execute(db);
};
