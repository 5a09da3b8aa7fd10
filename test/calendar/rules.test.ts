import { describe, expect, test } from 'vitest';
import { type Bell, bellOn, nextBell } from '../../src/domain/calendar/bell.ts';
import { type CalendarFacts, dayKey, NO_FACTS } from '../../src/domain/calendar/calendar-facts.ts';
import { EXCHANGES, mcxCloses } from '../../src/domain/calendar/exchange.ts';
import { isFetchDue, isPausing } from '../../src/domain/calendar/fetch-times.ts';
import { addDays, atIst, datesBetween, isIstDate } from '../../src/domain/calendar/ist-date.ts';
import { mergedDays } from '../../src/domain/calendar/merged-days.ts';
import { type DayStatement, judgeStatement, type StatedDay } from '../../src/domain/calendar/statement.ts';
import { sessionOn, sessionsBetween } from '../../src/domain/calendar/trading-calendar.ts';
import type { TradingSession } from '../../src/domain/calendar/trading-session.ts';

const DAY = '2026-12-01';
const NOW = atIst('2026-11-30', '05:00');

const says = (parts: Partial<DayStatement>): DayStatement => ({
  ...{ says: 'OPEN', opensAt: null, closesAt: null, description: null },
  ...parts,
});
const open = (from: string, to: string, parts: Partial<DayStatement> = {}): DayStatement =>
  says({ opensAt: atIst(DAY, from), closesAt: atIst(DAY, to), ...parts });

/** What the broker says of NSE on that day: in its timings, and in the list of a year or of the day. */
const facts = (timing: DayStatement | null, listed: DayStatement | null, key = '2026'): CalendarFacts => {
  const days = (one: DayStatement) => ({ fetchedAt: NOW, days: new Map([[dayKey(DAY, 'NSE'), one]]) });
  return {
    ...NO_FACTS,
    timings: new Map(timing === null ? [] : [[DAY, days(timing)]]),
    lists: new Map(listed === null ? [] : [[key, days(listed)]]),
  };
};
const session = (known: CalendarFacts, date = DAY) => sessionOn(known, 'NSE', date, NOW);

test.each([
  ['2026-02-28', true],
  ['2028-02-29', true],
  ['2026-02-29', false],
  ['2026-13-01', false],
  ['2026-1-01', false],
  ['2026-01-1', false],
  ['226-01-01', false],
  ['x2026-01-01', false],
  ['2026-01-01x', false],
  ['2026-01-01T00', false],
])('%s is a day: %s', (text, isOne) => {
  expect(isIstDate(text)).toBe(isOne);
});

test('MCX closes with the daylight saving of the United States', () => {
  const closes = datesBetween('2026-01-01', '2028-12-31').map((date) => [date, mcxCloses(date)] as const);
  const changes = closes.filter(([, time], index) => index > 0 && time !== closes[index - 1]?.[1]);
  // The first evening after each change, which is on a Sunday.
  expect(changes).toEqual([
    ['2026-03-09', '23:30'],
    ['2026-11-02', '23:55'],
    ['2027-03-15', '23:30'],
    ['2027-11-08', '23:55'],
    ['2028-03-13', '23:30'],
    ['2028-11-06', '23:55'],
  ]);
});

describe('a day that a list names twice', () => {
  const day = (parts: Partial<StatedDay>): StatedDay => ({
    ...open('09:15', '15:30'),
    date: DAY,
    exchange: 'NSE',
    ...parts,
  });
  const merged = (...days: readonly Partial<StatedDay>[]) => mergedDays(days.map(day));

  test('is told once where both say the same, or one of them nothing', () => {
    const ordinary = { says: 'ORDINARY', opensAt: null, closesAt: null } as const;
    const closed = { ...ordinary, says: 'CLOSED' } as const;
    expect(merged({}, {})).toEqual([day({})]);
    expect(merged(closed, closed)).toEqual([day(closed)]);
    expect(merged({}, ordinary)).toEqual([day({})]);
    expect(merged(ordinary, {})).toEqual([day({})]);
    expect(merged(ordinary, ordinary)).toEqual([day(ordinary)]);
  });

  test('contradicts itself where they differ', () => {
    const contradiction = day({ says: 'CONTRADICTORY', opensAt: null, closesAt: null });
    const closed = { says: 'CLOSED', opensAt: null, closesAt: null } as const;
    const others = [
      closed,
      { opensAt: atIst(DAY, '09:00') },
      { closesAt: atIst(DAY, '17:00') },
      { opensAt: null },
      { closesAt: null },
    ];
    for (const other of others) {
      expect(merged({}, other)).toEqual([contradiction]);
      expect(merged(other, {})).toMatchObject([{ says: 'CONTRADICTORY', opensAt: null, closesAt: null }]);
    }
  });

  test('contradicts itself where it is open and closed without hours', () => {
    const open = { opensAt: null, closesAt: null } as const;
    expect(merged(open, { ...open, says: 'CLOSED' })).toMatchObject([{ says: 'CONTRADICTORY' }]);
  });

  test('is another one of another exchange or date', () => {
    expect(merged({}, { exchange: 'BSE' }, { date: '2026-12-02' })).toHaveLength(3);
  });
});

