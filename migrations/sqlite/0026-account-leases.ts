import { type Kysely, sql } from 'kysely';

export const makes = {
  account_leases: 'account_id worker_id epoch until',
  login_attempts: 'epoch',
};

/** Which of several workers may log in to an account, and under which epoch each submission was written down. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_account_leases (
      account_id text primary key, worker_id text not null, epoch integer not null, until integer not null
    ) strict`.execute(db);
  await sql`alter table vega_login_attempts add column epoch integer`.execute(db);
};
