import { randomUUID } from 'node:crypto';
import { BrokerBrowser, type BrowserOptions } from '../broker/broker-browser.ts';
import { LoginFailure } from '../broker/login-failure.ts';
import type { LoginSession } from '../broker/login-session.ts';
import type { Database } from '../db/database.ts';
import { findLatestRun, findRun, findUnfinishedRuns, insertRun, updateRun } from '../db/generation-runs.ts';
import { SealError } from '../db/vault.ts';
import type { Account, Credentials } from '../domain/account.ts';
import { type ApiConfig, byApiIndex } from '../domain/api-config.ts';
import type { ApiName } from '../domain/api-name.ts';
import { decide, type GenerationRequest } from '../domain/decision.ts';
import { FAILURES } from '../domain/failure.ts';
import { type GenerationRun, pendingStep } from '../domain/generation-run.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Logger } from '../log.ts';
import { getAccount } from './accounts.ts';
import type { Clock } from './clock.ts';
import type { EventLog } from './event-log.ts';
import { LiveRun } from './live-run.ts';
import { type LoginTimes, makeToken } from './make-token.ts';
import type { TokenTruth } from './token-truth.ts';

interface Options {
  readonly database: Database;
  readonly events: EventLog;
  readonly truth: TokenTruth;
  readonly credentials: Credentials;
  readonly apiBaseUrl: string;
  readonly browser: BrowserOptions;
  readonly times: LoginTimes;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Carries generation runs, one at a time: there is one browser. */
export class TokenGeneration {
  readonly #options: Options;
  readonly #abort = new AbortController();
  #live: LiveRun | null = null;
  #isTaken = false;
  #carrying: Promise<void> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Ends what an earlier process left open: a step that was under way counts as failed. */
  async closeAbandonedRuns(): Promise<void> {
    const { database, clock, log } = this.#options;
    const abandoned = (await findUnfinishedRuns(database.read)).filter(
      ({ processId }) => !isAlive(processId),
    );
    for (const { run } of abandoned) {
      const endedAt = clock();
      const { nextAction } = FAILURES.INTERRUPTED;
      const steps = run.steps.map((step) => {
        if (step.status === 'PENDING') return { ...step, status: 'SKIPPED' as const };
        if (step.status !== 'RUNNING') return step;
        const message = 'The program ended in the middle of this step.';
        const failure = { code: 'INTERRUPTED' as const, message, nextAction, submitted: [] };
        return { ...step, status: 'FAILED' as const, failure, endedAt };
      });
      const ended: GenerationRun = { ...run, steps, status: 'STOPPED', endedAt };
      await database.write((transaction) => updateRun(transaction, ended));
      log.warn({ runId: run.id }, 'closed a run that an earlier process had left open');
    }
  }

