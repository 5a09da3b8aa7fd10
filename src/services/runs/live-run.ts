import type { Database } from '../../db/database.ts';
import { updateRun } from '../../db/queries/generation-runs.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { ApiName } from '../../domain/api-name.ts';
import type { AuditReference } from '../../domain/audit.ts';
import { endedTokenText } from '../../domain/ended-token.ts';
import type { TokenVersion } from '../../domain/event.ts';
import { FAILURES, type Failure, type FailureReason, type Submission } from '../../domain/failure.ts';
import {
  type EndedToken,
  type GenerationRun,
  isOver,
  isWorthResuming,
  type LoginStep,
  pendingStep,
  type RunStatus,
  type RunStep,
  withStep,
} from '../../domain/generation-run.ts';
import type { Audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import type { EventLog } from '../events/event-log.ts';

interface Options {
  readonly database: Database;
  readonly events: EventLog;
  readonly audit: Audit;
  readonly clock: Clock;
}

/** What is written in the same transaction. */
type Along = (transaction: Queryable) => Promise<void>;

/** What is written with a change of the run: what it is about before it, what is noted of it behind it. */
interface Company {
  readonly first?: Along;
  readonly note?: Along;
}

/** What a run does to its account. */
interface AccountOfRun {
  /** The run has moved on. */
  onProgress(): Promise<void>;
  /** A new token is there. */
  onStored(): Promise<void>;
  /** The run's status has changed. */
  onStatus(): Promise<void>;
  /** A step has failed: what follows for the account is written in the same transaction. */
  onFailure(transaction: Queryable, reason: FailureReason): Promise<void>;
}

/** The run that is under way: every change of it is written down first and published afterwards. */
export class LiveRun {
  readonly #options: Options;
  readonly #account: AccountOfRun;
  #run: GenerationRun;
  #submitted: Submission[] = [];
  /** What had left on behalf of the APIs that are done. */
  readonly #submittedOf = new Map<ApiName, readonly Submission[]>();
  #madeAt = 0;
  #revision = 0;

  constructor(run: GenerationRun, options: Options, account: AccountOfRun) {
    this.#run = run;
    this.#options = options;
    this.#account = account;
  }

  get state(): GenerationRun {
    return this.#run;
  }

  /** Rises with every change of the state. */
  get revision(): number {
    return this.#revision;
  }

  /** What has left for the broker on behalf of the API that is being worked on. */
  noteSubmitted(what: Submission): void {
    if (!this.#submitted.includes(what)) this.#submitted.push(what);
  }

  /** The broker has made a token, or may have: what it said of other tokens up to this moment may not hold any more. */
  noteMade(moment: number): void {
    this.#madeAt = moment;
  }

  /** The moment of the last such note, as TokenVerifier counts them; 0 where this process has made none. */
  get madeAt(): number {
    return this.#madeAt;
  }

  /** Says that a new token is there: programs that hold the old one let go of it. */
  async publishStored(stored: TokenVersion): Promise<void> {
    this.#options.events.publish(this.#run.accountId, { kind: 'TOKEN_STORED', stored });
    await this.#account.onStored();
  }

  async takeUp(apiName: ApiName): Promise<void> {
    this.#submitted = [];
    const { audit, clock } = this.#options;
    const begun = { ...pendingStep(apiName), status: 'RUNNING' as const, startedAt: clock() };
    await this.#change(apiName, begun, {
      note: (transaction) => audit.note(transaction, 'LOGIN_BEGUN', {}, this.reference(apiName)),
    });
  }

  async enter(apiName: ApiName, step: LoginStep, along: Company = {}): Promise<void> {
    await this.#change(apiName, { step }, along);
  }

  /** What the audit says of this run. */
  reference(apiName: ApiName | null = null): AuditReference {
    return { accountId: this.#run.accountId, correlationId: this.#run.id, apiName };
  }

  async finish(apiName: ApiName): Promise<void> {
    const done = { status: 'DONE', failure: null, endedAt: this.#options.clock() } as const;
    this.#submittedOf.set(apiName, this.#submitted);
    await this.#change(apiName, done);
  }

  async fail(apiName: ApiName, reason: FailureReason): Promise<void> {
    const { code, message } = reason;
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
    await this.#save(failed, apiName, {
      note: async (transaction) => {
        const facts = { code, submitted: failure.submitted };
        await this.#options.audit.note(transaction, 'LOGIN_FAILED', facts, this.reference(apiName));
        await this.#account.onFailure(transaction, reason);
      },
    });
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

  /**
   * Ends the run; APIs that were not taken up are shown as skipped, those whose token it has ended itself as failed.
   * Repeating it changes nothing.
   */
  async end(status: RunStatus, endedTokens: readonly EndedToken[] = []): Promise<void> {
    if (isOver(this.#run)) return;
    const { audit, clock } = this.#options;
    const steps = this.#run.steps.map((step) => this.#lastStep(step, endedTokens));
    const found = endedTokens.length === 0 ? {} : { endedTokens };
    const ended = { ...this.#run, ...found, steps, status, waitingUntil: null, endedAt: clock() };
    await this.#save(ended, undefined, {
      note: async (transaction) => {
        for (const token of endedTokens)
          await audit.note(transaction, 'TOKEN_ENDED', token, this.reference(token.apiName));
        await audit.note(transaction, 'RUN_ENDED', { status }, this.reference());
      },
    });
  }

  #lastStep(step: RunStep, endedTokens: readonly EndedToken[]): RunStep {
    if (step.status === 'PENDING') return { ...step, status: 'SKIPPED' };
    const ended = endedTokens.find(({ apiName }) => apiName === step.apiName);
    if (ended === undefined || step.status !== 'DONE') return step;
    const failure: Failure = {
      code: 'TOKEN_ENDED',
      message: endedTokenText(ended),
      nextAction: FAILURES.TOKEN_ENDED.nextAction,
      submitted: this.#submittedOf.get(step.apiName) ?? [],
    };
    return { ...step, status: 'FAILED', failure };
  }

  async #change(apiName: ApiName, change: Partial<RunStep>, along: Company = {}): Promise<void> {
    await this.#save(withStep(this.#run, apiName, change), apiName, along);
  }

  async #save(run: GenerationRun, apiName?: ApiName, { first, note }: Company = {}): Promise<void> {
    await this.#options.database.write(
      async (transaction) => {
        await first?.(transaction);
        await updateRun(transaction, run, apiName);
        await note?.(transaction);
      },
      // A token may be part of it, and what was submitted is never forgotten.
      { mustKeep: true },
    );
    this.#run = run;
    this.#revision += 1;
    await this.#account.onProgress();
  }
}
