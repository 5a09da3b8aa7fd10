import { randomUUID } from 'node:crypto';
import { markOf } from '../../db/files/process-mark.ts';
import { findAccounts } from '../../db/queries/accounts.ts';
import { insertAcquisitions } from '../../db/queries/approvals.ts';
import { changeAuthRecord, findAuthRecord } from '../../db/queries/auth-states.ts';
import { insertRun } from '../../db/queries/generation-runs.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import { type ApiConfig, byApiIndex } from '../../domain/account/api-config.ts';
import { type AuthRecord, refusalOfLogin } from '../../domain/auth/auth-state.ts';
import { Refusal } from '../../domain/refusal.ts';
import { hasOwnRow, isByLogin, loginApps, type Role } from '../../domain/role/role.ts';
import type { ExternalLogin } from '../../domain/run/acquisition.ts';
import { decide, type GenerationRequest } from '../../domain/run/decision.ts';
import { type GenerationRun, isOver, pendingStep } from '../../domain/run/generation-run.ts';
import type { Logger } from '../../log.ts';
import type { AccountCredentials } from '../accounts/account-credentials.ts';
import type { Roles } from '../accounts/roles.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { correlated } from '../audit/correlation.ts';
import type { AuthStates } from '../auth-state/auth-states.ts';
import type { BrowserPlace } from '../browser-login/browser-place.ts';
import type { BrowserQueue } from '../browser-login/browser-queue.ts';
import type { CheckpointObserver } from '../runs/checkpoints.ts';
import type { RunLooks } from '../runs/run-looks.ts';
import { backUpBeforeRun } from '../storage/backups.ts';
import type { KnownToken, TokenVerifier } from '../tokens/token-verifier.ts';
import type { Jobs } from './jobs.ts';
import { refuseExecutedElsewhere } from './left-runs.ts';
import { NothingToMake } from './nothing-to-make.ts';
import {
  refuseNeedlessLogins,
  refuseUnfitTables,
  refuseUnknownNames,
  refuseUnreadable,
} from './request-checks.ts';
import type { RunExecutor } from './run-executor.ts';
import { validTokens } from './valid-before.ts';

interface Options extends AuditedWrites {
  readonly jobs: Jobs;
  readonly executor: RunExecutor;
  readonly queue: BrowserQueue;
  readonly verifier: TokenVerifier;
  readonly roles: Roles;
  readonly states: AuthStates;
  readonly credentials: AccountCredentials;
  /** Where workers execute the runs: what has one look at the account. */
  readonly looks: RunLooks | null;
  readonly onCheckpoint: CheckpointObserver;
  readonly log: Logger;
}

export interface GenerationWay {
  /** No browser is used: the tokens come from outside. */
  readonly external?: ExternalLogin | null;
  /** The operator logs in: what a logout began ends, even where no token has to be made. */
  readonly isLogin?: boolean;
  /** Throws `NothingToMake` where an empty run would be stored, which would become the latest one. */
  readonly refusesEmpty?: boolean;
  /** Joins the transaction that stores the run; what it throws keeps the run from being stored. */
  readonly onStore?: (transaction: Queryable, run: GenerationRun) => Promise<void>;
}

/** What was asked for: for whom, of which apps, what, and how. */
export interface GenerationOrder extends GenerationWay {
  readonly account: Account;
  readonly configs: readonly ApiConfig[];
  readonly request: GenerationRequest;
}

/** What a run makes, and what was known of the account's tokens before. */
interface Plan {
  readonly apis: readonly ApiConfig[];
  readonly known: readonly KnownToken[];
}

export class RunStarter {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Answers before the first page is opened. */
  async start(order: GenerationOrder): Promise<GenerationRun> {
    const { jobs, states, database, credentials, queue, looks } = this.#options;
    const { account, request } = order;
    const roles = await this.#options.roles.list(account);
    const apps = [...loginApps(order.configs, roles)].sort(byApiIndex);
    refuseNeedlessLogins(request, roles);
    refuseUnknownNames(request, apps);
    await states.refuseBlocked(account);
    const { isLoggedOut } = await states.record(account);
    await refuseExecutedElsewhere(database.read, account, looks);
    await jobs.finished(account);
    jobs.take(account);
    const id = randomUUID();
    let place: BrowserPlace | null = null;
    try {
      const plan = await this.#plan(order, roles, apps);
      if (plan.apis.length === 0 && order.refusesEmpty === true)
        throw new NothingToMake(plan.known.map(({ check }) => check));
      if (plan.apis.length > 0 && order.external == null) {
        await credentials.open(account);
        if (looks === null) place = queue.join(id, account.id);
        if (place?.isNext) place.take();
      }
      // Asked again, because the checks took their time.
      await states.refuseBlocked(account);
      if (plan.apis.length > 0) await backUpBeforeRun(this.#options);
      jobs.refuseClosing();
      // Not `isNext`: a run that has moved up since has not taken the browser yet.
      const isQueued = looks !== null || (place !== null && !place.hasBrowser);
      const run = this.#newRun(id, order, plan, isQueued);
      await this.#store(run, order, plan, isLoggedOut);
      await this.#begin(run, order, plan, place);
      return run;
    } catch (error) {
      place?.[Symbol.dispose]();
      jobs.release(account);
      throw error;
    }
  }

  async #plan(
    { account, request }: GenerationOrder,
    roles: readonly Role[],
    apps: readonly ApiConfig[],
  ): Promise<Plan> {
    const { verifier, states, database, clock } = this.#options;
    const known = await verifier.check(account, roles);
    const ended = await states.endedTokens(account);
    const checks = known.flatMap(({ role, check }) => (isByLogin(role) ? check : []));
    const others = known.flatMap(({ role, check }) => (hasOwnRow(role) && !isByLogin(role) ? check : []));
    // Where no role needs a login there is nothing to make, and nothing to refuse.
    const chosen = apps.length === 0 && roles.length > 0 ? [] : decide(request, checks, ended, others);
    const apis = apps.filter(({ apiName }) => chosen.includes(apiName));
    refuseUnreadable(apis);
    await refuseUnfitTables(database, account, apis, clock());
    return { apis, known };
  }

