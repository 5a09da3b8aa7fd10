import { describe, expect, test } from 'vitest';
import { type Bell, bellOn, nextBell } from '../../src/domain/calendar/bell.ts';
import { type CalendarFacts, dayKey, NO_FACTS } from '../../src/domain/calendar/calendar-facts.ts';
import type { Exchange } from '../../src/domain/calendar/exchange.ts';
import { isFetchDue } from '../../src/domain/calendar/fetch-times.ts';
import { addDays, atIst, istDateOf } from '../../src/domain/calendar/ist-date.ts';
import type { DayStatement } from '../../src/domain/calendar/statement.ts';
import { sessionOn } from '../../src/domain/calendar/trading-calendar.ts';
import type { TradingSession } from '../../src/domain/calendar/trading-session.ts';

const TODAY = '2026-11-30';
const NOW = atIst(TODAY, '05:00');

const closed = (description: string): DayStatement => ({
  says: 'CLOSED',
  opensAt: null,
  closesAt: null,
  description,
});
const open = (date: string, from: string, to: string, description: string | null = null): DayStatement => ({
  says: 'OPEN',
  opensAt: atIst(date, from),
  closesAt: atIst(date, to),
  description,
});

/** A list of 2026 that says the same as the shipped table, but for `changes` of NSE. */
const listed = (changes: Readonly<Record<string, DayStatement>>, fetchedAt = NOW): CalendarFacts => ({
  ...NO_FACTS,
  lists: new Map([
    [
      '2026',
      {
        fetchedAt,
        days: new Map([
          [dayKey('2026-12-25', 'NSE'), closed('Christmas')],
          ...Object.entries(changes).map(([date, says]) => [dayKey(date, 'NSE'), says] as const),
        ]),
      },
    ],
  ]),
});

const told = (facts: CalendarFacts, date: string, exchange: Exchange = 'NSE', now = NOW) => {
  const { kind, source, opensAt, description } = sessionOn(facts, exchange, date, now);
  return [kind, source, opensAt === null ? null : istTime(opensAt), description];
};
const istTime = (instant: Date) => new Date(instant.getTime() + 19_800_000).toISOString().slice(11, 16);

describe('sources', () => {
  test('a list that agrees is the source', () => {
    expect(told(listed({}), '2026-12-25')).toEqual(['HOLIDAY', 'BROKER', null, 'Christmas']);
    expect(told(listed({}), '2026-12-01')).toEqual(['NORMAL', 'BROKER', '09:15', null]);
  });

  test('a holiday that only the broker knows is UNCERTAIN, and so is one that it does not know', () => {
    expect(told(listed({ '2026-12-01': closed('Election') }), '2026-12-01')).toEqual([
      'UNCERTAIN',
      'BROKER',
      '09:15',
      'The sources disagree: BROKER says closed (Election), SHIPPED says open.',
    ]);
    expect(
      told({ ...NO_FACTS, lists: new Map([['2026', { fetchedAt: NOW, days: new Map() }]]) }, '2026-12-25')[0],
    ).toBe('UNCERTAIN');
  });

  test('a session on a weekend that only the broker knows is UNCERTAIN, at the broker’s hours', () => {
    const facts = listed({ '2026-12-06': open('2026-12-06', '10:00', '12:00', 'Special session') });
    expect(told(facts, '2026-12-06').slice(0, 3)).toEqual(['UNCERTAIN', 'BROKER', '10:00']);
  });

  test('the broker’s hours complete a session that the table knows without hours', () => {
    const date = '2026-11-08';
    const facts = listed({ [date]: open(date, '18:00', '19:00', 'Diwali Laxmi Pujan') });
    expect(told(facts, date, 'NSE', atIst(date, '05:00'))).toEqual([
      'MUHURAT',
      'BROKER',
      '18:00',
      'Diwali Laxmi Pujan',
    ]);
  });

  test('timings and list that disagree are UNCERTAIN', () => {
    const facts: CalendarFacts = {
      ...listed({}),
      timings: new Map([['2026-12-01', { fetchedAt: NOW, days: new Map() }]]),
    };
    expect(told(facts, '2026-12-01')[0]).toBe('UNCERTAIN');
  });

  test('a statement that contradicts itself is UNCERTAIN', () => {
    const odd: DayStatement = { says: 'CONTRADICTORY', opensAt: null, closesAt: null, description: null };
    expect(told(listed({ '2026-12-01': odd }), '2026-12-01')).toEqual([
      'UNCERTAIN',
      'BROKER',
      '09:15',
      'The broker contradicts itself.',
    ]);
  });

  test('what is older than 7 days makes holiday, weekend and working day UNCERTAIN, and a new answer heals it', () => {
    const now = atIst('2026-12-20', '05:00');
    const days = ['2026-12-25', '2026-12-26', '2026-12-28'];
    const kinds = (facts: CalendarFacts) => days.map((date) => told(facts, date, 'NSE', now)[0]);
    expect(kinds(listed({}, atIst('2026-12-13', '04:00')))).toEqual(['UNCERTAIN', 'UNCERTAIN', 'UNCERTAIN']);
    expect(kinds(listed({}, atIst('2026-12-13', '06:00')))).toEqual(['HOLIDAY', 'HOLIDAY', 'NORMAL']);
  });

  test('no day of 2027 is known before its list is', () => {
    expect(told(NO_FACTS, '2027-01-26')).toEqual([
      'UNCERTAIN',
      'SHIPPED',
      '09:15',
      'No list of this year is known yet.',
    ]);
    const day = {
      fetchedAt: NOW,
      days: new Map([[dayKey('2027-01-01', 'NSE'), open('2027-01-01', '09:15', '15:30')]]),
    };
    const facts = { ...NO_FACTS, lists: new Map([['2027-01-01', day]]) };
    expect(told(facts, '2027-01-01')[0]).toBe('NORMAL');
  });

  test('the operator’s entry stands above all of them, however old it is', () => {
    const date = '2026-12-01';
    const entry: TradingSession = {
      ...{ date, exchange: 'NSE', kind: 'HOLIDAY', source: 'OPERATOR', opensAt: null, closesAt: null },
      ...{ fetchedAt: atIst('2026-01-01', '05:00'), description: 'We do not trade' },
    };
    const facts = { ...listed({}), operator: new Map([[dayKey(date, 'NSE'), entry]]) };
    expect(sessionOn(facts, 'NSE', date, NOW)).toEqual(entry);
  });
});

