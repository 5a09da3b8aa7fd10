import { type Kysely, sql } from 'kysely';
import { text } from './text.ts';

export const makes = ['vega_role_assignments', 'vega_held_tokens', 'vega_capabilities', 'vega_feed_holds'];

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_role_assignments (
      account_number integer not null,
      api_name ${text} not null,
      credential ${text} not null,
      shared_with ${text},
      ends_at bigint,
      version_base integer not null default 0,
      changed_at bigint not null,
      changed_by ${text} not null,
      primary key (account_number, api_name)
    )`.execute(db);
  await sql`
    create table vega_held_tokens (
      account_number integer not null,
      kind ${text} not null,
      access_token ${text} not null,
      fingerprint ${text} not null,
      expires_at bigint,
      imported_at bigint not null,
      checked_at bigint,
      verdict ${text} not null,
      http_status integer,
      version integer not null,
      in_token_table integer not null default 0,
      primary key (account_number, kind)
    )`.execute(db);
  await sql`
    create table vega_capabilities (
      account_id ${text} not null,
      api_name ${text} not null,
      fingerprint ${text} not null,
      result ${text} not null,
      reason ${text},
      http_status integer,
      broker_code ${text},
      checked_at bigint not null,
      primary key (account_id, api_name)
    )`.execute(db);
  await sql`
    create table vega_feed_holds (
      user_key ${text} primary key,
      holder ${text} not null,
      process_id integer not null,
      process_birth ${text},
      until bigint not null
    )`.execute(db);
};
