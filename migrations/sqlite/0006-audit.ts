import { type Kysely, sql } from 'kysely';

export const makes = {
  audit_entries: 'sequence entry_key at severity component kind hash',
  vault: 'audit_key',
};

/** Triggers keep the audit append-only; its chain shows changes that bypassed them. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_audit_entries (
      sequence integer primary key,
      entry_key text not null unique,
      at integer not null,
      severity text not null,
      component text not null,
      kind text not null,
      message text not null,
      correlation_id text,
      account_id text,
      api_name text,
      hash text not null
    ) strict`.execute(db);
  await sql`create index vega_audit_entries_by_severity on vega_audit_entries (severity)`.execute(db);
  await sql`create index vega_audit_entries_by_component on vega_audit_entries (component, severity)`.execute(
    db,
  );
  await sql`create index vega_audit_entries_by_component_alone on vega_audit_entries (component)`.execute(db);
  await sql`create index vega_audit_entries_by_correlation on vega_audit_entries (correlation_id)
    where correlation_id is not null`.execute(db);
  for (const act of ['update', 'delete']) {
    await sql
      .raw(`create trigger vega_audit_entries_no_${act} before ${act} on vega_audit_entries
        begin select raise(abort, 'audit_entries is append-only'); end`)
      .execute(db);
  }
  await sql`alter table vega_vault add column audit_key text`.execute(db);
};
