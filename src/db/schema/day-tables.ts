import type { Generated } from 'kysely';

/** What the broker's lists and the operator say of a day. Times are milliseconds since 1970. */
export interface CalendarDaysTable {
  /** LIST, TIMINGS or OPERATOR. */
  origin: string;
  date: string;
  exchange: string;
  /** Of the broker OPEN, CLOSED, ORDINARY or CONTRADICTORY; of the operator the kind of the session. */
  says: string;
  opens_at: number | null;
  closes_at: number | null;
  description: string | null;
  fetched_at: number;
}

/** When each list was asked for: a subject is `LIST 2026` or `TIMINGS 2026-11-08`. */
export interface CalendarFetchesTable {
  subject: string;
  /** NULL where it was never had. */
  fetched_at: number | null;
  attempted_at: number;
  /** Why the last attempt failed. */
  failure: string | null;
}

/** One of an account. Times of day are `HH:mm` in India. */
export interface SchedulesTable {
  account_id: string;
  enabled: number;
  start_at: string | null;
  minutes_before_bell: number | null;
  jitter_seconds: number;
  days: string;
  catch_up_until: string;
  /** Separated by blanks. */
  exchanges: string;
  bell_lead_minutes: number;
  saved_at: number;
}

/** What became of a schedule on a day. */
export interface ScheduleOccurrencesTable {
  account_id: string;
  date: string;
  planned_at: number;
  at: number;
  outcome: string;
  run_id: string | null;
  reason: string | null;
}

/** What was forecast for the next bell, whenever that changed. Times are milliseconds since 1970. */
export interface ReadinessTable {
  id: Generated<number>;
  account_id: string;
  at: number;
  bell: number;
  verdict: string;
  /** NULL where it was not known. */
  probability: number | null;
  confidence: string;
  eta: number | null;
  eta_worst: number | null;
  latest_safe_start: number | null;
}
