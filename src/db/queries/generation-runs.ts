import type { Selectable } from 'kysely';
import type { ApiName } from '../../domain/account/api-name.ts';
import type { ProcessMark } from '../../domain/process-mark.ts';
import { type Failure, type FailureCode, failureOf, type Submission } from '../../domain/run/failure.ts';
import type { LoginPhase } from '../../domain/run/generation-run.ts';
import {
  type EndedToken,
  type GenerationMode,
  type GenerationRun,
  type LoginStep,
  nextApiOf,
  OVER_STATUSES,
  type RunStatus,
  type RunStep,
  type StepStatus,
} from '../../domain/run/generation-run.ts';
import type { Queryable } from '../queryable.ts';
import type { GenerationRunsTable, GenerationStepsTable } from '../schema/tables.ts';
import { toDate } from './to-date.ts';

export const insertRun = async (trx: Queryable, run: GenerationRun, owner: ProcessMark): Promise<void> => {
  await trx
    .insertInto('vega_generation_runs')
    .values({
      id: run.id,
      account_id: run.accountId,
      mode: run.mode,
      status: run.status,
      started_at: run.startedAt.getTime(),
      ended_at: run.endedAt?.getTime() ?? null,
      process_id: owner.id,
      process_birth: owner.birth,
    })
    .execute();
  await writeExecutionState(trx, run);
  if (run.steps.length === 0) return;
  await trx
    .insertInto('vega_generation_steps')
    .values(run.steps.map((step, position) => ({ run_id: run.id, position, ...toStepRow(step) })))
    .execute();
};

/** Stores a run's status and the step of `apiName`, or all of its steps. */
export const updateRun = async (trx: Queryable, run: GenerationRun, apiName?: ApiName): Promise<void> => {
  await trx
    .updateTable('vega_generation_runs')
    .set({
      status: run.status,
      ended_at: run.endedAt?.getTime() ?? null,
      ended_tokens: run.endedTokens === undefined ? null : JSON.stringify(run.endedTokens),
    })
    .where('id', '=', run.id)
    .execute();
  for (const step of run.steps.filter(
    (candidate) => apiName === undefined || candidate.apiName === apiName,
  )) {
    await trx
      .updateTable('vega_generation_steps')
      .set(toStepRow(step))
      .where('run_id', '=', run.id)
      .where('api_name', '=', step.apiName)
      .execute();
  }
  await writeExecutionState(trx, run);
};

/** The user's table of runs, which only other programs read. */
const writeExecutionState = async (trx: Queryable, run: GenerationRun): Promise<void> => {
  const failures = run.steps.flatMap(({ failure, endedAt }) =>
    failure === null || endedAt === null ? [] : endedAt.getTime(),
  );
  const row = {
    last_success_api: run.steps.findLast(({ status }) => status === 'DONE')?.apiName ?? null,
    next_api: nextApiOf(run),
    last_failure_epoch: failures.length === 0 ? null : Math.max(...failures),
    status: run.status,
    updated_at: (run.endedAt ?? latestChange(run)).getTime(),
  };
  await trx
    .insertInto('token_execution_state')
    .values({ execution_id: run.id, ...row })
    .onConflict((conflict) => conflict.column('execution_id').doUpdateSet(row))
    .execute();
};

const latestChange = (run: GenerationRun): Date =>
  run.steps
    .flatMap(({ startedAt, endedAt }) => [startedAt, endedAt])
    .reduce<Date>((latest, at) => (at !== null && at > latest ? at : latest), run.startedAt);

/** Takes over a run whose process is dead. False when another process was quicker. */
export const takeOverRun = async (
  trx: Queryable,
  runId: string,
  from: ProcessMark,
  to: ProcessMark,
): Promise<boolean> => {
  const updated = await trx
    .updateTable('vega_generation_runs')
    .set({ process_id: to.id, process_birth: to.birth })
    .where('id', '=', runId)
    .where('process_id', '=', from.id)
    .where('process_birth', 'is not distinct from', from.birth)
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
};

/** Whether the process, and no other one since, executes the run. */
export const isRunOf = async (db: Queryable, runId: string, owner: ProcessMark): Promise<boolean> => {
  const row = await db
    .selectFrom('vega_generation_runs')
    .select('id')
    .where('id', '=', runId)
    .where('process_id', '=', owner.id)
    .where('process_birth', 'is not distinct from', owner.birth)
    .executeTakeFirst();
  return row !== undefined;
};

export const findRun = async (db: Queryable, id: string): Promise<GenerationRun | null> => {
  const row = await db.selectFrom('vega_generation_runs').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toRun(row, await findSteps(db, [row]));
};

const newestFirst = (db: Queryable, accountId: string) =>
  db
    .selectFrom('vega_generation_runs')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc');

/** The account's last runs, the newest first. */
export const findLatestRuns = async (
  db: Queryable,
  accountId: string,
  limit: number,
): Promise<readonly GenerationRun[]> => {
  const rows = await newestFirst(db, accountId).limit(limit).execute();
  const steps = await findSteps(db, rows);
  return rows.map((row) => toRun(row, steps));
};

export const findLatestRun = async (db: Queryable, accountId: string): Promise<GenerationRun | null> =>
  (await findLatestRuns(db, accountId, 1))[0] ?? null;

