import { type Kysely, sql } from 'kysely';
import { text } from './text.ts';

export const makes = ['vega_audit_entries', 'vega_events', 'vega_spills'];

/** Triggers keep the audit append-only; its chain shows changes that bypassed them. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_audit_entries (
      sequence bigint primary key,
      entry_key ${text} not null unique,
      at bigint not null,
      severity ${text} not null,
      component ${text} not null,
      kind ${text} not null,
      message ${text} not null,
      correlation_id ${text},
      account_id ${text},
      api_name ${text},
      hash ${text} not null
    )`.execute(db);
  await sql`create index vega_audit_entries_by_severity on vega_audit_entries (severity)`.execute(db);
  await sql`create index vega_audit_entries_by_component on vega_audit_entries (component, severity)`.execute(
    db,
  );
  await sql`create index vega_audit_entries_by_component_alone on vega_audit_entries (component)`.execute(db);
  await sql`
    create index vega_audit_entries_by_correlation on vega_audit_entries (correlation_id)
    where correlation_id is not null`.execute(db);
  await sql`
    create function vega_audit_entries_append_only() returns trigger language plpgsql as $$
    begin
      raise exception 'audit_entries is append-only';
    end $$`.execute(db);
  for (const [act, each] of [
    ['update', 'row'],
    ['delete', 'row'],
    ['truncate', 'statement'],
  ] as const)
    await sql
      .raw(`create trigger vega_audit_entries_no_${act} before ${act} on vega_audit_entries
        for each ${each} execute function vega_audit_entries_append_only()`)
      .execute(db);
  await sql`
    create table vega_events (
      id bigint primary key,
      at bigint not null,
      account_id ${text},
      kind ${text} not null,
      payload ${text} not null
    )`.execute(db);
  await sql`
    create table vega_spills (
      spill ${text} primary key,
      last bigint not null
    )`.execute(db);
};
