import { type Kysely, sql } from 'kysely';

export const makes = {
  generation_steps: 'phases',
};

/** When each phase of an API's logins began and ended. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table vega_generation_steps add column phases text not null default '[]'`.execute(db);
};
