import { findAbortRequests } from '../../db/queries/abort-requests.ts';
import { leaseEnd } from '../../db/queries/account-leases.ts';
import { findAcquisitions } from '../../db/queries/approvals.ts';
import { findRun, findUnfinishedRun } from '../../db/queries/generation-runs.ts';
import type { Account } from '../../domain/account/account.ts';
import { canStillCome } from '../../domain/run/acquisition.ts';
import { type GenerationRun, isOver } from '../../domain/run/generation-run.ts';
import { timesCutOff } from '../../domain/run/tries.ts';
import type { Logger } from '../../log.ts';
import { getAccount } from '../accounts/accounts.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import type { Roles } from '../accounts/roles.ts';
import type { Acquisitions } from '../approvals/acquisitions.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { correlated } from '../audit/correlation.ts';
import type { AuthStates } from '../auth-state/auth-states.ts';
import type { BrowserQueue } from '../browser-login/browser-queue.ts';
import type { Jobs } from '../generation/jobs.ts';
import { assessLeftRun, type FoundRun, isAtItsEnd } from '../generation/left-runs.ts';
import type { RunExecutor } from '../generation/run-executor.ts';
import { validTokens } from '../generation/valid-before.ts';
import type { Job } from '../runs/job.ts';
import type { RunLooks } from '../runs/run-looks.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';
import type { AccountLeases } from './account-leases.ts';

/** How often a worker asks whether a run that it executes is to be aborted. */
const ASK_MS = 1000;
/** How long what comes from outside waits for a worker that has the account at that moment. */
const TAKE_IN_MS = 10_000;
/** A login that ends its worker again and again is left to the operator. */
const MAX_TIMES_CUT_OFF = 3;

interface Options extends AuditedWrites {
  readonly leases: AccountLeases;
  readonly looks: RunLooks;
  readonly jobs: Jobs;
  readonly executor: RunExecutor;
  readonly acquisitions: Acquisitions;
  readonly queue: BrowserQueue;
  readonly verifier: TokenVerifier;
  readonly states: AuthStates;
  readonly apiConfigs: ApiConfigs;
  readonly roles: Roles;
  readonly log: Logger;
}

/**
 * Looks at one account under its lease, and carries its run on from what the database says: so a look that comes twice does
 * nothing twice. It answers when the run has ended, or waits for something.
 */
export class AccountLooks {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
    options.acquisitions.runs.openBy((accountId, runId, work) => this.#openRun(accountId, runId, work));
  }

  async look(accountId: string, rank: number): Promise<void> {
    const { leases, looks, log } = this.#options;
    looks.note(accountId, rank);
    try {
      const isDone = await leases.with(accountId, async (lost) => {
        await this.#resumeUnfinished(accountId, lost);
        return true;
      });
      if (isDone === null) await this.#lookLater(accountId);
    } catch (error) {
      // It stands in the database, where the next look finds it.
      log.error({ err: error, account: accountId }, 'a look at an account failed');
    }
  }

  requestAbort(accountId: string, runId: string): Promise<void> {
    return this.#options.looks.requestAbort(accountId, runId);
  }

