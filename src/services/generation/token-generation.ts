import { randomUUID } from 'node:crypto';
import { markOf } from '../../db/files/process-mark.ts';
import { insertAcquisitions } from '../../db/queries/approvals.ts';
import { insertRun } from '../../db/queries/generation-runs.ts';
import type { Account } from '../../domain/account.ts';
import type { ExternalLogin } from '../../domain/acquisition.ts';
import { type ApiConfig, byApiIndex } from '../../domain/api-config.ts';
import type { ApiName } from '../../domain/api-name.ts';
import { decide, type GenerationRequest } from '../../domain/decision.ts';
import { FAILURES } from '../../domain/failure.ts';
import {
  countDone,
  type GenerationRun,
  isOver,
  isWorthResuming,
  pendingStep,
  type RunStep,
} from '../../domain/generation-run.ts';
import { Refusal } from '../../domain/refusal.ts';
import { getAccount, listAccounts } from '../accounts/accounts.ts';
import { correlated } from '../audit/correlation.ts';
import { LiveRun } from '../runs/live-run.ts';
import { backUpBeforeRun } from '../storage/backups.ts';
import { BrowserHost } from './browser-host.ts';
import { BrowserQueue, type BrowserTurn } from './browser-queue.ts';
import type { GenerationOptions } from './generation-options.ts';
import type { Job } from './job.ts';
import { assessLeftRun, endOrphans, refuseCarriedElsewhere, resumeLeftRuns } from './left-runs.ts';
import { refuseUnfitTables, refuseUnknownNames, refuseUnreadable } from './request-checks.ts';
import { RunExecutor } from './run-executor.ts';

/** How often runs are looked for whose process has died while this one lives. */
const LOOK_FOR_ORPHANS_MS = 5000;

/** Begins generation runs, ends them, and takes up what was left: one at a time for each account, and one after the other with the one browser. */
export class TokenGeneration {
  readonly #options: GenerationOptions;
  readonly #queue: BrowserQueue;
  readonly #host: BrowserHost;
  readonly #executor: RunExecutor;
  /** The last run of each account; it may be over. */
  readonly #jobs = new Map<string, Job>();
  /** Accounts that have a run, or are about to. */
  readonly #taken = new Set<string>();
  /** Runs that are decided on and not stored yet. */
  readonly #beginnings = new Set<Promise<GenerationRun>>();
  #isClosing = false;
  #orphanTimer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;

