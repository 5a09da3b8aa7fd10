import { requestApproval } from '../../broker/api/approval-request.ts';
import type { Database } from '../../db/database.ts';
import {
  findAcquisitions,
  findPending,
  noteExpiry,
  noteRequest,
  settleAcquisition,
  settleUnasked,
} from '../../db/queries/approvals.ts';
import type { Account } from '../../domain/account.ts';
import {
  type Acquisition,
  type AcquisitionKind,
  canStillCome,
  earliestEnd,
  isLapsed,
} from '../../domain/acquisition.ts';
import type { ApiConfig } from '../../domain/api-config.ts';
import { nextExpiry } from '../../domain/expiry.ts';
import { asksForRest, FAILURES, type FailureCode } from '../../domain/failure.ts';
import type { LoginStep } from '../../domain/generation-run.ts';
import type { Logger } from '../../log.ts';
import { getAccount } from '../accounts/accounts.ts';
import type { Audit } from '../audit/audit.ts';
import type { AuthStates } from '../auth-state/auth-states.ts';
import type { Clock } from '../clock.ts';
import { pause } from '../pause.ts';
import type { CheckpointObserver } from '../runs/checkpoints.ts';
import type { LiveRun } from '../runs/live-run.ts';
import { toFailure } from '../runs/to-failure.ts';
import type { CodeOrder } from '../runs/use-code.ts';
import { Semaphore } from '../semaphore.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';

/** How often a run that waits looks at the clock. */
const LOOK_MS = 250;

/** A run whose tokens come from outside. */
export interface OutsideRun {
  readonly live: LiveRun;
  readonly account: Account;
  readonly configs: readonly ApiConfig[];
  readonly log: Logger;
}

export interface AcquisitionOptions {
  readonly database: Database;
  readonly verifier: TokenVerifier;
  readonly states: AuthStates;
  readonly audit: Audit;
  readonly apiBaseUrl: string;
  readonly times: CodeOrder['times'];
  /** What the operator says is registered at the broker; null when nothing is said. */
  readonly notifierWebhookUri: string | null;
  readonly clock: Clock;
  readonly onCheckpoint: CheckpointObserver;
  readonly log: Logger;
}

/** What came of something that was sent in. NOT_HERE: another process carries the run, or none does at present. */
export type Intake<Result> = Result | 'SETTLED' | 'NOT_HERE';

const WAITING_STEPS: Readonly<Record<AcquisitionKind, LoginStep>> = {
  APPROVAL: 'APPROVAL_WAIT',
  CALLBACK: 'HUMAN_LOGIN',
};

const LAPSED: Readonly<Record<AcquisitionKind, string>> = {
  APPROVAL: 'No token came before the approval request lapsed.',
  CALLBACK: 'Nobody came back from the broker’s login in time.',
};

/** Carries runs whose tokens come from outside: asks for them, waits, and lets in one at a time. */
export class Acquisitions {
  readonly #options: AcquisitionOptions;
  /** By the run's id; what changes a run takes its turn. */
  readonly #waits = new Map<string, { readonly run: OutsideRun; readonly turn: Semaphore }>();

  constructor(options: AcquisitionOptions) {
    this.#options = options;
  }

