import type { ApiName } from './api-name.ts';
import { FAILURES, type Failure } from './failure.ts';

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

/** One API's part of a run. */
export interface RunStep {
  readonly apiName: ApiName;
  readonly status: StepStatus;
  /** What was done last; null before the API is taken up. */
  readonly step: LoginStep | null;
  readonly failure: Failure | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
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

export interface TokenProgress {
  readonly runId: string;
  /** APIs in this run. */
  readonly total: number;
  /** Those of them that have a verified token. */
  readonly generated: number;
  readonly missing: readonly ApiName[];
  /** The API that is being worked on, null between two and at the end. */
  readonly current: ApiName | null;
  readonly step: LoginStep | null;
}

export const progressOf = (run: GenerationRun): TokenProgress => {
  const active = run.steps.find((step) => step.status === 'RUNNING');
  return {
    runId: run.id,
    total: run.steps.length,
    generated: countDone(run),
    missing: run.steps.filter((step) => step.status !== 'DONE').map((step) => step.apiName),
    current: active?.apiName ?? null,
    step: active?.step ?? null,
  };
};

/** How many of its APIs have a verified token. */
export const countDone = (run: GenerationRun): number =>
  run.steps.filter(({ status }) => status === 'DONE').length;

/** Nothing follows these; every other run is under way or waits. */
export const OVER_STATUSES = ['COMPLETED', 'STOPPED', 'ABORTED'] as const satisfies readonly RunStatus[];

export const isOver = ({ status }: GenerationRun): boolean => OVER_STATUSES.some((over) => over === status);

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
  const isCutOff = failure.code === 'INTERRUPTED' || failure.code === 'SPENT_UNKNOWN';
  return isCutOff || FAILURES[failure.code].consequence === 'PAUSE';
};