describe('a statement', () => {
  test.for<[string, string, boolean]>([
    ['09:15', '15:30', false],
    ['09:00', '15:30', false],
    ['09:30', '15:30', false],
    ['08:59', '15:30', true],
    ['09:31', '15:30', true],
    ['09:15', '14:30', false],
    ['09:15', '14:29', true],
  ])('of hours from %s to %s is special: %s', ([from, to, isSpecial]) => {
    expect(judgeStatement(open(from, to), 'NSE', DAY).isSpecial).toBe(isSpecial);
  });

  test('without an opening is special, without a close it is not, on a weekend it always is', () => {
    expect(judgeStatement(says({}), 'NSE', DAY).isSpecial).toBe(true);
    expect(judgeStatement(open('09:15', '15:30', { closesAt: null }), 'NSE', DAY).isSpecial).toBe(false);
    const sunday = says({ opensAt: atIst('2026-12-06', '09:15') });
    expect(judgeStatement(sunday, 'NSE', '2026-12-06').isSpecial).toBe(true);
    expect(judgeStatement(says({ says: 'CLOSED' }), 'NSE', DAY).isSpecial).toBe(false);
  });
});

describe('a session', () => {
  test('is uncertain between the hours of its sources, from the first opening to the last close', () => {
    const known = facts(open('08:00', '12:00'), open('07:00', '13:00'));
    expect(session(known)).toMatchObject({
      ...{ kind: 'UNCERTAIN', opensAt: atIst(DAY, '07:00'), closesAt: atIst(DAY, '15:30') },
      ...{ source: 'BROKER', fetchedAt: NOW, description: 'The sources disagree about the hours.' },
    });
    expect(session(NO_FACTS, '2027-12-01')).toMatchObject({
      ...{ kind: 'UNCERTAIN', source: 'SHIPPED', fetchedAt: null },
      ...{ opensAt: atIst('2027-12-01', '09:15'), closesAt: atIst('2027-12-01', '15:30') },
    });
    const contradictory = facts(says({ says: 'CONTRADICTORY', closesAt: atIst(DAY, '17:00') }), null);
    expect(session(contradictory)).toMatchObject({
      ...{ closesAt: atIst(DAY, '17:00'), description: 'The broker contradicts itself.' },
    });
  });

  test('has the hours of the first source that names them', () => {
    expect(session(facts(null, says({})))).toMatchObject({
      ...{ source: 'BROKER', opensAt: atIst(DAY, '09:15'), closesAt: atIst(DAY, '15:30') },
    });
  });

  test('says who disagrees', () => {
    const known = facts(open('09:15', '15:30'), says({ says: 'CLOSED', description: 'Election' }));
    expect(session(known).description).toBe(
      'The sources disagree: BROKER says open, BROKER says closed (Election), SHIPPED says open.',
    );
  });

  test('of a day in which the broker names no hours is uncertain, unless a list or a weekend explains it', () => {
    const silence = (date: string, exchange: 'NSE' | 'MCX' = 'NSE') => {
      const known = { ...NO_FACTS, timings: new Map([[date, { fetchedAt: NOW, days: new Map() }]]) };
      const { kind, description } = sessionOn(known, exchange, date, NOW);
      return [kind, description];
    };
    expect(silence('2027-01-04')).toEqual([
      'UNCERTAIN',
      'The broker names no hours, and no list of this year is known yet.',
    ]);
    expect(silence('2027-01-03')).toEqual(['HOLIDAY', null]);
    expect(silence('2026-12-25')).toEqual(['HOLIDAY', 'Christmas']);
    const open2027 = says({ opensAt: atIst('2027-01-04', '09:15'), closesAt: atIst('2027-01-04', '15:30') });
    const hours = { fetchedAt: NOW, days: new Map([[dayKey('2027-01-04', 'NSE'), open2027]]) };
    const named = { ...NO_FACTS, timings: new Map([['2027-01-04', hours]]) };
    expect(session(named, '2027-01-04').kind).toBe('NORMAL');
    const timing = facts(says({ says: 'CLOSED' }), null);
    expect(session(timing).kind).toBe('UNCERTAIN');
  });

  test('is special where one source says so, and muhurat by its name', () => {
    const special = (description: string) =>
      session(facts(null, says({ ...open('09:15', '12:00'), description }))).kind;
    expect([
      special('Half day'),
      special('Muhurat session'),
      special('Laxmi Pujan'),
      special('LAXMIPUJA'),
    ]).toEqual([...['SPECIAL', 'MUHURAT', 'MUHURAT', 'MUHURAT']]);
    expect(session(facts(null, open('09:15', '15:30', { description: 'Muhurat' }))).kind).toBe('NORMAL');
  });

  test('is known of every exchange and day of a span, and a day may have a list of its own', () => {
    const span = sessionsBetween(NO_FACTS, '2026-12-24', '2026-12-25', NOW);
    expect(span.map(({ date, exchange, kind }) => `${date} ${exchange} ${kind}`)).toEqual([
      ...EXCHANGES.map((exchange) => `2026-12-24 ${exchange} NORMAL`),
      ...EXCHANGES.map((exchange) => `2026-12-25 ${exchange} HOLIDAY`),
    ]);
    expect(sessionsBetween(NO_FACTS, '2026-12-25', '2026-12-24', NOW)).toEqual([]);
    expect(session(facts(null, open('09:15', '15:30'), DAY)).source).toBe('BROKER');
  });

  test('is known for seven days, to the millisecond', () => {
    const late = (date: string, ms: number) => {
      const fetchedAt = new Date(atIst(date, '00:00').getTime() - 7 * 86_400_000 + ms);
      const list = { fetchedAt, days: new Map([[dayKey(date, 'NSE'), open('09:15', '15:30')]]) };
      const lists = new Map([['2027', { ...list, days: new Map() }]]);
      return sessionOn({ ...NO_FACTS, lists }, 'NSE', date, atIst(addDays(date, 1), '00:00')).kind;
    };
    expect([late('2027-02-01', 0), late('2027-02-01', -1)]).toEqual(['NORMAL', 'UNCERTAIN']);
  });
});

