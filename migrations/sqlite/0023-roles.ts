import { type Kysely, sql } from 'kysely';

export const makes = {
  role_assignments: 'account_number api_name credential shared_with ends_at version_base',
  held_tokens: 'account_number kind access_token fingerprint expires_at verdict version',
};

/** Which credential serves a role, and the tokens that live for a year. Times are milliseconds since 1970. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_role_assignments (
      account_number integer not null,
      api_name text not null,
      credential text not null,
      shared_with text,
      ends_at integer,
      version_base integer not null default 0,
      changed_at integer not null,
      changed_by text not null,
      primary key (account_number, api_name)
    ) strict, without rowid`.execute(db);
  await sql`
    create table vega_held_tokens (
      account_number integer not null,
      kind text not null,
      access_token text not null,
      fingerprint text not null,
      expires_at integer,
      imported_at integer not null,
      checked_at integer,
      verdict text not null,
      http_status integer,
      version integer not null,
      in_token_table integer not null default 0,
      primary key (account_number, kind)
    ) strict, without rowid`.execute(db);
};
