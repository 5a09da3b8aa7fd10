import { requestApproval } from '../../broker/api/approval-request.ts';
import type { BrokerApi } from '../../broker/api/broker-api.ts';
import { leaseGuard, refuseLostLease } from '../../db/fence.ts';
import {
  findAcquisitions,
  findPending,
  noteExpiry,
  noteRequest,
  settleAcquisition,
  settleUnasked,
} from '../../db/queries/approvals.ts';
import { SUBMISSION_MS } from '../../db/queries/login-attempts.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import {
  type Acquisition,
  type AcquisitionKey,
  type AcquisitionKind,
  canStillCome,
  earliestEnd,
  isLapsed,
} from '../../domain/run/acquisition.ts';
import { consequenceOf, stopsRun } from '../../domain/run/consequence.ts';
import type { FailureCode } from '../../domain/run/failure.ts';
import type { LoginStep } from '../../domain/run/generation-run.ts';
import { nextExpiry } from '../../domain/token/expiry.ts';
import type { Logger } from '../../log.ts';
import { getAccount } from '../accounts/accounts.ts';
import type { Roles } from '../accounts/roles.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { Consequences } from '../auth-state/consequences.ts';
import { needlessLogin } from '../exchange/needless-login.ts';
import { pause } from '../pause.ts';
import type { CheckpointObserver } from '../runs/checkpoints.ts';
import type { LiveStep } from '../runs/live-step.ts';
import { toFailure } from '../runs/to-failure.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';
import { AttendedRuns, type OutsideRun } from './attended-runs.ts';

/** How often a run that waits looks at the clock. */
const LOOK_MS = 250;

interface Options extends AuditedWrites {
  readonly verifier: TokenVerifier;
  readonly roles: Roles;
  readonly consequences: Consequences;
  readonly api: BrokerApi;
  /** How long the broker may take to answer. */
  readonly timeoutMs: number;
  /** The webhook that the operator has registered at the broker; null when it is not configured. */
  readonly notifierWebhookUri: string | null;
  readonly onCheckpoint: CheckpointObserver;
}

/** What came of something that was sent in. NOT_HERE: another process executes the run, or none does at present. */
export type Intake<Result> = Result | 'SETTLED' | 'NOT_HERE';

const WAITING_STEPS: Readonly<Record<AcquisitionKind, LoginStep>> = {
  APPROVAL: 'APPROVAL_WAIT',
  CALLBACK: 'HUMAN_LOGIN',
};

const LAPSED: Readonly<Record<AcquisitionKind, string>> = {
  APPROVAL: 'No token came before the approval request lapsed.',
  CALLBACK: 'Nobody came back from the broker’s login in time.',
};