  /** Ends the account's run in this process if no other one executes it at present. */
  async end(accountId: string, runId: string): Promise<void> {
    await this.#options.leases.with(accountId, async (lost) => {
      const left = await findUnfinishedRun(this.#options.database.read, accountId);
      if (left?.run.id === runId) await this.#execute(left.run, lost, true);
    });
  }

  async #resumeUnfinished(accountId: string, lost: AbortSignal): Promise<void> {
    const { database, states } = this.#options;
    const left = await findUnfinishedRun(database.read, accountId);
    if (left !== null) return this.#execute(left.run, lost, left.abortRequested);
    // A worker may have died between the end of its run and what follows from it.
    await states.repair(await getAccount(database, accountId));
  }

  #execute(left: GenerationRun, lost: AbortSignal, isAborted: boolean): Promise<void> {
    return correlated(left.id, async () => {
      const { database, jobs } = this.#options;
      const account = await getAccount(database, left.accountId);
      jobs.take(account);
      try {
        const { run, configs, isOutside } = await this.#find(account, left);
        const job = await this.#follow(account, run, configs);
        const asks = this.#abortOnRequest(job, lost);
        try {
          jobs.start(job, () => this.#goOn(job, left, isOutside, isAborted));
          await job.end;
        } finally {
          clearInterval(asks);
          jobs.forget(job);
        }
      } finally {
        jobs.release(account);
      }
    });
  }

  async #goOn(job: Job, left: GenerationRun, isOutside: boolean, isAborted: boolean): Promise<void> {
    const { executor, acquisitions, states, queue } = this.#options;
    const { account, live } = job;
    if (isAborted) {
      job.abort.abort();
      if (isOutside) await acquisitions.giveUp(job);
      return executor.finish(job);
    }
    if (isOutside) return executor.awaitExternal(job);
    const { blockedBy, cooldown } = await states.read(account);
    const isEnded = isAtItsEnd(live.state, left, blockedBy) || timesCutOff(live.state) >= MAX_TIMES_CUT_OFF;
    if (cooldown.active && !isEnded) await executor.leaveForCooldown(job);
    if (cooldown.active) await states.startCooldown(account);
    if (isEnded) return executor.finish(job);
    if (!cooldown.active) await executor.resume(job, queue.join(live.state.id, account.id));
  }

  /** A run that was left at a boundary is as it stands; one that was under way is judged as after a crash. */
  async #find(account: Account, left: GenerationRun): Promise<FoundRun> {
    const { database, apiConfigs } = this.#options;
    const outside = await findAcquisitions(database.read, left.id);
    const isWaiting = left.status === 'QUEUED' || left.status === 'COOLDOWN';
    if (!isWaiting && outside.length === 0) return assessLeftRun(account, left, this.#options);
    const wanted = left.steps.map(({ apiName }) => apiName);
    const configs = (await apiConfigs.enabled(account)).filter(({ apiName }) => wanted.includes(apiName));
    const isUnderWay = left.steps.some(
      ({ apiName, status }) =>
        status === 'RUNNING' && !outside.some((one) => one.apiName === apiName && canStillCome(one)),
    );
    if (isUnderWay) return assessLeftRun(account, left, this.#options);
    return { run: left, configs, isOutside: outside.length > 0 };
  }

  async #follow(account: Account, run: GenerationRun, configs: Job['configs']): Promise<Job> {
    const { jobs, verifier, roles } = this.#options;
    const known = await verifier.check(account, await roles.list(account));
    return jobs.follow(run, account, configs, validTokens(known));
  }

  /** The timer has to be cleared. */
  #abortOnRequest(job: Job, lost: AbortSignal): NodeJS.Timeout {
    const { database, log } = this.#options;
    const { abort, live } = job;
    const giveUp = () => abort.abort(lost.reason);
    if (lost.aborted) giveUp();
    lost.addEventListener('abort', giveUp, { once: true });
    return setInterval(() => {
      findAbortRequests(database.read, [live.state.id]).then(
        ({ length }) => (length > 0 ? abort.abort() : undefined),
        (error: unknown) => log.warn({ err: error }, 'it could not be asked whether a run is to be aborted'),
      );
    }, ASK_MS).unref();
  }

  async #lookLater(accountId: string): Promise<void> {
    const { database, looks } = this.#options;
    await database.write(async (trx) => looks.add(trx, accountId, await leaseEnd(trx, accountId)));
  }

  /** For a token or a code that has come here, while no process executes the run that waits for it. */
  #openRun<Result>(
    accountId: string,
    runId: string,
    work: (run: Job) => Promise<Result>,
  ): Promise<Result | null> {
    const { leases, jobs, apiConfigs, database, looks, log } = this.#options;
    return leases.with(
      accountId,
      () =>
        correlated(runId, async () => {
          const run = await findRun(database.read, runId);
          if (run === null || isOver(run)) return null;
          const account = await getAccount(database, accountId);
          const job = await jobs.follow(run, account, await apiConfigs.enabled(account));
          try {
            return await work(job);
          } finally {
            jobs.forget(job);
            await database
              .write((trx) => looks.add(trx, accountId))
              .catch((error: unknown) => log.warn({ err: error }, 'the next look could not be asked for'));
          }
        }),
      TAKE_IN_MS,
    );
  }
}
