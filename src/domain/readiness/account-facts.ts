import type { ApiName } from '../account/api-name.ts';
import type { TradingSession } from '../calendar/trading-session.ts';
import type { GenerationRun } from '../run/generation-run.ts';
import type { MeasuredLogin } from './measured-login.ts';

/** What is known of one account, for its forecast. */
export interface AccountFacts {
  readonly accountId: string;
  /** Null where no session begins within a day. */
  readonly bell: Date | null;
  /** The session that begins with it. */
  readonly session: TradingSession | null;
  /** The calendar's sources disagree about that day, or are old. */
  readonly isCalendarUncertain: boolean;
  readonly isGateOpen: boolean;
  /** The enabled APIs whose token does not work, or ends before the bell. */
  readonly toMake: readonly ApiName[];
  /** Roles whose token does not work, or ends before the bell, and that no login serves. */
  readonly byHand: readonly ApiName[];
  /** Those of which nobody knows whether their token works. */
  readonly unknown: readonly ApiName[];
  /** Those whose token works, and which the broker does not let do their work. */
  readonly notCapable: readonly ApiName[];
  /** PRIMARY works beyond the bell, and the operator has accepted the set without the others for that day. */
  readonly isPartialAccepted: boolean;
  readonly isConfigured: boolean;
  /** The database can be written. */
  readonly hasDatabase: boolean;
  /** Why nothing goes on without a person, in words of `authState`; null where it does. */
  readonly obstacle: { readonly message: string; readonly nextAction: string } | null;
  /** Why the next login would probably fail at its first page, as the last look at it says; null where nothing does. */
  readonly drift: { readonly message: string; readonly nextAction: string } | null;
  /** What `authState` says to do. */
  readonly nextAction: string;
  /** The run under way; null where there is none. */
  readonly run: GenerationRun | null;
  /** Among the runs that wait for the browser, from 1; null where it does not wait. */
  readonly queuePlace: number | null;
  /** The run waits for another process to let go of the browser. */
  readonly isBrowserTaken: boolean;
  readonly cooldownUntil: Date | null;
  readonly lastOtpAt: Date | null;
  readonly otpSpacingMs: number;
  /** Between two OTP requests of different accounts. */
  readonly loginRateMs: number;
  /** How long it can wait without missing its bell, as the queue for the browser ranks it; null where that is not known. */
  readonly canWaitUntil: Date | null;
  readonly cooldownMs: number;
  /** The scheduler's next start; null where nothing starts by itself. */
  readonly nextStart: Date | null;
  /** Logins of earlier runs, the newest first. */
  readonly earlier: readonly MeasuredLogin[];
}

/** Roles that cannot do their work; those whose absence the operator has accepted do not count. */
export const hinderedRoles = ({ notCapable, isPartialAccepted }: AccountFacts): readonly ApiName[] =>
  isPartialAccepted ? notCapable.filter((apiName) => apiName === 'PRIMARY') : notCapable;

/** Every token works beyond the bell and can do its work, and programs may trade with them. */
export const isReadyForBell = (facts: AccountFacts): boolean =>
  facts.isConfigured &&
  facts.isGateOpen &&
  facts.hasDatabase &&
  hinderedRoles(facts).length === 0 &&
  ((facts.toMake.length === 0 && facts.unknown.length === 0 && facts.byHand.length === 0) ||
    facts.isPartialAccepted);
