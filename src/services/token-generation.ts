import { randomUUID } from 'node:crypto';
import { findAcquisitions, insertAcquisitions } from '../db/approvals.ts';
import { adoptRun, findUnfinishedRuns, insertRun, updateRun } from '../db/generation-runs.ts';
import { isAlive } from '../db/is-alive.ts';
import { findSpentCodes } from '../db/login-attempts.ts';
import type { Account } from '../domain/account.ts';
import { type AcquisitionWish, canStillCome } from '../domain/acquisition.ts';
import { type ApiConfig, byApiIndex } from '../domain/api-config.ts';
import type { ApiName } from '../domain/api-name.ts';
import { decide, type GenerationRequest } from '../domain/decision.ts';
import { FAILURES, type FailureCode } from '../domain/failure.ts';
import {
  type GenerationRun,
  isOver,
  isWorthResuming,
  pendingStep,
  type RunStatus,
  type RunStep,
} from '../domain/generation-run.ts';
import { afterCrash } from '../domain/interrupted-run.ts';
import { Refusal } from '../domain/refusal.ts';
import { getAccount, listAccounts } from './accounts.ts';
import { backUpBeforeRun } from './backups.ts';
import { BrowserQueue, type BrowserTurn } from './browser-queue.ts';
import { makeTokens } from './browser-round.ts';
import type { GenerationOptions } from './generation-options.ts';
import type { Job } from './job.ts';
import { LiveRun } from './live-run.ts';
import { refuseUnknownNames, refuseUnreadable } from './request-checks.ts';

/** Cooldowns in a row that brought no token: after so many a person has to look. */
const MAX_FRUITLESS_COOLDOWNS = 3;

/** Carries generation runs: one at a time for each account, and one after the other with the one browser. */
export class TokenGeneration {
  readonly #options: GenerationOptions;
  readonly #queue: BrowserQueue;
  /** The last run of each account; it may be over. */
  readonly #jobs = new Map<string, Job>();
  /** Accounts that have a run, or are about to. */
  readonly #taken = new Set<string>();
  #isClosing = false;

