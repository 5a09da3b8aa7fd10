import { type Kysely, sql } from 'kysely';

export const makes = {
  schedules: 'account_id enabled start_at catch_up_until saved_at',
  schedule_occurrences: 'account_id date planned_at at outcome run_id reason',
};

/** One schedule of an account, and what became of it on each day: the key lets each day happen once. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_schedules (
      account_id text primary key not null,
      enabled integer not null,
      start_at text,
      minutes_before_bell integer,
      jitter_seconds integer not null,
      days text not null,
      catch_up_until text not null,
      exchanges text not null,
      bell_lead_minutes integer not null,
      saved_at integer not null
    ) strict, without rowid`.execute(db);
  await sql`
    create table vega_schedule_occurrences (
      account_id text not null,
      date text not null,
      planned_at integer not null,
      at integer not null,
      outcome text not null,
      run_id text,
      reason text,
      primary key (account_id, date)
    ) strict, without rowid`.execute(db);
};
