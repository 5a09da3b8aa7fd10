import type { BellRule } from '../calendar/bell.ts';
import { DEFAULT_BELL_RULE } from '../calendar/bell.ts';
import type { Schedule, ScheduleDays } from './schedule.ts';

/** What the operator wants; what is left out stays as it is, or takes the default. */
export interface ScheduleWish {
  readonly enabled?: boolean | null | undefined;
  readonly startAt?: string | null | undefined;
  readonly minutesBeforeBell?: number | null | undefined;
  readonly jitterSeconds?: number | null | undefined;
  readonly days?: ScheduleDays | null | undefined;
  readonly catchUpUntil?: string | null | undefined;
  readonly exchanges?: BellRule['exchanges'] | null | undefined;
  readonly leadMinutes?: number | null | undefined;
}

/** Tokens end at this time in India. */
const TOKENS_END = '03:30';
export const DEFAULT_START = '06:00';
const DEFAULT_CATCH_UP = '15:00';
const DEFAULT_JITTER_SECONDS = 60;

/** The wish with what it leaves out, as it is stored. One way to say the start takes the place of the other. */
export const completeWish = (wish: ScheduleWish, stored: Schedule | undefined): ScheduleWish => {
  if (stored === undefined) return wish;
  const saysStart = wish.startAt != null || wish.minutesBeforeBell != null;
  return {
    enabled: wish.enabled ?? stored.enabled,
    startAt: saysStart ? wish.startAt : stored.startAt,
    minutesBeforeBell: saysStart ? wish.minutesBeforeBell : stored.minutesBeforeBell,
    jitterSeconds: wish.jitterSeconds ?? stored.jitterSeconds,
    days: wish.days ?? stored.days,
    catchUpUntil: wish.catchUpUntil ?? stored.catchUpUntil,
    exchanges: wish.exchanges ?? stored.bell.exchanges,
    leadMinutes: wish.leadMinutes ?? stored.bell.leadMinutes,
  };
};

/** The schedule of a wish. It is in force as soon as it is saved, unless `enabled` is false. */
export const toSchedule = (accountId: string, wish: ScheduleWish, savedAt: Date): Schedule => {
  const minutesBeforeBell = wish.minutesBeforeBell ?? null;
  return {
    accountId,
    enabled: wish.enabled ?? true,
    startAt: minutesBeforeBell === null ? (wish.startAt ?? DEFAULT_START) : null,
    minutesBeforeBell,
    jitterSeconds: wish.jitterSeconds ?? DEFAULT_JITTER_SECONDS,
    days: wish.days ?? 'TRADING_DAYS',
    catchUpUntil: wish.catchUpUntil ?? DEFAULT_CATCH_UP,
    bell: {
      exchanges: [...new Set(wish.exchanges ?? DEFAULT_BELL_RULE.exchanges)],
      leadMinutes: wish.leadMinutes ?? DEFAULT_BELL_RULE.leadMinutes,
    },
    savedAt,
  };
};

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

/** What is wrong with a wish, in words; null when it can be a schedule. */
export const faultOf = (wish: ScheduleWish): string | null => {
  const { startAt, minutesBeforeBell, jitterSeconds, catchUpUntil, exchanges, leadMinutes } = wish;
  if (startAt != null && minutesBeforeBell != null)
    return 'Give either startAt or minutesBeforeBell, not both.';
  if (startAt != null && !TIME.test(startAt)) return 'startAt is a time of India such as 06:00.';
  if (startAt != null && startAt < TOKENS_END)
    return 'startAt is not before 03:30: tokens made before it end at 03:30.';
  if (startAt != null && startAt > '23:00') return 'startAt is not after 23:00.';
  if (catchUpUntil != null && !TIME.test(catchUpUntil))
    return 'catchUpUntil is a time of India such as 15:00.';
  if (minutesBeforeBell == null && (catchUpUntil ?? DEFAULT_CATCH_UP) <= (startAt ?? DEFAULT_START))
    return 'catchUpUntil is after startAt.';
  if (!isWithin(minutesBeforeBell, 0, 600)) return 'minutesBeforeBell is a whole number from 0 to 600.';
  if (!isWithin(jitterSeconds, 0, 1800)) return 'jitterSeconds is a whole number from 0 to 1800.';
  if (!isWithin(leadMinutes, 0, 120)) return 'bellLeadMinutes is a whole number from 0 to 120.';
  return exchanges != null && exchanges.length === 0 ? 'Name at least one exchange.' : null;
};

const isWithin = (figure: number | null | undefined, least: number, most: number): boolean =>
  figure == null || (Number.isInteger(figure) && figure >= least && figure <= most);
