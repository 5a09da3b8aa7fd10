import type { Fact } from '../../db/change.ts';
import type { Kept } from '../../db/database.ts';
import { LeaseLost } from '../../db/fence.ts';
import { updateRun } from '../../db/queries/generation-runs.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import type { AuditEntry, AuditReference } from '../../domain/events/audit.ts';
import type { HeldKind } from '../../domain/role/role.ts';
import { type FailureReason, failureOf, type Submission } from '../../domain/run/failure.ts';
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
} from '../../domain/run/generation-run.ts';
import { withPhases } from '../../domain/run/login-phase.ts';
import { endedTokenText } from '../../domain/token/ended-token.ts';
import { endWait, tellEnd, tellWait } from '../alerts/tell-run.ts';
import type { AuditedWrites } from '../audit/audit.ts';

/** Told of what the run does to its account. */
interface RunListener {
  onProgress(): Promise<void>;
  onStored(source: ApiName | HeldKind): Promise<void>;
  onStatus(): Promise<void>;
  /** A step has failed: what follows for the account is stored in the same transaction. */
  onFailure(reason: FailureReason): AlongWrite;
}

/** What is written along with a run, and the same as facts that are spilled where nothing can be read. */
export interface AlongWrite {
  readonly store: (transaction: Queryable) => Promise<void>;
  readonly facts: readonly Fact[];
}

/** A run under way in this process: every change is stored first and published afterwards. */
export class LiveRun {
  readonly #options: AuditedWrites;
  readonly #listener: RunListener;
  #run: GenerationRun;
  #submitted: Submission[] = [];
  /** What was submitted for the APIs that are done. */
  readonly #submittedOf = new Map<ApiName, readonly Submission[]>();
  #madeAt = 0;
  #revision = 0;
  #isLost = false;

  constructor(run: GenerationRun, options: AuditedWrites, listener: RunListener) {
    this.#run = run;
    this.#options = options;
    this.#listener = listener;
  }

  get state(): GenerationRun {
    return this.#run;
  }

  /** Another worker has the account, and so the run: what is shown of it here is not stored any more. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Rises with every change of the state. */
  get revision(): number {
    return this.#revision;
  }

