import { type Kysely, sql } from 'kysely';

export const makes = {
  generation_runs: 'process_birth',
};

/** Which process carries a run: an id alone may belong to another one after a restart of the machine. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table vega_generation_runs add column process_birth text`.execute(db);
};
