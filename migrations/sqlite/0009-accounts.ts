import { type Kysely, sql } from 'kysely';

export const makes = {
  accounts: 'credentials redirect_uri is_active',
};

/** Accounts that the database describes, and which of all accounts is the active one. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table vega_accounts add column credentials text`.execute(db);
  await sql`alter table vega_accounts add column redirect_uri text`.execute(db);
  await sql`alter table vega_accounts add column is_active integer not null default 0`.execute(db);
  await sql`update vega_accounts set is_active = 1 where number = (select min(number) from vega_accounts)`.execute(
    db,
  );
  await sql`create unique index vega_accounts_one_active on vega_accounts (is_active) where is_active = 1`.execute(
    db,
  );
};
