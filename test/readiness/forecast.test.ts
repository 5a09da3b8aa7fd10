import { expect, test } from 'vitest';
import type { AccountFacts } from '../../src/domain/readiness/account-facts.ts';
import { forecastDesk } from '../../src/domain/readiness/forecast.ts';
import { seededRandom } from '../../src/domain/readiness/random-source.ts';
import type { Readiness } from '../../src/domain/readiness/readiness.ts';
import { BELL, calmDays, factsOf, inMinutes, NOW, runOf } from './account-facts.ts';

const forecast = (over: Partial<AccountFacts> = {}, now = NOW): Readiness => {
  const [readiness] = forecastDesk([factsOf(over)], now, seededRandom(1));
  if (readiness === undefined) throw new Error('no forecast');
  return readiness;
};

const codes = ({ reasons }: Readiness): readonly string[] => reasons.map(({ code }) => code);

const READY = { toMake: [], isGateOpen: true } as const;

test('six logins with time enough are on track, and lie as far apart as the broker wants', () => {
  const readiness = forecast();
  expect(readiness).toMatchObject({ verdict: 'ON_TRACK', confidence: 'HIGH', bell: BELL });
  const minutes = ((readiness.eta?.getTime() ?? 0) - NOW.getTime()) / 60_000;
  expect(minutes).toBeGreaterThan(1 + 5 * 2.75);
  expect(minutes).toBeLessThan(1 + 5 * 2.75 + 1.5);
  expect(codes(readiness)).toEqual(['OTP_SPACING']);
});

test('the same facts and the same seed give the same forecast', () => {
  expect(forecast()).toEqual(forecast());
});

test('an account whose every token works beyond the bell is READY', () => {
  expect(forecast(READY)).toMatchObject({ verdict: 'READY', probability: 1, missing: [], reasons: [] });
});

test.each([
  ['a token of which nobody knows whether it works', { unknown: ['PRIMARY'] }, 'TOKENS_UNKNOWN'],
  ['a database that cannot be written', { hasDatabase: false }, 'DATABASE'],
  ['a gate that is shut', { isGateOpen: false }, 'GATE_SHUT'],
  ['an account that is not configured', { isConfigured: false }, 'NOT_CONFIGURED'],
] as const)('%s keeps an account from being READY, and no probability is made up', (_what, over, code) => {
  const readiness = forecast({ ...READY, ...over });
  expect(readiness).toMatchObject({ verdict: 'AT_RISK', probability: null });
  expect(codes(readiness)).toContain(code);
  expect(readiness.reasons.every(({ nextAction }) => nextAction !== '')).toBe(true);
});

test('a cooldown that ends after the bell makes it too late', () => {
  const readiness = forecast({ run: runOf({ status: 'COOLDOWN' }), cooldownUntil: inMinutes(61) });
  expect(readiness).toMatchObject({ verdict: 'TOO_LATE', probability: 0 });
  expect(codes(readiness)).toContain('COOLDOWN');
});

test('less time than six OTPs need is too late, however fast the logins are', () => {
  expect(forecast({ nextStart: null, run: runOf() }, inMinutes(50)).verdict).toBe('TOO_LATE');
});

test('what nobody starts is at risk until the latest safe start, and no longer', () => {
  const early = forecast({ nextStart: null });
  expect(early).toMatchObject({ verdict: 'AT_RISK', probability: null, eta: null });
  expect(codes(early)).toContain('NOT_STARTED');
  const latest = early.latestSafeStart?.getTime() ?? 0;
  expect(latest).toBeGreaterThan(inMinutes(30).getTime());
  expect(latest).toBeLessThan(BELL.getTime() - 5 * 165_000);
  expect(forecast({ nextStart: null }, new Date(BELL.getTime() - 5 * 165_000)).verdict).toBe('TOO_LATE');
});

test('a scheduled start after the latest safe one is said to be late', () => {
  expect(codes(forecast({ nextStart: inMinutes(50) }))).toContain('STARTS_LATE');
});

test('an obstacle that only a person removes is not simulated away', () => {
  const obstacle = { message: 'The account is quarantined.', nextAction: 'Log in by hand.' };
  const readiness = forecast({ obstacle });
  expect(readiness).toMatchObject({ verdict: 'AT_RISK', probability: null });
  expect(readiness.reasons[0]).toMatchObject({ code: 'PERSON_NEEDED', ...obstacle });
});

test('after the bell what is missing is too late', () => {
  const readiness = forecast({}, inMinutes(61));
  expect(readiness).toMatchObject({ verdict: 'TOO_LATE', probability: 0 });
  expect(codes(readiness)[0]).toBe('BELL_PASSED');
});

