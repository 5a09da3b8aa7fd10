import { expect, test } from 'vitest';
import { type SteadyVerdict, steadied, verdictOf } from '../../src/domain/readiness/verdict.ts';
import { BELL, NOW } from './account-facts.ts';

const FACTS = { isReady: false, isBellOver: false, probability: 1, isOpen: false, isImpossible: false };

test.each([
  [0.95, 'ON_TRACK'],
  [0.949, 'AT_RISK'],
  [0.05, 'AT_RISK'],
  [0.049, 'TOO_LATE'],
] as const)('a probability of %d is %s', (probability, verdict) => {
  expect(verdictOf({ ...FACTS, probability })).toBe(verdict);
});

test('what nobody knows is never on track, and what cannot be is too late', () => {
  expect(verdictOf({ ...FACTS, isOpen: true })).toBe('AT_RISK');
  expect(verdictOf({ ...FACTS, isImpossible: true })).toBe('TOO_LATE');
  expect(verdictOf({ ...FACTS, isBellOver: true })).toBe('TOO_LATE');
  expect(verdictOf({ ...FACTS, isBellOver: true, isReady: true })).toBe('READY');
});

const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

const follow = (...verdicts: readonly (readonly [seconds: number, verdict: SteadyVerdict['verdict']])[]) =>
  verdicts.reduce<SteadyVerdict | null>(
    (shown, [seconds, verdict]) => steadied(shown, verdict, BELL, later(seconds)),
    null,
  )?.verdict;

test('a verdict worsens at once', () => {
  expect(follow([0, 'ON_TRACK'], [1, 'AT_RISK'])).toBe('AT_RISK');
  expect(follow([0, 'READY'], [1, 'TOO_LATE'])).toBe('TOO_LATE');
});

test('a verdict improves when it was better for 30 s, to the worst of that time', () => {
  expect(follow([0, 'TOO_LATE'], [1, 'AT_RISK'], [30, 'ON_TRACK'])).toBe('TOO_LATE');
  expect(follow([0, 'TOO_LATE'], [1, 'AT_RISK'], [31, 'ON_TRACK'])).toBe('AT_RISK');
  expect(follow([0, 'AT_RISK'], [1, 'ON_TRACK'], [20, 'AT_RISK'], [40, 'ON_TRACK'])).toBe('AT_RISK');
  expect(follow([0, 'AT_RISK'], [1, 'ON_TRACK'], [31, 'ON_TRACK'])).toBe('ON_TRACK');
});

test('READY is a fact and shown at once, and so is the verdict for another bell', () => {
  expect(follow([0, 'TOO_LATE'], [1, 'READY'])).toBe('READY');
  const shown = steadied(null, 'TOO_LATE', BELL, NOW);
  expect(steadied(shown, 'ON_TRACK', later(86_400), later(1)).verdict).toBe('ON_TRACK');
});

test('a clock that is set back does not hold a better verdict up for longer', () => {
  const shown: SteadyVerdict = {
    verdict: 'AT_RISK',
    bell: BELL,
    better: { verdict: 'ON_TRACK', since: new Date(NOW.getTime() + 3_600_000) },
  };
  const begun = steadied(shown, 'ON_TRACK', BELL, NOW);
  expect(steadied(begun, 'ON_TRACK', BELL, new Date(NOW.getTime() + 30_000)).verdict).toBe('ON_TRACK');
});
