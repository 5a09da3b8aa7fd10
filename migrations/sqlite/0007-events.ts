import { type Kysely, sql } from 'kysely';

export const makes = {
  events: 'id at account_id kind payload',
};

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_events (
      id integer primary key,
      at integer not null,
      account_id text,
      kind text not null,
      payload text not null
    ) strict`.execute(db);
};
