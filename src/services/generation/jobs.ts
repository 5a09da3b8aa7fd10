import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from '../../domain/account/account.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { GenerationRun } from '../../domain/run/generation-run.ts';
import type { Logger } from '../../log.ts';
import type { Roles } from '../accounts/roles.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { correlated } from '../audit/correlation.ts';
import type { AuthStates } from '../auth-state/auth-states.ts';
import type { Consequences } from '../auth-state/consequences.ts';
import type { EventLog } from '../events/event-log.ts';
import { announceToken } from '../roles/announce-token.ts';
import type { Job } from '../runs/job.ts';
import { LiveRun } from '../runs/live-run.ts';
import type { Runs } from '../runs/runs.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';

interface Options extends AuditedWrites {
  readonly events: EventLog;
  readonly roles: Roles;
  readonly verifier: TokenVerifier;
  readonly runs: Runs;
  readonly states: AuthStates;
  readonly consequences: Consequences;
  readonly log: Logger;
}

/** How long the next run waits for the last one to close its browser. */
const FINISH_MS = 5000;

/** The runs of this process: at most one under way for each account. */
export class Jobs {
  readonly #options: Options;
  /** The last run of each account; it may be over. */
  readonly #jobs = new Map<string, Job>();
  /** Accounts that have a run, or are about to. */
  readonly #taken = new Set<string>();
  #isClosing = false;
  readonly #leave = new AbortController();

  constructor(options: Options) {
    this.#options = options;
  }

  get all(): readonly Job[] {
    return [...this.#jobs.values()];
  }

  /** The program is about to end: what pauses or waits is left for the next start. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  close(): void {
    this.#isClosing = true;
  }

  /** Every run is left for another process at its next boundary. */
  leaveAll(): void {
    this.#leave.abort();
  }

  /** What another process may have done to the run since is read from the database. */
  forget({ account }: Job): void {
    this.#jobs.delete(account.id);
    this.#options.runs.forget(account.id);
  }

  refuseClosing(): void {
    if (this.#isClosing) throw new Refusal('SHUTTING_DOWN', 'The server is stopping.', 'Start it again.');
  }

  find(runId: string): Job | undefined {
    return this.all.find(({ live }) => live.state.id === runId);
  }

  has(accountId: string): boolean {
    return this.#jobs.has(accountId);
  }

  isTaken(accountId: string): boolean {
    return this.#taken.has(accountId);
  }

  /** Resolves when a run that has ended, and reads as ended, has nothing left to do, or after some seconds. */
  async finished({ id: accountId }: Account): Promise<void> {
    const job = this.#jobs.get(accountId);
    if (job === undefined || job.live.state.endedAt === null) return;
    await Promise.race([job.end, delay(FINISH_MS, undefined, { ref: false })]);
  }

  /** No `await` stands between the check and the set, so two requests cannot both begin a run. */
  take({ id: accountId }: Account): void {
    this.refuseClosing();
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

  release({ id }: Account): void {
    this.#taken.delete(id);
  }

  /** The run becomes the account's last one, and what it does is published. */
  async follow(
    run: GenerationRun,
    account: Account,
    configs: readonly ApiConfig[],
    validBefore: Job['validBefore'] = [],
  ): Promise<Job> {
    const { runs, states, consequences, log } = this.#options;
    const live = new LiveRun(run, this.#options, {
      onProgress: () => this.#quietly(states.publishProgress(account)),
      onStored: (source) => this.#quietly(this.#announce(account, source)),
      onStatus: () => states.publish(account),
      onFailure: (reason) => correlated(run.id, () => consequences.plan(account, reason)),
    });
    const job: Job = {
      live,
      account,
      configs,
      validBefore,
      abort: new AbortController(),
      leave: this.#leave.signal,
      log: log.child({ runId: run.id }),
      end: Promise.resolve(),
    };
    runs.follow(live);
    this.#jobs.set(account.id, job);
    await this.#quietly(states.publishProgress(account));
    return job;
  }

  /** The account may have its next run as soon as nothing of this one is under way. */
  start(job: Job, execute: () => Promise<void>): void {
    job.end = correlated(job.live.state.id, execute).finally(() => this.release(job.account));
  }

  async #announce(account: Account, source: string): Promise<void> {
    await announceToken(this.#options, account, source);
    await this.#options.states.publishChanges(account);
  }

  /** A run goes on when its progress cannot be published. */
  #quietly(publishing: Promise<void>): Promise<void> {
    return publishing.catch((error: unknown) =>
      this.#options.log.error({ err: error }, 'the progress of a run could not be published'),
    );
  }
}
