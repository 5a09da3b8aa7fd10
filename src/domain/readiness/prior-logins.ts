import type { FailureCode } from '../run/failure.ts';
import type { MeasuredLogin } from './measured-login.ts';
import type { RandomSource } from './random-source.ts';

/**
 * What is assumed of a login before an account has logins of its own. Durations: public logs of December 2025, where a login
 * took 15 to 40 s beside the OTP spacing; shares of failures: cautious guesses. Own logins outweigh it soon.
 */
const BEFORE_MS = [2500, 3000, 3500, 4500, 6000, 9000, 15_000];
const AFTER_MS = [11_000, 14_000, 18_000, 22_000, 28_000, 40_000, 60_000];

const FAILURES: readonly (readonly [code: FailureCode, share: number])[] = [
  ['THROTTLED', 0.6],
  ['CAPTCHA', 0.2],
  ['BROKER_UNREACHABLE', 0.15],
  ['PAGE_CHANGED', 0.05],
];

/** Failures are rare: as many logins without one are needed before their absence says something. */
export const FAILURE_PRIOR = { logins: 100, failures: 1.3 } as const;

/** How often the broker is slow for a whole morning, and by how much: as if this many days had been known before. */
export const SLOW_PRIOR = { days: 12, share: 0.17, slowest: 3.5 } as const;

/** Something else delays a login now and then: a restart, a busy machine, an outage that is over soon. A guess, as there is no measurement. */
export const DELAY_PRIOR = { share: 0.006, mostMs: 120_000 } as const;

/** The share of mornings in which machine or broker are away for so long that nothing more is made. A guess, as there is no measurement. */
export const MISHAP_SHARE = 0.015;

/** No login is faster: three pages of the broker, and the exchange. */
export const FASTEST_LOGIN_MS = 1500;

export const drawPrior = (random: RandomSource, isFirst: boolean): MeasuredLogin => ({
  day: 0,
  isFirst,
  beforeOtpMs: between(BEFORE_MS, random),
  afterOtpMs: between(AFTER_MS, random),
  operatorMs: 0,
  failure: null,
});

export const drawPriorFailure = (random: RandomSource): FailureCode => {
  const at = random();
  let share = 0;
  for (const [code, of] of FAILURES) {
    share += of;
    if (at < share) return code;
  }
  return 'THROTTLED';
};

/** Between two neighbouring values, each of which is as likely. */
const between = (values: readonly number[], random: RandomSource): number => {
  const at = random() * (values.length - 1);
  const below = values[Math.floor(at)] ?? 0;
  const above = values[Math.ceil(at)] ?? below;
  return below + (above - below) * (at - Math.floor(at));
};
