import { isAlive, isSurelyDead, markOf } from '../../db/files/process-mark.ts';
import { findAcquisitions, settleAll } from '../../db/queries/approvals.ts';
import {
  findUnfinishedRun,
  findUnfinishedRuns,
  takeOverRun,
  updateRun,
} from '../../db/queries/generation-runs.ts';
import { findSubmissions } from '../../db/queries/login-attempts.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import { type BlockReason, isQuarantine } from '../../domain/auth/block-reason.ts';
import type { ProcessMark } from '../../domain/process-mark.ts';
import { Refusal } from '../../domain/refusal.ts';
import { isByLogin } from '../../domain/role/role.ts';
import { canStillCome } from '../../domain/run/acquisition.ts';
import { endsRun } from '../../domain/run/consequence.ts';
import { type GenerationRun, isWorthResuming } from '../../domain/run/generation-run.ts';
import { afterCrash } from '../../domain/run/interrupted-run.ts';
import { getAccount } from '../accounts/accounts.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import type { Roles } from '../accounts/roles.ts';
import { endWait, tellEnd } from '../alerts/tell-run.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { RunLooks } from '../runs/run-looks.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';

interface AssessNeeds extends AuditedWrites {
  readonly verifier: TokenVerifier;
  readonly apiConfigs: ApiConfigs;
  readonly roles: Roles;
}

/** Runs that were under way when their process died. */
export interface LeftRuns {
  /** Taken over: one of each account, in the order in which they had the browser. */
  readonly ours: readonly GenerationRun[];
  /** Accounts whose run another living process executes. */
  readonly executedElsewhere: readonly string[];
}

/** Takes over the left runs. Of several of one account only the newest is resumed; the others are ended. */
export const takeOverLeftRuns = async (needs: AssessNeeds): Promise<LeftRuns> => {
  const { database } = needs;
  const unfinished = await findUnfinishedRuns(database.read);
  const elsewhere = unfinished.filter(({ owner }) => isOwnedElsewhere(owner));
  const left = unfinished
    .filter((one) => !elsewhere.includes(one))
    .sort((a, b) => b.run.startedAt.getTime() - a.run.startedAt.getTime());
  const takenOver: GenerationRun[] = [];
  const ours = markOf(process.pid);
  for (const { run, owner } of left) {
    const isOurs = await database.write((transaction) => takeOverRun(transaction, run.id, owner, ours));
    if (isOurs) takenOver.push(run);
  }
  const isNewest = (run: GenerationRun) =>
    takenOver.find(({ accountId }) => accountId === run.accountId) === run;
  for (const run of takenOver.filter((one) => !isNewest(one))) await endLeftover(run, 'STOPPED', needs);
  return {
    ours: takenOver.filter(isNewest).sort(byTurn),
    executedElsewhere: elsewhere.map(({ run }) => run.accountId),
  };
};

/** Ends the runs of processes that died while this one lives, and answers their accounts. They are not resumed: the operator decides. */
export const endOrphans = async (needs: AssessNeeds): Promise<readonly string[]> => {
  const ended: string[] = [];
  for (const { run, owner } of await findUnfinishedRuns(needs.database.read)) {
    if (!(await takeOverOrphan(run.id, owner, needs))) continue;
    await endLeftover(run, 'STOPPED', needs);
    ended.push(run.accountId);
  }
  return ended;
};

/** Ends a run whose process has died, as somebody asked for; null when its process may live. */
export const abortOrphan = async (runId: string, needs: AssessNeeds): Promise<GenerationRun | null> => {
  const unfinished = await findUnfinishedRuns(needs.database.read);
  const left = unfinished.find(({ run }) => run.id === runId);
  if (left === undefined || !(await takeOverOrphan(runId, left.owner, needs))) return null;
  return endLeftover(left.run, 'ABORTED', needs);
};

/** False where the process may live, or another one was quicker. */
const takeOverOrphan = async (
  runId: string,
  owner: ProcessMark,
  { database }: AuditedWrites,
): Promise<boolean> => {
  if (owner.id === process.pid || !isSurelyDead(owner)) return false;
  return database.write((transaction) => takeOverRun(transaction, runId, owner, markOf(process.pid)));
};

/** A left run as it stands now. */
export interface FoundRun {
  readonly run: GenerationRun;
  readonly configs: readonly ApiConfig[];
  /** Its tokens come from outside. */
  readonly isOutside: boolean;
}