  /** What was submitted to the broker for the API under way. */
  noteSubmitted(what: Submission): void {
    if (!this.#submitted.includes(what)) this.#submitted.push(what);
  }

  /** The broker has issued a token, or may have: verdicts of other tokens up to this moment may not hold any more. */
  noteMade(moment: number): void {
    this.#madeAt = moment;
  }

  /** The moment of the last such note, as TokenVerifier counts them; 0 if there is none. */
  get madeAt(): number {
    return this.#madeAt;
  }

  /** Publishes that a new token is stored, so that programs drop the old one. */
  publishStored(source: ApiName | HeldKind): Promise<void> {
    return this.#listener.onStored(source);
  }

  async startStep(apiName: ApiName): Promise<void> {
    this.#submitted = [];
    const { audit, clock } = this.#options;
    const begun = { ...pendingStep(apiName), status: 'RUNNING' as const, startedAt: clock() };
    const entry = audit.entry('LOGIN_BEGUN', {}, this.reference(apiName));
    await this.#save(withStep(this.#run, apiName, begun), apiName, [entry]);
  }

  async enter(apiName: ApiName, step: LoginStep): Promise<void> {
    const before = this.#run.steps.find((one) => one.apiName === apiName)?.step;
    const wait = before === step ? undefined : WAITS[step];
    const { audit } = this.#options;
    const entries = wait === undefined ? [] : [audit.entry(wait, {}, this.reference(apiName))];
    await this.#save(withStep(this.#run, apiName, { step }), apiName, entries);
  }

  /** Writes into the audit that the turn with the browser is waited for, or has come. */
  async noteTurn(kind: 'TURN_AWAITED' | 'TURN_TAKEN', apiName: ApiName | null): Promise<void> {
    const { audit, database } = this.#options;
    await database.write((transaction) => audit.note(transaction, kind, {}, this.reference(apiName)));
  }

  /** Changes a step in one transaction with what else `work` writes; `saveStep` writes the step at its place in it. */
  async change<Result>(
    apiName: ApiName,
    change: Partial<RunStep>,
    work: (transaction: Queryable, saveStep: () => Promise<void>) => Promise<Result>,
    facts: () => readonly Fact[],
  ): Promise<Kept<Result>> {
    return this.#write(withStep(this.#run, apiName, change), apiName, work, facts);
  }

  /** What audit entries of this run refer to. */
  reference(apiName: ApiName | null = null): AuditReference {
    return { accountId: this.#run.accountId, correlationId: this.#run.id, apiName };
  }

  async finish(apiName: ApiName): Promise<void> {
    const done = { status: 'DONE', failure: null, endedAt: this.#options.clock() } as const;
    this.#submittedOf.set(apiName, this.#submitted);
    await this.#save(withStep(this.#run, apiName, done), apiName);
  }

  async fail(apiName: ApiName, reason: FailureReason): Promise<void> {
    const { code, message } = reason;
    const failure = failureOf(code, message, [...this.#submitted]);
    const failed = withStep(this.#run, apiName, {
      status: 'FAILED',
      failure,
      endedAt: this.#options.clock(),
    });
    // The lease may last for a moment yet: whoever has the account next judges what was left.
    this.#isLost ||= code === 'LEASE_LOST';
    if (this.#isLost) return this.#show(failed);
    const { audit } = this.#options;
    const facts = { code, message, submitted: failure.submitted };
    const entry = audit.entry('LOGIN_FAILED', facts, this.reference(apiName));
    const follows = this.#listener.onFailure(reason);
    await this.#write(
      failed,
      apiName,
      async (transaction, save) => {
        await save();
        await audit.append(transaction, [entry]);
        await follows.store(transaction);
      },
      () => [{ kind: 'AUDIT', entry }, ...follows.facts],
    );
  }

  /** Ends a step that was not taken up: nothing was submitted for it. */
  async decline(apiName: ApiName, reason: FailureReason): Promise<void> {
    this.#submitted = [];
    await this.fail(apiName, reason);
  }

  /** A person has to solve the CAPTCHA in the browser window, until `deadline`; null when that is over. */
  awaitCaptcha(apiName: ApiName, deadline: Date | null): Promise<void> {
    const { audit } = this.#options;
    const reference = this.reference(apiName);
    return this.awaitOperator(
      deadline,
      deadline === null
        ? audit.entry('CAPTCHA_WAIT_ENDED', {}, reference)
        : audit.entry('CAPTCHA_AWAITED', { until: deadline }, reference),
    );
  }

  /** A person has to act, until `deadline`; null when that is over. */
  async awaitOperator(deadline: Date | null, ...entries: readonly AuditEntry[]): Promise<void> {
    const status = deadline === null ? 'RUNNING' : 'WAITING_OPERATOR';
    const run: GenerationRun = { ...this.#run, status, waitingUntil: deadline };
    const tell = deadline === null ? endWait : tellWait;
    await this.#save(run, undefined, entries, (transaction) => tell(transaction, run, this.#options.clock()));
    await this.#listener.onStatus();
  }

  async setStatus(status: RunStatus, waitingUntil: Date | null = null): Promise<void> {
    await this.#save({ ...this.#run, status, waitingUntil });
    await this.#listener.onStatus();
  }

  /** The run waits without this process: `along` has it taken up again when that is over. */
  async leave(
    status: 'QUEUED' | 'COOLDOWN',
    along: (transaction: Queryable) => Promise<void>,
  ): Promise<void> {
    const steps = this.#run.steps.map((step) =>
      step.status === 'RUNNING' ? pendingStep(step.apiName) : step,
    );
    await this.#save({ ...this.#run, steps, status, waitingUntil: null }, undefined, [], along);
    await this.#listener.onStatus();
  }

  /** Resumes after a pause: what failed because of it, or was left out, is made again. */
  async resume(): Promise<void> {
    const steps = this.#run.steps.map((step) => (isWorthResuming(step) ? pendingStep(step.apiName) : step));
    await this.#save({ ...this.#run, steps, status: 'RUNNING' });
    await this.#listener.onStatus();
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
    if (this.#isLost) return this.#show(ended);
    const entries = [
      ...endedTokens.map((token) => audit.entry('TOKEN_ENDED', token, this.reference(token.apiName))),
      audit.entry('RUN_ENDED', { status }, this.reference()),
    ];
    await this.#save(ended, undefined, entries, (transaction) => tellEnd(transaction, ended, clock()));
  }

  #lastStep(step: RunStep, endedTokens: readonly EndedToken[]): RunStep {
    if (step.status === 'PENDING') return { ...step, status: 'SKIPPED' };
    const ended = endedTokens.find(({ apiName }) => apiName === step.apiName);
    if (ended === undefined || step.status !== 'DONE') return step;
    const submitted = this.#submittedOf.get(step.apiName) ?? [];
    return { ...step, status: 'FAILED', failure: failureOf('TOKEN_ENDED', endedTokenText(ended), submitted) };
  }

  async #save(
    run: GenerationRun,
    apiName?: ApiName,
    entries: readonly AuditEntry[] = [],
    along: (transaction: Queryable) => Promise<void> = async () => undefined,
  ): Promise<void> {
    const { audit } = this.#options;
    await this.#write(
      run,
      apiName,
      async (transaction, save) => {
        await save();
        await audit.append(transaction, entries);
        await along(transaction);
      },
      () => entries.map((entry) => ({ kind: 'AUDIT', entry })),
    );
  }

  /** A token may be part of it, and what was submitted is never forgotten. */
  async #write<Result>(
    changed: GenerationRun,
    apiName: ApiName | undefined,
    work: (transaction: Queryable, save: () => Promise<void>) => Promise<Result>,
    facts: () => readonly Fact[],
  ): Promise<Kept<Result>> {
    const { database, clock } = this.#options;
    const run = withPhases(this.#run, changed, clock());
    try {
      const kept = await database.keep(
        (transaction) => work(transaction, () => updateRun(transaction, run, apiName)),
        () => [...facts(), { kind: 'RUN', run, apiName: apiName ?? null }],
      );
      await this.#show(run);
      return kept;
    } catch (error) {
      this.#isLost ||= error instanceof LeaseLost;
      throw error;
    }
  }

  async #show(run: GenerationRun): Promise<void> {
    this.#run = run;
    this.#revision += 1;
    await this.#listener.onProgress();
  }
}

/** Steps in which nothing happens but a wait. */
const WAITS: Readonly<Partial<Record<LoginStep, 'SPACING_BEGUN' | 'TIME_STEP_AWAITED'>>> = {
  OTP_SPACING: 'SPACING_BEGUN',
  TOTP_WAIT: 'TIME_STEP_AWAITED',
};
