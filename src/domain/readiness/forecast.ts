import { type AccountFacts, hinderedRoles, isReadyForBell } from './account-facts.ts';
import { type Known, reasonsOf, uncertainDay } from './forecast-reasons.ts';
import type { AccountPlan, Browser } from './morning.ts';
import { type Outlook, outlookOf } from './outlook.ts';
import { type Prospect, prospectOf } from './plan.ts';
import type { RandomSource } from './random-source.ts';
import type { Confidence, Readiness } from './readiness.ts';
import { reasonOf } from './reasons.ts';
import { simulate } from './simulate.ts';
import { verdictOf } from './verdict.ts';

/** Logins that are simulated for one forecast of all accounts, at most about. */
const LOGINS_SIMULATED = 24_000;
const [FEWEST_DRAWS, MOST_DRAWS] = [60, 1000];
/** From so many measured logins on. */
const [MEDIUM_FROM, HIGH_FROM] = [8, 30];

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