describe('the bell', () => {
  const at = (bell: Bell | null) =>
    bell === null ? null : [istDateOf(bell.at), istTime(bell.at), bell.session.exchange, bell.certain];

  test('is the earliest opening less the lead', () => {
    const both = { exchanges: ['NSE', 'MCX'] as const, leadMinutes: 15 };
    expect(at(bellOn(listed({}), both, '2026-12-01', NOW))).toEqual(['2026-12-01', '08:45', 'MCX', true]);
    expect(at(bellOn(listed({}), { ...both, exchanges: ['NSE'] }, '2026-12-25', NOW))).toBeNull();
  });

  test('of an unannounced hour is the ordinary one, and not certain', () => {
    const rule = { exchanges: ['NSE'] as const, leadMinutes: 15 };
    const now = atIst('2026-11-08', '05:00');
    expect(at(bellOn(NO_FACTS, rule, '2026-11-08', now))).toEqual(['2026-11-08', '09:00', 'NSE', false]);
  });

  test('that has rung is followed by the one of the next trading day', () => {
    const rule = { exchanges: ['NSE', 'BSE'] as const, leadMinutes: 15 };
    const friday = '2026-11-27';
    expect(at(nextBell(NO_FACTS, rule, atIst(friday, '09:00')))).toEqual([friday, '09:00', 'NSE', true]);
    expect(at(nextBell(NO_FACTS, rule, atIst(friday, '09:01')))?.slice(0, 2)).toEqual([TODAY, '09:00']);
  });
});

test('the broker is asked at 06:00, at 20:00 and at the beginning of a year, and after a failure 15 minutes later', () => {
  const times: string[] = [];
  let fetchedAt: Date | null = atIst('2026-12-30', '20:00');
  const start = atIst('2026-12-31', '00:00').getTime();
  for (let minute = 0; minute < 3 * 1440; minute += 1) {
    const now = new Date(start + minute * 60_000);
    if (!isFetchDue(fetchedAt, fetchedAt, now)) continue;
    times.push(`${istDateOf(now)} ${istTime(now)}`);
    fetchedAt = now;
  }
  expect(times).toEqual([
    '2026-12-31 06:00',
    '2026-12-31 20:00',
    '2027-01-01 00:00',
    '2027-01-01 06:00',
    '2027-01-01 20:00',
    '2027-01-02 06:00',
    '2027-01-02 20:00',
  ]);
  const now = atIst('2026-12-31', '06:10');
  const before = atIst(addDays('2026-12-31', -1), '20:00');
  expect(isFetchDue(before, atIst('2026-12-31', '06:00'), now)).toBe(false);
  expect(isFetchDue(before, atIst('2026-12-31', '06:00'), atIst('2026-12-31', '06:15'))).toBe(true);
  // A clock that was an hour ahead.
  expect(isFetchDue(before, atIst('2026-12-31', '07:10'), now)).toBe(true);
});
