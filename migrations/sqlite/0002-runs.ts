import { type Kysely, sql } from 'kysely';

export const makes = {
  generation_runs: 'id account_id mode status started_at ended_at process_id',
  generation_steps: 'run_id position api_name status submitted',
  login_attempts: 'id account_id run_id kind totp_fingerprint time_step at',
};

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_generation_runs (
      id text primary key,
      account_id text not null,
      mode text not null,
      status text not null,
      started_at integer not null,
      ended_at integer,
      process_id integer not null
    ) strict, without rowid`.execute(db);
  await sql`create index vega_generation_runs_by_account on vega_generation_runs (account_id, started_at)`.execute(
    db,
  );
  await sql`
    create table vega_generation_steps (
      run_id text not null references vega_generation_runs (id),
      position integer not null,
      api_name text not null,
      status text not null,
      step text,
      failure_code text,
      failure_message text,
      submitted text not null default '[]',
      started_at integer,
      ended_at integer,
      primary key (run_id, api_name)
    ) strict, without rowid`.execute(db);
  await sql`
    create table vega_login_attempts (
      id integer primary key,
      account_id text not null,
      run_id text not null,
      api_name text not null,
      kind text not null,
      totp_fingerprint text,
      time_step integer,
      at integer not null
    ) strict`.execute(db);
  await sql`create unique index vega_login_attempts_time_step on vega_login_attempts (totp_fingerprint, time_step)
    where time_step is not null`.execute(db);
  await sql`create index vega_login_attempts_by_kind on vega_login_attempts (account_id, kind, at)`.execute(
    db,
  );
};
