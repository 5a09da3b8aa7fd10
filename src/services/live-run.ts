import type { Database, Queryable } from '../db/database.ts';
import { updateRun } from '../db/generation-runs.ts';
import type { ApiName } from '../domain/api-name.ts';
import { FAILURES, type Failure, type FailureCode, type Submission } from '../domain/failure.ts';
import {
  type GenerationRun,
  isOver,
  isWorthResuming,
  type LoginStep,
  pendingStep,
  progressOf,
  type RunStatus,
  type RunStep,
  withStep,
} from '../domain/generation-run.ts';
import type { Clock } from './clock.ts';
import type { EventLog } from './event-log.ts';

interface Options {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** What a run does to its account. */
interface AccountOfRun {
  /** The run's status has changed. */
  onStatus(): Promise<void>;
  /** A step has failed: what follows for the account is written in the same transaction. */
  onFailure(transaction: Queryable, code: FailureCode): Promise<void>;
}

/** The run that is under way: every change of it is written down first and told afterwards. */
export class LiveRun {
  readonly #options: Options;
  readonly #account: AccountOfRun;
  #run: GenerationRun;
  #submitted: Submission[] = [];

  constructor(run: GenerationRun, options: Options, account: AccountOfRun) {
    this.#run = run;
    this.#options = options;
    this.#account = account;
  }

  get state(): GenerationRun {
    return this.#run;
  }

  /** What has left for the broker on behalf of the API that is being worked on. */
  noteSubmitted(what: Submission): void {
    if (!this.#submitted.includes(what)) this.#submitted.push(what);
  }

  tell(): void {
    this.#options.events.publish(this.#run.accountId, {
      kind: 'TOKEN_PROGRESS',
      progress: progressOf(this.#run),
    });
  }

  async takeUp(apiName: ApiName): Promise<void> {
    this.#submitted = [];
    await this.#change(apiName, {
      ...pendingStep(apiName),
      status: 'RUNNING',
      startedAt: this.#options.clock(),
    });
  }

  async enter(apiName: ApiName, step: LoginStep): Promise<void> {
    await this.#change(apiName, { step });
  }

  async finish(apiName: ApiName): Promise<void> {
    await this.#change(apiName, { status: 'DONE', failure: null, endedAt: this.#options.clock() });
  }

  async fail(apiName: ApiName, code: FailureCode, message: string): Promise<void> {
    const failure: Failure = {
      code,
      message,
      nextAction: FAILURES[code].nextAction,
      submitted: [...this.#submitted],
    };
    const failed = withStep(this.#run, apiName, {
      status: 'FAILED',
      failure,
      endedAt: this.#options.clock(),
    });
    await this.#save(failed, apiName, (transaction) => this.#account.onFailure(transaction, code));
  }

  /** A person has to act in the browser window, until `deadline`; null when that is over. */
  async awaitOperator(deadline: Date | null): Promise<void> {
    await this.setStatus(deadline === null ? 'RUNNING' : 'WAITING_OPERATOR', deadline);
  }

  async setStatus(status: RunStatus, waitingUntil: Date | null = null): Promise<void> {
    await this.#save({ ...this.#run, status, waitingUntil });
    await this.#account.onStatus();
  }

  /** Goes on after a pause: what failed or was left out is taken up again. */
  async resume(): Promise<void> {
    const steps = this.#run.steps.map((step) => (isWorthResuming(step) ? pendingStep(step.apiName) : step));
    await this.#save({ ...this.#run, steps, status: 'RUNNING' });
    await this.#account.onStatus();
  }

  /** Ends the run; APIs that were not taken up are shown as skipped. Repeating it changes nothing. */
  async end(status: RunStatus): Promise<void> {
    if (isOver(this.#run)) return;
    const steps = this.#run.steps.map((step) =>
      step.status === 'PENDING' ? { ...step, status: 'SKIPPED' as const } : step,
    );
    await this.#save({ ...this.#run, steps, status, waitingUntil: null, endedAt: this.#options.clock() });
  }

  async #change(apiName: ApiName, change: Partial<RunStep>): Promise<void> {
    await this.#save(withStep(this.#run, apiName, change), apiName);
  }

  async #save(
    run: GenerationRun,
    apiName?: ApiName,
    alongWith: (transaction: Queryable) => Promise<void> = async () => undefined,
  ): Promise<void> {
    await this.#options.database.write(async (transaction) => {
      await updateRun(transaction, run, apiName);
      await alongWith(transaction);
    });
    this.#run = run;
    this.tell();
  }
}
