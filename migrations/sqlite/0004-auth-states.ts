import { type Kysely, type QueryExecutorProvider, sql } from 'kysely';

export const makes = {
  auth_states: 'account_id phase since cooldown_until quarantined_at',
};

export const createExecutionState = async (db: QueryExecutorProvider): Promise<void> => {
  await sql`
    create table if not exists token_execution_state (
      execution_id text primary key,
      last_success_api text,
      next_api text,
      last_failure_epoch bigint,
      status text,
      updated_at bigint
    )`.execute(db);
};

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_auth_states (
      account_id text primary key,
      phase text not null,
      since integer not null,
      cooldown_from integer,
      cooldown_until integer,
      cooldown_reason text,
      quarantined_at integer,
      cleared_at integer,
      accepted_until integer,
      logged_out integer not null default 0
    ) strict, without rowid`.execute(db);
  await createExecutionState(db);
};
