import type { FailureCode } from './failure.ts';
import type { GenerationRun, LoginPhase, RunStep } from './generation-run.ts';

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
