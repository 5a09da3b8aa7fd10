import { type Kysely, sql } from 'kysely';

export const makes = {
  spills: 'spill last',
};

/** How far each spill file has been replayed: what is in it comes into the database once. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_spills (
      spill text primary key,
      last integer not null
    ) strict`.execute(db);
};
