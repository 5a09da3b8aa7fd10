import { changeAuthRecord, ensureAuthRecord, findAuthRecord, movePhase } from '../../db/auth-states.ts';
import type { Database } from '../../db/database.ts';
import { findEndingRuns } from '../../db/generation-runs.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account.ts';
import {
  type AuthPhase,
  type AuthTrigger,
  hasPrimary,
  isConfirmed,
  transitionOf,
} from '../../domain/auth-phase.ts';
import {
  type AuthRecord,
  type AuthState,
  blockReason,
  cooldownAt,
  type GateFacts,
  isPrimaryLost,
  isPrimaryValid,
  isReady,
  isSetConfirmed,
} from '../../domain/auth-state.ts';
import { standingEnds } from '../../domain/ended-token.ts';
import { CONFIRMATION } from '../../domain/event.ts';
import { lastExpiry, nextExpiry } from '../../domain/expiry.ts';
import { asksForRest, FAILURES, type FailureReason } from '../../domain/failure.ts';
import { type EndedToken, isOver } from '../../domain/generation-run.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Logger } from '../../log.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import type { Audit } from '../audit/audit.ts';
import { correlated, currentCorrelation } from '../audit/correlation.ts';
import type { Clock } from '../clock.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Runs } from '../runs/runs.ts';
import type { TokenTruth } from '../tokens/token-truth.ts';
import { AuthClock } from './auth-clock.ts';

interface Options {
  readonly database: Database;
  readonly events: EventLog;
  readonly audit: Audit;
  readonly truth: TokenTruth;
  readonly apiConfigs: ApiConfigs;
  readonly runs: Runs;
  readonly cooldownMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Where each account stands, and what moves it on. */
export class AuthStates {
  readonly #options: Options;
  readonly #clock: AuthClock;

  constructor(options: Options) {
    this.#options = options;
    this.#clock = new AuthClock(this, options);
  }

  async open(account: Account): Promise<void> {
    const { database, clock } = this.#options;
    await database.write((transaction) => ensureAuthRecord(transaction, account.id, clock()));
  }

  /** What is stored of an account's state. */
  record({ id }: Account): Promise<AuthRecord> {
    return this.#options.database.recall(`state of ${id}`, (db) => findAuthRecord(db, id));
  }