  #newRun(
    id: string,
    { account, request }: GenerationOrder,
    { apis }: Plan,
    isQueued: boolean,
  ): GenerationRun {
    const startedAt = this.#options.clock();
    const isEmpty = apis.length === 0;
    return {
      id,
      accountId: account.id,
      mode: request.mode,
      status: isEmpty ? 'COMPLETED' : isQueued ? 'QUEUED' : 'RUNNING',
      startedAt,
      endedAt: isEmpty ? startedAt : null,
      waitingUntil: null,
      steps: apis.map(({ apiName }) => pendingStep(apiName)),
    };
  }

  async #store(
    run: GenerationRun,
    { account, external, isLogin, onStore }: GenerationOrder,
    { apis }: Plan,
    wasLoggedOut: boolean,
  ): Promise<void> {
    const { database, audit, looks, clock, onCheckpoint } = this.#options;
    const reference = { accountId: account.id, correlationId: run.id };
    await database.write(async (transaction) => {
      await refuseRemoved(transaction, account);
      refuseChanged(await findAuthRecord(transaction, account.id), wasLoggedOut, clock());
      if (!isOver(run)) await refuseExecutedElsewhere(transaction, account, looks);
      await insertRun(transaction, run, markOf(process.pid));
      await onStore?.(transaction, run);
      if (!isOver(run)) await looks?.add(transaction, account.id);
      if (isLogin === true) await changeAuthRecord(transaction, account.id, { isLoggedOut: false });
      if (external != null) await insertAcquisitions(transaction, run, apis, external);
      const chosen = apis.map(({ apiName }) => apiName);
      const facts = { mode: run.mode, apis: chosen, via: external?.kind ?? ('BROWSER' as const) };
      await audit.note(transaction, 'RUN_STARTED', facts, reference);
      if (isOver(run)) await audit.note(transaction, 'RUN_ENDED', run, reference);
    });
    onCheckpoint('RUN_STORED');
  }

  async #begin(
    run: GenerationRun,
    { account }: GenerationOrder,
    { apis, known }: Plan,
    place: BrowserPlace | null,
  ): Promise<void> {
    const { jobs, executor, states } = this.#options;
    if (apis.length > 0 && this.#options.looks !== null) return this.#publishQueued(account);
    const job = await jobs.follow(run, account, apis, validTokens(known));
    if (apis.length > 0) {
      jobs.start(job, () => (place === null ? executor.awaitExternal(job) : executor.execute(job, place)));
      return;
    }
    await correlated(run.id, () => states.settle(account));
    // The empty run is the latest one now.
    await states.publish(account);
    jobs.release(account);
  }

  /** A worker takes the run up. */
  async #publishQueued(account: Account): Promise<void> {
    const { jobs, states } = this.#options;
    jobs.release(account);
    await states.publishProgress(account);
    await states.publish(account);
  }
}

/** The checks took their time: the operator may have logged the account out meanwhile, or the broker have asked for rest. */
const refuseChanged = (record: AuthRecord, wasLoggedOut: boolean, now: Date): void => {
  const refusal = refusalOfLogin(record, now);
  if (refusal !== null) throw refusal;
  if (!record.isLoggedOut || wasLoggedOut) return;
  throw new Refusal(
    'WRONG_STATE',
    'The account was logged out while the run was being started; nothing was submitted.',
    'Start again if that is meant.',
  );
};

const refuseRemoved = async (trx: Queryable, { id, number }: Account): Promise<void> => {
  const isThere = (await findAccounts(trx)).some((account) => account.id === id && account.number === number);
  if (!isThere)
    throw new Refusal(
      'NOT_FOUND',
      `${id} was removed while the run was being started.`,
      'Ask for the accounts.',
    );
};
