import { describe, expect, test } from 'vitest';
import type { AccountFacts } from '../../src/domain/readiness/account-facts.ts';
import { forecastDesk } from '../../src/domain/readiness/forecast.ts';
import { seededRandom } from '../../src/domain/readiness/random-source.ts';
import type { Readiness } from '../../src/domain/readiness/readiness.ts';
import { BELL, calmDays, factsOf, NOW } from './account-facts.ts';

/** The forecast of an account that has one token to make, and a start that is near. */
const forecast = (over: Partial<AccountFacts> = {}, now = NOW): Readiness => {
  const [readiness] = forecastDesk([factsOf({ toMake: ['PRIMARY'], ...over })], now, seededRandom(1));
  if (readiness === undefined) throw new Error('no forecast');
  return readiness;
};

const drift = { message: 'The page is another one.', nextAction: 'Look at it.' };
const COMPLETE = { toMake: [], isGateOpen: true } as const;

describe('a token that would be made in time', () => {
  test('is on track, where nothing else is missing', () => {
    const { verdict, probability } = forecast();
    expect(verdict).toBe('ON_TRACK');
    expect(probability).toBeGreaterThan(0.95);
  });

  test.for<[string, Partial<AccountFacts>]>([
    ['a token of which nobody knows', { unknown: ['WEBSOCKET1'] }],
    ['a token that no login makes', { byHand: ['WEBSOCKET1'] }],
    ['as many of both', { byHand: ['WEBSOCKET1'], unknown: ['WEBSOCKET2'] }],
    ['a login page that has changed', { drift }],
    ['a role that the broker refuses its work', { notCapable: ['WEBSOCKET1'] }],
    ['a database that cannot be written', { hasDatabase: false }],
    ['a browser that another process has', { isBrowserTaken: true }],
    ['a configuration that is not whole', { isConfigured: false }],
  ])('is nothing to rely on beside %s', ([, over]) => {
    expect(forecast(over)).toMatchObject({ verdict: 'AT_RISK', probability: null });
  });
});

test('a login page that has changed does not matter where nothing has to be made', () => {
  expect(forecast({ ...COMPLETE, drift }).verdict).toBe('READY');
  const waiting = forecast({ ...COMPLETE, byHand: ['WEBSOCKET1'], drift });
  expect(waiting.reasons.map(({ code }) => code)).toEqual(['PERSON_NEEDED']);
});

test('what is missing is what has to be made, imported or asked about', () => {
  const missing = { byHand: ['WEBSOCKET1'], unknown: ['WEBSOCKET2'] } as const;
  expect(forecast(missing).missing).toEqual(['PRIMARY', 'WEBSOCKET1', 'WEBSOCKET2']);
  expect(forecast({ ...COMPLETE, isPartialAccepted: true, ...missing }).missing).toEqual([]);
});

test('the bell is over when it rings, for what is known to be missing', () => {
  const at = (over: Partial<AccountFacts>) => forecast(over, BELL).verdict;
  expect([at({}), at({ ...COMPLETE, byHand: ['WEBSOCKET1'], unknown: ['WEBSOCKET2'] })]).toEqual([
    ...['TOO_LATE', 'TOO_LATE'],
  ]);
  expect([at({ ...COMPLETE, unknown: ['WEBSOCKET2'] }), at({ ...COMPLETE, hasDatabase: false })]).toEqual([
    ...['AT_RISK', 'AT_RISK'],
  ]);
  expect(at(COMPLETE)).toBe('READY');
});

test('a forecast is as sure as its logins are many, and sure where nothing has to be made', () => {
  const confidence = (count: number) => forecast({ earlier: calmDays(5).slice(0, count) }).confidence;
  expect([7, 8, 29, 30].map(confidence)).toEqual(['LOW', 'MEDIUM', 'MEDIUM', 'HIGH']);
  expect(forecast({ ...COMPLETE, earlier: [] }).confidence).toBe('HIGH');
});

test('without a session nothing is missing, and that is said', () => {
  expect(forecast({ bell: null, unknown: ['PRIMARY'] })).toEqual({
    ...{ accountId: 'UPSTOX_01', verdict: 'NO_SESSION', bell: null, eta: null, etaWorst: null },
    ...{ latestSafeStart: null, probability: null, confidence: 'HIGH', missing: [], session: null },
    reasons: [expect.objectContaining({ code: 'NO_SESSION' })],
    computedAt: NOW,
  });
});
