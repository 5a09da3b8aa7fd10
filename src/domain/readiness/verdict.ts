import { isWorse, type ReadinessVerdict } from './readiness.ts';

/** At least as likely is on track. */
const ON_TRACK_FROM = 0.95;
/** Less likely is too late. */
const TOO_LATE_BELOW = 0.05;
/** A better verdict has to hold for so long before it is shown. */
const IMPROVES_AFTER_MS = 30_000;

export interface VerdictFacts {
  /** Every token that is needed is there and works beyond the bell, and the gate is open. */
  readonly isReady: boolean;
  /** The bell has rung, and something that is needed is known to be missing. */
  readonly isBellOver: boolean;
  /** Done by the bell, where things go on by themselves, or are started now. */
  readonly probability: number;
  /** Something that nobody knows, or that only a person does, comes before: nobody may rely on the probability. */
  readonly isOpen: boolean;
  /** Waits that follow from rules, and the fastest logins, already exceed what is left. */
  readonly isImpossible: boolean;
}

export const verdictOf = (facts: VerdictFacts): Exclude<ReadinessVerdict, 'NO_SESSION'> => {
  const { isReady, isBellOver, probability, isOpen, isImpossible } = facts;
  if (isReady) return 'READY';
  if (isBellOver || isImpossible || probability < TOO_LATE_BELOW) return 'TOO_LATE';
  return isOpen || probability < ON_TRACK_FROM ? 'AT_RISK' : 'ON_TRACK';
};

/** What is shown of a row of verdicts for one bell. */
export interface SteadyVerdict {
  readonly verdict: ReadinessVerdict;
  readonly bell: Date | null;
  /** The worst of the better verdicts since `since`; null while there is none. */
  readonly better: { readonly verdict: ReadinessVerdict; readonly since: Date } | null;
}

/**
 * A verdict worsens at once, and improves after 30 s, so that it does not flicker. READY is no forecast: it is shown at
 * once, and so is the verdict for another bell.
 */
export const steadied = (
  shown: SteadyVerdict | null,
  verdict: ReadinessVerdict,
  bell: Date | null,
  now: Date,
): SteadyVerdict => {
  const atOnce: SteadyVerdict = { verdict, bell, better: null };
  if (shown === null || shown.bell?.getTime() !== bell?.getTime()) return atOnce;
  const isFact = verdict === 'READY' || verdict === 'NO_SESSION' || shown.verdict === 'NO_SESSION';
  if (isFact || !isWorse(shown.verdict, verdict)) return atOnce;
  const before = shown.better;
  if (before === null) return { ...shown, better: { verdict, since: now } };
  const worst = isWorse(before.verdict, verdict) ? before.verdict : verdict;
  const heldMs = now.getTime() - before.since.getTime();
  // The clock was set back.
  if (heldMs < 0) return { ...shown, better: { verdict: worst, since: now } };
  if (heldMs < IMPROVES_AFTER_MS) return { ...shown, better: { verdict: worst, since: before.since } };
  return { verdict: worst, bell, better: null };
};