  /** Asks for what was not asked for yet; returns when nothing can come any more, or when the signal ends. */
  async execute(run: OutsideRun, signal: AbortSignal): Promise<void> {
    const { database, clock } = this.#options;
    const { id } = run.live.state;
    const turn = new Semaphore(1);
    this.#waits.set(id, { run, turn });
    try {
      for (const config of run.configs) {
        if (signal.aborted) return;
        if (!(await turn.run(() => this.#begin(run, config)))) break;
      }
      await database.write((transaction) => settleUnasked(transaction, id, clock()));
      while (!signal.aborted && (await turn.run(() => this.#look(run)))) await pause(LOOK_MS, signal);
    } finally {
      // Behind whatever is coming in right now.
      await turn.run(async () => this.#waits.delete(id));
    }
  }

  async isOpen({ live }: OutsideRun): Promise<boolean> {
    return (await this.#openOf(live.state.id)).length > 0;
  }

  /** The run was aborted: what is open ends without a token. */
  async giveUp({ live }: OutsideRun): Promise<void> {
    const { database, clock } = this.#options;
    const open = await this.#openOf(live.state.id);
    if (open.length === 0) return;
    await live.awaitOperator(null);
    for (const { id, apiName, requestedAt } of open) {
      await database.write((transaction) => settleAcquisition(transaction, id, clock()));
      if (requestedAt !== null)
        await live.fail(apiName, { code: 'ABORTED', message: 'The run was aborted while it was waiting.' });
    }
  }

  /** What is waited for now, in any process. */
  pending(kind: AcquisitionKind): Promise<readonly Acquisition[]> {
    const { database, clock } = this.#options;
    return findPending(database.read, kind, clock());
  }

  /** Hands `work` the acquisition as it stands when its turn has come, and what a token is kept with. */
  async takeIn<Result>(
    { id, runId, clientId, apiName }: Acquisition,
    work: (order: CodeOrder, acquisition: Acquisition) => Promise<Result>,
  ): Promise<Intake<Result>> {
    const wait = this.#waits.get(runId);
    if (wait === undefined) return 'NOT_HERE';
    const { run, turn } = wait;
    return turn.run(async () => {
      const acquisition = (await this.#openOf(runId)).find((open) => open.id === id);
      // The app may have been configured anew since.
      const config = run.configs.find((app) => app.apiName === apiName && app.clientId === clientId);
      if (acquisition === undefined || config === undefined) return 'SETTLED';
      // Read anew: the first token of a run tells whose account it is.
      const account = await getAccount(this.#options.database, run.account.id);
      return work({ ...this.#options, account, config, live: run.live, log: run.log }, acquisition);
    });
  }

  /**
   * Ends one API's part with `work`. Answers null when its token is made, else the failure; one that has left the
   * acquisition open leaves the step waiting.
   */
  async conclude(
    { config, live, onCheckpoint, log }: CodeOrder,
    { id, kind }: Acquisition,
    work: () => Promise<void>,
  ): Promise<FailureCode | null> {
    const { apiName } = config;
    const others = (await this.#openOf(live.state.id)).filter((open) => open.id !== id);
    await live.awaitOperator(earliestEnd(others));
    try {
      await work();
      await live.finish(apiName);
      onCheckpoint('API_DONE');
      log.info({ api: apiName }, 'token made');
      return null;
    } catch (error) {
      const { code, message } = toFailure(error);
      log.warn({ api: apiName, failure: code, err: error }, 'no token');
      const isOpen = (await this.#openOf(live.state.id)).some((open) => open.id === id);
      if (isOpen) await live.enter(apiName, WAITING_STEPS[kind]);
      if (!isOpen) await live.fail(apiName, { code, message });
      return code;
    }
  }

  async #openOf(runId: string): Promise<readonly Acquisition[]> {
    const known = await findAcquisitions(this.#options.database.read, runId);
    return known.filter(({ settledAt }) => settledAt === null);
  }

  /** False when nothing more may be asked for in this run. */
  async #begin(run: OutsideRun, config: ApiConfig): Promise<boolean> {
    const { live } = run;
    const { apiName } = config;
    const open = (await this.#openOf(live.state.id)).find((candidate) => candidate.apiName === apiName);
    if (open === undefined || !canStillCome(open)) return true;
    if (open.requestedAt === null) return this.#request(run, config, open);
    const isTakenUp = live.state.steps.some((step) => step.apiName === apiName && step.status === 'RUNNING');
    if (!isTakenUp) await live.takeUp(apiName);
    await live.enter(apiName, WAITING_STEPS[open.kind]);
    return true;
  }

  async #request(
    { live, account, log }: OutsideRun,
    config: ApiConfig,
    { id }: Acquisition,
  ): Promise<boolean> {
    const { database, states, audit, apiBaseUrl, times, clock } = this.#options;
    const { apiName } = config;
    await live.takeUp(apiName);
    await live.enter(apiName, 'APPROVAL_REQUEST');
    const requestedAt = clock();
    await database.write(
      async (transaction) => {
        await noteRequest(transaction, id, requestedAt);
        await audit.note(transaction, 'APPROVAL_REQUESTED', {}, live.reference(apiName));
      },
      { mustLast: true },
    );
    try {
      const { expiresAt, notifierUrl } = await requestApproval(apiBaseUrl, config, times.stepTimeoutMs);
      this.#compareNotifier(config, notifierUrl, log);
      // A token never outlives the day, so neither does the wait for it.
      const end = earlier(expiresAt, nextExpiry(requestedAt));
      await database.write((transaction) => noteExpiry(transaction, id, end));
      await live.enter(apiName, 'APPROVAL_WAIT');
      log.info({ api: apiName, until: end }, 'approval requested');
      return true;
    } catch (error) {
      const { code, message } = toFailure(error);
      log.warn({ api: apiName, failure: code, err: error }, 'approval could not be requested');
      await database.write((transaction) => settleAcquisition(transaction, id, clock()));
      await live.fail(apiName, { code, message });
      if (asksForRest(code)) await states.startCooldown(account);
      return FAILURES[code].scope === 'API';
    }
  }

  #compareNotifier({ apiName }: ApiConfig, registered: string | null, log: Logger): void {
    const { notifierWebhookUri } = this.#options;
    if (notifierWebhookUri === null || registered === null || registered === notifierWebhookUri) return;
    log.warn({ api: apiName }, 'the notifier at the broker is not the one in UPSTOX_NOTIFIER_WEBHOOK_URI');
  }

  /** Ends what has lapsed; false when nothing is left to wait for. */
  async #look({ live, log }: OutsideRun): Promise<boolean> {
    const { database, clock, verifier } = this.#options;
    const now = clock();
    const open = await this.#openOf(live.state.id);
    const rest = open.filter((acquisition) => !isLapsed(acquisition, now));
    const end = earliestEnd(rest);
    if (live.state.waitingUntil?.getTime() !== end?.getTime()) await live.awaitOperator(end);
    for (const { id, apiName, kind } of open.filter((acquisition) => isLapsed(acquisition, now))) {
      await database.write((transaction) => settleAcquisition(transaction, id, now));
      // It may have been approved, and the token lost on its way.
      live.noteMade(verifier.moment);
      await live.fail(apiName, { code: 'APPROVAL_LAPSED', message: LAPSED[kind] });
      log.warn({ api: apiName, kind }, 'nothing came in time');
    }
    return rest.length > 0;
  }
}

const earlier = (one: Date, other: Date): Date => (one < other ? one : other);
