import type { ApiName } from '../account/api-name.ts';
import type { TokenCheck } from '../token/verdict.ts';
import { consequenceOf } from './consequence.ts';
import type { Failure, FailureCode } from './failure.ts';

export const GENERATION_MODES = ['ALL', 'INVALID_ONLY', 'PARTIAL'] as const;
export type GenerationMode = (typeof GENERATION_MODES)[number];

export const RUN_STATUSES = [
  'RUNNING',
  'WAITING_OPERATOR',
  'COOLDOWN',
  'COMPLETED',
  'STOPPED',
  'ABORTED',
  'QUEUED',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const STEP_STATUSES = ['PENDING', 'RUNNING', 'DONE', 'FAILED', 'SKIPPED'] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

/** What is being done for one API, in the order in which it usually happens. */
export const LOGIN_STEPS = [
  'DIALOG',
  'OTP_SPACING',
  'MOBILE',
  'TOTP_WAIT',
  'OTP',
  'PIN',
  'CONSENT',
  'REDIRECT',
  'HUMAN_LOGIN',
  'EXCHANGE',
  'APPROVAL_REQUEST',
  'APPROVAL_WAIT',
  'STORE',
  'VERIFY',
] as const;
export type LoginStep = (typeof LOGIN_STEPS)[number];

/** A stretch of one API's login: from entering a step to the next one, or to the end. */
export interface LoginPhase {
  readonly step: LoginStep;
  readonly startedAt: Date;
  /** Null while it is under way, and where the program died in it. */
  readonly endedAt: Date | null;
  /** A person had to act in it, such as for a CAPTCHA. */
  readonly awaitsOperator: boolean;
  /** What the login failed with in this phase. A later phase of the same API is of its next login. */
  readonly failure: FailureCode | null;
}

/** One API's part of a run. */
export interface RunStep {
  readonly apiName: ApiName;
  readonly status: StepStatus;
  /** What was done last; null before the API is taken up. */
  readonly step: LoginStep | null;
  readonly failure: Failure | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Every phase of its logins, in order; none if left out. */
  readonly phases?: readonly LoginPhase[];
}

/** A token that worked until a run made one of another API: the broker does not keep both. */
export interface EndedToken {
  readonly apiName: ApiName;
  /** The APIs whose tokens were made after this one had last worked; one of them has ended it. */
  readonly endedBy: readonly ApiName[];
}

/** One execution of `generateTokens`. */
export interface GenerationRun {
  readonly id: string;
  readonly accountId: string;
  readonly mode: GenerationMode;
  readonly status: RunStatus;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** Until when a person may act, while the status is WAITING_OPERATOR. */
  readonly waitingUntil: Date | null;
  readonly steps: readonly RunStep[];
  /** Tokens that worked until this run made another API's; none if left out. */
  readonly endedTokens?: readonly EndedToken[];
}

/** The account's tokens, and beside them how far its latest run has come. */
export interface TokenProgress {
  readonly total: number;
  /** Those of them whose token is VALID, as far as is known. */
  readonly generated: number;
  /** The others. */
  readonly missing: readonly ApiName[];
  /** Null for an account that never had a run. */
  readonly runId: string | null;
  readonly runTotal: number;
  /** Those of them that have a verified token. */
  readonly runGenerated: number;
  /** The API that is being worked on, null between two and at the end. */
  readonly current: ApiName | null;
  readonly step: LoginStep | null;
}

/** `checks` are those of the enabled APIs. */
export const progressOf = (run: GenerationRun | null, checks: readonly TokenCheck[]): TokenProgress => {
  const active = run?.steps.find((step) => step.status === 'RUNNING');
  const missing = checks.filter(({ verdict }) => verdict !== 'VALID').map(({ apiName }) => apiName);
  return {
    total: checks.length,
    generated: checks.length - missing.length,
    missing,
    runId: run?.id ?? null,
    runTotal: run?.steps.length ?? 0,
    runGenerated: run === null ? 0 : countDone(run),
    current: active?.apiName ?? null,
    step: active?.step ?? null,
  };
};

/** How many of its APIs have a verified token. */
export const countDone = (run: GenerationRun): number =>
  run.steps.filter(({ status }) => status === 'DONE').length;

/** Of every API without a token another credential serves the role by now, and no other token was ended. */
export const isServedOtherwise = ({ steps, endedTokens = [] }: GenerationRun): boolean =>
  endedTokens.length === 0 &&
  steps.every(({ status, failure }) => status === 'DONE' || failure?.code === 'ROLE_NEEDS_NO_LOGIN');

/** Nothing follows these; every other run is under way or waits. */
export const OVER_STATUSES = ['COMPLETED', 'STOPPED', 'ABORTED'] as const satisfies readonly RunStatus[];

export const isOver = ({ status }: Pick<GenerationRun, 'status'>): boolean =>
  OVER_STATUSES.some((over) => over === status);

export const isUnderWay = (run: GenerationRun | null): boolean => run !== null && !isOver(run);

/** Steps in which a person acts elsewhere: on the phone, or in a browser of their own. */
const STEPS_ELSEWHERE: readonly (LoginStep | null)[] = ['HUMAN_LOGIN', 'APPROVAL_REQUEST', 'APPROVAL_WAIT'];

/** The run waits for somebody who acts elsewhere; otherwise it is a CAPTCHA that it waits for. */
export const waitsElsewhere = (run: GenerationRun): boolean =>
  run.status === 'WAITING_OPERATOR' &&
  run.steps.some(({ status, step }) => status === 'RUNNING' && STEPS_ELSEWHERE.includes(step));

export const pendingStep = (apiName: ApiName): RunStep => ({
  apiName,
  status: 'PENDING',
  step: null,
  failure: null,
  startedAt: null,
  endedAt: null,
});

/** The run with one API's step changed. */
export const withStep = (run: GenerationRun, apiName: ApiName, change: Partial<RunStep>): GenerationRun => ({
  ...run,
  steps: run.steps.map((step) => (step.apiName === apiName ? { ...step, ...change } : step)),
});

/** What a resumed run takes up again: what was left out or cut off, and what failed because of the pause. */
export const isWorthResuming = ({ status, failure }: RunStep): boolean => {
  if (failure === null) return status === 'PENDING' || status === 'SKIPPED';
  return consequenceOf(failure).isRetried;
};

/**
 * The API that is made next: the one under way; else the first that waits, or that the run takes up again after its
 * pause. Of a run that is over it is the first without a token: where the next run begins.
 */
export const nextApiOf = (run: GenerationRun): ApiName | null => {
  const waits = isOver(run)
    ? ({ status }: RunStep) => status !== 'DONE'
    : (step: RunStep) => step.status === 'PENDING' || isWorthResuming(step);
  const next = run.steps.find(({ status }) => status === 'RUNNING') ?? run.steps.find(waits);
  return next?.apiName ?? null;
};
