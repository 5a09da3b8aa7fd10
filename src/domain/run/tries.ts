import type { FailureCode } from './failure.ts';
import type { GenerationRun } from './generation-run.ts';

/** The process that was making a token ended. */
const CUT_OFF: readonly FailureCode[] = ['INTERRUPTED', 'SPENT_UNKNOWN'];

/** How often in a row an API was tried and brought no token, by whichever process; not where that process ended. */
export const triesInVain = (run: GenerationRun): number =>
  mostFailures(run, (code) => !CUT_OFF.includes(code));

/** How often in a row the process ended that was making the token of an API. */
export const timesCutOff = (run: GenerationRun): number =>
  mostFailures(run, (code) => CUT_OFF.includes(code));

const mostFailures = ({ steps }: GenerationRun, counts: (code: FailureCode) => boolean): number => {
  const open = steps.filter(({ status }) => status !== 'DONE');
  const failures = open.map(({ phases = [] }) =>
    phases.filter(({ failure }) => failure !== null && counts(failure)),
  );
  return Math.max(0, ...failures.map(({ length }) => length));
};
