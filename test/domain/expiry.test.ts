import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  expiryLevel,
  expiryOf,
  isExpired,
  lastExpiry,
  levelChanges,
  nextExpiry,
  remainingSeconds,
} from '../../src/domain/token/expiry.ts';

const clockInIndia = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Kolkata',
  dateStyle: 'short',
  timeStyle: 'medium',
});

/** The same rule, worked out from the calendar and the clock that an Indian sees. */
const byCalendar = (issuedAt: Date): Date => {
  const parts = Object.fromEntries(
    clockInIndia.formatToParts(issuedAt).map(({ type, value }) => [type, value]),
  );
  const isBefore = `${parts.hour}:${parts.minute}:${parts.second}` < '03:30:00';
  const midnight = Date.parse(`${parts.year}-${parts.month}-${parts.day}T00:00:00Z`);
  const day = new Date(midnight + (isBefore ? 0 : 86_400_000)).toISOString().slice(0, 10);
  return new Date(`${day}T03:30:00+05:30`);
};

const instants = fc.date({
  min: new Date('2000-01-01T00:00:00Z'),
  max: new Date('2100-01-01T00:00:00Z'),
  noInvalidDate: true,
});

/** Instants in the two seconds around 03:30 IST, where mistakes live. */
const edges = fc
  .tuple(fc.integer({ min: 11_000, max: 47_000 }), fc.integer({ min: -1000, max: 1000 }))
  .map(([day, milliseconds]) => new Date(day * 86_400_000 + 22 * 3_600_000 + milliseconds));

/** Lets the machine believe that it stands elsewhere, until the end of the block. */
const standingIn = (zone: string): Disposable => {
  const before = process.env.TZ;
  process.env.TZ = zone;
  return {
    [Symbol.dispose]: () => {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    },
  };
};

const jwt = (claims: object): string =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

describe('a token ends at the next 03:30 IST', () => {
  test.each([
    ['2026-11-18T03:29:59+05:30', '2026-11-18T03:30:00+05:30'],
    ['2026-11-18T03:29:59.999+05:30', '2026-11-18T03:30:00+05:30'],
    ['2026-11-18T03:30:00+05:30', '2026-11-19T03:30:00+05:30'],
    ['2026-11-18T03:30:00.001+05:30', '2026-11-19T03:30:00+05:30'],
    ['2026-11-18T02:30:00+05:30', '2026-11-18T03:30:00+05:30'],
    ['2026-11-18T00:00:00+05:30', '2026-11-18T03:30:00+05:30'],
    ['2026-11-17T23:59:59+05:30', '2026-11-18T03:30:00+05:30'],
    ['2026-11-17T20:00:00+05:30', '2026-11-18T03:30:00+05:30'],
    ['2026-11-18T05:29:59+05:30', '2026-11-19T03:30:00+05:30'],
    ['2028-02-28T09:00:00+05:30', '2028-02-29T03:30:00+05:30'],
    ['2028-02-29T09:00:00+05:30', '2028-03-01T03:30:00+05:30'],
    ['2027-02-28T09:00:00+05:30', '2027-03-01T03:30:00+05:30'],
    ['2026-12-31T09:00:00+05:30', '2027-01-01T03:30:00+05:30'],
    ['1969-12-31T12:00:00+05:30', '1970-01-01T03:30:00+05:30'],
  ])('when it was made at %s: %s', (made, ends) => {
    expect(nextExpiry(new Date(made))).toEqual(new Date(ends));
  });

  test('as the Indian calendar has it, whenever it was made', () => {
    fc.assert(
      fc.property(fc.oneof(instants, edges), (issuedAt) => {
        expect(nextExpiry(issuedAt)).toEqual(byCalendar(issuedAt));
      }),
    );
  });

  test('a day after the last one, which is now at 03:30 itself', () => {
    const end = new Date('2026-11-18T03:30:00+05:30');
    const before = new Date(end.getTime() - 1);
    expect(lastExpiry(end)).toEqual(end);
    expect(lastExpiry(before)).toEqual(new Date('2026-11-17T03:30:00+05:30'));
  });

  test('strictly later, and never more than a day later', () => {
    fc.assert(
      fc.property(fc.oneof(instants, edges), (issuedAt) => {
        const lifetime = nextExpiry(issuedAt).getTime() - issuedAt.getTime();
        expect(lifetime).toBeGreaterThan(0);
        expect(lifetime).toBeLessThanOrEqual(86_400_000);
      }),
    );
  });

  test.each([
    ['Pacific/Midway', 660],
    ['America/New_York', 300],
    ['UTC', 0],
    ['Europe/Berlin', -60],
    ['Asia/Kolkata', -330],
    ['Pacific/Kiritimati', -840],
  ])('on a machine in %s too', (zone, minutesBehindUtc) => {
    using _elsewhere = standingIn(zone);
    expect(new Date('2026-11-18T12:00:00Z').getTimezoneOffset()).toBe(minutesBehindUtc);
    fc.assert(
      fc.property(fc.oneof(instants, edges), (issuedAt) => {
        expect(nextExpiry(issuedAt)).toEqual(byCalendar(issuedAt));
      }),
      { numRuns: 40 },
    );
  });
});

describe('the end of a token that has just been made', () => {
  const issuedAt = new Date('2026-11-17T20:00:00+05:30');
  const rule = new Date('2026-11-18T03:30:00+05:30');

  test.each([
    ['has no claims', 'opaque', rule, false],
    ['names no end', jwt({ sub: 'AB1234' }), rule, false],
    ['names the end that the rule gives', jwt({ exp: rule.getTime() / 1000 }), rule, false],
    [
      'names another end, which is believed',
      jwt({ exp: Date.parse('2026-11-17T22:00:00+05:30') / 1000 }),
      new Date('2026-11-17T22:00:00+05:30'),
      true,
    ],
  ])('that %s', (_what, token, expiresAt, conflictsWithRule) => {
    expect(expiryOf(token, issuedAt)).toEqual({ expiresAt, conflictsWithRule });
  });
});

test.each([
  ['an hour and a millisecond', 3_600_001, 'GREEN', 3600, false],
  ['an hour', 3_600_000, 'GREEN', 3600, false],
  ['a millisecond less than an hour', 3_599_999, 'AMBER', 3599, false],
  ['ten minutes', 600_000, 'AMBER', 600, false],
  ['a millisecond less than ten minutes', 599_999, 'RED', 599, false],
  ['a millisecond', 1, 'RED', 0, false],
  ['nothing', 0, 'EXPIRED', 0, true],
  ['a minute less than nothing', -60_000, 'EXPIRED', 0, true],
])('with %s left', (_left, milliseconds, level, seconds, expired) => {
  const expiresAt = new Date('2026-11-18T03:30:00+05:30');
  const now = new Date(expiresAt.getTime() - milliseconds);
  expect([expiryLevel(expiresAt, now), remainingSeconds(expiresAt, now), isExpired(expiresAt, now)]).toEqual([
    level,
    seconds,
    expired,
  ]);
});

test('the level changes at the instants that are named, and at no other', () => {
  const end = new Date('2026-11-24T22:00:00Z');
  const levels = levelChanges(end).map((instant) => [
    expiryLevel(end, new Date(instant.getTime() - 1)),
    expiryLevel(end, instant),
  ]);
  expect(levels).toEqual([
    ['GREEN', 'AMBER'],
    ['AMBER', 'RED'],
    ['RED', 'EXPIRED'],
  ]);
  expect(levelChanges(null)).toEqual([]);
});
