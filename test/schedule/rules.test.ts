import { describe, expect, test } from 'vitest';
import { NO_FACTS } from '../../src/domain/calendar/calendar-facts.ts';
import { atIst } from '../../src/domain/calendar/ist-date.ts';
import type { TradingSession } from '../../src/domain/calendar/trading-session.ts';
import { jitterMs } from '../../src/domain/schedule/jitter.ts';
import { dueAt, nextStart, planOn } from '../../src/domain/schedule/occurrence-plan.ts';
import type { Schedule } from '../../src/domain/schedule/schedule.ts';
import {
  completeWish,
  faultOf,
  type ScheduleWish,
  toSchedule,
} from '../../src/domain/schedule/schedule-rules.ts';

const SAVED = atIst('2026-11-01', '00:00');

describe('a wish becomes a schedule', () => {
  const defaults: Schedule = {
    accountId: 'UPSTOX_01',
    enabled: true,
    startAt: '06:00',
    minutesBeforeBell: null,
    jitterSeconds: 60,
    days: 'TRADING_DAYS',
    catchUpUntil: '15:00',
    bell: { exchanges: ['NSE', 'BSE'], leadMinutes: 15 },
    savedAt: SAVED,
  };
  const everything: ScheduleWish = {
    enabled: false,
    startAt: '07:00',
    jitterSeconds: 0,
    days: 'EVERY_DAY',
    catchUpUntil: '16:00',
    exchanges: ['MCX'],
    leadMinutes: 5,
  };

  test('of nothing it is the default, of everything it is what was wished', () => {
    expect(toSchedule('UPSTOX_01', {}, SAVED)).toEqual(defaults);
    expect(toSchedule('UPSTOX_01', everything, SAVED)).toEqual({
      ...defaults,
      ...{ enabled: false, startAt: '07:00', jitterSeconds: 0, days: 'EVERY_DAY', catchUpUntil: '16:00' },
      bell: { exchanges: ['MCX'], leadMinutes: 5 },
    });
    expect(toSchedule('UPSTOX_01', { exchanges: ['MCX', 'NSE', 'MCX'] }, SAVED).bell.exchanges).toEqual([
      'MCX',
      'NSE',
    ]);
  });

  test('before a bell it has no fixed time', () => {
    const { startAt, minutesBeforeBell } = toSchedule('UPSTOX_01', { minutesBeforeBell: 0 }, SAVED);
    expect({ startAt, minutesBeforeBell }).toEqual({ startAt: null, minutesBeforeBell: 0 });
  });

  test('what a change leaves out stays as it is', () => {
    const stored = toSchedule('UPSTOX_01', everything, SAVED);
    const changed = (wish: ScheduleWish) => toSchedule('UPSTOX_01', completeWish(wish, stored), SAVED);
    expect(changed({})).toEqual(stored);
    expect(changed({ enabled: null, startAt: null, minutesBeforeBell: null, jitterSeconds: null })).toEqual(
      stored,
    );
    expect(changed({ enabled: true })).toEqual({ ...stored, enabled: true });
    expect(changed({ jitterSeconds: 30 })).toEqual({ ...stored, jitterSeconds: 30 });
    expect(changed({ days: 'TRADING_DAYS' })).toEqual({ ...stored, days: 'TRADING_DAYS' });
    expect(changed({ catchUpUntil: '17:00' })).toEqual({ ...stored, catchUpUntil: '17:00' });
    expect(changed({ exchanges: ['NSE'] }).bell).toEqual({ exchanges: ['NSE'], leadMinutes: 5 });
    expect(changed({ leadMinutes: 0 }).bell).toEqual({ exchanges: ['MCX'], leadMinutes: 0 });
    expect(completeWish({ enabled: true }, undefined)).toEqual({ enabled: true });
  });

  test('one way to say the start takes the place of the other', () => {
    const fixed = toSchedule('UPSTOX_01', everything, SAVED);
    const beforeBell = toSchedule('UPSTOX_01', completeWish({ minutesBeforeBell: 0 }, fixed), SAVED);
    expect(beforeBell).toEqual({ ...fixed, startAt: null, minutesBeforeBell: 0 });
    expect(toSchedule('UPSTOX_01', completeWish({}, beforeBell), SAVED)).toEqual(beforeBell);
    expect(toSchedule('UPSTOX_01', completeWish({ startAt: '07:00' }, beforeBell), SAVED)).toEqual(fixed);
  });
});