/** Judges the steps of a left run and stores the result: what is valid is done, what was under way has failed. */
export const assessLeftRun = async (
  account: Account,
  left: GenerationRun,
  needs: AssessNeeds,
): Promise<FoundRun> => {
  const { database, audit, clock } = needs;
  const outside = await findAcquisitions(database.read, left.id);
  const waiting = outside.filter(canStillCome).map(({ apiName }) => apiName);
  const { run, configs } = await judgeLeftRun(account, left, waiting, needs);
  await database.write(async (transaction) => {
    await updateRun(transaction, run);
    // A CAPTCHA is gone with its browser; an approval can still come.
    if (waiting.length === 0) await endWait(transaction, run, clock());
    await audit.note(transaction, 'RUN_TAKEN_UP', left, { accountId: account.id, correlationId: left.id });
  });
  return { run, configs, isOutside: outside.length > 0 };
};

/** `waiting`: the APIs whose steps go on as they are. */
const judgeLeftRun = async (
  account: Account,
  left: GenerationRun,
  waiting: readonly ApiName[],
  { database, verifier, apiConfigs, roles, clock }: AssessNeeds,
): Promise<Pick<FoundRun, 'run' | 'configs'>> => {
  const wanted = left.steps.map(({ apiName }) => apiName);
  const configs = (await apiConfigs.enabled(account)).filter(({ apiName }) => wanted.includes(apiName));
  const ofRun = (await roles.list(account)).filter(({ apiName }) => wanted.includes(apiName));
  const known = await verifier.check(account, ofRun.filter(isByLogin));
  const submissions = await findSubmissions(database.read, left.id);
  const checks = known.map(({ check }) => check);
  const needless = ofRun.flatMap((role) => (isByLogin(role) ? [] : role.apiName));
  const run = afterCrash(left, { checks, submissions, waiting, needless, now: clock() });
  return { run, configs };
};

const endLeftover = async (
  left: GenerationRun,
  status: 'STOPPED' | 'ABORTED',
  needs: AssessNeeds,
): Promise<GenerationRun> => {
  const { database, audit, clock } = needs;
  const account = await getAccount(database, left.accountId);
  const { run } = await judgeLeftRun(account, left, [], needs);
  const endedAt = clock();
  const ended: GenerationRun = { ...run, status, endedAt };
  await database.write(async (transaction) => {
    await updateRun(transaction, ended);
    await settleAll(transaction, run.id, endedAt);
    await audit.note(transaction, 'RUN_ENDED', ended, { accountId: run.accountId, correlationId: run.id });
    await tellEnd(transaction, ended, endedAt);
  });
  return ended;
};

/** The order in which they had the browser or were waiting for it. */
const byTurn = (one: GenerationRun, other: GenerationRun): number =>
  Number(one.status === 'QUEUED') - Number(other.status === 'QUEUED') ||
  one.startedAt.getTime() - other.startedAt.getTime();

/** Whether nothing of a left run is to be made any more, also when its program died before it could store its end. */
export const isAtItsEnd = (run: GenerationRun, left: GenerationRun, blockedBy: BlockReason | null): boolean =>
  !run.steps.some(isWorthResuming) ||
  isQuarantine(blockedBy) ||
  left.steps.some(({ failure }) => failure !== null && endsRun(failure.code));

/**
 * Refuses a second run of an account while another living process executes one; where workers execute them, while there is
 * one that has not ended.
 */
export const refuseExecutedElsewhere = async (
  db: Queryable,
  { id }: Account,
  looks: RunLooks | null,
): Promise<void> => {
  const byWorker = looks === null ? null : await findUnfinishedRun(db, id);
  if (byWorker !== null)
    throw new Refusal(
      'RUN_IN_PROGRESS',
      `A generation run is under way (${byWorker.run.id}).`,
      'Wait until it ends, or abort it; its progress comes with the subscription tokenProgress.',
    );
  if (looks !== null) return;
  const unfinished = await findUnfinishedRuns(db);
  const other = unfinished.find(({ run, owner }) => run.accountId === id && isOwnedElsewhere(owner));
  if (other === undefined) return;
  throw new Refusal(
    'RUN_IN_PROGRESS',
    `A generation run is under way in process ${other.owner.id} (${other.run.id}).`,
    'Wait until it ends, or abort it there; its progress comes with the subscription tokenProgress.',
  );
};

/** A run with this process's own id was left by an earlier process that had the same id. */
const isOwnedElsewhere = (owner: ProcessMark): boolean => owner.id !== process.pid && isAlive(owner);
