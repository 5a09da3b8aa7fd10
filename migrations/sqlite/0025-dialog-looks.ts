import { type Kysely, sql } from 'kysely';

export const makes = {
  dialog_landmarks: 'account_id api_name landmarks at',
  dialog_looks: 'id account_id api_name at origin slot verdict changes',
};

/** What the login dialog looked like when it was last good, and what looks at it since have come to. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_dialog_landmarks (
      account_id text not null, api_name text not null, landmarks text not null, at integer not null,
      primary key (account_id, api_name)
    ) strict`.execute(db);
  await sql`
    create table vega_dialog_looks (
      id text primary key, account_id text not null, api_name text not null, at integer not null,
      origin text not null, slot text, verdict text not null, message text not null, next_action text not null,
      changes text not null, failure text, compared_with integer, unique (account_id, api_name, slot)
    ) strict`.execute(db);
  await sql`create index vega_dialog_looks_by_account on vega_dialog_looks (account_id, at)`.execute(db);
};