  /** Decides what to make, stores the run and starts it; answers before the first page is opened. */
  async generate(
    account: Account,
    configs: readonly ApiConfig[],
    request: GenerationRequest,
  ): Promise<GenerationRun> {
    const enabled = configs.filter((config) => config.enabled).sort(byApiIndex);
    validate(request, enabled);
    this.#take();
    try {
      const checks = (await this.#options.truth.check(account, enabled)).map(({ check }) => check);
      const chosen = decide(request, checks);
      const apis = enabled.filter(({ apiName }) => chosen.includes(apiName));
      refuseUnreadable(apis);
      const run = this.#newRun(account, request, chosen);
      await this.#options.database.write((transaction) => insertRun(transaction, run, process.pid));
      const live = new LiveRun(run, this.#options);
      this.#live = live;
      live.tell();
      if (apis.length === 0) this.#isTaken = false;
      if (apis.length > 0) this.#carrying = this.#carry(live, account, apis);
      return run;
    } catch (error) {
      this.#isTaken = false;
      throw error;
    }
  }

  async run(id: string): Promise<GenerationRun | null> {
    if (this.#live?.state.id === id) return this.#live.state;
    return findRun(this.#options.database.read, id);
  }

  /** The account's run that this process has carried last, as it is now. */
  live(accountId: string): GenerationRun | null {
    return this.#live?.state.accountId === accountId ? this.#live.state : null;
  }

  /** The run under way, else the account's last one. */
  async latest(accountId: string): Promise<GenerationRun | null> {
    return this.live(accountId) ?? findLatestRun(this.#options.database.read, accountId);
  }

  /** Stops the run under way at its next safe point and waits until its browser is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#carrying;
  }

  /** No `await` stands between the check and the set, so two requests cannot both get the browser. */
  #take(): void {
    if (this.#abort.signal.aborted)
      throw new Refusal('SHUTTING_DOWN', 'The server is stopping.', 'Start it again.');
    if (this.#isTaken) {
      const id = this.#live?.state.id;
      throw new Refusal(
        'RUN_IN_PROGRESS',
        `A generation run is under way${id === undefined ? '' : ` (${id})`}.`,
        'Wait until it ends; its progress comes with the subscription tokenProgress.',
      );
    }
    this.#isTaken = true;
  }

  #newRun(account: Account, request: GenerationRequest, chosen: readonly ApiName[]): GenerationRun {
    const startedAt = this.#options.clock();
    const isEmpty = chosen.length === 0;
    return {
      id: randomUUID(),
      accountId: account.id,
      mode: request.mode,
      status: isEmpty ? 'COMPLETED' : 'RUNNING',
      startedAt,
      endedAt: isEmpty ? startedAt : null,
      steps: chosen.map(pendingStep),
    };
  }

  async #carry(live: LiveRun, account: Account, apis: readonly ApiConfig[]): Promise<void> {
    const log = this.#options.log.child({ runId: live.state.id });
    try {
      log.info({ apis: apis.map(({ apiName }) => apiName) }, 'run started');
      const isStopped = await this.#makeTokens(live, account, apis, log);
      const isWhole = live.state.steps.every(({ status }) => status === 'DONE');
      const stoppedAs = this.#abort.signal.aborted ? 'ABORTED' : 'STOPPED';
      await live.end(isWhole && !isStopped ? 'COMPLETED' : stoppedAs);
      log.info({ status: live.state.status }, 'run ended');
    } catch (error) {
      log.error({ err: error }, 'the run could not be carried to its end');
    } finally {
      this.#isTaken = false;
    }
  }

  /** True when a failure stopped the run before its last API. */
  async #makeTokens(
    live: LiveRun,
    account: Account,
    apis: readonly ApiConfig[],
    log: Logger,
  ): Promise<boolean> {
    try {
      await using browser = await BrokerBrowser.launch(this.#options.browser);
      await using session = await browser.openSession();
      for (const config of apis) {
        if (this.#abort.signal.aborted) return true;
        const isStopped = await this.#makeOne(live, account, config, session, log);
        if (isStopped) return true;
      }
      return false;
    } catch (error) {
      const failure = toFailure(error);
      log.error({ failure: failure.code, err: error }, 'run stopped');
      const next = live.state.steps.find(({ status }) => status === 'PENDING' || status === 'RUNNING');
      if (next !== undefined) await live.fail(next.apiName, failure.code, failure.message);
      return true;
    }
  }

  async #makeOne(
    live: LiveRun,
    { id }: Account,
    config: ApiConfig,
    session: LoginSession,
    log: Logger,
  ): Promise<boolean> {
    await live.takeUp(config.apiName);
    try {
      // Read anew for every API: the first login tells whose account it is.
      const account = await getAccount(this.#options.database, id);
      await makeToken({ ...this.#options, account, config, session, live, signal: this.#abort.signal });
      await live.finish(config.apiName);
      log.info({ api: config.apiName }, 'token made');
      return false;
    } catch (error) {
      const failure = toFailure(error);
      log.warn({ api: config.apiName, failure: failure.code, err: error }, 'no token');
      await live.fail(config.apiName, failure.code, failure.message);
      return FAILURES[failure.code].reach === 'RUN';
    }
  }
}

const toFailure = (error: unknown): LoginFailure =>
  error instanceof LoginFailure
    ? error
    : new LoginFailure('INTERNAL', 'Something unexpected happened.', { cause: error });

const validate = (request: GenerationRequest, enabled: readonly ApiConfig[]): void => {
  const unknown = request.apiNames.filter((name) => !enabled.some(({ apiName }) => apiName === name));
  if (unknown.length > 0) {
    throw new Refusal(
      'BAD_USER_INPUT',
      `${unknown.join(', ')} is not configured or not enabled.`,
      `Use one of ${enabled.map(({ apiName }) => apiName).join(', ')}, or configure it.`,
    );
  }
};

/** A client secret that does not open would be found out only after an OTP and a PIN were spent. */
const refuseUnreadable = (apis: readonly ApiConfig[]): void => {
  for (const { apiName, clientSecret } of apis) {
    try {
      clientSecret.reveal();
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      throw new Refusal(
        'SECRET_UNREADABLE',
        `The client secret of ${apiName} cannot be opened: ${error.message}`,
        'Save the client secret again with saveApiConfig.',
      );
    }
  }
};

const isAlive = (processId: number): boolean => {
  if (processId === process.pid) return false;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};
