import { describe, expect, test } from 'vitest';
import { bellOn } from '../../src/domain/calendar/bell.ts';
import { NO_FACTS } from '../../src/domain/calendar/calendar-facts.ts';
import type { Exchange } from '../../src/domain/calendar/exchange.ts';
import { atIst, datesBetween, isWeekend } from '../../src/domain/calendar/ist-date.ts';
import { sessionOn } from '../../src/domain/calendar/trading-calendar.ts';
import { toWallTime } from '../../src/domain/wall-time.ts';

const NOW = atIst('2026-11-28', '12:00');

const clock = (instant: Date | null): string =>
  instant === null ? '--:--' : toWallTime(instant, 'Asia/Kolkata').slice(11, 16);

const text = (exchange: Exchange, date: string): string => {
  const { kind, opensAt, closesAt } = sessionOn(NO_FACTS, exchange, date, NOW);
  return kind === 'HOLIDAY' ? kind : `${kind} ${clock(opensAt)}-${clock(closesAt)}`;
};

/** What NSE, BSE and MCX have published for 2026, day by day: the days that are none like any other. */
const PUBLISHED: Readonly<Record<string, readonly [equity: string, mcx: string]>> = {
  '2026-01-01': ['NORMAL 09:15-15:30', 'SPECIAL 09:00-17:00'],
  '2026-01-15': ['HOLIDAY', 'SPECIAL 17:00-23:55'],
  '2026-01-26': ['HOLIDAY', 'HOLIDAY'],
  '2026-02-01': ['SPECIAL 09:15-15:30', 'SPECIAL 09:00-17:00'],
  '2026-03-03': ['HOLIDAY', 'SPECIAL 17:00-23:55'],
  '2026-03-26': ['HOLIDAY', 'SPECIAL 17:00-23:30'],
  '2026-03-31': ['HOLIDAY', 'SPECIAL 17:00-23:30'],
  '2026-04-03': ['HOLIDAY', 'HOLIDAY'],
  '2026-04-14': ['HOLIDAY', 'SPECIAL 17:00-23:30'],
  '2026-05-01': ['HOLIDAY', 'SPECIAL 17:00-23:30'],
  '2026-05-28': ['HOLIDAY', 'SPECIAL 17:00-23:30'],
  '2026-06-26': ['HOLIDAY', 'SPECIAL 17:00-23:30'],
  '2026-09-14': ['HOLIDAY', 'SPECIAL 17:00-23:30'],
  '2026-10-02': ['HOLIDAY', 'HOLIDAY'],
  '2026-10-20': ['HOLIDAY', 'SPECIAL 17:00-23:30'],
  '2026-11-08': ['MUHURAT --:-----:--', 'MUHURAT --:-----:--'],
  '2026-11-10': ['HOLIDAY', 'SPECIAL 17:00-23:55'],
  '2026-11-24': ['HOLIDAY', 'SPECIAL 17:00-23:55'],
  '2026-12-25': ['HOLIDAY', 'HOLIDAY'],
};

/** In the United States clocks are set forward on 8 March and back on 1 November 2026, both Sundays. */
const mcxNormal = (date: string): string =>
  date > '2026-03-08' && date < '2026-11-01' ? 'NORMAL 09:00-23:30' : 'NORMAL 09:00-23:55';

describe('2026 by the shipped table', () => {
  test.each(datesBetween('2026-01-01', '2026-12-31').map((date) => [date] as const))('%s', (date) => {
    const [equity, mcx] = PUBLISHED[date] ?? [
      isWeekend(date) ? 'HOLIDAY' : 'NORMAL 09:15-15:30',
      isWeekend(date) ? 'HOLIDAY' : mcxNormal(date),
    ];
    // A day more than a week ahead of the table's age is UNCERTAIN only once it has aged.
    expect([text('NSE', date), text('BSE', date), text('MCX', date)]).toEqual([equity, equity, mcx]);
  });

  test('the exchanges trade on 247 days and twice on a Sunday', () => {
    const days = datesBetween('2026-01-01', '2026-12-31').filter(
      (date) => bellOn(NO_FACTS, { exchanges: ['NSE'], leadMinutes: 15 }, date, NOW) !== null,
    );
    expect({ count: days.length, weekends: days.filter(isWeekend) }).toEqual({
      count: 247,
      weekends: ['2026-02-01', '2026-11-08'],
    });
  });
});
