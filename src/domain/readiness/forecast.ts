import { IST, toWallTime } from '../wall-time.ts';
import { type AccountFacts, hinderedRoles, isReadyForBell } from './account-facts.ts';
import type { AccountPlan, Browser } from './morning.ts';
import { type Prospect, prospectOf } from './plan.ts';
import type { RandomSource } from './random-source.ts';
import type { Confidence, Readiness } from './readiness.ts';
import { type ReadinessReason, reasonOf } from './reasons.ts';
import { type Mornings, simulate } from './simulate.ts';
import { verdictOf } from './verdict.ts';

/** Logins that are simulated for one forecast of all accounts, at most about. */
const LOGINS_SIMULATED = 24_000;
const [FEWEST_DRAWS, MOST_DRAWS] = [60, 1000];
/** From so many measured logins on. */
const [MEDIUM_FROM, HIGH_FROM] = [8, 30];
const MINUTE_MS = 60_000;

/** What a forecast needs beside the accounts. */
export interface ForecastOptions {
  readonly now: Date;
  readonly random: RandomSource;
  /** Those that execute the runs; with none at all, nothing is made. */
  readonly browsers: readonly Browser[];
}

/** One browser that has the machine's address. */
export const ONE_BROWSER: readonly Browser[] = [{ egress: '' }];

/** @internal The forecast of every account, in the order of `desk`. */
export const forecastDesk = (
  desk: readonly AccountFacts[],
  now: Date,
  random: RandomSource,
  browsers: readonly Browser[] = ONE_BROWSER,
): readonly Readiness[] => {
  const steps = forecastInSteps(desk, { now, random, browsers });
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
};

/** The same, which stops now and then. Runs share the browsers, so that all accounts are simulated together. */
export function* forecastInSteps(
  desk: readonly AccountFacts[],
  { now, random, browsers }: ForecastOptions,
): Generator<void, readonly Readiness[]> {
  const prospects: (Prospect | null)[] = [];
  for (const facts of desk) {
    prospects.push(facts.bell === null ? null : prospectOf(facts, facts.bell, now));
    yield;
  }
  const logins = prospects.reduce((sum, one) => sum + (one?.plan.logins ?? 0) + (one?.plan.others ?? 0), 0);
  const draws = Math.max(
    FEWEST_DRAWS,
    Math.min(MOST_DRAWS, Math.round(LOGINS_SIMULATED / Math.max(1, logins))),
  );
  const going = prospects.flatMap((one) => (one === null || one.needsPerson ? [] : one.plan));
  const common = { now, random, browsers: browsers.length === 0 ? ONE_BROWSER : browsers };
  const together = yield* simulate(going, { ...common, draws });
  const outlooks: (Outlook | null)[] = [];
  let place = 0;
  for (const prospect of prospects) {
    if (prospect === null) outlooks.push(null);
    else if (prospect.needsPerson) {
      const alone = yield* simulate([prospect.plan], { ...common, draws: FEWEST_DRAWS });
      outlooks.push(outlookOf(prospect, alone, 0));
    } else {
      outlooks.push(outlookOf(prospect, together, place));
      place += 1;
    }
  }
  const hasBrowser = browsers.length > 0;
  const all: Readiness[] = [];
  for (const [index, facts] of desk.entries()) {
    const { bell } = facts;
    const outlook = outlooks[index] ?? null;
    all.push(
      bell === null ? withoutSession(facts, now) : readinessOf({ facts, bell, outlook, hasBrowser, now }),
    );
    yield;
  }
  return all;
}

/** What the simulation says of one account. Times are milliseconds since 1970. */
interface Outlook extends Prospect {
  readonly probability: number;
  readonly eta: number | null;
  readonly etaWorst: number | null;
  /** How long it takes from a start on in 95 of 100; null where a run is under way, or nothing comes to its end. */
  readonly safeMs: number | null;
}

const outlookOf = (prospect: Prospect, { doneAt, tookMs }: Mornings, place: number): Outlook => {
  const { bell, stage } = prospect.plan;
  const done = doneAt[place] ?? new Float64Array();
  const ends = done.filter(Number.isFinite).sort();
  const took = (tookMs[place] ?? new Float64Array()).filter(Number.isFinite).sort();
  const inTime = ends.reduce((count, at) => count + (at <= bell.getTime() ? 1 : 0), 0);
  return {
    ...prospect,
    probability: done.length === 0 ? 0 : inTime / done.length,
    eta: quantile(ends, 0.5),
    etaWorst: quantile(ends, 0.95),
    safeMs: stage.kind === 'STARTS' ? quantile(took, 0.95) : null,
  };
};

const quantile = (sorted: Float64Array, share: number): number | null =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;