test.each<[ScheduleWish, string | null]>([
  [{}, null],
  [{ startAt: '03:30' }, null],
  [{ startAt: '23:00', catchUpUntil: '23:01' }, null],
  [{ startAt: '23:01', catchUpUntil: '23:59' }, 'startAt is not after 23:00.'],
  [{ startAt: '06:00:00' }, 'startAt is a time of India such as 06:00.'],
  [{ startAt: '106:00' }, 'startAt is a time of India such as 06:00.'],
  [{ startAt: '24:00' }, 'startAt is a time of India such as 06:00.'],
  [{ startAt: '19:00', catchUpUntil: '20:00' }, null],
  [{ catchUpUntil: '15:60' }, 'catchUpUntil is a time of India such as 15:00.'],
  [{ catchUpUntil: '06:00' }, 'catchUpUntil is after startAt.'],
  [{ catchUpUntil: '06:01' }, null],
  [{ startAt: '15:00' }, 'catchUpUntil is after startAt.'],
  [{ minutesBeforeBell: 0, catchUpUntil: '05:00' }, null],
  [{ minutesBeforeBell: 600 }, null],
  [{ minutesBeforeBell: -1 }, 'minutesBeforeBell is a whole number from 0 to 600.'],
  [{ jitterSeconds: 0 }, null],
  [{ jitterSeconds: 1800 }, null],
  [{ jitterSeconds: 1801 }, 'jitterSeconds is a whole number from 0 to 1800.'],
  [{ leadMinutes: 0 }, null],
  [{ leadMinutes: 120 }, null],
  [{ leadMinutes: 121 }, 'bellLeadMinutes is a whole number from 0 to 120.'],
  [{ exchanges: ['NSE'] }, null],
])('%j: %s', (wish, fault) => {
  expect(faultOf(wish)).toBe(fault);
});

test('a start is due from its time until it is not made up for any more', () => {
  const date = '2026-11-27';
  const plan = { date, startAt: atIst(date, '06:00'), until: atIst(date, '15:00') };
  const beside = (time: string, milliseconds: number) =>
    dueAt(plan, new Date(atIst(date, time).getTime() + milliseconds));
  expect([beside('06:00', -1), beside('06:00', 0), beside('15:00', 0), beside('15:00', 1)]).toEqual([
    ...['LATER', 'DUE', 'DUE', 'MISSED'],
  ]);
  const early = { ...plan, startAt: atIst(date, '03:00') };
  expect(dueAt(early, atIst(date, '03:34'))).toBe('LATER');
  expect(dueAt(early, atIst(date, '03:35'))).toBe('DUE');
});

describe('an occurrence', () => {
  const date = '2026-11-27';
  const now = atIst(date, '05:00');
  const schedule = toSchedule('UPSTOX_01', { jitterSeconds: 0 }, SAVED);

  test('is later by its jitter, and never earlier', () => {
    const late = toSchedule('UPSTOX_01', { jitterSeconds: 1800 }, SAVED);
    const figure = jitterMs('UPSTOX_01', date, 1800);
    expect(figure).toBeGreaterThan(0);
    expect(planOn(late, NO_FACTS, date, now)?.startAt).toEqual(
      new Date(atIst(date, '06:00').getTime() + figure),
    );
  });

  test('before a late bell begins ten minutes before midnight, and is made up for on that day alone', () => {
    const session: TradingSession = {
      ...{ date, exchange: 'MCX', kind: 'SPECIAL', source: 'OPERATOR', description: null },
      ...{ opensAt: atIst(date, '23:58'), closesAt: null, fetchedAt: null },
    };
    const bell = { at: atIst(date, '23:58'), session, certain: true };
    const atBell = toSchedule('UPSTOX_01', { jitterSeconds: 0, minutesBeforeBell: 0 }, SAVED);
    expect(planOn(atBell, NO_FACTS, date, now, bell)).toEqual({
      ...{ date, startAt: atIst(date, '23:50') },
      until: new Date(atIst(date, '23:59').getTime() + 59_000),
    });
  });

  test('that cannot be made up for any more, or is older than its schedule, is followed by the next', () => {
    const until = atIst(date, '15:00');
    const monday = { startAt: atIst('2026-11-30', '06:00'), occurrenceDate: '2026-11-30' };
    expect(nextStart(schedule, NO_FACTS, until)).toEqual({ startAt: until, occurrenceDate: date });
    expect(nextStart(schedule, NO_FACTS, new Date(until.getTime() + 1))).toEqual(monday);
    const start = atIst(date, '06:00');
    const savedAt = (ms: number) => ({ ...schedule, savedAt: new Date(start.getTime() + ms) });
    expect(nextStart(savedAt(0), NO_FACTS, now)).toEqual({ startAt: start, occurrenceDate: date });
    expect(nextStart(savedAt(1), NO_FACTS, atIst(date, '06:01'))).toEqual(monday);
    expect(nextStart({ ...schedule, enabled: false }, NO_FACTS, now)).toBeNull();
  });
});
