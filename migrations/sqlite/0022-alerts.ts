import { type Kysely, sql } from 'kysely';

export const makes = {
  alert_channels: 'id name kind destination target created_at',
  alerts: 'id kind fact title text raised_at resolved_at',
  alert_deliveries: 'id alert_id channel_id state due_at attempts claimed_until',
  alert_links: 'hash alert_id made_at',
};

/** Alerts are stored with the facts that they tell, and each delivery is a row that one process at a time works on. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_alert_channels (
      id text primary key, name text not null unique, kind text not null, destination text not null,
      target text not null, kinds text, account_id text, after_minutes integer not null,
      quiet_from text, quiet_until text, created_at integer not null, pinged_at integer, ping_answer text
    )`.execute(db);
  await sql`
    create table vega_alerts (
      id text primary key, kind text not null, fact text not null, account_id text, title text not null,
      text text not null, raised_at integer not null, acknowledged_at integer, acknowledged_by text,
      resolved_at integer, unique (kind, fact)
    )`.execute(db);
  await sql`create index vega_alerts_by_time on vega_alerts (raised_at)`.execute(db);
  await sql`
    create table vega_alert_deliveries (
      id text primary key, alert_id text not null, channel_id text not null, channel_name text not null,
      reason text not null, state text not null, due_at integer not null, attempts integer not null,
      attempted_at integer, answer text, made_by_id integer not null, made_by_birth text,
      claimed_by_id integer, claimed_by_birth text, claimed_until integer
    )`.execute(db);
  await sql`create index vega_alert_deliveries_of on vega_alert_deliveries (alert_id)`.execute(db);
  await sql`
    create index vega_alert_deliveries_due on vega_alert_deliveries (due_at) where state = 'PENDING'`.execute(
    db,
  );
  await sql`
    create table vega_alert_links (
      hash text primary key, alert_id text not null, made_at integer not null
    )`.execute(db);
};
