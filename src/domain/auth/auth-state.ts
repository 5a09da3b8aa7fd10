import type { ApiName } from '../account/api-name.ts';
import { Refusal } from '../refusal.ts';
import type { FailureCode } from '../run/failure.ts';
import { type EndedToken, type GenerationRun, isOver, waitsElsewhere } from '../run/generation-run.ts';
import { nextExpiry } from '../token/expiry.ts';
import type { TokenCheck } from '../token/verdict.ts';
import type { AuthPhase } from './auth-phase.ts';
import { type BlockReason, QUARANTINES } from './block-reason.ts';
import type { Headline } from './headline.ts';
import type { NextOperation } from './next-operation.ts';

/** What is stored of an account's state. */
export interface AuthRecord {
  readonly accountId: string;
  readonly phase: AuthPhase;
  readonly since: Date;
  readonly cooldown: { readonly from: Date; readonly until: Date; readonly reason: FailureCode } | null;
  /** Since when nothing is tried until the operator clears it. */
  readonly quarantinedAt: Date | null;
  /** When the operator last cleared a quarantine. */
  readonly clearedAt: Date | null;
  /** Until when the operator has accepted the set without the missing ones: the end of that trading day. */
  readonly acceptedUntil: Date | null;
  /** The operator has logged out; nothing moves on by itself until the next login. */
  readonly isLoggedOut: boolean;
  /**
   * The set was confirmed, and nothing has ended that: no logout, no switch, no loss of PRIMARY, no run that ended with
   * some missing. A run under way leaves it as it is.
   */
  readonly isConfirmed: boolean;
  /**
   * When it became the active account on whichever machine: what the broker has said before confirms nothing. Left out where
   * one program has the database for itself and knows that without it.
   */
  readonly enteredAt?: Date;
}

export interface Cooldown {
  readonly active: boolean;
  /** Whole seconds left, rounded up. */
  readonly remainingSeconds: number;
  readonly until: Date | null;
  readonly reason: FailureCode | null;
}

/** An account's state as clients see it. */
export interface AuthState extends Headline {
  readonly accountId: string;
  readonly state: AuthPhase;
  readonly primaryPresent: boolean;
  readonly blockedBy: BlockReason | null;
  readonly since: Date;
  readonly run: GenerationRun | null;
  readonly cooldown: Cooldown;
  /** What an operator can do next and would not be refused; empty when there is nothing to do but wait. */
  readonly nextOperations: readonly NextOperation[];
}

/** The facts that the gate stands on: the checks of all roles, as far as is known now. */
export interface GateFacts {
  readonly record: AuthRecord;
  readonly checks: readonly TokenCheck[];
  /** The roles among them whose tokens no run makes. */
  readonly notByLogin?: readonly ApiName[];
  /** The roles among them whose tokens no login ends: they have no row of their own in the token table. */
  readonly withoutRow?: readonly ApiName[];
  readonly now: Date;
  /** The account was switched to, and the broker has not been asked about its tokens since. */
  readonly isRecheckDue: boolean;
}

const isValid = (check: TokenCheck): boolean => check.verdict === 'VALID';

export const isPrimaryValid = (checks: readonly TokenCheck[]): boolean =>
  checks.some((check) => check.apiName === 'PRIMARY' && isValid(check));

/** PRIMARY is lost only when that is known: an outage of the broker does not throw anybody out. */
export const isPrimaryLost = (checks: readonly TokenCheck[]): boolean =>
  !checks.some(
    ({ apiName, verdict }) => apiName === 'PRIMARY' && (verdict === 'VALID' || verdict === 'UNKNOWN'),
  );

/** PRIMARY and every other enabled API valid, or PRIMARY valid and the rest accepted for this trading day. */
export const isSetConfirmed = ({ record, checks, now, isRecheckDue }: GateFacts): boolean =>
  !isRecheckDue &&
  isPrimaryValid(checks) &&
  (checks.every(isValid) || (record.acceptedUntil !== null && now < record.acceptedUntil));

/** What was left unfinished before the last 03:30 IST is no half of today's tokens. */
export const isOfYesterday = ({ phase, since }: AuthRecord, now: Date): boolean =>
  phase === 'PARTIAL_AUTH' && nextExpiry(since) <= now;

/** The gate. It closes by itself: a token whose time is up is not VALID any more. */
export const isReady = (facts: GateFacts): boolean => {
  const { isConfirmed, isLoggedOut } = facts.record;
  return !isLoggedOut && isConfirmed && isSetConfirmed(facts);
};

export const cooldownAt = ({ cooldown }: AuthRecord, now: Date): Cooldown => {
  if (cooldown === null || now >= cooldown.until)
    return { active: false, remainingSeconds: 0, until: null, reason: null };
  const remainingSeconds = Math.ceil((cooldown.until.getTime() - now.getTime()) / 1000);
  return { active: true, remainingSeconds, until: cooldown.until, reason: cooldown.reason };
};

/** Refuses every login while the account must be left alone; null when nothing is in the way. */
export const refusalOfLogin = (record: AuthRecord, now: Date): Refusal | null => {
  if (record.quarantinedAt !== null) {
    return new Refusal(
      'QUARANTINED',
      'The broker rejected the credentials; nothing is tried until an operator has looked at it.',
      'Log in by hand, correct what was wrong, then call clearQuarantine with a reason.',
    );
  }
  const { active, until, remainingSeconds } = cooldownAt(record, now);
  if (!active) return null;
  return new Refusal(
    'COOLDOWN',
    `The broker needs rest: no login for another ${remainingSeconds} s.`,
    'Wait; a run that was interrupted goes on by itself.',
    until,
  );
};

const BLOCKING: Readonly<Partial<Record<FailureCode, BlockReason>>> = {
  CAPTCHA: 'CAPTCHA',
  APP_REJECTED: 'APP_REJECTED',
  PAGE_CHANGED: 'PAGE_CHANGED',
  BROKER_UNREACHABLE: 'BROKER_UNREACHABLE',
  STORAGE_FAILED: 'DATABASE',
  ACTION_REQUIRED: 'ACTION_REQUIRED',
  MOBILE_REJECTED: 'MOBILE_REJECTED',
  MAINTENANCE: 'MAINTENANCE',
};

/** Why nothing moves on; null when something does, or nothing needs to. `isBrowserTaken`: the run waits for another process to let go of the browser. `ended`: tokens that cannot be had beside others. */
export const blockReason = (
  { record, checks, now }: GateFacts,
  run: GenerationRun | null,
  isBrowserTaken = false,
  ended: readonly EndedToken[] = [],
): BlockReason | null => {
  if (record.quarantinedAt !== null) return QUARANTINES.CREDENTIALS_REJECTED;
  if (run?.status === 'WAITING_OPERATOR' && !waitsElsewhere(run)) return 'CAPTCHA';
  if (cooldownAt(record, now).active) return 'COOLDOWN';
  if (isBrowserTaken) return 'BROWSER_BUSY';
  if (ended.length > 0 && (run === null || isOver(run))) return 'TOKENS_END_EACH_OTHER';
  if (run === null || run.status !== 'STOPPED' || checks.every(isValid)) return null;
  const reasons = run.steps.map(({ failure }) => (failure === null ? undefined : BLOCKING[failure.code]));
  return reasons.findLast((reason) => reason !== undefined) ?? null;
};
