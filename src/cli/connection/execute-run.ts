import type { Terminal } from '../command.ts';
import { LiveDisplay } from '../terminal/live-display.ts';
import { lookOf } from '../view/look.ts';
import { type Run, type RunProgress, renderRunEnd } from '../view/run.ts';
import type { ApiConnection } from './api-connection.ts';
import { followRun } from './follow-run.ts';

interface CarryOptions {
  /** Ctrl-C aborts a run that this command has begun; one of somebody else is only left alone. */
  readonly isOurs: boolean;
  /** Show how it goes. */
  readonly isShown: boolean;
  /** Returns true when the run is to be left as it is. */
  readonly leavesAt?: (progress: RunProgress) => boolean;
}

/** Stays with a run until it has ended, is aborted with Ctrl-C, or is left. Answers how it stands then. */
export const executeRun = async (
  connection: ApiConnection,
  terminal: Terminal,
  begun: Run,
  { isOurs, isShown, leavesAt = () => false }: CarryOptions,
): Promise<Run> => {
  const display = isShown ? new LiveDisplay(terminal) : null;
  let run = begun;
  for await (const progress of followRun(connection.client, begun, terminal.signal)) {
    run = progress.run;
    display?.show(progress);
    if (leavesAt(progress)) return run;
  }
  if (run.endedAt !== null || !terminal.signal.aborted) return run;
  if (!isOurs && connection.serverUrl !== null) {
    terminal.err.write('The run goes on in the server; `vega-auth abort` ends it.\n');
    return run;
  }
  terminal.err.write('Aborting at the next safe point; Ctrl-C once more ends at once.\n');
  return connection.client.abortGeneration({ runId: run.id });
};

/** Says why what failed has failed, and what had been submitted where it was aborted. */
export const printEnd = (terminal: Terminal, run: Run): void => {
  for (const line of renderRunEnd(run, lookOf(terminal))) terminal.err.write(`${line}\n`);
};
