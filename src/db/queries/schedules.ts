import type { Selectable } from 'kysely';
import type { Exchange } from '../../domain/calendar/exchange.ts';
import type { IstDate } from '../../domain/calendar/ist-date.ts';
import type {
  Occurrence,
  OccurrenceOutcome,
  Schedule,
  ScheduleDays,
} from '../../domain/schedule/schedule.ts';
import type { Queryable } from '../queryable.ts';
import type { ScheduleOccurrencesTable, SchedulesTable } from '../schema/day-tables.ts';

export const findSchedules = async (db: Queryable): Promise<readonly Schedule[]> => {
  const rows = await db.selectFrom('vega_schedules').selectAll().orderBy('account_id').execute();
  return rows.map(toSchedule);
};

export const saveSchedule = async (trx: Queryable, schedule: Schedule): Promise<void> => {
  const row = {
    enabled: schedule.enabled ? 1 : 0,
    start_at: schedule.startAt,
    minutes_before_bell: schedule.minutesBeforeBell,
    jitter_seconds: schedule.jitterSeconds,
    days: schedule.days,
    catch_up_until: schedule.catchUpUntil,
    exchanges: schedule.bell.exchanges.join(' '),
    bell_lead_minutes: schedule.bell.leadMinutes,
    saved_at: schedule.savedAt.getTime(),
  };
  await trx
    .insertInto('vega_schedules')
    .values({ account_id: schedule.accountId, ...row })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(row))
    .execute();
};

/** Its occurrences stay: a schedule that is made again does not start twice on a day. False when there was none. */
export const deleteSchedule = async (trx: Queryable, accountId: string): Promise<boolean> => {
  const deleted = await trx
    .deleteFrom('vega_schedules')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return deleted.numDeletedRows > 0n;
};

/** False when the occurrence of that account and date has been decided before. */
export const insertOccurrence = async (trx: Queryable, occurrence: Occurrence): Promise<boolean> => {
  const inserted = await trx
    .insertInto('vega_schedule_occurrences')
    .values({
      account_id: occurrence.accountId,
      date: occurrence.date,
      planned_at: occurrence.plannedAt.getTime(),
      at: occurrence.at.getTime(),
      outcome: occurrence.outcome,
      run_id: occurrence.runId,
      reason: occurrence.reason,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (inserted.numInsertedOrUpdatedRows ?? 0n) > 0n;
};

/** Those from a day on, the oldest first. */
export const findOccurrences = async (
  db: Queryable,
  accountId: string,
  from: IstDate,
): Promise<readonly Occurrence[]> => {
  const rows = await db
    .selectFrom('vega_schedule_occurrences')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('date', '>=', from)
    .orderBy('date')
    .execute();
  return rows.map(toOccurrence);
};

export const findLastOccurrence = async (db: Queryable, accountId: string): Promise<Occurrence | null> => {
  const row = await db
    .selectFrom('vega_schedule_occurrences')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('date', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : toOccurrence(row);
};

const toSchedule = (row: Selectable<SchedulesTable>): Schedule => ({
  accountId: row.account_id,
  enabled: row.enabled === 1,
  startAt: row.start_at,
  minutesBeforeBell: row.minutes_before_bell,
  jitterSeconds: row.jitter_seconds,
  days: row.days as ScheduleDays,
  catchUpUntil: row.catch_up_until,
  bell: { exchanges: row.exchanges.split(' ') as Exchange[], leadMinutes: row.bell_lead_minutes },
  savedAt: new Date(row.saved_at),
});

const toOccurrence = (row: Selectable<ScheduleOccurrencesTable>): Occurrence => ({
  accountId: row.account_id,
  date: row.date,
  plannedAt: new Date(row.planned_at),
  at: new Date(row.at),
  outcome: row.outcome as OccurrenceOutcome,
  runId: row.run_id,
  reason: row.reason,
});
