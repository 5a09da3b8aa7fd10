import { type Kysely, sql } from 'kysely';

export const makes = {
  generation_runs: 'ended_tokens',
};

/** The tokens of other APIs that a run has ended: a JSON array, NULL where there are none. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table vega_generation_runs add column ended_tokens text`.execute(db);
};
