import { type Selectable, sql } from 'kysely';
import type { AlertKind } from '../../../domain/alert/alert.ts';
import type { AlertDelivery, DeliveryReason, DeliveryState } from '../../../domain/alert/alert-delivery.ts';
import type { ProcessMark } from '../../../domain/process-mark.ts';
import type { Queryable } from '../../queryable.ts';
import type { AlertDeliveriesTable } from '../../schema/alert-tables.ts';
import { toDate } from '../to-date.ts';

/** A delivery that waits, with the processes that have to do with it. */
export interface WaitingDelivery extends AlertDelivery {
  readonly madeBy: ProcessMark;
  readonly claim: { readonly by: ProcessMark; readonly until: Date } | null;
}

export const insertDelivery = async (
  trx: Queryable,
  delivery: Pick<AlertDelivery, 'id' | 'alertId' | 'channelId' | 'channelName' | 'reason' | 'dueAt'>,
  madeBy: ProcessMark,
): Promise<void> => {
  await trx
    .insertInto('vega_alert_deliveries')
    .values({
      id: delivery.id,
      alert_id: delivery.alertId,
      channel_id: delivery.channelId,
      channel_name: delivery.channelName,
      reason: delivery.reason,
      state: 'PENDING',
      due_at: delivery.dueAt.getTime(),
      attempts: 0,
      attempted_at: null,
      answer: null,
      made_by_id: madeBy.id,
      made_by_birth: madeBy.birth,
      claimed_by_id: null,
      claimed_by_birth: null,
      claimed_until: null,
    })
    .execute();
};

export const findDeliveriesOf = async (
  db: Queryable,
  alertIds: readonly string[],
): Promise<readonly AlertDelivery[]> => {
  if (alertIds.length === 0) return [];
  const rows = await db
    .selectFrom('vega_alert_deliveries')
    .selectAll()
    .where('alert_id', 'in', alertIds)
    .orderBy('due_at')
    .orderBy('id')
    .execute();
  return rows.map(toDelivery);
};

/** When the next delivery is due; null while nothing waits. */
export const findNextDue = async (db: Queryable): Promise<Date | null> => {
  const row = await db
    .selectFrom('vega_alert_deliveries')
    .select('due_at')
    .where('state', '=', 'PENDING')
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst();
  return toDate(row?.due_at ?? null);
};

/** The first ones of each channel, so that a dead channel holds up no other; what was never tried comes first. */
export const findDue = async (
  db: Queryable,
  now: Date,
  ofEachChannel: number,
): Promise<readonly WaitingDelivery[]> => {
  const rows = await db
    .selectFrom((from) =>
      from
        .selectFrom('vega_alert_deliveries')
        .selectAll()
        .select(
          sql<number>`row_number() over (partition by channel_id order by attempts > 0, due_at, id)`.as(
            'place',
          ),
        )
        .where('state', '=', 'PENDING')
        .where('due_at', '<=', now.getTime())
        .as('due'),
    )
    .selectAll()
    .where('place', '<=', ofEachChannel)
    .orderBy(sql`attempts > 0`)
    .orderBy('due_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    ...toDelivery(row),
    madeBy: { id: row.made_by_id, birth: row.made_by_birth },
    claim:
      row.claimed_by_id === null || row.claimed_until === null
        ? null
        : {
            by: { id: row.claimed_by_id, birth: row.claimed_by_birth },
            until: new Date(row.claimed_until),
          },
  }));
};

/** Counts an attempt before it is made. False when another process has begun one since the delivery was read. */
export const claimDelivery = async (
  trx: Queryable,
  { id, attempts }: AlertDelivery,
  by: ProcessMark,
  { now, until }: { readonly now: Date; readonly until: Date },
): Promise<boolean> => {
  const { numUpdatedRows } = await trx
    .updateTable('vega_alert_deliveries')
    .set({
      attempts: attempts + 1,
      attempted_at: now.getTime(),
      claimed_by_id: by.id,
      claimed_by_birth: by.birth,
      claimed_until: until.getTime(),
    })
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .where('state', '=', 'PENDING')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

/** Writes down what came of an attempt. A delivery that was cancelled meanwhile stays cancelled unless it arrived. */
export const settleDelivery = async (
  trx: Queryable,
  id: string,
  { state, answer, dueAt }: Pick<AlertDelivery, 'state' | 'answer' | 'dueAt'>,
): Promise<void> => {
  const settled = { answer, claimed_by_id: null, claimed_by_birth: null, claimed_until: null };
  const change = { ...settled, state, due_at: dueAt.getTime() };
  await trx
    .updateTable('vega_alert_deliveries')
    .set(change)
    .where('id', '=', id)
    .$if(state !== 'DELIVERED', (query) => query.where('state', '=', 'PENDING'))
    .execute();
};

/** Ends what waits, also for its next try. What a person has sent again is still sent. */
export const cancelWaiting = async (trx: Queryable, alertIds: readonly string[]): Promise<void> => {
  if (alertIds.length === 0) return;
  await trx
    .updateTable('vega_alert_deliveries')
    .set({ state: 'CANCELLED' })
    .where('alert_id', 'in', alertIds)
    .where('state', '=', 'PENDING')
    .where('reason', '!=', 'SENT_AGAIN')
    .execute();
};

/**
 * How many deliveries of alerts that still matter are overdue or were given up. What wants no acknowledgement
 * (`informing`) matters from `since` on; a channel that was removed does not.
 */
export const countUndelivered = async (
  db: Queryable,
  { now, informing, since }: { readonly now: Date; readonly informing: readonly AlertKind[]; since: Date },
): Promise<number> => {
  const { count } = await db
    .selectFrom('vega_alert_deliveries')
    .innerJoin('vega_alerts', 'vega_alerts.id', 'vega_alert_deliveries.alert_id')
    .innerJoin('vega_alert_channels', 'vega_alert_channels.id', 'vega_alert_deliveries.channel_id')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('acknowledged_at', 'is', null)
    .where('resolved_at', 'is', null)
    .where((where) =>
      where.or([where('vega_alerts.kind', 'not in', informing), where('raised_at', '>=', since.getTime())]),
    )
    .where((where) =>
      where.or([
        where('state', '=', 'FAILED'),
        where.and([
          where('state', '=', 'PENDING'),
          where.or([where('due_at', '<=', now.getTime()), where('attempts', '>', 0)]),
        ]),
      ]),
    )
    .executeTakeFirstOrThrow();
  return Number(count);
};

const toDelivery = (row: Selectable<AlertDeliveriesTable>): AlertDelivery => ({
  id: row.id,
  alertId: row.alert_id,
  channelId: row.channel_id,
  channelName: row.channel_name,
  reason: row.reason as DeliveryReason,
  state: row.state as DeliveryState,
  dueAt: new Date(row.due_at),
  attempts: row.attempts,
  attemptedAt: toDate(row.attempted_at),
  answer: row.answer,
});