describe('a bell', () => {
  const rule = { exchanges: ['NSE', 'BSE'], leadMinutes: 15 } as const;
  const told = (bell: Bell | null) => bell && [bell.session.exchange, bell.certain];

  test('of several that ring at once is one that is certain', () => {
    const doubtful = facts(null, says({ says: 'CLOSED' }));
    expect(told(bellOn(doubtful, rule, DAY, NOW))).toEqual(['BSE', true]);
    expect(told(bellOn(doubtful, { ...rule, exchanges: ['NSE'] }, DAY, NOW))).toEqual(['NSE', false]);
    expect(told(bellOn(NO_FACTS, { ...rule, exchanges: ['NSE'] }, '2027-12-01', NOW))).toEqual([
      'NSE',
      false,
    ]);
  });

  test('is looked for on the 31 days that follow, and on no more', () => {
    const holiday = (date: string): TradingSession => ({
      ...{ date, exchange: 'NSE', kind: 'HOLIDAY', opensAt: null, closesAt: null, source: 'OPERATOR' },
      ...{ fetchedAt: null, description: null },
    });
    const closedUntil = (last: string) => ({
      ...NO_FACTS,
      operator: new Map(datesBetween('2027-03-01', last).map((date) => [dayKey(date, 'NSE'), holiday(date)])),
    });
    const next = (last: string) =>
      nextBell(closedUntil(last), { ...rule, exchanges: ['NSE'] }, atIst('2027-03-01', '00:00'))?.session
        .date;
    expect([next('2027-03-31'), next('2027-04-01')]).toEqual(['2027-04-01', undefined]);
  });
});

test('the lists are due unless they were had since the last time, also after the clock was set back', () => {
  const now = atIst('2026-11-30', '06:00');
  const beside = (ms: number) => new Date(now.getTime() + ms);
  expect([
    isFetchDue(now, null, now),
    isFetchDue(beside(-1), null, now),
    isFetchDue(beside(1), null, now),
  ]).toEqual([...[false, true, true]]);
  expect(isFetchDue(null, null, now)).toBe(true);
  const pause = 15 * 60_000;
  expect([-pause, 1 - pause, pause - 1, pause].map((ms) => isPausing(beside(ms), now))).toEqual([
    ...[false, true, true, false],
  ]);
  expect(isPausing(null, now)).toBe(false);
});