interface Known {
  readonly facts: AccountFacts;
  readonly bell: Date;
  readonly outlook: Outlook | null;
  /** Some machine executes runs. */
  readonly hasBrowser: boolean;
  readonly now: Date;
}

const readinessOf = ({ facts, bell, outlook, hasBrowser, now }: Known): Readiness => {
  const isReady = isReadyForBell(facts);
  const isBellOver = now >= bell && !isOnlyUnknown(facts);
  const isIdle = outlook !== null && !hasBrowser;
  const isOpen =
    outlook?.needsPerson === true || whatNobodyKnows(facts) || isIdle || (outlook === null && !isReady);
  const isImpossible = outlook !== null && floorOf(outlook.plan, now) > bell.getTime();
  const probability = outlook?.probability ?? 1;
  const verdict = verdictOf({ isReady, isBellOver, probability, isOpen, isImpossible });
  const latestSafeStart = outlook?.safeMs == null ? null : new Date(bell.getTime() - outlook.safeMs);
  const confidence = confidenceOf(outlook);
  return {
    accountId: facts.accountId,
    verdict,
    bell,
    eta: isReady || outlook?.eta == null || outlook.needsPerson ? null : new Date(outlook.eta),
    etaWorst: isReady || outlook?.etaWorst == null || outlook.needsPerson ? null : new Date(outlook.etaWorst),
    latestSafeStart: isReady ? null : latestSafeStart,
    probability: isReady ? 1 : isBellOver || isImpossible ? 0 : isOpen ? null : probability,
    confidence,
    missing: isReady ? [] : [...facts.toMake, ...facts.byHand, ...facts.unknown],
    reasons: isReady
      ? uncertainDay(facts)
      : reasonsOf({ facts, bell, outlook, hasBrowser, isBellOver, confidence, latestSafeStart, now }),
    session: facts.session,
    computedAt: now,
  };
};

const whatNobodyKnows = (facts: AccountFacts): boolean => {
  const { unknown, byHand, toMake, drift, hasDatabase, isBrowserTaken, isConfigured } = facts;
  return (
    unknown.length + byHand.length > 0 ||
    (drift !== null && toMake.length > 0) ||
    hinderedRoles(facts).length > 0 ||
    !hasDatabase ||
    isBrowserTaken ||
    !isConfigured
  );
};

/** Nothing is known to be missing, and nobody knows that nothing is. */
const isOnlyUnknown = ({ toMake, byHand, unknown, hasDatabase }: AccountFacts): boolean =>
  toMake.length + byHand.length === 0 && (unknown.length > 0 || !hasDatabase);

const confidenceOf = (outlook: Outlook | null): Confidence => {
  // Where nothing has to be made, nothing is forecast.
  if (outlook === null) return 'HIGH';
  const { size } = outlook.plan.pool;
  if (size >= HIGH_FROM) return 'HIGH';
  return size >= MEDIUM_FROM ? 'MEDIUM' : 'LOW';
};

/** The earliest end that rules allow: what is left of a cooldown, the OTP spacing, and logins as fast as the fastest one. */
const floorOf = (plan: AccountPlan, now: Date): number => {
  const { stage, pool, otpSpacingMs } = plan;
  const logins = plan.logins + plan.others;
  const underWay = stage.kind === 'LOGS_IN' && stage.login !== null ? 1 : 0;
  const start = stage.kind === 'RESTS' ? stage.until : stage.kind === 'STARTS' ? stage.at : now;
  const spacings = pool.alwaysAsksOtp ? (logins - 1) * otpSpacingMs : 0;
  return start.getTime() + Math.max(spacings, (logins - underWay) * pool.fastestMs);
};

const withoutSession = ({ accountId }: AccountFacts, now: Date): Readiness => ({
  accountId,
  verdict: 'NO_SESSION',
  bell: null,
  eta: null,
  etaWorst: null,
  latestSafeStart: null,
  probability: null,
  confidence: 'HIGH',
  missing: [],
  reasons: [reasonOf('NO_SESSION', 'No session of the account’s exchanges begins within a day.')],
  session: null,
  computedAt: now,
});

interface ReasonFacts extends Known {
  readonly isBellOver: boolean;
  readonly confidence: Confidence;
  readonly latestSafeStart: Date | null;
}

const timeOf = (instant: Date): string => `${toWallTime(instant, IST).slice(11, 16)} IST`;

const minutesBetween = (from: Date, to: Date): number =>
  Math.ceil((to.getTime() - from.getTime()) / MINUTE_MS);

/** What keeps the account from being READY, the most urgent first. */
const reasonsOf = (all: ReasonFacts): readonly ReadinessReason[] => [
  ...whatStops(all),
  ...whatTakesTime(all),
  ...whatIsUncertain(all),
];