  async read(account: Account): Promise<AuthState> {
    const facts = await this.#facts(account);
    const run = await this.#options.runs.latest(account.id);
    const { record, checks, now } = facts;
    const isBrowserTaken = run !== null && this.#options.runs.awaitsBrowser(run.id);
    return {
      accountId: account.id,
      state: record.phase,
      primaryPresent: isPrimaryValid(checks),
      blockedBy: blockReason(facts, run, isBrowserTaken, await this.#endedTokens(account, facts)),
      since: record.since,
      run,
      cooldown: cooldownAt(record, now),
    };
  }

  /** The tokens that are dead because others were made today, and would end those if they were made again. */
  async endedTokens(account: Account): Promise<readonly EndedToken[]> {
    return this.#endedTokens(account, await this.#facts(account));
  }

  /** The gate. */
  async ready(account: Account): Promise<boolean> {
    return isReady(await this.#facts(account));
  }

  /** Tells everybody how the account stands. */
  async tell(account: Account): Promise<void> {
    this.#options.events.publish(account.id, { kind: 'AUTH_STATE', authState: await this.read(account) });
  }

  /** Whatever was confirmed has to be confirmed again. */
  async lock(account: Account): Promise<void> {
    await this.move(account, 'ACCOUNT_ENTERED');
  }

  /** Takes one step of the state machine; false when it leads nowhere from where the account stands. */
  async move(account: Account, trigger: AuthTrigger): Promise<boolean> {
    const { database, clock, log } = this.#options;
    const { phase } = await this.record(account);
    const transition = transitionOf(phase, trigger);
    if (transition === null) return false;
    const hasMoved = await database.write(async (transaction) => {
      if (!(await movePhase(transaction, account.id, phase, transition.to, clock()))) return false;
      await this.#noteMove(transaction, account, phase, transition.to);
      return true;
    });
    if (!hasMoved) return false;
    log.info({ account: account.id, from: phase, to: transition.to, trigger }, 'state');
    await this.tell(account);
    return true;
  }

  /** Refuses whatever would log in while the account must be left alone. No argument of a request gets past this. */
  async refuseBlocked(account: Account): Promise<void> {
    const { clock } = this.#options;
    const record = await this.record(account);
    if (record.quarantinedAt !== null) {
      throw new Refusal(
        'QUARANTINED',
        'The broker rejected the credentials; nothing is tried until an operator has looked at it.',
        'Log in by hand, correct what was wrong, then call clearQuarantine with a reason.',
      );
    }
    const { active, until, remainingSeconds } = cooldownAt(record, clock());
    if (!active) return;
    throw new Refusal(
      'COOLDOWN',
      `The broker needs rest: no login for another ${remainingSeconds} s.`,
      'Wait; a run that was interrupted goes on by itself.',
      until,
    );
  }

  /** The login of a run begins. */
  async loginStarted(account: Account): Promise<void> {
    const { database } = this.#options;
    await database.write((transaction) => changeAuthRecord(transaction, account.id, { isLoggedOut: false }));
    if (!(await this.move(account, 'LOGIN_STARTED'))) await this.move(account, 'OPERATOR_GENERATES');
  }

  /** A login was asked for and nothing needed making. */
  async welcomeBack(account: Account): Promise<void> {
    const { database } = this.#options;
    await database.write((transaction) => changeAuthRecord(transaction, account.id, { isLoggedOut: false }));
    await this.settle(account);
  }

  /** A run has ended or has to pause: what is there decides where the account stands. */
  async runEnded(account: Account): Promise<void> {
    // One that ended before its first API stands where it would have stood after it.
    await this.move(account, 'FIRST_API_TAKEN_UP');
    const facts = await this.#facts(account);
    if (!isSetConfirmed(facts)) await this.#moveToPartial(account);
    await this.settle(account);
  }

  /** What a failure means for the account, written with the failure: a crash right after it forgets neither. */
  async storeConsequence(
    transaction: Queryable,
    account: Account,
    { code, restMs = null }: FailureReason,
  ): Promise<void> {
    const { audit, clock, cooldownMs } = this.#options;
    const from = clock();
    const accountId = account.id;
    if (FAILURES[code].consequence === 'QUARANTINE') {
      await changeAuthRecord(transaction, accountId, { quarantinedAt: from });
      await audit.note(transaction, 'QUARANTINED', { reason: code }, { accountId });
    }
    if (asksForRest(code) || restMs !== null) {
      // What the broker names is a floor: the rest is never shorter than a cooldown.
      const until = new Date(from.getTime() + Math.max(cooldownMs, restMs ?? 0));
      const cooldown = { from, until, reason: code };
      await changeAuthRecord(transaction, accountId, { cooldown });
      await audit.note(transaction, 'COOLDOWN_BEGUN', cooldown, { accountId });
    }
  }

  /** The account goes to rest: the cooldown that was stored with the failure is told. */
  async rest(account: Account): Promise<void> {
    this.#clock.note(account);
    await this.#moveToPartial(account);
    const hasMoved = await this.move(account, 'COOLDOWN_BEGUN');
    if (!hasMoved) await this.tell(account);
    const { cooldown } = await this.read(account);
    this.#options.events.publish(account.id, { kind: 'COOLDOWN', cooldown });
  }

  async isResting(account: Account): Promise<boolean> {
    return cooldownAt(await this.record(account), this.#options.clock()).active;
  }

  /** Returns when the account's cooldown is over, or when the signal ends. */
  cooldownOver(account: Account, signal: AbortSignal): Promise<void> {
    return this.#clock.cooldownOver(account, signal);
  }

  /** Nothing is tried until the operator clears it: the quarantine that was stored with the failure is told. */
  async tellQuarantine(account: Account): Promise<void> {
    this.#options.log.error(
      { account: account.id },
      'account quarantined: the broker rejected its credentials',
    );
    await this.tell(account);
  }

  async clearQuarantine(account: Account, reason: string): Promise<AuthState> {
    const { database, audit, clock, log } = this.#options;
    const cleared = { quarantinedAt: null, clearedAt: clock() };
    await database.write(async (transaction) => {
      await changeAuthRecord(transaction, account.id, cleared);
      await audit.note(transaction, 'QUARANTINE_CLEARED', { reason }, { accountId: account.id });
    });
    log.warn({ account: account.id, reason }, 'quarantine cleared by the operator');
    await this.tell(account);
    return this.read(account);
  }

  /** The operator goes on without the missing ones, until the end of this trading day. */
  async acceptPartial(account: Account): Promise<AuthState> {
    const { database, audit, clock, log } = this.#options;
    const facts = await this.#facts(account);
    const { phase } = facts.record;
    if (!hasPrimary(phase) || !isPrimaryValid(facts.checks))
      throw wrongState(facts.record, 'A partial set can be accepted once PRIMARY is validated.');
    if (isReady(facts)) throw wrongState(facts.record, 'Nothing is left to accept: the gate is open.');
    // What was confirmed and is not any more, because a token has died since, is confirmed anew.
    if (isConfirmed(phase)) await this.lock(account);
    const acceptedUntil = nextExpiry(clock());
    await database.write(async (transaction) => {
      await changeAuthRecord(transaction, account.id, { acceptedUntil });
      await audit.note(transaction, 'PARTIAL_ACCEPTED', { until: acceptedUntil }, { accountId: account.id });
    });
    log.warn(
      { account: account.id, until: acceptedUntil.toISOString() },
      'partial set accepted by the operator',
    );
    await this.settle(account);
    return this.read(account);
  }

  async enterDashboard(account: Account): Promise<AuthState> {
    const facts = await this.#facts(account);
    if (!isReady(facts)) throw wrongState(facts.record, 'The dashboard opens once everything is confirmed.');
    await this.move(account, 'CLIENT_ENTERED');
    return this.read(account);
  }

  /** Back to the start. A cooldown and a quarantine stay. */
  async logOut(account: Account, revoke: boolean): Promise<AuthState> {
    const { database, audit } = this.#options;
    const change = { isLoggedOut: true, acceptedUntil: null };
    await database.write(async (transaction) => {
      await changeAuthRecord(transaction, account.id, change);
      await audit.note(transaction, 'LOGGED_OUT', { revoke }, { accountId: account.id });
    });
    await this.move(account, 'LOGGED_OUT');
    return this.read(account);
  }

  /** Lets the account stand where the facts say it stands; while a run is under way, the run decides. */
  async settle(account: Account): Promise<void> {
    const facts = await this.#facts(account);
    const { record, checks } = facts;
    if (hasPrimary(record.phase) && isPrimaryLost(checks)) {
      await this.move(account, 'PRIMARY_LOST');
      return;
    }
    if (record.isLoggedOut || this.#isUnderWay(account)) return;
    if (isPrimaryValid(checks)) await this.move(account, 'PRIMARY_VERIFIED');
    if (!isSetConfirmed(facts) || !(await this.move(account, 'SET_CONFIRMED'))) return;
    this.#options.events.publish(account.id, { kind: 'AUTH_CONFIRMED', confirmation: CONFIRMATION });
  }

  /** A phase of a run that no run carries any more: the process died between the two. */
  async repair(account: Account): Promise<void> {
    const { run } = await this.read(account);
    await correlated(run?.id ?? currentCorrelation(), async () => {
      await this.#clock.endCooldown(account);
      const { cooldown } = await this.read(account);
      if (!cooldown.active) await this.move(account, 'TIME_IS_UP');
      await this.runEnded(account);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#clock[Symbol.asyncDispose]();
  }

  async #noteMove(transaction: Queryable, account: Account, from: AuthPhase, to: AuthPhase): Promise<void> {
    const { audit, runs } = this.#options;
    const correlationId = currentCorrelation() ?? runs.live(account.id)?.id ?? null;
    const reference = { accountId: account.id, correlationId };
    await audit.note(transaction, 'STATE_CHANGED', { from, to }, reference);
    if (to === 'AUTH_CONFIRMED') await audit.note(transaction, 'GATE_OPENED', {}, reference);
    if (isConfirmed(from) && !isConfirmed(to)) await audit.note(transaction, 'GATE_CLOSED', {}, reference);
  }

  async #moveToPartial(account: Account): Promise<void> {
    if (!(await this.move(account, 'RUN_ENDED_INCOMPLETE'))) await this.move(account, 'STILL_MISSING');
  }

  #isUnderWay({ id }: Account): boolean {
    const run = this.#options.runs.live(id);
    return run !== null && !isOver(run);
  }

  async #endedTokens({ id }: Account, { checks, now }: GateFacts): Promise<readonly EndedToken[]> {
    const runs = await this.#options.database.recall(`ending runs of ${id}`, (db) =>
      findEndingRuns(db, id, lastExpiry(now)),
    );
    return standingEnds(runs, checks);
  }

  async #facts(account: Account): Promise<GateFacts> {
    const { truth, apiConfigs, clock } = this.#options;
    const record = await this.record(account);
    const known = await truth.known(account, await apiConfigs.enabled(account));
    return { record, checks: known.map(({ check }) => check), now: clock() };
  }
}

const wrongState = ({ phase }: AuthRecord, message: string): Refusal =>
  new Refusal('WRONG_STATE', `${message} The account is in ${phase}.`, 'Ask authState what is missing.');
