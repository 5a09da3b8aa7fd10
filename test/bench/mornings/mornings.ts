import { forecastDesk } from '../../../src/domain/readiness/forecast.ts';
import { type MeasuredLogin, measuredLogins } from '../../../src/domain/readiness/measured-login.ts';
import { type RandomSource, seededRandom } from '../../../src/domain/readiness/random-source.ts';
import { OTP_SPACING_MS, playMorning } from './desk-morning.ts';
import { factsAt, runAt } from './facts-at.ts';
import { between, type HiddenAccount, hiddenAccount, hiddenMorning } from './hidden-broker.ts';
import type { Judged } from './score.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** 09:00 in India on 23 November 2026. */
const FIRST_BELL = Date.UTC(2026, 10, 23, 3, 30);
const RUNS_MEASURED = 40;

/** The forecasts of all accounts of one morning, so long before the bell. */
export interface JudgedMoment {
  readonly minutesBefore: number;
  readonly milliseconds: number;
  readonly accounts: readonly Judged[];
}

interface Mornings {
  readonly count: number;
  readonly seed: number;
  readonly minutesBefore: readonly number[];
  /** Mornings of one desk in a row. */
  readonly inARow: number;
  /** How much time there is, as a multiple of what the logins take: the least and the most. */
  readonly slack: readonly [least: number, most: number];
  /** The share of mornings that begin early instead. */
  readonly early: number;
}

/** As desks have them: a third begins early; on the others the machine slept, or was started late. */
export const USUAL: Omit<Mornings, 'count' | 'seed'> = {
  minutesBefore: [90, 60, 45, 30, 20, 10],
  inARow: 10,
  slack: [0.7, 1.8],
  early: 0.3,
};

/** There is about as much time as it takes, so that every probability occurs. */
export const CLOSE: Omit<Mornings, 'count' | 'seed'> = {
  minutesBefore: [100],
  inARow: 2,
  slack: [0.9, 1.15],
  early: 0,
};

/** Plays mornings one after the other, and forecasts each at the given moments. */
export function* judgedMornings(mornings: Mornings): Generator<readonly JudgedMoment[]> {
  const { count, seed, inARow } = mornings;
  const random = seededRandom(seed);
  for (let played = 0; played < count; played += inARow) {
    const desk = Array.from({ length: 1 + Math.floor(random() * 6) }, () => hiddenAccount(random));
    const history = earlierLogins(desk, Math.floor(random() * 40), random);
    for (let day = 0; day < Math.min(inARow, count - played); day += 1)
      yield judgeMorning(desk, history, FIRST_BELL + day * DAY_MS, mornings, random);
  }
}

const judgeMorning = (
  desk: readonly HiddenAccount[],
  history: MeasuredLogin[][],
  bell: number,
  { minutesBefore, slack, early }: Mornings,
  random: RandomSource,
): readonly JudgedMoment[] => {
  const isEarly = random() < early;
  const startsAt = isEarly
    ? desk.map(() => bell - between(random, 2, 3) * HOUR_MS)
    : startsOf(desk, bell, slack, random);
  const hidden = hiddenMorning(random, Math.min(...startsAt), bell);
  const morning = playMorning(desk, hidden, startsAt, random);
  const isMade = (account: number) => (morning.doneAt[account] ?? 0) <= bell;
  const moments = minutesBefore.flatMap((minutes) => {
    const at = bell - minutes * MINUTE_MS;
    // While the program is down, it forecasts nothing.
    if (hidden.restart !== null && at >= hidden.restart.from && at < hidden.restart.to) return [];
    const facts = desk.map(({ apis }, account) =>
      factsAt(morning, account, apis, bell, history[account] ?? [], at),
    );
    const begun = performance.now();
    const forecasts = forecastDesk(facts, new Date(at), seededRandom(Math.floor(at / DAY_MS)));
    const milliseconds = performance.now() - begun;
    const accounts = forecasts.map((readiness, account) => ({ readiness, isMade: isMade(account) }));
    return [{ minutesBefore: minutes, milliseconds, accounts }];
  });
  for (const [account, { apis }] of desk.entries()) {
    const logins = measuredLogins(runAt(morning, account, apis, Number.MAX_SAFE_INTEGER));
    history[account] = [...logins, ...(history[account] ?? [])].slice(0, RUNS_MEASURED * 6);
  }
  return moments;
};

const startsOf = (
  desk: readonly HiddenAccount[],
  bell: number,
  [least, most]: Mornings['slack'],
  random: RandomSource,
): readonly number[] => {
  // Its logins follow each other at the distance of two OTPs; those of other accounts lie in between.
  const takes = ({ apis, asksOnce }: HiddenAccount) =>
    40_000 + (apis - 1) * (asksOnce ? 30_000 : OTP_SPACING_MS);
  return desk.map((account) => bell - takes(account) * between(random, least, most) - random() * MINUTE_MS);
};

/** The logins of earlier days, by account, the newest first. */
const earlierLogins = (
  desk: readonly HiddenAccount[],
  days: number,
  random: RandomSource,
): MeasuredLogin[][] => {
  const mornings = Array.from({ length: days }, (_nothing, day) => {
    const start = FIRST_BELL - (day + 1) * DAY_MS - 3 * HOUR_MS;
    const starts = desk.map(() => start + random() * MINUTE_MS);
    return playMorning(desk, hiddenMorning(random, start, start + HOUR_MS), starts, random);
  });
  return desk.map(({ apis }, account) =>
    mornings.flatMap((morning) => measuredLogins(runAt(morning, account, apis, Number.MAX_SAFE_INTEGER))),
  );
};
