import { type Kysely, sql } from 'kysely';
import { text } from './text.ts';

export const makes = ['vega_alert_channels', 'vega_alerts', 'vega_alert_deliveries', 'vega_alert_links'];

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_alert_channels (
      id ${text} primary key,
      name ${text} not null unique,
      kind ${text} not null,
      destination ${text} not null,
      target ${text} not null,
      kinds ${text},
      account_id ${text},
      after_minutes integer not null,
      quiet_from ${text},
      quiet_until ${text},
      created_at bigint not null,
      pinged_at bigint,
      ping_answer ${text}
    )`.execute(db);
  await sql`
    create table vega_alerts (
      id ${text} primary key,
      kind ${text} not null,
      fact ${text} not null,
      account_id ${text},
      title ${text} not null,
      text ${text} not null,
      raised_at bigint not null,
      acknowledged_at bigint,
      acknowledged_by ${text},
      resolved_at bigint,
      unique (kind, fact)
    )`.execute(db);
  await sql`create index vega_alerts_by_time on vega_alerts (raised_at)`.execute(db);
  await sql`
    create table vega_alert_deliveries (
      id ${text} primary key,
      alert_id ${text} not null,
      channel_id ${text} not null,
      channel_name ${text} not null,
      reason ${text} not null,
      state ${text} not null,
      due_at bigint not null,
      attempts integer not null,
      attempted_at bigint,
      answer ${text},
      made_by_id integer not null,
      made_by_birth ${text},
      claimed_by_id integer,
      claimed_by_birth ${text},
      claimed_until bigint
    )`.execute(db);
  await sql`create index vega_alert_deliveries_of on vega_alert_deliveries (alert_id)`.execute(db);
  await sql`
    create index vega_alert_deliveries_due on vega_alert_deliveries (due_at) where state = 'PENDING'`.execute(
    db,
  );
  await sql`
    create table vega_alert_links (
      hash ${text} primary key,
      alert_id ${text} not null,
      made_at bigint not null
    )`.execute(db);
};
