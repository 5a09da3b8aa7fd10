import type { GenerationRun } from '../../domain/run/generation-run.ts';
import type { Logger } from '../../log.ts';
import { getAccount, listAccounts } from '../accounts/accounts.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import type { Roles } from '../accounts/roles.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { correlated } from '../audit/correlation.ts';
import type { AuthStates } from '../auth-state/auth-states.ts';
import type { BrowserQueue } from '../browser-login/browser-queue.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';
import type { Jobs } from './jobs.ts';
import { abortOrphan, assessLeftRun, endOrphans, isAtItsEnd, takeOverLeftRuns } from './left-runs.ts';
import type { RunExecutor } from './run-executor.ts';

/** How often runs are looked for whose process has died while this one lives. */
const LOOK_FOR_ORPHANS_MS = 5000;

interface Options extends AuditedWrites {
  readonly jobs: Jobs;
  readonly executor: RunExecutor;
  readonly queue: BrowserQueue;
  readonly verifier: TokenVerifier;
  readonly states: AuthStates;
  readonly apiConfigs: ApiConfigs;
  readonly roles: Roles;
  readonly log: Logger;
}

/** Resumes the runs that an earlier process has left, and ends the orphans of other processes. */
export class RunResumer implements AsyncDisposable {
  readonly #options: Options;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Resumes what an earlier process has left: what is valid is not made again, a step that was under way counts as
   * failed, a cooldown goes on with the time that is left of it.
   */
  async resumeAll(): Promise<void> {
    const { jobs, database, states } = this.#options;
    const { ours, executedElsewhere } = await takeOverLeftRuns(this.#options);
    for (const run of ours) await correlated(run.id, () => this.#resume(run));
    for (const account of await listAccounts(database)) {
      if (!jobs.has(account.id) && !executedElsewhere.includes(account.id)) await states.repair(account);
    }
    this.#timer = setInterval(() => this.#lookForOrphans(), LOOK_FOR_ORPHANS_MS).unref();
  }

  /** Ends a run that its process has left, without resuming it; null when that process may live. */
  abortLeft({ id, accountId }: GenerationRun): Promise<GenerationRun | null> {
    return correlated(id, async () => {
      const { database, states } = this.#options;
      const ended = await abortOrphan(id, this.#options);
      if (ended !== null) await states.repair(await getAccount(database, accountId));
      return ended;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #resume(left: GenerationRun): Promise<void> {
    const { jobs, executor, queue, database, states } = this.#options;
    const account = await getAccount(database, left.accountId);
    jobs.take(account);
    const { run, configs, isOutside } = await assessLeftRun(account, left, this.#options);
    const job = await jobs.follow(run, account, configs);
    job.log.warn({ status: run.status }, 'resuming a run that an earlier process has left');
    if (isOutside) return jobs.start(job, () => executor.awaitExternal(job));
    for (const { apiName, failure } of run.steps) {
      if (failure !== null)
        job.log.warn({ api: apiName, failure: failure.code }, 'a step of the run has failed');
    }
    const { blockedBy, cooldown } = await states.read(account);
    const isEnded = isAtItsEnd(run, left, blockedBy);
    if (cooldown.active && run.status !== 'COOLDOWN') {
      if (!isEnded) await job.live.setStatus('COOLDOWN');
      await states.startCooldown(account);
    }
    if (isEnded) return jobs.start(job, () => executor.finish(job));
    // Joined before anything is waited for, so that the runs keep their order.
    const place = cooldown.active ? null : queue.join(run.id, account.id);
    jobs.start(job, () => executor.resume(job, place));
  }

  #lookForOrphans(): void {
    this.#looking ??= this.#endOrphans()
      .catch((error: unknown) =>
        this.#options.log.error({ err: error }, 'orphaned runs could not be looked for'),
      )
      .finally(() => {
        this.#looking = null;
      });
  }

  async #endOrphans(): Promise<void> {
    const { jobs, database, states, log } = this.#options;
    for (const accountId of await endOrphans(this.#options)) {
      log.warn({ account: accountId }, 'the process that executed a run is gone: the run is ended');
      if (!jobs.isTaken(accountId)) await states.repair(await getAccount(database, accountId));
    }
  }
}
