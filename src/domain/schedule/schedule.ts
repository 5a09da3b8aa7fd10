import type { BellRule } from '../calendar/bell.ts';
import type { IstDate } from '../calendar/ist-date.ts';

export const SCHEDULE_DAYS = ['TRADING_DAYS', 'EVERY_DAY'] as const;
export type ScheduleDays = (typeof SCHEDULE_DAYS)[number];

/** When the tokens of an account are made by themselves. Times are `HH:mm` in India. */
export interface Schedule {
  readonly accountId: string;
  readonly enabled: boolean;
  /** Null where the start follows the bell. */
  readonly startAt: string | null;
  /** Null where the start is at a fixed time. */
  readonly minutesBeforeBell: number | null;
  /** The start is later by up to so much, by a figure that account and date decide. */
  readonly jitterSeconds: number;
  readonly days: ScheduleDays;
  /** Until when a start that was slept through is made up for. */
  readonly catchUpUntil: string;
  readonly bell: BellRule;
  /** When it was saved: what was to start before that does not start. */
  readonly savedAt: Date;
}

export const OCCURRENCE_OUTCOMES = ['STARTED', 'NOTHING_TO_DO', 'JOINED', 'REFUSED', 'MISSED'] as const;
export type OccurrenceOutcome = (typeof OCCURRENCE_OUTCOMES)[number];

/** What became of a schedule on one day; there is one of an account and date, for ever. */
export interface Occurrence {
  readonly accountId: string;
  readonly date: IstDate;
  /** When it was to start. */
  readonly plannedAt: Date;
  /** When that was decided. */
  readonly at: Date;
  readonly outcome: OccurrenceOutcome;
  /** The run that it started, or that made it needless. */
  readonly runId: string | null;
  /** Why it was refused or missed, in words. */
  readonly reason: string | null;
}
