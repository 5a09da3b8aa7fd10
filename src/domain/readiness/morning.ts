import { lendableMs, type TurnRequest } from '../run/browser-turns.ts';
import { consequenceOf } from '../run/consequence.ts';
import type { LoginPool } from './login-pool.ts';
import type { LoginUnderWay, MeasuredLogin } from './measured-login.ts';

/** What brings an account's tokens, as things stand. */
export type Stage =
  /** The scheduler, or a start right now, joins the queue at that time. */
  | { readonly kind: 'STARTS'; readonly at: Date }
  /** Its run has the browser; null between two logins. */
  | { readonly kind: 'LOGS_IN'; readonly login: LoginUnderWay | null; readonly waitsUntil: Date | null }
  /** Its run waits for the browser; those with a lower place get it before. */
  | { readonly kind: 'QUEUED'; readonly place: number }
  /** Its run joins the queue when the cooldown is over. */
  | { readonly kind: 'RESTS'; readonly until: Date };

/** One account whose tokens are to be made, for the simulation. */
export interface AccountPlan {
  readonly accountId: string;
  readonly stage: Stage;
  /** Tokens that the run under way, or the next one, still makes; the one under way included. */
  readonly logins: number;
  /** Tokens that are to be made beside them, by a later start. */
  readonly others: number;
  /** The login that comes next is the first one of a browser session. */
  readonly isFresh: boolean;
  readonly pool: LoginPool;
  readonly lastOtpAt: Date | null;
  readonly otpSpacingMs: number;
  /** Between two OTP requests of different accounts. */
  readonly loginRateMs: number;
  /** As the queue ranks the account at this moment; null where that is not known. */
  readonly latestSafeStart: Date | null;
  readonly cooldownMs: number;
  /** The scheduler's next start; null where there is none. */
  readonly nextStart: Date | null;
  readonly bell: Date;
}

/** After so many pauses without a token a run ends, as in `RunExecutor`. */
export const MAX_FRUITLESS_PAUSES = 3;

/** One browser that makes tokens for the desk. */
export interface Browser {
  /** The address through which it reaches the broker: between OTP requests of different accounts there is an interval. */
  readonly egress: string;
}

/** A run's place in the queue for the browser. Moments are milliseconds since 1970. */
export interface Turn extends TurnRequest {
  readonly account: number;
  readonly logins: number;
  readonly fruitless: number;
  /** It has the browser as the forecast begins. */
  readonly isUnderWay: boolean;
  /** The run goes on after a pause, with its browser session. */
  readonly isResumed: boolean;
  /** It has given the browser away for its OTP spacing, and does not again for the same login. */
  readonly isSpaced: boolean;
  /** That login, as it was drawn. */
  readonly drawn: MeasuredLogin | null;
}

/** A run that can go on from then on, and has made nothing yet. */
export const turnAt = ({ latestSafeStart }: AccountPlan, account: number, readyAt: number): Turn => ({
  account,
  readyAt,
  latestSafeStart: latestSafeStart?.getTime() ?? null,
  holdsPage: false,
  isHeld: false,
  logins: 0,
  fruitless: 0,
  isUnderWay: false,
  isResumed: false,
  isSpaced: false,
  drawn: null,
});

const firstTurn = (plan: AccountPlan, account: number, now: number): Turn => {
  const { stage, logins, isFresh, lastOtpAt, otpSpacingMs } = plan;
  const turnFrom = (readyAt: number): Turn => ({
    ...turnAt(plan, account, readyAt),
    logins,
    isResumed: !isFresh,
  });
  switch (stage.kind) {
    case 'LOGS_IN':
      // It has given the browser away until its next OTP may be requested.
      if (stage.login?.isSpacing === true && lastOtpAt !== null) {
        const restMs = lastOtpAt.getTime() + otpSpacingMs - now;
        return { ...turnFrom(now + lendableMs({ restMs, intervalMs: otpSpacingMs })), isSpaced: true };
      }
      return { ...turnFrom(now), isUnderWay: true, holdsPage: true };
    case 'QUEUED':
      return turnFrom(now);
    case 'RESTS':
      return turnFrom(stage.until.getTime());
    case 'STARTS':
      return turnFrom(stage.at.getTime());
  }
};

/** Orders those who can go on at the same time. */
const placeOf = ({ stage }: AccountPlan): number => (stage.kind === 'QUEUED' ? stage.place : 0);

/** The queue as the forecast begins; those who can go on at the same time keep their places. */
export const firstTurns = (plans: readonly AccountPlan[], now: number): readonly Turn[] =>
  plans
    .map((plan, account) => ({ turn: firstTurn(plan, account, now), place: placeOf(plan) }))
    .sort((one, other) => one.place - other.place)
    .map(({ turn }) => turn);

/** How a login ends for its run. */
export type LoginEnd =
  | { readonly kind: 'DONE' }
  /** This API is not made by this run; the next one is. */
  | { readonly kind: 'LEFT_OUT' }
  /** The run pauses until the cooldown is over, and resumes. */
  | { readonly kind: 'PAUSE' }
  /** The run ends; `isFinal`: no later start changes anything, a person has to. */
  | { readonly kind: 'END'; readonly rests: boolean; readonly isFinal: boolean };

export const endOfLogin = ({ failure }: Pick<MeasuredLogin, 'failure'>): LoginEnd => {
  if (failure === null) return DONE;
  const consequence = consequenceOf({ code: failure });
  switch (consequence.kind) {
    case 'NEXT_API':
      return { kind: 'LEFT_OUT' };
    case 'COOLDOWN':
      return consequence.isRetried ? { kind: 'PAUSE' } : { kind: 'END', rests: true, isFinal: false };
    // The scheduler leaves the account to a person for the day.
    case 'STOP':
    case 'QUARANTINE':
      return { kind: 'END', rests: false, isFinal: true };
  }
};

const DONE: LoginEnd = { kind: 'DONE' };

/** What is left of a login: it asks for no OTP any more. */
export const rested = (milliseconds: number, failure: MeasuredLogin['failure']): MeasuredLogin => ({
  day: 0,
  isFirst: false,
  beforeOtpMs: milliseconds,
  afterOtpMs: null,
  operatorMs: 0,
  failure,
});
