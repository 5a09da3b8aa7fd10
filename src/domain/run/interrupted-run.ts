import type { ApiName } from '../account/api-name.ts';
import type { TokenCheck } from '../token/verdict.ts';
import { type FailureCode, failureOf, SUBMISSIONS, type Submission } from './failure.ts';
import { type GenerationRun, isWorthResuming, type RunStep } from './generation-run.ts';
import { cutOffPhases } from './login-phase.ts';

/** Something that was or may have been submitted for an API. */
export interface ApiSubmission {
  readonly apiName: ApiName;
  readonly submission: Submission;
}

interface Facts {
  /** Both layers, asked now. */
  readonly checks: readonly TokenCheck[];
  /** What had left for the broker, or was about to. */
  readonly submissions: readonly ApiSubmission[];
  /** APIs whose token or code can still come from outside: their steps go on as they are. */
  readonly waiting?: readonly ApiName[];
  /** APIs whose role another credential serves by now: no login is made for them any more. */
  readonly needless?: readonly ApiName[];
  readonly now: Date;
}

const MESSAGES = {
  SPENT_UNKNOWN:
    'The program ended after the code was about to be sent; whether it yielded a token is not known.',
  UNVERIFIED:
    'The program ended before the broker had confirmed the token, and the broker does not answer now.',
  INTERRUPTED: 'The program ended in the middle of this step.',
  ROLE_NEEDS_NO_LOGIN:
    'The program ended before this step was done, and the role has another credential by now.',
} as const satisfies Partial<Record<FailureCode, string>>;

/** A run as its dead process has left it: what has a valid token is done, a step that was under way has failed. */
export const afterCrash = (run: GenerationRun, facts: Facts): GenerationRun => ({
  ...run,
  waitingUntil: null,
  steps: run.steps.map((step) => judge(step, facts)),
});

const judge = (step: RunStep, { checks, submissions, waiting = [], needless = [], now }: Facts): RunStep => {
  if (step.status === 'DONE' || waiting.includes(step.apiName)) return step;
  const verdict = checks.find(({ apiName }) => apiName === step.apiName)?.verdict;
  if (verdict === 'VALID') return { ...step, status: 'DONE', failure: null, endedAt: now };
  const isNeedless = needless.includes(step.apiName) && (step.status === 'RUNNING' || isWorthResuming(step));
  if (step.status !== 'RUNNING' && !isNeedless) return step;
  // A token that may have been stored is not made again as long as nobody knows that it is dead.
  const isStored = verdict === 'UNKNOWN' && (step.step === 'STORE' || step.step === 'VERIFY');
  const submitted = SUBMISSIONS.filter((each) =>
    submissions.some(({ apiName, submission }) => apiName === step.apiName && submission === each),
  );
  const cutOff = submitted.includes('CODE') ? 'SPENT_UNKNOWN' : 'INTERRUPTED';
  const code = isNeedless ? 'ROLE_NEEDS_NO_LOGIN' : isStored ? 'UNVERIFIED' : cutOff;
  const cut = step.phases === undefined ? {} : { phases: cutOffPhases(step.phases, code) };
  const failure = failureOf(code, MESSAGES[code], submitted);
  return { ...step, status: 'FAILED', failure, endedAt: now, ...cut };
};