test('without a session there is nothing to be ready for', () => {
  expect(forecast({ bell: null })).toMatchObject({ verdict: 'NO_SESSION', bell: null, probability: null });
});

test('an account that was never measured has a forecast of low confidence', () => {
  const readiness = forecast({ earlier: [] });
  expect(readiness.confidence).toBe('LOW');
  expect(codes(readiness)).toContain('FEW_MEASUREMENTS');
  expect(forecast({ earlier: calmDays(2) }).confidence).toBe('MEDIUM');
});

test('the second run in the queue logs in while the first one waits for its next OTP', () => {
  const run = runOf();
  const desk = [
    factsOf({ run, nextStart: null }),
    factsOf({ accountId: 'UPSTOX_02', run: { ...run, status: 'QUEUED' }, queuePlace: 1, nextStart: null }),
  ];
  const [first, second] = forecastDesk(desk, NOW, seededRandom(1));
  expect(first?.verdict).toBe('ON_TRACK');
  const between = (second?.eta?.getTime() ?? 0) - (first?.eta?.getTime() ?? 0);
  expect(between).toBeGreaterThan(0);
  expect(between / 60_000).toBeLessThan(2.75);
  expect(second?.reasons.map(({ code }) => code)).toContain('QUEUE');
});

test('logins that a broker often throttles are less likely to be done in time', () => {
  const throttled = calmDays(40).map((login, index) =>
    index % 12 === 5 ? { ...login, failure: 'THROTTLED' as const } : login,
  );
  const [calm, harsh] = [forecast({}, inMinutes(40)), forecast({ earlier: throttled }, inMinutes(40))];
  expect(harsh.probability ?? 1).toBeLessThan((calm.probability ?? 0) - 0.2);
  expect(harsh.verdict).toBe('AT_RISK');
  expect(codes(harsh)).toContain('FAILURES');
});

test('a partial set that was accepted for the day is READY', () => {
  expect(forecast({ isGateOpen: true, isPartialAccepted: true }).verdict).toBe('READY');
});

test('a role that the broker refuses its work is a risk, unless the operator has accepted its absence', () => {
  const made = { toMake: [], isGateOpen: true, notCapable: ['WEBSOCKET2'] } as const;
  expect(forecast(made)).toMatchObject({ verdict: 'AT_RISK', probability: null, missing: [] });
  expect(forecast(made).reasons.map(({ code }) => code)).toEqual(['NOT_CAPABLE']);
  expect(forecast({ ...made, isPartialAccepted: true }).verdict).toBe('READY');
  expect(forecast({ ...made, isPartialAccepted: true, notCapable: ['PRIMARY'] }).verdict).toBe('AT_RISK');
});

test('a desk that is too much for one browser is on track with eight', () => {
  const desk = Array.from({ length: 100 }, (_, index) =>
    factsOf({ accountId: `UPSTOX_${index}`, toMake: ['PRIMARY', 'WEBSOCKET1'] }),
  );
  const verdictsWith = (count: number) => {
    const browsers = Array.from({ length: count }, (_, index) => ({ egress: String(index) }));
    return new Set(forecastDesk(desk, NOW, seededRandom(1), browsers).map(({ verdict }) => verdict));
  };
  expect(verdictsWith(1)).toContain('TOO_LATE');
  expect(verdictsWith(8)).toEqual(new Set(['ON_TRACK']));
});

test('browsers that share an address keep the interval between accounts together', () => {
  const desk = Array.from({ length: 20 }, (_, index) =>
    factsOf({ accountId: `UPSTOX_${index}`, toMake: ['PRIMARY'], loginRateMs: 120_000 }),
  );
  const lastWith = (egresses: readonly string[]): number => {
    const browsers = egresses.map((egress) => ({ egress }));
    const etas = forecastDesk(desk, NOW, seededRandom(1), browsers).map(({ eta }) => eta?.getTime() ?? 0);
    return (Math.max(...etas) - NOW.getTime()) / 60_000;
  };
  expect(lastWith(['one', 'one'])).toBeGreaterThan(19 * 2);
  expect(lastWith(['one', 'other'])).toBeLessThan(19 * 2);
});

test('without a worker nobody relies on what is to be made, and what is there stays READY', () => {
  const [open, ready] = forecastDesk([factsOf(), factsOf(READY)], NOW, seededRandom(1), []);
  expect(open).toMatchObject({ verdict: 'AT_RISK', probability: null });
  expect(codes(open as Readiness)).toContain('NO_WORKER');
  expect(ready).toMatchObject({ verdict: 'READY', reasons: [] });
});
