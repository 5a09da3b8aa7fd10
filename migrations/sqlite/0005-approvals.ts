import { type Kysely, sql } from 'kysely';

export const makes = {
  pending_acquisitions: 'id account_id run_id client_id state_hash',
};

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_pending_acquisitions (
      id integer primary key,
      account_id text not null,
      run_id text not null references vega_generation_runs (id),
      api_name text not null,
      client_id text not null,
      kind text not null,
      state_hash text,
      requested_at integer,
      expires_at integer,
      failed_probes integer not null default 0,
      settled_at integer,
      unique (run_id, api_name)
    ) strict`.execute(db);
  await sql`create index vega_pending_acquisitions_open on vega_pending_acquisitions (kind)
    where settled_at is null`.execute(db);
};
