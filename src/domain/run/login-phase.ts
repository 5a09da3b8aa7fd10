import type { FailureCode } from './failure.ts';
import type { GenerationRun, LoginStep, RunStep } from './generation-run.ts';

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

/** The changed run with the phases that the change ends and begins. Earlier phases are kept, also where a step begins anew. */
export const withPhases = (before: GenerationRun, after: GenerationRun, now: Date): GenerationRun => ({
  ...after,
  steps: after.steps.map((step) => {
    const former = before.steps.find(({ apiName }) => apiName === step.apiName);
    const phases = phasesAfter(former?.phases ?? [], step, after.status === 'WAITING_OPERATOR', now);
    return { ...step, phases };
  }),
});

const phasesAfter = (
  phases: readonly LoginPhase[],
  { step, status, failure }: RunStep,
  awaitsOperator: boolean,
  now: Date,
): readonly LoginPhase[] => {
  const last = phases.at(-1);
  const open = last !== undefined && last.endedAt === null && last.failure === null ? last : null;
  const isRunning = status === 'RUNNING' && step !== null;
  if (open !== null && isRunning && open.step === step && open.awaitsOperator === awaitsOperator)
    return phases;
  const ended =
    open === null
      ? phases
      : [...phases.slice(0, -1), { ...open, endedAt: now, failure: failure?.code ?? null }];
  if (!isRunning) return ended;
  return [...ended, { step, startedAt: now, endedAt: null, awaitsOperator, failure: null }];
};

/** The phases of a login that the end of the program has cut off: when its last one ended is not known. */
export const cutOffPhases = (phases: readonly LoginPhase[], failure: FailureCode): readonly LoginPhase[] => {
  const last = phases.at(-1);
  if (last === undefined || last.endedAt !== null || last.failure !== null) return phases;
  return [...phases.slice(0, -1), { ...last, failure }];
};
