import type { RandomSource } from '../../../src/domain/readiness/random-source.ts';
import type { FailureCode } from '../../../src/domain/run/failure.ts';

/** What the broker is like for one account; the forecast knows nothing of it. */
export interface HiddenAccount {
  readonly apis: number;
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly spread: number;
  /** The broker remembers the first factor within a session. */
  readonly asksOnce: boolean;
  readonly throttled: number;
  readonly captcha: number;
  /** How likely a person answers a CAPTCHA, and after what time in the mean. */
  readonly answers: number;
  readonly answerMs: number;
  readonly rejected: number;
}

/** What one morning is like for everybody. */
export interface HiddenMorning {
  readonly slowness: number;
  readonly outage: { readonly from: number; readonly to: number } | null;
  readonly restart: { readonly from: number; readonly to: number } | null;
}

/** How one login goes, before the rules of the program are applied. */
export interface HiddenLogin {
  readonly beforeMs: number;
  readonly asksOtp: boolean;
  readonly afterMs: number;
  readonly captcha: { readonly answeredAfterMs: number | null } | null;
  readonly failure: FailureCode | null;
}

export const CAPTCHA_WAIT_MS = 300_000;
const MINUTE_MS = 60_000;

export const between = (random: RandomSource, low: number, high: number): number =>
  low + (high - low) * random();

const normal = (random: RandomSource): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const logNormal = (random: RandomSource, median: number, spread: number): number =>
  median * Math.exp(spread * normal(random));

const exponential = (random: RandomSource, mean: number): number => -mean * Math.log(1 - random());

export const hiddenAccount = (random: RandomSource): HiddenAccount => ({
  apis: 1 + Math.floor(random() * 6),
  beforeMs: logNormal(random, 4000, 0.5),
  afterMs: logNormal(random, 20_000, 0.4),
  spread: between(random, 0.1, 0.4),
  asksOnce: random() < 0.3,
  throttled: exponential(random, 0.006),
  captcha: exponential(random, 0.003),
  answers: between(random, 0.2, 0.95),
  answerMs: between(random, 30_000, 150_000),
  rejected: exponential(random, 0.0005),
});

/** `from` and `to`: when the morning's logins are. */
export const hiddenMorning = (random: RandomSource, from: number, to: number): HiddenMorning => {
  const isSlow = random() < 0.15;
  const [outageAt, restartAt] = [between(random, from, to), between(random, from, to)];
  return {
    slowness: isSlow ? between(random, 1.5, 5) : logNormal(random, 1, 0.1),
    outage: random() < 0.02 ? { from: outageAt, to: outageAt + exponential(random, 10 * MINUTE_MS) } : null,
    restart:
      random() < 0.04 ? { from: restartAt, to: restartAt + between(random, 3000, 2 * MINUTE_MS) } : null,
  };
};

export const hiddenLogin = (
  random: RandomSource,
  account: HiddenAccount,
  { slowness, outage }: HiddenMorning,
  at: number,
  isFirst: boolean,
): HiddenLogin => {
  const beforeMs = logNormal(random, account.beforeMs * slowness, account.spread);
  if (outage !== null && at >= outage.from && at < outage.to)
    return { beforeMs: 8000, asksOtp: false, afterMs: 0, captcha: null, failure: 'BROKER_UNREACHABLE' };
  const asksOtp = isFirst || !account.asksOnce;
  const afterMs = logNormal(random, account.afterMs * slowness, account.spread) + random() * 25_000;
  const hasCaptcha = random() < account.captcha;
  const answeredAfterMs = exponential(random, account.answerMs);
  const isAnswered = random() < account.answers && answeredAfterMs < CAPTCHA_WAIT_MS;
  const [throttled, rejected] = [random(), random()];
  return {
    beforeMs,
    asksOtp,
    afterMs,
    captcha: hasCaptcha ? { answeredAfterMs: isAnswered ? answeredAfterMs : null } : null,
    failure:
      asksOtp && throttled < account.throttled * Math.min(2, slowness)
        ? 'THROTTLED'
        : rejected < account.rejected
          ? 'APP_REJECTED'
          : null,
  };
};
