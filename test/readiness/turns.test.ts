import { expect, test } from 'vitest';
import type { AccountFacts } from '../../src/domain/readiness/account-facts.ts';
import { forecastDesk } from '../../src/domain/readiness/forecast.ts';
import { seededRandom } from '../../src/domain/readiness/random-source.ts';
import { calmDays, factsOf, inMinutes, NOW } from './account-facts.ts';

const etasOf = (...accounts: readonly Partial<AccountFacts>[]): readonly number[] =>
  forecastDesk(
    accounts.map((over, index) => factsOf({ accountId: `UPSTOX_0${index + 1}`, ...over })),
    NOW,
    seededRandom(7),
  ).map(({ eta }) => eta?.getTime() ?? Number.NaN);

/** One token each, so that whoever goes first is done first. */
const ONE: Partial<AccountFacts> = { toMake: ['PRIMARY'] };

test('of those who can go on the one that can wait least is forecast to go first, as in the queue', () => {
  for (const hurried of [0, 1]) {
    const [first = 0, second = 0] = etasOf(
      ...[0, 1].map((index) => ({ ...ONE, canWaitUntil: inMinutes(index === hurried ? 5 : 40) })),
    );
    expect(hurried === 0 ? first < second : second < first).toBe(true);
  }
});

test('the interval between the OTP requests of different accounts is part of the forecast', () => {
  const etas = (loginRateMs: number) => etasOf({ ...ONE, loginRateMs }, { ...ONE, loginRateMs });
  const [spread, close] = [Math.max(...etas(120_000)), Math.max(...etas(0))];
  expect(spread - close).toBeGreaterThan(60_000);
});

test('a run gives the browser away with each code, also where its session needs no further OTP', () => {
  const earlier = calmDays(40).map((login) =>
    login.isFirst ? login : { ...login, beforeOtpMs: 30_000, afterOtpMs: null },
  );
  const [many = 0, single = 0] = etasOf({ earlier }, { ...ONE, earlier });
  expect(many - single).toBeGreaterThan(60_000);
});
