import { findUnresolved, type ReportedFacts } from '../../db/queries/alerts/alerts.ts';
import type { Queryable } from '../../db/queryable.ts';
import { factsOfRun, personAwaited, runStopped } from '../../domain/alert/alert-drafts.ts';
import { consequenceOf } from '../../domain/run/consequence.ts';
import { type GenerationRun, isServedOtherwise } from '../../domain/run/generation-run.ts';
import { acknowledgeKinds, raiseAlert, resolveAlerts } from './raise-alert.ts';

/** The run waits for a person. What is told already and not over is not told again, also after a restart. */
export const tellWait = async (trx: Queryable, run: GenerationRun, now: Date): Promise<void> => {
  const awaited = personAwaited(run, now);
  if (awaited === null || (await findUnresolved(trx, alertsOf(run))).length > 0) return;
  await raiseAlert(trx, awaited, now);
};

/** The run waits no more. Whether a token came of it, its end tells. */
export const endWait = (trx: Queryable, run: GenerationRun, now: Date): Promise<void> =>
  resolveAlerts(trx, alertsOf(run), null, now);

/** The run is over. That the account has its tokens is told once they are confirmed. */
export const tellEnd = async (trx: Queryable, run: GenerationRun, now: Date): Promise<void> => {
  const { accountId, status, mode, steps } = run;
  await endWait(trx, run, now);
  // Of a quarantine an alert was stored with the failure.
  const isQuarantined = steps.some(
    ({ failure }) => failure !== null && consequenceOf(failure).kind === 'QUARANTINE',
  );
  // Whoever has chosen the credentials knows of it.
  if (status === 'STOPPED' && !isQuarantined && !isServedOtherwise(run))
    await raiseAlert(trx, runStopped(run), now);
  // A person has named these APIs, and so has seen that a run had stopped.
  if (status === 'COMPLETED' && mode === 'PARTIAL')
    await acknowledgeKinds(trx, { kinds: ['HUMAN_NEEDED'], accountId }, 'generateTokens', now);
};

const alertsOf = (run: GenerationRun): ReportedFacts => ({
  kinds: ['HUMAN_NEEDED'],
  accountId: run.accountId,
  prefix: factsOfRun(run),
});
