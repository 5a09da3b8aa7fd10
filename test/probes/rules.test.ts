import { describe, expect, test } from 'vitest';
import { API_NAMES } from '../../src/domain/account/api-name.ts';
import { type CalendarFacts, dayKey, NO_FACTS } from '../../src/domain/calendar/calendar-facts.ts';
import { atIst } from '../../src/domain/calendar/ist-date.ts';
import type { TradingSession } from '../../src/domain/calendar/trading-session.ts';
import {
  CAPABILITY_REASONS,
  capabilityOf,
  isProbeable,
  type KeptAnswer,
  messageOf,
  nextActionOf,
  notCapable,
  notKnown,
  type ProbedRole,
  probeOf,
  wasAsked,
} from '../../src/domain/capability/capability.ts';
import { dueRoles } from '../../src/domain/capability/due.ts';
import { marketState, nextOptionExpiry } from '../../src/domain/capability/market.ts';
import { VERDICTS } from '../../src/domain/token/verdict.ts';

const BELL = atIst('2026-11-27', '09:00');
const minutesBefore = (minutes: number): Date => new Date(BELL.getTime() - minutes * 60_000);

const role = (parts: Partial<ProbedRole> = {}): ProbedRole => ({
  ...{ apiName: 'PRIMARY', verdict: 'VALID', fingerprint: 'abcd' },
  ...parts,
});
const answer = (parts: Partial<KeptAnswer> = {}): KeptAnswer => ({
  ...{ accountId: 'UPSTOX_01', apiName: 'PRIMARY', fingerprint: 'abcd', checkedAt: minutesBefore(120) },
  ...{ result: 'CAPABLE', reason: null, httpStatus: 200, brokerCode: null },
  ...parts,
});

describe('a role is probed by itself', () => {
  const due = (
    roles: readonly ProbedRole[],
    kept: readonly KeptAnswer[],
    now: Date,
    bell: Date | null = BELL,
  ) => dueRoles(roles, kept, bell, now);

  test('once for each VALID token', () => {
    expect(due([role()], [], minutesBefore(120))).toEqual(['PRIMARY']);
    expect(due([role()], [answer()], minutesBefore(120))).toEqual([]);
    expect(due([role()], [answer({ fingerprint: 'other' })], minutesBefore(120))).toEqual(['PRIMARY']);
    expect(due([role()], [answer({ apiName: 'WEBSOCKET1' })], minutesBefore(120))).toEqual(['PRIMARY']);
    expect(due([role()], [], minutesBefore(-60))).toEqual(['PRIMARY']);
    const verdicts = VERDICTS.filter(
      (verdict) => due([role({ verdict })], [], minutesBefore(120)).length > 0,
    );
    expect(verdicts).toEqual(['VALID']);
    expect(due([role({ fingerprint: null })], [], minutesBefore(120))).toEqual([]);
  });

  test('once more in the last half hour before the bell', () => {
    const last = answer({ checkedAt: minutesBefore(31) });
    expect([31, 30, 1, 0].map((minutes) => due([role()], [last], minutesBefore(minutes)).length)).toEqual([
      0, 1, 1, 0,
    ]);
    expect(due([role()], [answer({ checkedAt: minutesBefore(30) })], minutesBefore(10))).toEqual([]);
    expect(due([role()], [last], minutesBefore(10), null)).toEqual([]);
  });

  test('with a feed before the bell of the day alone', () => {
    const feed = [role({ apiName: 'WEBSOCKET1' })];
    expect([24 * 60, 120, 1, 0].map((minutes) => due(feed, [], minutesBefore(minutes)).length)).toEqual([
      0, 1, 1, 0,
    ]);
    expect(due(feed, [], minutesBefore(120), null)).toEqual([]);
  });
});

