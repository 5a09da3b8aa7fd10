import { type Selectable, sql } from 'kysely';
import type { Alert, AlertDraft, AlertKind } from '../../../domain/alert/alert.ts';
import type { Queryable } from '../../queryable.ts';
import type { AlertsTable } from '../../schema/alert-tables.ts';
import { toDate } from '../to-date.ts';

const KEPT_ALERTS = 1000;

/** False when the fact was told before. */
export const insertAlert = async (
  trx: Queryable,
  alert: Pick<Alert, 'id' | 'raisedAt'> & AlertDraft,
): Promise<boolean> => {
  const { numInsertedOrUpdatedRows = 0n } = await trx
    .insertInto('vega_alerts')
    .values({
      id: alert.id,
      kind: alert.kind,
      fact: alert.fact,
      account_id: alert.accountId,
      title: alert.title,
      text: alert.text,
      raised_at: alert.raisedAt.getTime(),
      acknowledged_at: null,
      acknowledged_by: null,
      resolved_at: null,
    })
    .onConflict((conflict) => conflict.columns(['kind', 'fact']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
};

/** Deletes the oldest alerts, and what belongs to none. */
export const pruneAlerts = async (trx: Queryable): Promise<void> => {
  const oldest = await trx
    .selectFrom('vega_alerts')
    .select('raised_at')
    .orderBy('raised_at', 'desc')
    .offset(KEPT_ALERTS)
    .limit(1)
    .executeTakeFirst();
  if (oldest === undefined) return;
  await trx.deleteFrom('vega_alerts').where('raised_at', '<=', oldest.raised_at).execute();
  for (const table of ['vega_alert_deliveries', 'vega_alert_links'] as const)
    await trx
      .deleteFrom(table)
      .where('alert_id', 'not in', trx.selectFrom('vega_alerts').select('id'))
      .execute();
};

/** The newest first. */
export const findAlerts = async (
  db: Queryable,
  { first, accountId }: { readonly first: number; readonly accountId: string | null },
): Promise<readonly Alert[]> => {
  const rows = await db
    .selectFrom('vega_alerts')
    .selectAll()
    .$if(accountId !== null, (query) =>
      query.where((where) =>
        where.or([where('account_id', '=', accountId), where('account_id', 'is', null)]),
      ),
    )
    .orderBy('raised_at', 'desc')
    .orderBy('id', 'desc')
    .limit(first)
    .execute();
  return rows.map(toAlert);
};

export const findAlert = async (db: Queryable, id: string): Promise<Alert | null> => {
  const row = await db.selectFrom('vega_alerts').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toAlert(row);
};

/** Facts that were reported: of these kinds, and of one account or of none. */
export interface ReportedFacts {
  readonly kinds: readonly AlertKind[];
  readonly accountId: string | null;
  /** Only facts that begin with it. */
  readonly prefix?: string;
  readonly raisedBefore?: Date;
}

/** Those whose fact still holds. */
export const findUnresolved = async (
  db: Queryable,
  { kinds, accountId, prefix = '', raisedBefore }: ReportedFacts,
): Promise<readonly Alert[]> => {
  if (kinds.length === 0) return [];
  const rows = await db
    .selectFrom('vega_alerts')
    .selectAll()
    .where('kind', 'in', kinds)
    .where('account_id', 'is not distinct from', accountId)
    .where('resolved_at', 'is', null)
    .where(sql<boolean>`substr(fact, 1, ${prefix.length}) = ${prefix}`)
    .$if(raisedBefore !== undefined, (query) => query.where('raised_at', '<', raisedBefore?.getTime() ?? 0))
    .orderBy('raised_at')
    .orderBy('id')
    .execute();
  return rows.map(toAlert);
};

/** Those that nobody has acknowledged and whose fact still holds. */
export const findUnanswered = async (db: Queryable): Promise<readonly Alert[]> => {
  const rows = await db
    .selectFrom('vega_alerts')
    .selectAll()
    .where('acknowledged_at', 'is', null)
    .where('resolved_at', 'is', null)
    .execute();
  return rows.map(toAlert);
};

export const markResolved = async (trx: Queryable, ids: readonly string[], now: Date): Promise<void> => {
  if (ids.length === 0) return;
  await trx.updateTable('vega_alerts').set({ resolved_at: now.getTime() }).where('id', 'in', ids).execute();
};

/** False where somebody has acknowledged it before. */
export const markAcknowledged = async (
  trx: Queryable,
  id: string,
  by: string,
  now: Date,
): Promise<boolean> => {
  const { numUpdatedRows } = await trx
    .updateTable('vega_alerts')
    .set({ acknowledged_at: now.getTime(), acknowledged_by: by })
    .where('id', '=', id)
    .where('acknowledged_at', 'is', null)
    .executeTakeFirst();
  await trx.deleteFrom('vega_alert_links').where('alert_id', '=', id).execute();
  return numUpdatedRows > 0n;
};

/** A link to an alert, of which only the hash is stored. */
export const insertAlertLink = async (
  trx: Queryable,
  hash: string,
  alertId: string,
  now: Date,
): Promise<void> => {
  await trx
    .insertInto('vega_alert_links')
    .values({ hash, alert_id: alertId, made_at: now.getTime() })
    .execute();
};

/** The alert that a link made after `since` leads to. */
export const findLinkedAlert = async (db: Queryable, hash: string, since: Date): Promise<Alert | null> => {
  const row = await db
    .selectFrom('vega_alerts')
    .innerJoin('vega_alert_links', 'vega_alert_links.alert_id', 'vega_alerts.id')
    .selectAll('vega_alerts')
    .where('vega_alert_links.hash', '=', hash)
    .where('vega_alert_links.made_at', '>=', since.getTime())
    .executeTakeFirst();
  return row === undefined ? null : toAlert(row);
};

const toAlert = (row: Selectable<AlertsTable>): Alert => ({
  id: row.id,
  kind: row.kind as AlertKind,
  accountId: row.account_id,
  title: row.title,
  text: row.text,
  raisedAt: new Date(row.raised_at),
  acknowledgedAt: toDate(row.acknowledged_at),
  acknowledgedBy: row.acknowledged_by,
  resolvedAt: toDate(row.resolved_at),
});
