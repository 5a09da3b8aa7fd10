import { type Bell, bellOn } from '../calendar/bell.ts';
import type { CalendarFacts } from '../calendar/calendar-facts.ts';
import { addDays, atIst, type IstDate, istDateOf } from '../calendar/ist-date.ts';
import { jitterMs } from './jitter.ts';
import type { Schedule } from './schedule.ts';

/** Tokens end at 03:30 in India: the broker's clock may be a little behind, and what is made before it does not last. */
const EARLIEST_START = '03:35';
const DAY_MS = 86_400_000;
/** A start close to its own deadline, or after it, is made up for so long. */
const LEAST_WINDOW_MS = 10 * 60_000;
const DAYS_AHEAD = 31;

/** When a schedule starts on one day, and until when that is made up for. */
export interface PlannedOccurrence {
  readonly date: IstDate;
  readonly startAt: Date;
  readonly until: Date;
}

/**
 * Null when the schedule does not start on that day. Never before 03:35, and never after midnight. `bell` is the one of that day
 * where the caller knows it.
 */
export const planOn = (
  schedule: Schedule,
  facts: CalendarFacts,
  date: IstDate,
  now: Date,
  bell: Bell | null = bellOn(facts, schedule.bell, date, now),
): PlannedOccurrence | null => {
  if (bell === null && schedule.days === 'TRADING_DAYS') return null;
  // On a day without a bell, the one of an ordinary day is taken.
  const bellAt = bell?.at ?? new Date(atIst(date, '09:15').getTime() - schedule.bell.leadMinutes * 60_000);
  const wanted =
    schedule.startAt === null
      ? bellAt.getTime() - (schedule.minutesBeforeBell ?? 0) * 60_000
      : atIst(date, schedule.startAt).getTime();
  const earliest = atIst(date, EARLIEST_START).getTime();
  const midnight = atIst(date, '00:00').getTime() + DAY_MS;
  const jittered = Math.max(wanted, earliest) + jitterMs(schedule.accountId, date, schedule.jitterSeconds);
  const startAt = Math.min(jittered, midnight - LEAST_WINDOW_MS);
  const until = Math.max(atIst(date, schedule.catchUpUntil).getTime(), startAt + LEAST_WINDOW_MS);
  return { date, startAt: new Date(startAt), until: new Date(Math.min(until, midnight - 1000)) };
};

export interface NextStart {
  /** `at` itself where a start is overdue and still made up for. */
  readonly startAt: Date;
  readonly occurrenceDate: IstDate;
}

/** The next start at or after `at`; `isDone` tells the days whose occurrence has been decided. */
export const nextStart = (
  schedule: Schedule | null,
  facts: CalendarFacts,
  at: Date,
  isDone: (date: IstDate) => boolean = () => false,
): NextStart | null => {
  if (schedule === null || !schedule.enabled) return null;
  const today = istDateOf(at);
  for (let ahead = 0; ahead <= DAYS_AHEAD; ahead += 1) {
    const date = addDays(today, ahead);
    const plan = planOn(schedule, facts, date, at);
    if (plan === null || isDone(date) || plan.until < at || plan.startAt < schedule.savedAt) continue;
    return { startAt: plan.startAt < at ? at : plan.startAt, occurrenceDate: date };
  }
  return null;
};

/** What a tick finds of one day: too early, to be started, or slept through. */
export const dueAt = (plan: PlannedOccurrence, now: Date): 'LATER' | 'DUE' | 'MISSED' => {
  if (now > plan.until) return 'MISSED';
  // A clock that is set back must not start anything before it either.
  return now < plan.startAt || now < atIst(plan.date, EARLIEST_START) ? 'LATER' : 'DUE';
};
