import type { FailureCode, FailureReason } from './failure.ts';

/** Codes that end in a quarantine. */
export type QuarantineCode = 'CREDENTIALS_REJECTED';

/** What the program does after a failure. `isRetried`: the same run makes this API again by itself when it resumes. */
export type Consequence =
  /** Only this API fails; the run goes on with the next one. */
  | { readonly kind: 'NEXT_API'; readonly isRetried: boolean }
  /** The run ends; the operator starts the next one. */
  | { readonly kind: 'STOP'; readonly isRetried: boolean }
  /** The account rests for the cooldown, or for `restMs` if that is longer. The run resumes if `isRetried`, else it ends. */
  | { readonly kind: 'COOLDOWN'; readonly isRetried: boolean; readonly restMs: number }
  /** The run ends, and nothing is tried until the operator clears it. A `restMs` begins a cooldown as well. */
  | {
      readonly kind: 'QUARANTINE';
      readonly isRetried: false;
      readonly code: QuarantineCode;
      readonly restMs: number | null;
    };

/**
 * The one place that says what follows from a failure. What is not known to concern one app alone stops the run, because
 * trying on could lock the account; so does a broker that asks for a rest, whatever the code.
 */
export const consequenceOf = ({
  code,
  restMs = null,
}: Pick<FailureReason, 'code' | 'restMs'>): Consequence => {
  switch (code) {
    case 'CREDENTIALS_REJECTED':
      return { kind: 'QUARANTINE', isRetried: false, code, restMs };
    case 'THROTTLED':
      return { kind: 'COOLDOWN', isRetried: true, restMs: restMs ?? 0 };
    case 'BROKER_UNREACHABLE':
    case 'MAINTENANCE':
      return { kind: 'COOLDOWN', isRetried: false, restMs: restMs ?? 0 };
    case 'APP_REJECTED':
    case 'APPROVAL_LAPSED':
    case 'CODE_SPENT':
    case 'ROLE_NEEDS_NO_LOGIN':
    case 'TOKEN_ENDED':
    case 'TOKEN_REJECTED':
    case 'UNVERIFIED':
      return resting({ kind: 'NEXT_API', isRetried: false }, restMs);
    case 'SPENT_UNKNOWN':
      return resting({ kind: 'NEXT_API', isRetried: true }, restMs);
    case 'INTERRUPTED':
      return resting({ kind: 'STOP', isRetried: true }, restMs);
    case 'ABORTED':
    case 'ACTION_REQUIRED':
    case 'BROWSER_FAILED':
    case 'CAPTCHA':
    case 'CLOCK_SKEW':
    case 'INTERNAL':
    case 'LEASE_LOST':
    case 'MOBILE_REJECTED':
    case 'PAGE_CHANGED':
    case 'STORAGE_FAILED':
    case 'TOTP_COMMAND_FAILED':
    case 'WRONG_ACCOUNT':
      return resting({ kind: 'STOP', isRetried: false }, restMs);
  }
};

const resting = (otherwise: Consequence, restMs: number | null): Consequence =>
  restMs === null ? otherwise : { kind: 'COOLDOWN', isRetried: false, restMs };

/** What keeps a run from going on with its next API. */
export type RunStop = Exclude<Consequence, { kind: 'NEXT_API' }>;

export const stopsRun = (consequence: Consequence): consequence is RunStop => {
  switch (consequence.kind) {
    case 'NEXT_API':
      return false;
    case 'STOP':
    case 'COOLDOWN':
    case 'QUARANTINE':
      return true;
  }
};

/** The failure ends its run for good: nothing of it is retried. */
export const endsRun = (code: FailureCode): boolean => {
  const consequence = consequenceOf({ code });
  return stopsRun(consequence) && !consequence.isRetried;
};
