import { IST, toWallTime } from '../wall-time.ts';
import { type AccountFacts, hinderedRoles } from './account-facts.ts';
import type { Outlook } from './outlook.ts';
import type { Confidence } from './readiness.ts';
import { type ReadinessReason, reasonOf } from './reasons.ts';

const MINUTE_MS = 60_000;

export interface Known {
  readonly facts: AccountFacts;
  readonly bell: Date;
  readonly outlook: Outlook | null;
  /** Some machine executes runs. */
  readonly hasBrowser: boolean;
  readonly now: Date;
}

export interface ReasonFacts extends Known {
  readonly isBellOver: boolean;
  readonly confidence: Confidence;
  readonly latestSafeStart: Date | null;
}

const timeOf = (instant: Date): string => `${toWallTime(instant, IST).slice(11, 16)} IST`;

const minutesBetween = (from: Date, to: Date): number =>
  Math.ceil((to.getTime() - from.getTime()) / MINUTE_MS);

/** What keeps the account from being READY, the most urgent first. */
export const reasonsOf = (all: ReasonFacts): readonly ReadinessReason[] => [
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

export const uncertainDay = ({ isCalendarUncertain }: AccountFacts): readonly ReadinessReason[] =>
  isCalendarUncertain
    ? [reasonOf('CALENDAR_UNCERTAIN', 'It is not certain that there is a session that day.')]
    : [];
