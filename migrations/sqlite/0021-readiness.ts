import { type Kysely, sql } from 'kysely';

export const makes = {
  readiness: 'id account_id at bell verdict probability confidence',
};

/** What was forecast for each bell, so that forecasts can be compared with what came. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_readiness (
      id integer primary key,
      account_id text not null,
      at integer not null,
      bell integer not null,
      verdict text not null,
      probability real,
      confidence text not null,
      eta integer,
      eta_worst integer,
      latest_safe_start integer
    ) strict`.execute(db);
  await sql`create index vega_readiness_by_account on vega_readiness (account_id, at)`.execute(db);
};
