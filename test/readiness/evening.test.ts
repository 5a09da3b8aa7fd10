import { expect, test } from 'vitest';
import { API_NAMES } from '../../src/domain/account/api-name.ts';
import type { AccountFacts } from '../../src/domain/readiness/account-facts.ts';
import { forecastDesk } from '../../src/domain/readiness/forecast.ts';
import { seededRandom } from '../../src/domain/readiness/random-source.ts';
import type { Readiness } from '../../src/domain/readiness/readiness.ts';
import { pendingStep } from '../../src/domain/run/generation-run.ts';
import { BELL, factsOf, runOf } from './account-facts.ts';

/** 21:00 in India on the evening before the bell: what is made now ends at 03:30. */
const EVENING = new Date('2026-11-22T15:30:00Z');
const HOUR_MS = 3_600_000;
const after = (hours: number): Date => new Date(EVENING.getTime() + hours * HOUR_MS);

const forecast = (over: Partial<AccountFacts>, now = EVENING): Readiness => {
  const [readiness] = forecastDesk([factsOf(over)], now, seededRandom(1));
  if (readiness === undefined) throw new Error('no forecast');
  return readiness;
};

const codes = ({ reasons }: Readiness): readonly string[] => reasons.map(({ code }) => code);

test('a start of the evening does not count for the bell of the next morning', () => {
  const readiness = forecast({ nextStart: after(1) });
  expect(readiness).toMatchObject({ verdict: 'AT_RISK', probability: null, eta: null });
  expect(codes(readiness)).toContain('NOT_STARTED');
});

test('a run of the evening does not count for the bell of the next morning', () => {
  const readiness = forecast({ nextStart: null, run: runOf({ startedAt: EVENING }) });
  expect(readiness).toMatchObject({ verdict: 'AT_RISK', probability: null, eta: null });
});

test('a run of the evening leaves every token to the start of the next morning', () => {
  const nextStart = after(9);
  const readiness = forecast({ nextStart, run: runOf({ startedAt: EVENING }) });
  expect(readiness.verdict).toBe('ON_TRACK');
  expect(readiness.eta?.getTime()).toBeGreaterThan(nextStart.getTime() + 5 * 165_000);
});

test('a run that rests until after 03:30 counts for the bell', () => {
  const now = new Date('2026-11-22T21:55:00Z');
  const cooldownUntil = new Date('2026-11-22T22:02:00Z');
  const run = runOf({ status: 'COOLDOWN', startedAt: now, steps: API_NAMES.map(pendingStep) });
  const readiness = forecast({ nextStart: null, run, cooldownUntil }, now);
  expect(readiness.verdict).toBe('ON_TRACK');
});

test('after the bell a token that nobody knows is no token that is missing', () => {
  const now = new Date(BELL.getTime() + HOUR_MS);
  const readiness = forecast({ toMake: [], unknown: ['PRIMARY'], isGateOpen: true }, now);
  expect(readiness).toMatchObject({ verdict: 'AT_RISK', probability: null });
  expect(codes(readiness)).not.toContain('BELL_PASSED');
  expect(forecast({ toMake: [], isGateOpen: true, hasDatabase: false }, now).verdict).toBe('AT_RISK');
  expect(forecast({ toMake: ['PRIMARY'], unknown: ['WEBSOCKET1'] }, now).verdict).toBe('TOO_LATE');
  expect(forecast({ toMake: [], isGateOpen: false }, now).verdict).toBe('TOO_LATE');
});