describe('what is known of a role', () => {
  test('is the answer about its present token', () => {
    const refused = {
      result: 'NOT_CAPABLE',
      reason: 'REFUSED',
      httpStatus: 403,
      brokerCode: 'UDAPI1',
    } as const;
    const kept = [answer({ apiName: 'WEBSOCKET1' }), answer({ fingerprint: 'old' }), answer(refused)];
    expect(capabilityOf(role(), kept, true)).toEqual({
      ...{ apiName: 'PRIMARY', probe: 'FUNDS', checkedAt: minutesBefore(120) },
      ...refused,
    });
    const unasked = { result: 'NOT_KNOWN', httpStatus: null, brokerCode: null, checkedAt: null };
    const reasonOf = (one: ProbedRole, isOptedIn: boolean) => {
      const { reason, ...rest } = capabilityOf(one, kept, isOptedIn);
      expect(rest).toMatchObject(unasked);
      return reason;
    };
    expect([
      reasonOf(role({ fingerprint: 'new' }), true),
      reasonOf(role({ fingerprint: 'new' }), false),
      reasonOf(role({ verdict: 'EXPIRED' }), true),
      reasonOf(role({ fingerprint: null }), true),
    ]).toEqual(['NOT_ASKED', 'PROBES_OFF', 'TOKEN_NOT_VALID', 'TOKEN_NOT_VALID']);
    expect(VERDICTS.filter((verdict) => isProbeable(role({ verdict })))).toEqual(['VALID', 'UNKNOWN']);
  });

  test('is said in words, with what the broker answered and what to do', () => {
    const known = { apiName: 'PRIMARY', probe: 'FUNDS', checkedAt: null } as const;
    const said = (parts: Parameters<typeof notKnown>[1]) =>
      messageOf({ ...known, ...notKnown('BROKER_ERROR', parts) });
    const words = 'The answer says nothing of the token.';
    expect([
      said({}),
      said({ httpStatus: 503 }),
      said({ brokerCode: 'A' }),
      said({ httpStatus: 503, brokerCode: 'A' }),
    ]).toEqual([words, `${words} (HTTP 503)`, `${words} (A)`, `${words} (HTTP 503 A)`]);
    const probes = [...new Set(API_NAMES.map(probeOf))];
    expect(probes.map((probe) => messageOf({ ...answer(), ...known, probe }))).toEqual([
      'The broker told the funds.',
      'The feed opened and sent market data.',
      'The broker sent an option chain.',
    ]);
    expect(API_NAMES.map(probeOf)).toEqual(['FUNDS', 'FEED', 'FEED', 'FEED', 'OPTION_CHAIN', 'OPTION_CHAIN']);
    const texts = CAPABILITY_REASONS.map((reason) => messageOf({ ...known, ...notKnown(reason) }));
    expect(new Set(texts).size).toBe(CAPABILITY_REASONS.length);
    const actions = CAPABILITY_REASONS.map((reason) => nextActionOf({ reason }));
    expect(actions.every((text) => text !== null && text.length > 10)).toBe(true);
    expect(nextActionOf({ reason: null })).toBeNull();
  });

  test('came from the broker unless something kept it from being asked', () => {
    expect(CAPABILITY_REASONS.filter((reason) => !wasAsked({ reason }))).toEqual([
      ...['MARKET_CLOSED', 'FEED_BUSY', 'DATABASE'],
    ]);
    expect(wasAsked({ reason: null })).toBe(true);
  });

  test('is that the broker refuses its work, where it does', () => {
    const results = (['CAPABLE', 'NOT_CAPABLE', 'NOT_KNOWN'] as const).map((result, index) => ({
      ...capabilityOf(role({ apiName: API_NAMES[index] ?? 'PRIMARY', fingerprint: null }), [], true),
      result,
    }));
    expect(notCapable(results)).toEqual(['WEBSOCKET1']);
  });
});

describe('the market', () => {
  const stateAt = (date: string, time: string, facts = NO_FACTS) =>
    marketState(facts, ['NSE', 'MCX'], atIst(date, time));

  test('is open from the beginning of a trading day until its last close', () => {
    expect(['00:00', '15:30', '23:54', '23:55'].map((time) => stateAt('2026-11-27', time))).toEqual([
      ...['OPEN', 'OPEN', 'OPEN', 'CLOSED'],
    ]);
    expect(marketState(NO_FACTS, ['NSE'], atIst('2026-11-27', '15:30'))).toBe('CLOSED');
    expect(stateAt('2026-11-28', '10:00')).toBe('CLOSED');
    expect(stateAt('2026-11-08', '23:00')).toBe('OPEN');
  });

  test('is uncertain where no exchange is certainly open', () => {
    expect(stateAt('2027-01-04', '10:00')).toBe('UNCERTAIN');
    const open: TradingSession = {
      ...{ date: '2027-01-04', exchange: 'NSE', kind: 'NORMAL', source: 'OPERATOR', description: null },
      ...{ opensAt: atIst('2027-01-04', '09:15'), closesAt: atIst('2027-01-04', '15:30') },
      fetchedAt: null,
    };
    const facts: CalendarFacts = { ...NO_FACTS, operator: new Map([[dayKey('2027-01-04', 'NSE'), open]]) };
    expect(stateAt('2027-01-04', '10:00', facts)).toBe('OPEN');
  });

  test.each([
    ['2026-11-27', '2026-12-01'],
    ['2026-12-01', '2026-12-01'],
    ['2026-12-02', '2026-12-08'],
    // The Tuesday is a holiday.
    ['2026-11-18', '2026-11-23'],
    ['2026-11-23', '2026-11-23'],
    ['2026-11-24', '2026-12-01'],
    // On such a Tuesday the expiry is over.
    ['2026-11-10', '2026-11-17'],
  ])('on %s the next options expire on %s', (today, expiry) => {
    expect(nextOptionExpiry(NO_FACTS, atIst(today, '10:00'))).toBe(expiry);
  });
});
