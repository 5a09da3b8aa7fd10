import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_FACTS } from '../../src/domain/calendar/calendar-facts.ts';
import { atIst, istDateOf } from '../../src/domain/calendar/ist-date.ts';
import { jitterMs } from '../../src/domain/schedule/jitter.ts';
import { nextStart, planOn } from '../../src/domain/schedule/occurrence-plan.ts';
import { faultOf, type ScheduleWish, toSchedule } from '../../src/domain/schedule/schedule-rules.ts';

const SAVED = atIst('2026-01-01', '00:00');
const NOW = atIst('2026-11-27', '05:00');
const planned = (wish: ScheduleWish, date: string) => {
  const plan = planOn(toSchedule('UPSTOX_01', { jitterSeconds: 0, ...wish }, SAVED), NO_FACTS, date, NOW);
  return plan === null ? null : [plan.startAt, plan.until].map(istTime);
};
const istTime = (instant: Date) => new Date(instant.getTime() + 19_800_000).toISOString().slice(11, 16);

test('the default is 06:00 on trading days, made up for until 15:00', () => {
  expect(planned({}, '2026-11-27')).toEqual(['06:00', '15:00']);
  expect(planned({}, '2026-11-28')).toBeNull();
  expect(planned({}, '2026-11-24')).toBeNull();
  expect(planned({ exchanges: ['MCX'] }, '2026-11-24')).toEqual(['06:00', '15:00']);
  expect(planned({ days: 'EVERY_DAY' }, '2026-11-28')).toEqual(['06:00', '15:00']);
});

test('a start before the bell follows the hours of the day', () => {
  expect(planned({ minutesBeforeBell: 90 }, '2026-11-27')).toEqual(['07:30', '15:00']);
  expect(planned({ minutesBeforeBell: 90, exchanges: ['MCX'] }, '2026-11-24')).toEqual(['15:15', '15:25']);
  // Not in the minutes around 03:30, however long before the bell.
  expect(planned({ minutesBeforeBell: 600 }, '2026-11-27')).toEqual(['03:35', '15:00']);
  expect(planned({ startAt: '03:30' }, '2026-11-27')).toEqual(['03:35', '15:00']);
  expect(planned({ minutesBeforeBell: 90, days: 'EVERY_DAY' }, '2026-11-28')).toEqual(['07:30', '15:00']);
});

test('the next start is now where one is overdue, and the next day’s where today’s is decided', () => {
  const schedule = toSchedule('UPSTOX_01', { jitterSeconds: 0 }, SAVED);
  const overdue = atIst('2026-11-27', '07:00');
  expect(nextStart(schedule, NO_FACTS, overdue)).toEqual({ startAt: overdue, occurrenceDate: '2026-11-27' });
  expect(nextStart(schedule, NO_FACTS, overdue, (date) => date === '2026-11-27')).toEqual({
    startAt: atIst('2026-11-30', '06:00'),
    occurrenceDate: '2026-11-30',
  });
  expect(nextStart(null, NO_FACTS, overdue)).toBeNull();
});

test('no wish that is accepted starts between 00:00 and 03:35, or on another day', () => {
  const two = (figure: number) => String(figure).padStart(2, '0');
  const time = fc
    .integer({ min: 0, max: 1439 })
    .map((minutes) => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`);
  const wish = fc.record(
    {
      startAt: time,
      minutesBeforeBell: fc.integer({ min: -10, max: 700 }),
      jitterSeconds: fc.integer({ min: -1, max: 2000 }),
      catchUpUntil: time,
      days: fc.constantFrom('TRADING_DAYS' as const, 'EVERY_DAY' as const),
      leadMinutes: fc.integer({ min: 0, max: 130 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(wish, fc.integer({ min: 0, max: 364 }), (one, day) => {
      fc.pre(faultOf(one) === null);
      const date = istDateOf(new Date(atIst('2026-01-01', '12:00').getTime() + day * 86_400_000));
      const plan = planOn(toSchedule('UPSTOX_01', one, SAVED), NO_FACTS, date, NOW);
      if (plan === null) return;
      expect(istDateOf(plan.startAt)).toBe(date);
      expect(istDateOf(plan.until)).toBe(date);
      expect(plan.until.getTime()).toBeGreaterThan(plan.startAt.getTime());
      expect(plan.startAt.getTime() - atIst(date, '00:00').getTime()).toBeGreaterThanOrEqual(215 * 60_000);
    }),
    { numRuns: 2000 },
  );
});

test('jitter follows from account and date, and fills its span', () => {
  const figures = Array.from({ length: 400 }, (_, index) => jitterMs('UPSTOX_01', `day ${index}`, 60) / 1000);
  expect(jitterMs('UPSTOX_01', '2026-11-27', 60)).toBe(jitterMs('UPSTOX_01', '2026-11-27', 60));
  expect([Math.min(...figures), Math.max(...figures)]).toEqual([0, 60]);
  expect(new Set(figures).size).toBeGreaterThan(50);
  expect(jitterMs('UPSTOX_01', '2026-11-27', 0)).toBe(0);
});

test.each([
  [{ startAt: '03:29' }, 'startAt is not before 03:30: tokens made before it end at 03:30.'],
  [{ startAt: '6:00' }, 'startAt is a time of India such as 06:00.'],
  [{ startAt: '06:00', minutesBeforeBell: 5 }, 'Give either startAt or minutesBeforeBell, not both.'],
  [{ startAt: '16:00' }, 'catchUpUntil is after startAt.'],
  [{ minutesBeforeBell: 601 }, 'minutesBeforeBell is a whole number from 0 to 600.'],
  [{ jitterSeconds: 1.5 }, 'jitterSeconds is a whole number from 0 to 1800.'],
  [{ exchanges: [] }, 'Name at least one exchange.'],
  [{ startAt: '06:00', catchUpUntil: '08:00' }, null],
] as const)('%j: %s', (wish, fault) => {
  expect(faultOf(wish)).toBe(fault);
});
