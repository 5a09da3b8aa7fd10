import { type Kysely, sql } from 'kysely';

export const makes = {
  auth_states: 'confirmed',
};

/** The gate stays open through a run, so that the set was confirmed is stored beside the phase. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table vega_auth_states add column confirmed integer not null default 0`.execute(db);
  await sql`
    update vega_auth_states set confirmed = 1 where phase in ('AUTH_CONFIRMED', 'DASHBOARD')`.execute(db);
};