  constructor(options: GenerationOptions) {
    this.#options = options;
    this.#queue = new BrowserQueue({ ...options, onMoved: () => this.#publishQueue() });
    this.#host = new BrowserHost({ ...options, isTakenElsewhere: () => this.#queue.isTakenElsewhere });
    this.#executor = new RunExecutor({
      ...options,
      queue: this.#queue,
      host: this.#host,
      isClosing: () => this.#isClosing,
    });
  }

  /** Ids of the runs that wait for the browser, in the order in which they get it. */
  get waiting(): readonly string[] {
    return this.#queue.waiting;
  }

  /** The runs that wait for the browser, in order. */
  get queue(): readonly GenerationRun[] {
    return this.#queue.waiting.flatMap((id) => this.#jobOf(id)?.live.state ?? []);
  }

  /** From 1; null when the run does not wait. */
  queuePosition(runId: string): number | null {
    const index = this.#queue.waiting.indexOf(runId);
    return index < 0 ? null : index + 1;
  }

  /**
   * Decides what to make, stores the run and starts it; answers before the first page is opened. With `external` no browser
   * is: the tokens come from outside.
   */
  async generate(
    account: Account,
    configs: readonly ApiConfig[],
    request: GenerationRequest,
    external: ExternalLogin | null = null,
  ): Promise<GenerationRun> {
    const beginning = this.#begin({ account, configs, request, external });
    this.#beginnings.add(beginning);
    try {
      return await beginning;
    } finally {
      this.#beginnings.delete(beginning);
    }
  }

  /** Ends the run at its next safe point, and answers when it has ended. What was submitted stands in its steps. */
  async abort(runId: string): Promise<GenerationRun> {
    const run = await this.#options.runs.find(runId);
    if (run === null)
      throw new Refusal('NOT_FOUND', `There is no run ${runId}.`, 'Ask authState for the run there is.');
    const job = this.#jobOf(runId);
    if (job === undefined || isOver(run)) return run;
    job.abort.abort();
    await job.end;
    return job.live.state;
  }

  /** Ends whatever run the account has under way. */
  async abortAll(account: Account): Promise<void> {
    const run = this.#options.runs.live(account.id);
    if (run !== null && !isOver(run)) await this.abort(run.id);
  }

  /**
   * Takes up what an earlier process has left: what is valid is not made again, a step that was under way counts as
   * failed, a cooldown goes on with the time that is left of it.
   */
  async resumeInterrupted(): Promise<void> {
    const { database, states } = this.#options;
    const { ours, carriedElsewhere } = await resumeLeftRuns(this.#options);
    for (const run of ours) await correlated(run.id, () => this.#takeUpOne(run));
    for (const account of await listAccounts(database)) {
      if (!this.#jobs.has(account.id) && !carriedElsewhere.includes(account.id)) await states.repair(account);
    }
    this.#orphanTimer = setInterval(() => this.#lookForOrphans(), LOOK_FOR_ORPHANS_MS).unref();
  }

  /** Ends the run under way at its next safe point and waits until its browser is gone; one that cools down is left for the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#orphanTimer);
    await this.#looking;
    await Promise.allSettled(this.#beginnings);
    const jobs = [...this.#jobs.values()];
    for (const { abort } of jobs) abort.abort();
    for (const { end } of jobs) await end;
    await this.#host[Symbol.asyncDispose]();
  }

  async #begin({ account, configs, request, external }: GenerationOrder): Promise<GenerationRun> {
    const { verifier, states, database, audit, credentials, onCheckpoint } = this.#options;
    const enabled = configs.filter((config) => config.enabled).sort(byApiIndex);
    refuseUnknownNames(request, enabled);
    await states.refuseBlocked(account);
    await refuseCarriedElsewhere(database.read, account);
    this.#take(account);
    const id = randomUUID();
    let turn: BrowserTurn | null = null;
    try {
      const known = await verifier.check(account, enabled);
      const ended = await states.endedTokens(account);
      const chosen = decide(
        request,
        known.map(({ check }) => check),
        ended,
      );
      const apis = enabled.filter(({ apiName }) => chosen.includes(apiName));
      refuseUnreadable(apis);
      await refuseUnfitTables(database, account, apis, this.#options.clock());
      if (apis.length > 0 && external === null) {
        await credentials.open(account);
        turn = this.#queue.join(id);
        if (turn.isFirst) turn.take();
      }
      const isQueued = turn?.isFirst === false;
      // Asked again, because the checks took their time.
      await states.refuseBlocked(account);
      if (apis.length > 0) await backUpBeforeRun(this.#options);
      this.#refuseClosing();
      const run = this.#newRun({ id, account, request, chosen, isQueued });
      const reference = { accountId: account.id, correlationId: run.id };
      await database.write(async (transaction) => {
        if (!isOver(run)) await refuseCarriedElsewhere(transaction, account);
        await insertRun(transaction, run, markOf(process.pid));
        if (external !== null) await insertAcquisitions(transaction, run, apis, external);
        const facts = { mode: run.mode, apis: chosen, via: external?.kind ?? ('BROWSER' as const) };
        await audit.note(transaction, 'RUN_STARTED', facts, reference);
        if (isOver(run)) await audit.note(transaction, 'RUN_ENDED', run, reference);
      });
      onCheckpoint('RUN_STORED');
      const validBefore = known.flatMap(({ check, token }) =>
        check.verdict === 'VALID' ? (token ?? []) : [],
      );
      const job = await this.#follow(run, account, apis, validBefore);
      if (apis.length === 0) {
        await correlated(run.id, () => states.reopenGate(account));
        this.#taken.delete(account.id);
      } else
        this.#start(job, () =>
          turn === null ? this.#executor.awaitExternal(job) : this.#executor.execute(job, turn),
        );
      return run;
    } catch (error) {
      turn?.[Symbol.dispose]();
      this.#taken.delete(account.id);
      throw error;
    }
  }

  /** No `await` stands between the check and the set, so two requests cannot both begin a run. */
  #take({ id: accountId }: Account): void {
    this.#refuseClosing();
    if (this.#taken.has(accountId)) {
      const id = this.#jobs.get(accountId)?.live.state.id;
      throw new Refusal(
        'RUN_IN_PROGRESS',
        `A generation run is under way${id === undefined ? '' : ` (${id})`}.`,
        'Wait until it ends; its progress comes with the subscription tokenProgress.',
      );
    }
    this.#taken.add(accountId);
  }

  #refuseClosing(): void {
    if (this.#isClosing) throw new Refusal('SHUTTING_DOWN', 'The server is stopping.', 'Start it again.');
  }

  #jobOf(runId: string): Job | undefined {
    return [...this.#jobs.values()].find(({ live }) => live.state.id === runId);
  }

  #lookForOrphans(): void {
    this.#looking ??= this.#endOrphans()
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'left runs could not be looked for'))
      .finally(() => {
        this.#looking = null;
      });
  }

  async #endOrphans(): Promise<void> {
    const { database, states, log } = this.#options;
    for (const accountId of await endOrphans(this.#options)) {
      log.warn({ account: accountId }, 'the process that carried a run is gone: the run is ended');
      if (!this.#taken.has(accountId)) await states.repair(await getAccount(database, accountId));
    }
  }

  /** Those who wait have moved up. */
  #publishQueue(): void {
    if (this.#isClosing) return;
    const { states, log } = this.#options;
    for (const id of this.#queue.waiting) {
      const job = this.#jobOf(id);
      if (job === undefined) continue;
      states
        .publish(job.account)
        .catch((error: unknown) => log.error({ err: error }, 'the queue could not be published'));
    }
  }

  #newRun({ id, account, request, chosen, isQueued }: NewRun): GenerationRun {
    const startedAt = this.#options.clock();
    const isEmpty = chosen.length === 0;
    return {
      id,
      accountId: account.id,
      mode: request.mode,
      status: isEmpty ? 'COMPLETED' : isQueued ? 'QUEUED' : 'RUNNING',
      startedAt,
      endedAt: isEmpty ? startedAt : null,
      waitingUntil: null,
      steps: chosen.map(pendingStep),
    };
  }

  async #follow(
    run: GenerationRun,
    account: Account,
    configs: readonly ApiConfig[],
    validBefore: Job['validBefore'] = [],
  ): Promise<Job> {
    const { states, runs, log } = this.#options;
    const live = new LiveRun(run, this.#options, {
      onProgress: () => this.#quietly(states.publishProgress(account)),
      onStored: () => this.#quietly(states.publishChanges(account)),
      onStatus: () => states.publish(account),
      onFailure: (transaction, reason) =>
        correlated(run.id, () => states.storeConsequence(transaction, account, reason)),
    });
    const abort = new AbortController();
    const job: Job = {
      live,
      account,
      configs,
      validBefore: validBefore.map(({ apiName, fingerprint }) => ({ apiName, fingerprint })),
      abort,
      log: log.child({ runId: run.id }),
      end: Promise.resolve(),
    };
    runs.follow(live);
    this.#jobs.set(account.id, job);
    await this.#quietly(states.publishProgress(account));
    return job;
  }

  /** What cannot be published keeps no run from going on. */
  #quietly(publishing: Promise<void>): Promise<void> {
    return publishing.catch((error: unknown) =>
      this.#options.log.error({ err: error }, 'the progress of a run could not be published'),
    );
  }

  /** The account may have its next run as soon as nothing of this one is under way. */
  #start(job: Job, execute: () => Promise<void>): void {
    job.end = correlated(job.live.state.id, execute).finally(() => this.#taken.delete(job.account.id));
  }

  async #takeUpOne(left: GenerationRun): Promise<void> {
    const { database, states } = this.#options;
    const account = await getAccount(database, left.accountId);
    this.#take(account);
    const { run, configs, isOutside } = await assessLeftRun(account, left, this.#options);
    const job = await this.#follow(run, account, configs);
    job.log.warn({ status: run.status }, 'taking up a run that an earlier process has left');
    if (isOutside) return this.#start(job, () => this.#executor.awaitExternal(job));
    for (const { apiName, failure } of run.steps) {
      if (failure !== null)
        job.log.warn({ api: apiName, failure: failure.code }, 'what the run has left behind');
    }
    const { blockedBy, cooldown } = await states.read(account);
    const isWhole = countDone(run) === run.steps.length;
    const isOverAlready =
      isWhole || blockedBy === 'CREDENTIALS_REJECTED' || left.steps.some(hasStoppedItsRun);
    if (cooldown.active && run.status !== 'COOLDOWN') {
      if (!isOverAlready) await job.live.setStatus('COOLDOWN');
      await states.startCooldown(account);
    }
    if (isOverAlready) return this.#start(job, () => this.#executor.finish(job));
    // Joined before anything is waited for, so that they come in the order in which they were.
    const turn = cooldown.active ? null : this.#queue.join(run.id);
    this.#start(job, () => this.#executor.resume(job, turn));
  }
}

/** For whom, of which apps, what, and where from unless by the browser. */
interface GenerationOrder {
  readonly account: Account;
  readonly configs: readonly ApiConfig[];
  readonly request: GenerationRequest;
  readonly external: ExternalLogin | null;
}

interface NewRun {
  readonly id: string;
  readonly account: Account;
  readonly request: GenerationRequest;
  readonly chosen: readonly ApiName[];
  readonly isQueued: boolean;
}

/** A failure such as a CAPTCHA ends a run for good, also when the program died before it could write the end down. */
const hasStoppedItsRun = (step: RunStep): boolean =>
  step.failure !== null && FAILURES[step.failure.code].scope === 'RUN' && !isWorthResuming(step);