  constructor(options: GenerationOptions) {
    this.#options = options;
    this.#queue = new BrowserQueue({ ...options, onMoved: () => this.#tellQueue() });
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
   * Decides what to make, stores the run and starts it; answers before the first page is opened. With `wish` no browser
   * is: the tokens come from outside.
   */
  async generate(
    account: Account,
    configs: readonly ApiConfig[],
    request: GenerationRequest,
    wish: AcquisitionWish | null = null,
  ): Promise<GenerationRun> {
    const { truth, states, database, audit, credentials, reach } = this.#options;
    const enabled = configs.filter((config) => config.enabled).sort(byApiIndex);
    refuseUnknownNames(request, enabled);
    await states.refuseBlocked(account);
    this.#take(account);
    const id = randomUUID();
    let turn: BrowserTurn | null = null;
    try {
      const checks = (await truth.check(account, enabled)).map(({ check }) => check);
      const chosen = decide(request, checks);
      const apis = enabled.filter(({ apiName }) => chosen.includes(apiName));
      refuseUnreadable(apis);
      if (apis.length > 0 && wish === null) {
        await credentials.open(account);
        turn = this.#queue.join(id);
        if (turn.isFirst) turn.take();
      }
      const isQueued = turn?.isFirst === false;
      // Asked again, because the checks took their time.
      await states.refuseBlocked(account);
      if (apis.length > 0) await backUpBeforeRun(this.#options);
      const run = this.#newRun({ id, account, request, chosen, isQueued });
      const reference = { accountId: account.id, correlationId: run.id };
      await database.write(async (transaction) => {
        await insertRun(transaction, run, process.pid);
        if (wish !== null) await insertAcquisitions(transaction, run, apis, wish);
        const facts = { mode: run.mode, apis: chosen, via: wish?.kind ?? 'BROWSER' };
        await audit.note(transaction, 'RUN_STARTED', facts, reference);
        if (isOver(run)) await audit.note(transaction, 'RUN_ENDED', run, reference);
      });
      reach('RUN_STORED');
      const job = this.#follow(run, account, apis);
      if (apis.length === 0) await this.#endEmpty(account);
      if (apis.length > 0) job.end = turn === null ? this.#carryOutside(job) : this.#carry(job, turn);
      return run;
    } catch (error) {
      turn?.[Symbol.dispose]();
      this.#taken.delete(account.id);
      throw error;
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
  async takeUp(): Promise<void> {
    const { database, states } = this.#options;
    const unfinished = await findUnfinishedRuns(database.read);
    const left = unfinished
      .filter(({ processId }) => !isCarried(processId))
      .sort((a, b) => b.run.startedAt.getTime() - a.run.startedAt.getTime());
    const ours: GenerationRun[] = [];
    for (const { run, processId } of left) {
      const isOurs = await database.write((transaction) =>
        adoptRun(transaction, run.id, processId, process.pid),
      );
      if (isOurs) ours.push(run);
    }
    const isNewest = (run: GenerationRun) =>
      ours.find(({ accountId }) => accountId === run.accountId) === run;
    for (const run of ours.filter((one) => !isNewest(one))) await this.#endLeftover(run);
    for (const run of ours.filter(isNewest).sort(byTurn)) await this.#takeUpOne(run);
    const carried = unfinished
      .filter(({ processId }) => isCarried(processId))
      .map(({ run }) => run.accountId);
    for (const account of await listAccounts(database)) {
      if (!this.#jobs.has(account.id) && !carried.includes(account.id)) await states.repair(account);
    }
  }

  /** Ends the run under way at its next safe point and waits until its browser is gone; one that cools down is left for the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    const jobs = [...this.#jobs.values()];
    for (const { abort } of jobs) abort.abort();
    for (const { end } of jobs) await end;
  }

  /** No `await` stands between the check and the set, so two requests cannot both begin a run. */
  #take({ id: accountId }: Account): void {
    if (this.#isClosing) throw new Refusal('SHUTTING_DOWN', 'The server is stopping.', 'Start it again.');
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

  #jobOf(runId: string): Job | undefined {
    return [...this.#jobs.values()].find(({ live }) => live.state.id === runId);
  }

  /** Those who wait have moved up. */
  #tellQueue(): void {
    if (this.#isClosing) return;
    const { states, log } = this.#options;
    for (const id of this.#queue.waiting) {
      const job = this.#jobOf(id);
      if (job === undefined) continue;
      states
        .tell(job.account)
        .catch((error: unknown) => log.error({ err: error }, 'the queue could not be told'));
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

  #follow(run: GenerationRun, account: Account, configs: readonly ApiConfig[]): Job {
    const { states, runs, log } = this.#options;
    const live = new LiveRun(run, this.#options, {
      onStatus: () => states.tell(account),
      onFailure: (transaction, code) => states.storeConsequence(transaction, account, code),
    });
    const abort = new AbortController();
    const job: Job = {
      live,
      account,
      configs,
      abort,
      log: log.child({ runId: run.id }),
      end: Promise.resolve(),
    };
    runs.follow(live);
    this.#jobs.set(account.id, job);
    live.tell();
    return job;
  }

  async #endEmpty(account: Account): Promise<void> {
    this.#taken.delete(account.id);
    await this.#options.states.welcomeBack(account);
  }

  /** Of several runs of an account without an end only the newest is carried on. */
  async #endLeftover(run: GenerationRun): Promise<void> {
    const { database, audit, clock } = this.#options;
    const endedAt = clock();
    const { steps } = afterCrash(run, { checks: [], spent: [], now: endedAt });
    const ended: GenerationRun = { ...run, steps, status: 'STOPPED', waitingUntil: null, endedAt };
    await database.write(async (transaction) => {
      await updateRun(transaction, ended);
      await audit.note(transaction, 'RUN_ENDED', ended, { accountId: run.accountId, correlationId: run.id });
    });
  }

  async #takeUpOne(run: GenerationRun): Promise<void> {
    const { database, truth, apiConfigs, states, audit, clock } = this.#options;
    const account = await getAccount(database, run.accountId);
    this.#take(account);
    const wanted = run.steps.map(({ apiName }) => apiName);
    const configs = (await apiConfigs.enabled(account)).filter(({ apiName }) => wanted.includes(apiName));
    const known = await truth.check(account, configs);
    const spent = await findSpentCodes(database.read, run.id);
    const outside = await findAcquisitions(database.read, run.id);
    const waiting = outside.filter(canStillCome).map(({ apiName }) => apiName);
    const checks = known.map(({ check }) => check);
    const found = afterCrash(run, { checks, spent, waiting, now: clock() });
    await database.write(async (transaction) => {
      await updateRun(transaction, found);
      const reference = { accountId: account.id, correlationId: run.id };
      await audit.note(transaction, 'RUN_TAKEN_UP', run, reference);
    });
    const job = this.#follow(found, account, configs);
    job.log.warn({ status: run.status }, 'taking up a run that an earlier process has left');
    if (outside.length > 0) {
      job.end = this.#carryOutside(job);
      return;
    }
    for (const { apiName, failure } of found.steps) {
      if (failure !== null)
        job.log.warn({ api: apiName, failure: failure.code }, 'what the run has left behind');
    }
    const { blockedBy, cooldown } = await states.read(account);
    if (cooldown.active && run.status !== 'COOLDOWN') {
      await job.live.setStatus('COOLDOWN');
      await states.rest(account);
    }
    const isWhole = countDone(found) === found.steps.length;
    const isOverAlready = isWhole || blockedBy === 'CREDENTIALS_REJECTED' || run.steps.some(hasStoppedItsRun);
    // Joined before anything is waited for, so that they come in the order in which they were.
    const turn = isOverAlready || cooldown.active ? null : this.#queue.join(run.id);
    job.end = isOverAlready ? this.#finish(job) : this.#carryOn(job, turn);
  }

  /** Carries a run that begins with a pause: until its cooldown is over and the browser is free. */
  async #carryOn(job: Job, place: BrowserTurn | null): Promise<void> {
    let turn: BrowserTurn | null = place;
    try {
      turn = await this.#pause(job, place);
      if (turn === null) return await this.#finish(job);
      await job.live.resume();
      await this.#carry(job, turn);
    } catch (error) {
      turn?.[Symbol.dispose]();
      this.#taken.delete(job.account.id);
      job.log.error({ err: error }, 'the run could not be carried to its end');
    }
  }

  /** Carries a run whose tokens come from outside. When the program stops meanwhile, it waits on at the next start. */
  async #carryOutside(job: Job): Promise<void> {
    const { acquisitions, states } = this.#options;
    const { account, abort, log } = job;
    const apis = job.configs.map(({ apiName }) => apiName);
    let isLeft = false;
    try {
      log.info({ apis }, 'run started; its tokens come from outside');
      await states.loginStarted(account);
      await states.move(account, 'FIRST_API_TAKEN_UP');
      await acquisitions.carry(job, abort.signal);
      isLeft = this.#isClosing && (await acquisitions.isOpen(job));
      if (!isLeft) await acquisitions.giveUp(job);
    } catch (error) {
      log.error({ err: error }, 'the run could not be carried to its end');
    }
    await this.#finish(job, isLeft);
  }

  async #carry(job: Job, first: BrowserTurn): Promise<void> {
    const { states, reach } = this.#options;
    const { live, account, log } = job;
    let turn: BrowserTurn | null = first;
    try {
      if (!(await this.#awaitTurn(job, first))) return await this.#finish(job);
      log.info({ apis: job.configs.map(({ apiName }) => apiName) }, 'run started');
      await states.loginStarted(account);
      reach('LOGIN_STARTED');
      let fruitless = 0;
      while (turn !== null) {
        const before = countDone(live.state);
        const stoppedBy: FailureCode | null = await makeTokens(job, turn, this.#options);
        reach('BROWSER_CLOSED');
        const { consequence } = stoppedBy === null ? { consequence: null } : FAILURES[stoppedBy];
        if (consequence === 'QUARANTINE') await states.tellQuarantine(account);
        if (consequence !== 'COOLDOWN' || stoppedBy === null) break;
        fruitless = countDone(live.state) > before ? 1 : fruitless + 1;
        const goesOn = fruitless < MAX_FRUITLESS_COOLDOWNS && !job.abort.signal.aborted;
        if (goesOn) await live.setStatus('COOLDOWN');
        await states.rest(account);
        reach('COOLDOWN_STORED');
        turn = goesOn ? await this.#pause(job, null) : null;
        if (turn === null) break;
        reach('COOLDOWN_OVER');
        await live.resume();
      }
    } catch (error) {
      log.error({ err: error }, 'the run could not be carried to its end');
    } finally {
      turn?.[Symbol.dispose]();
    }
    await this.#finish(job);
  }

  /** A run that is queued begins when it has the browser; false when it is aborted before. */
  async #awaitTurn({ live, abort, log }: Job, turn: BrowserTurn): Promise<boolean> {
    if (live.state.status !== 'QUEUED') return true;
    log.info('another account has the browser: the run waits its turn');
    if (!(await turn.wait(abort.signal))) return false;
    await live.setStatus('RUNNING');
    return true;
  }

  /** Waits the cooldown out, then for the browser; null when the run is aborted meanwhile. */
  async #pause({ account, abort, live }: Job, place: BrowserTurn | null): Promise<BrowserTurn | null> {
    await this.#options.states.cooldownOver(account, abort.signal);
    const turn = place ?? this.#queue.join(live.state.id);
    let hasBrowser = false;
    try {
      hasBrowser = await turn.wait(abort.signal);
    } finally {
      // A place that is left behind would keep everybody else waiting.
      if (!hasBrowser) turn[Symbol.dispose]();
    }
    return hasBrowser ? turn : null;
  }

  /** Ends the run, unless it is left as it is for the next start. */
  async #finish(job: Job, isWaiting = false): Promise<void> {
    const { states, reach } = this.#options;
    const { live, account, log, abort } = job;
    try {
      const isAtRest = live.state.status === 'COOLDOWN' || live.state.status === 'QUEUED';
      const isLeft = isWaiting || (this.#isClosing && isAtRest);
      if (!isLeft) await live.end(endStatus(live.state, abort.signal.aborted));
      reach('RUN_ENDED');
      if (!isLeft) await states.runEnded(account);
      reach('STATE_SETTLED');
      log.info({ status: live.state.status }, 'run ended');
    } catch (error) {
      log.error({ err: error }, 'the end of the run could not be written');
    }
    this.#taken.delete(account.id);
  }
}

interface NewRun {
  readonly id: string;
  readonly account: Account;
  readonly request: GenerationRequest;
  readonly chosen: readonly ApiName[];
  readonly isQueued: boolean;
}

/** The order in which they had the browser or were waiting for it. */
const byTurn = (one: GenerationRun, other: GenerationRun): number =>
  Number(one.status === 'QUEUED') - Number(other.status === 'QUEUED') ||
  one.startedAt.getTime() - other.startedAt.getTime();

/** A run of this very process' id was left by an earlier one that had the same. */
const isCarried = (processId: number): boolean => processId !== process.pid && isAlive(processId);

/** A failure such as a CAPTCHA ends a run for good, also when the program died before it could write the end down. */
const hasStoppedItsRun = (step: RunStep): boolean =>
  step.failure !== null && FAILURES[step.failure.code].reach === 'RUN' && !isWorthResuming(step);

const countDone = (run: GenerationRun): number => run.steps.filter(({ status }) => status === 'DONE').length;

const endStatus = (run: GenerationRun, isAborted: boolean): RunStatus => {
  if (countDone(run) === run.steps.length) return 'COMPLETED';
  return isAborted ? 'ABORTED' : 'STOPPED';
};
