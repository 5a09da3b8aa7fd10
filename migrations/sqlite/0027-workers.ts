import { type Kysely, sql } from 'kysely';

export const makes = {
  auth_states: 'entered_at',
  generation_runs: 'abort_requested_at',
  login_attempts: 'egress',
  token_versions: 'confirmed_at',
};

/**
 * Aborts of runs that another machine executes, through which address an OTP was requested, and when the broker has
 * confirmed a token to whichever machine, and since when an account is the active one.
 */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table vega_generation_runs add column abort_requested_at integer`.execute(db);
  await sql`alter table vega_login_attempts add column egress text`.execute(db);
  await sql`alter table vega_auth_states add column entered_at integer`.execute(db);
  await sql`alter table vega_token_versions add column confirmed_at integer`.execute(db);
};
