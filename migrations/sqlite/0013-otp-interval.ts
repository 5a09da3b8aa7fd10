import { type Kysely, sql } from 'kysely';

export const makes = {
  login_attempts: 'otp_interval_ms',
};

/** How long the broker wants between an OTP request and the next one, from its answer. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table vega_login_attempts add column otp_interval_ms integer`.execute(db);
};