/** Executes runs whose tokens come from outside: requests them, waits, and takes them in one at a time. */
export class Acquisitions {
  readonly #options: Options;
  /** What this process attends to. */
  readonly runs = new AttendedRuns();

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Requests what was not requested yet; returns when nothing can come any more, or when the signal ends. Where it does not
   * stay here, at once: what comes is taken in by whoever gets it.
   */
  async execute(run: OutsideRun, signal: AbortSignal, { staysHere }: { staysHere: boolean }): Promise<void> {
    const { database, clock } = this.#options;
    const { id } = run.live.state;
    await this.runs.attend(run, async (one) => {
      for (const config of run.configs) {
        if (signal.aborted) return;
        if (!(await one(() => this.#begin(run, config)))) break;
      }
      await database.write((transaction) => settleUnasked(transaction, id, clock()));
      while (!signal.aborted && (await one(() => this.#look(run))) && staysHere) await pause(LOOK_MS, signal);
    });
  }

  async isOpen({ live }: OutsideRun): Promise<boolean> {
    return (await this.#openOf(live.state.id)).length > 0;
  }

  /** After an abort: what is open ends without a token. */
  async giveUp({ live }: OutsideRun): Promise<void> {
    const open = await this.#openOf(live.state.id);
    if (open.length === 0) return;
    await live.awaitOperator(null);
    for (const acquisition of open) {
      const { apiName, requestedAt } = acquisition;
      await this.settle(acquisition);
      if (requestedAt !== null)
        await live.fail(apiName, { code: 'ABORTED', message: 'The run was aborted while it was waiting.' });
    }
  }

  /** What is waited for now, in any process. */
  pending(kind: AcquisitionKind): Promise<readonly Acquisition[]> {
    const { database, clock } = this.#options;
    return findPending(database.read, kind, clock());
  }

  /** Ends an acquisition; false when it has ended before. */
  settle(key: AcquisitionKey): Promise<boolean> {
    const { database, clock } = this.#options;
    return database.write((transaction) => settleAcquisition(transaction, key, clock()));
  }

  /** Runs `work` under the run's mutex, with the acquisition as it stands then and its step. */
  takeIn<Result>(
    { accountId, runId, clientId, apiName }: Acquisition,
    work: (step: LiveStep, acquisition: Acquisition) => Promise<Result>,
  ): Promise<Intake<Result>> {
    return this.runs.with<Intake<Result>>(accountId, runId, async (run) => {
      const acquisition = (await this.#openOf(runId)).find((open) => open.apiName === apiName);
      // The app may have been configured anew since.
      const config = run.configs.find((app) => app.apiName === apiName && app.clientId === clientId);
      if (acquisition === undefined || config === undefined) return 'SETTLED';
      // Read anew: the first token of a run tells whose account it is.
      const account = await getAccount(this.#options.database, run.account.id);
      return work({ account, config, live: run.live, log: run.log }, acquisition);
    });
  }

  /**
   * Ends one API's step with `work`. Answers null when its token is made, else the failure. If the acquisition is still
   * open after a failure, the step waits on.
   */
  async conclude(
    { account, config, live, log }: LiveStep,
    { kind }: Acquisition,
    work: () => Promise<void>,
  ): Promise<FailureCode | null> {
    const { consequences, onCheckpoint } = this.#options;
    const { apiName } = config;
    const others = (await this.#openOf(live.state.id)).filter((open) => open.apiName !== apiName);
    await live.awaitOperator(earliestEnd(others));
    try {
      await work();
      await live.finish(apiName);
      onCheckpoint('API_DONE');
      log.info({ api: apiName }, 'token made');
      return null;
    } catch (error) {
      const failure = toFailure(error);
      const { code } = failure;
      log.warn({ api: apiName, failure: code, err: error }, 'no token');
      if (await this.#isStillOpen(live.state.id, apiName)) {
        await live.enter(apiName, WAITING_STEPS[kind]);
        return code;
      }
      await live.fail(apiName, failure);
      await consequences.publish(account, consequenceOf(failure));
      return code;
    }
  }

  /** What cannot be looked up counts as over: nothing more can be taken in for it at present. */
  async #isStillOpen(runId: string, apiName: ApiName): Promise<boolean> {
    const open = await this.#openOf(runId).catch(() => []);
    return open.some((acquisition) => acquisition.apiName === apiName);
  }

  async #openOf(runId: string): Promise<readonly Acquisition[]> {
    const known = await findAcquisitions(this.#options.database.read, runId);
    return known.filter(({ settledAt }) => settledAt === null);
  }

  /** False when nothing more may be requested in this run. */
  async #begin(run: OutsideRun, config: ApiConfig): Promise<boolean> {
    const { live } = run;
    const { apiName } = config;
    const open = (await this.#openOf(live.state.id)).find((candidate) => candidate.apiName === apiName);
    if (open === undefined || !canStillCome(open)) return true;
    if (await this.#isDeclined(run, open)) return true;
    if (open.requestedAt === null) return this.#request(run, config, open);
    const isStarted = live.state.steps.some((step) => step.apiName === apiName && step.status === 'RUNNING');
    if (!isStarted) await live.startStep(apiName);
    await live.enter(apiName, WAITING_STEPS[open.kind]);
    return true;
  }

  async #request(
    { live, account, log }: OutsideRun,
    config: ApiConfig,
    key: AcquisitionKey,
  ): Promise<boolean> {
    const { database, consequences, audit, api, timeoutMs, clock } = this.#options;
    const { apiName } = config;
    await live.startStep(apiName);
    await live.enter(apiName, 'APPROVAL_REQUEST');
    const requestedAt = clock();
    await database.write(
      async (transaction) => {
        await refuseLostLease(transaction, SUBMISSION_MS);
        if (!(await noteRequest(transaction, key, requestedAt)))
          throw new Error('The approval was requested or settled by another process.');
        await audit.note(transaction, 'APPROVAL_REQUESTED', {}, live.reference(apiName));
      },
      { mustLast: true },
    );
    try {
      leaseGuard()();
      const { expiresAt, notifierUrl } = await requestApproval(api, config, timeoutMs);
      this.#compareNotifier(config, notifierUrl, log);
      // A token never outlives the day, so neither does the wait for it.
      const end = earlier(expiresAt, nextExpiry(requestedAt));
      await database.write((transaction) => noteExpiry(transaction, key, end));
      await live.enter(apiName, 'APPROVAL_WAIT');
      log.info({ api: apiName, until: end }, 'approval requested');
      return true;
    } catch (error) {
      const failure = toFailure(error);
      log.warn({ api: apiName, failure: failure.code, err: error }, 'approval could not be requested');
      await this.settle(key);
      await live.fail(apiName, failure);
      const consequence = consequenceOf(failure);
      await consequences.publish(account, consequence);
      return !stopsRun(consequence);
    }
  }

  #compareNotifier({ apiName }: ApiConfig, registered: string | null, log: Logger): void {
    const { notifierWebhookUri } = this.#options;
    if (notifierWebhookUri === null || registered === null || registered === notifierWebhookUri) return;
    log.warn({ api: apiName }, 'the notifier at the broker is not the one in UPSTOX_NOTIFIER_WEBHOOK_URI');
  }

  /** Another credential serves the role by now: what is open for it ends without a token. */
  async #isDeclined({ live, account, log }: OutsideRun, acquisition: Acquisition): Promise<boolean> {
    const { apiName, requestedAt } = acquisition;
    const { roles, verifier, clock } = this.#options;
    const needless = needlessLogin(apiName, await roles.assignments(account), clock());
    if (needless === null) return false;
    await this.settle(acquisition);
    // It may have been approved, and the token lost in transit.
    if (requestedAt !== null) live.noteMade(verifier.moment);
    await live.decline(apiName, needless);
    log.info({ api: apiName }, 'another credential serves the role: its token is not waited for');
    return true;
  }

  /** Ends what has lapsed and what is not needed any more; false when nothing is left to wait for. */
  async #look(run: OutsideRun): Promise<boolean> {
    const { clock, verifier } = this.#options;
    const { live, log } = run;
    for (const acquisition of await this.#openOf(live.state.id)) await this.#isDeclined(run, acquisition);
    const now = clock();
    const open = await this.#openOf(live.state.id);
    const rest = open.filter((acquisition) => !isLapsed(acquisition, now));
    const end = earliestEnd(rest);
    if (live.state.waitingUntil?.getTime() !== end?.getTime()) await live.awaitOperator(end);
    for (const lapsed of open.filter((acquisition) => isLapsed(acquisition, now))) {
      const { apiName, kind } = lapsed;
      await this.settle(lapsed);
      // It may have been approved, and the token lost in transit.
      live.noteMade(verifier.moment);
      await live.fail(apiName, { code: 'APPROVAL_LAPSED', message: LAPSED[kind] });
      log.warn({ api: apiName, kind }, 'nothing came in time');
    }
    return rest.length > 0;
  }
}

const earlier = (one: Date, other: Date): Date => (one < other ? one : other);
