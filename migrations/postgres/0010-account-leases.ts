import { type Kysely, sql } from 'kysely';
import { text } from './text.ts';

export const makes = ['vega_account_leases'];

/** Which of several workers may log in to an account, and under which epoch each submission was written down. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_account_leases (
      account_id ${text} primary key,
      worker_id ${text} not null,
      epoch bigint not null,
      until bigint not null
    )`.execute(db);
  await sql`alter table vega_login_attempts add column epoch bigint`.execute(db);
};