/** An account's runs since an instant, the newest first; empty if none of them has ended another API's token. */
export const findEndingRuns = async (
  db: Queryable,
  accountId: string,
  since: Date,
): Promise<readonly GenerationRun[]> => {
  const rows = await newestFirst(db, accountId).where('started_at', '>=', since.getTime()).execute();
  if (rows.every(({ ended_tokens }) => ended_tokens === null)) return [];
  const steps = await findSteps(db, rows);
  return rows.map((row) => toRun(row, steps));
};

/** The runs that have not ended, with the process that executes them. */
export const findUnfinishedRuns = async (
  db: Queryable,
): Promise<readonly { run: GenerationRun; owner: ProcessMark }[]> => {
  const rows = await db
    .selectFrom('vega_generation_runs')
    .selectAll()
    .where('status', 'not in', OVER_STATUSES)
    .orderBy('id')
    .execute();
  const steps = await findSteps(db, rows);
  return rows.map((row) => ({
    run: toRun(row, steps),
    owner: { id: row.process_id, birth: row.process_birth },
  }));
};

/** The account's run that has not ended; null if there is none. `abortRequested`: somebody asked for its end elsewhere. */
export const findUnfinishedRun = async (
  db: Queryable,
  accountId: string,
): Promise<{ readonly run: GenerationRun; readonly abortRequested: boolean } | null> => {
  const row = await newestFirst(db, accountId).where('status', 'not in', OVER_STATUSES).executeTakeFirst();
  if (row === undefined) return null;
  return { run: toRun(row, await findSteps(db, [row])), abortRequested: row.abort_requested_at != null };
};

export const countRuns = async (
  db: Queryable,
  accountId: string,
): Promise<ReadonlyMap<RunStatus, number>> => {
  const rows = await db
    .selectFrom('vega_generation_runs')
    .select(({ fn }) => ['status', fn.countAll<number>().as('runs')])
    .where('account_id', '=', accountId)
    .groupBy('status')
    .orderBy('status')
    .execute();
  return new Map(rows.map(({ status, runs }) => [status as RunStatus, Number(runs)]));
};

type RunRow = Selectable<GenerationRunsTable>;
type StepRow = Selectable<GenerationStepsTable>;

/** Those of several runs in one query: each one goes over the network to PostgreSQL. */
const findSteps = async (db: Queryable, runs: readonly RunRow[]): Promise<readonly StepRow[]> => {
  if (runs.length === 0) return [];
  const ids = runs.map(({ id }) => id);
  return db
    .selectFrom('vega_generation_steps')
    .selectAll()
    .where('run_id', 'in', ids)
    .orderBy('position')
    .execute();
};

const toRun = (row: RunRow, steps: readonly StepRow[]): GenerationRun => ({
  id: row.id,
  accountId: row.account_id,
  mode: row.mode as GenerationMode,
  status: row.status as RunStatus,
  startedAt: new Date(row.started_at),
  endedAt: toDate(row.ended_at),
  waitingUntil: null,
  steps: steps.filter(({ run_id }) => run_id === row.id).map(toStep),
  ...(row.ended_tokens === null ? {} : { endedTokens: JSON.parse(row.ended_tokens) as EndedToken[] }),
});

const toStepRow = (step: RunStep) => ({
  api_name: step.apiName,
  status: step.status,
  step: step.step,
  failure_code: step.failure?.code ?? null,
  failure_message: step.failure?.message ?? null,
  submitted: JSON.stringify(step.failure?.submitted ?? []),
  started_at: step.startedAt?.getTime() ?? null,
  ended_at: step.endedAt?.getTime() ?? null,
  phases: JSON.stringify((step.phases ?? []).map(toPhaseRow)),
});

/** A phase as it is stored: step, start and end in milliseconds since 1970, whether a person had to act, failure. */
type PhaseRow = readonly [
  step: LoginStep,
  startedAt: number,
  endedAt: number | null,
  awaitsOperator: 0 | 1,
  failure: FailureCode | null,
];

const toPhaseRow = ({ step, startedAt, endedAt, awaitsOperator, failure }: LoginPhase): PhaseRow => [
  step,
  startedAt.getTime(),
  endedAt?.getTime() ?? null,
  awaitsOperator ? 1 : 0,
  failure,
];

const toPhase = ([step, startedAt, endedAt, awaitsOperator, failure]: PhaseRow): LoginPhase => ({
  step,
  startedAt: new Date(startedAt),
  endedAt: toDate(endedAt),
  awaitsOperator: awaitsOperator === 1,
  failure,
});

const toStep = (row: StepRow): RunStep => ({
  apiName: row.api_name as ApiName,
  status: row.status as StepStatus,
  step: row.step as LoginStep | null,
  failure: toFailure(row),
  startedAt: toDate(row.started_at),
  endedAt: toDate(row.ended_at),
  ...phasesOf(row),
});

const phasesOf = ({ phases }: StepRow): Pick<RunStep, 'phases'> =>
  phases === '[]' ? {} : { phases: (JSON.parse(phases) as PhaseRow[]).map(toPhase) };

const toFailure = (row: StepRow): Failure | null => {
  if (row.failure_code === null) return null;
  const submitted = JSON.parse(row.submitted) as Submission[];
  return failureOf(row.failure_code as FailureCode, row.failure_message ?? '', submitted);
};