const whatStops = (all: ReasonFacts) => {
  const { facts, bell, isBellOver, outlook, hasBrowser, latestSafeStart, now } = all;
  const reasons: ReadinessReason[] = [];
  const { obstacle, unknown, byHand, nextAction, nextStart } = facts;
  const hindered = hinderedRoles(facts);
  if (isBellOver) reasons.push(reasonOf('BELL_PASSED', `The bell was at ${timeOf(bell)}.`));
  if (!facts.hasDatabase)
    reasons.push(reasonOf('DATABASE', 'The database cannot be written: what is known is not certain.'));
  if (!facts.isConfigured)
    reasons.push(
      reasonOf('NOT_CONFIGURED', 'There is nothing to log in with, or no API app.', { nextAction }),
    );
  if (outlook !== null && !hasBrowser)
    reasons.push(reasonOf('NO_WORKER', 'No worker is connected, so no run is executed.'));
  if (unknown.length > 0) {
    const message = `Nobody knows whether the tokens of ${unknown.join(', ')} work.`;
    reasons.push(reasonOf('TOKENS_UNKNOWN', message));
  }
  if (facts.drift !== null && facts.toMake.length > 0)
    reasons.push(reasonOf('PAGE_DRIFT', facts.drift.message, { nextAction: facts.drift.nextAction }));
  if (hindered.length > 0)
    reasons.push(reasonOf('NOT_CAPABLE', `The broker refuses their work to ${hindered.join(', ')}.`));
  if (byHand.length > 0)
    reasons.push(
      reasonOf('PERSON_NEEDED', `No login makes the token of ${byHand.join(', ')}.`, {
        nextAction: 'Import it (importToken), or assign another credential (assignRole).',
      }),
    );
  if (obstacle !== null) reasons.push(reasonOf('PERSON_NEEDED', obstacle.message, obstacle));
  else if (outlook?.needsPerson === true)
    reasons.push(
      reasonOf('NOT_STARTED', 'Nothing makes the missing tokens by itself.', {
        minutes: latestSafeStart === null ? null : Math.max(0, minutesBetween(now, latestSafeStart)),
      }),
    );
  else if (nextStart !== null && latestSafeStart !== null && nextStart > latestSafeStart)
    reasons.push(
      reasonOf('STARTS_LATE', `The next start at ${timeOf(nextStart)} is after the latest safe one.`, {
        minutes: Math.max(0, minutesBetween(now, latestSafeStart)),
      }),
    );
  if (outlook === null && unknown.length === 0 && facts.isConfigured && !facts.isGateOpen)
    reasons.push(reasonOf('GATE_SHUT', 'All tokens work, and the gate is shut.', { nextAction }));
  return reasons;
};

const whatTakesTime = ({ facts, outlook, now }: ReasonFacts) => {
  const reasons: ReadinessReason[] = [];
  const { cooldownUntil, isBrowserTaken, queuePlace } = facts;
  if (cooldownUntil !== null)
    reasons.push(
      reasonOf('COOLDOWN', `The broker rests until ${timeOf(cooldownUntil)}.`, {
        minutes: minutesBetween(now, cooldownUntil),
      }),
    );
  if (isBrowserTaken) reasons.push(reasonOf('BROWSER_BUSY', 'Another process has the browser.'));
  else if (queuePlace !== null)
    reasons.push(
      reasonOf('QUEUE', `The account is number ${queuePlace} of those that wait for the browser.`),
    );
  const logins = (outlook?.plan.logins ?? 0) + (outlook?.plan.others ?? 0);
  if (
    outlook !== null &&
    logins > 1 &&
    facts.otpSpacingMs > 0 &&
    (outlook.plan.pool.alwaysAsksOtp || outlook.plan.pool.size === 0)
  ) {
    const minutes = Math.ceil(((logins - 1) * facts.otpSpacingMs) / MINUTE_MS);
    reasons.push(reasonOf('OTP_SPACING', `${logins} logins lie at least ${minutes} min apart.`, { minutes }));
  }
  return reasons;
};

const whatIsUncertain = ({ facts, outlook, confidence }: ReasonFacts) => {
  const reasons: ReadinessReason[] = [];
  const failed = facts.earlier.filter(({ failure }) => failure !== null).length;
  if (outlook !== null && failed > 0)
    reasons.push(
      reasonOf('FAILURES', `Of the last ${facts.earlier.length} logins ${failed} brought no token.`),
    );
  if (confidence === 'LOW')
    reasons.push(reasonOf('FEW_MEASUREMENTS', 'Few logins of this account were measured so far.'));
  return [...reasons, ...uncertainDay(facts)];
};

const uncertainDay = ({ isCalendarUncertain }: AccountFacts): readonly ReadinessReason[] =>
  isCalendarUncertain
    ? [reasonOf('CALENDAR_UNCERTAIN', 'It is not certain that there is a session that day.')]
    : [];
