import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from '../../domain/account/account.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { GenerationRequest } from '../../domain/run/decision.ts';
import { type GenerationRun, isUnderWay } from '../../domain/run/generation-run.ts';
import type { Logger } from '../../log.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { AuthStates } from '../auth-state/auth-states.ts';
import type { BrowserHost } from '../browser-login/browser-host.ts';
import type { BrowserQueue, WaitingRun } from '../browser-login/browser-queue.ts';
import type { Runs } from '../runs/runs.ts';
import { type BrowserTurns, readTurns } from './browser-turns.ts';
import type { Jobs } from './jobs.ts';
import { refuseExecutedElsewhere } from './left-runs.ts';
import type { RunResumer } from './run-resumer.ts';
import type { GenerationWay, RunStarter } from './run-starter.ts';

/** The processes that execute runs. */
interface Workers {
  /** Asks the one that executes the run, or will, to abort it. */
  requestAbort(accountId: string, runId: string): Promise<void>;
  /** Ends a run here if none of them executes it at present. */
  end(accountId: string, runId: string): Promise<void>;
}

interface Options extends AuditedWrites {
  readonly jobs: Jobs;
  readonly starter: RunStarter;
  readonly resumer: RunResumer;
  readonly queue: BrowserQueue;
  readonly host: BrowserHost;
  readonly runs: Runs;
  readonly states: AuthStates;
  /** Where workers execute the runs, on this machine and others. */
  readonly workers: Workers | null;
  readonly log: Logger;
}

/** The safe point that an abort waits for comes within a step of the login. */
const ABORTED_WITHIN_MS = 60_000;
const LOOK_MS = 250;

/** Starts, aborts and resumes generation runs: one at a time for each account, and one after the other with the one browser. */
export class TokenGeneration implements AsyncDisposable {
  readonly #options: Options;
  /** Runs that are not stored yet. */
  readonly #starting = new Set<Promise<GenerationRun>>();

  constructor(options: Options) {
    this.#options = options;
    options.queue.onMoved(() => this.#publishQueue());
  }

  /** The runs that wait for the browser, in the order in which they are expected to get it. */
  get waiting(): readonly WaitingRun[] {
    return this.#options.queue.waiting;
  }

  /** Who has the browser, and who waits for it. */
  get turns(): BrowserTurns {
    return readTurns(this.#options.queue, this.#options.jobs);
  }

  get queue(): readonly GenerationRun[] {
    return this.waiting.flatMap(({ runId }) => this.#options.jobs.find(runId)?.live.state ?? []);
  }

  /** From 1; null when the run does not wait. */
  queuePosition(runId: string): number | null {
    const index = this.waiting.findIndex((run) => run.runId === runId);
    return index < 0 ? null : index + 1;
  }

  /** From when the run can go on with the browser, while it waits for it; null when it does not wait. */
  canGoOnAt(runId: string): Date | null {
    return this.waiting.find((run) => run.runId === runId)?.canGoOnAt ?? null;
  }

  /** Likewise of a run that workers execute, as far as the queue of the database tells: while none of them has it. */
  async resumesAt({ id, accountId, status }: GenerationRun): Promise<Date | null> {
    const { jobs, database } = this.#options;
    if (database.looks === null || jobs.find(id) !== undefined) return this.canGoOnAt(id);
    const isLeft = status === 'QUEUED' || status === 'COOLDOWN';
    return isLeft ? database.looks.dueAt(accountId) : null;
  }

  /** Starts a run, and answers once it is stored. */
  async generate(
    account: Account,
    configs: readonly ApiConfig[],
    request: GenerationRequest,
    way: GenerationWay = {},
  ): Promise<GenerationRun> {
    const starting = this.#options.starter.start({ account, configs, request, ...way });
    this.#starting.add(starting);
    try {
      return await starting;
    } finally {
      this.#starting.delete(starting);
    }
  }

  /** Ends the run at its next safe point, and answers when it has ended. What was submitted stands in its steps. */
  async abort(runId: string): Promise<GenerationRun> {
    const { jobs, runs, audit } = this.#options;
    const run = await runs.find(runId);
    if (run === null)
      throw new Refusal('NOT_FOUND', `There is no run ${runId}.`, 'Ask authState for the run there is.');
    const job = jobs.find(runId);
    if (!isUnderWay(run)) return run;
    job?.abort.abort();
    await audit.record('ABORT_REQUESTED', {}, { accountId: run.accountId, correlationId: runId });
    if (job === undefined || this.#options.workers !== null) return this.#abortElsewhere(run);
    await job.end;
    return job.live.state;
  }

  /** Refused where another program without workers executes the account's run. */
  async abortAll(account: Account): Promise<void> {
    const { runs, workers, database } = this.#options;
    const run = await runs.latest(account.id);
    if (run !== null) await this.abort(run.id);
    if (workers === null) await refuseExecutedElsewhere(database.read, account, null);
  }

  /** What an earlier process has left; where workers execute the runs, they find it themselves. */
  async resumeInterrupted(): Promise<void> {
    if (this.#options.workers === null) await this.#options.resumer.resumeAll();
  }

  /** Ends the run under way at its next safe point and closes the browser; a run in its cooldown is left for the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { jobs, resumer, host } = this.#options;
    jobs.close();
    await resumer[Symbol.asyncDispose]();
    await Promise.allSettled(this.#starting);
    for (const { abort } of jobs.all) abort.abort();
    await Promise.allSettled(jobs.all.map(({ end }) => end));
    await host[Symbol.asyncDispose]();
  }

  /**
   * By its worker; where none executes it at present, here. It is answered as it stands if that takes too long, or if
   * another program without workers executes it.
   */
  async #abortElsewhere(run: GenerationRun): Promise<GenerationRun> {
    const { workers, runs, resumer } = this.#options;
    if (workers === null) return (await resumer.abortLeft(run)) ?? run;
    await workers.requestAbort(run.accountId, run.id);
    const until = performance.now() + ABORTED_WITHIN_MS;
    for (;;) {
      const present = (await runs.find(run.id)) ?? run;
      if (!isUnderWay(present) || performance.now() > until) return present;
      await workers.end(run.accountId, run.id);
      await delay(LOOK_MS);
    }
  }

  /** The positions of those who wait have changed. */
  #publishQueue(): void {
    const { jobs, states, log } = this.#options;
    if (jobs.isClosing) return;
    for (const { runId } of this.waiting) {
      const job = jobs.find(runId);
      if (job === undefined) continue;
      states
        .publish(job.account)
        .catch((error: unknown) => log.error({ err: error }, 'the queue could not be published'));
    }
  }
}
