import type { Database } from '../../db/database.ts';
import {
  changeAuthRecord,
  ensureAuthRecord,
  findAuthRecord,
  movePhase,
} from '../../db/queries/auth-states.ts';
import { findEndingRuns } from '../../db/queries/generation-runs.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account.ts';
import { canAcceptPartial, nextOperations } from '../../domain/advice.ts';
import type { AuditReference } from '../../domain/audit.ts';
import { type AuthTrigger, hasPrimary, isConfirmedAfter, transitionOf } from '../../domain/auth-phase.ts';
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
import { currentEnds } from '../../domain/ended-token.ts';
import { CONFIRMATION } from '../../domain/event.ts';
import { type ExpiryLevel, expiryLevel, lastExpiry, nextExpiry } from '../../domain/expiry.ts';
import { asksForRest, FAILURES, type FailureReason } from '../../domain/failure.ts';
import { type EndedToken, type GenerationRun, isOver, progressOf } from '../../domain/generation-run.ts';
import { headlineOf } from '../../domain/headline.ts';
import { Refusal } from '../../domain/refusal.ts';
import { endOf } from '../../domain/verdict.ts';
import type { Logger } from '../../log.ts';
import type { AccountCredentials } from '../accounts/account-credentials.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import type { Audit } from '../audit/audit.ts';
import { correlated, currentCorrelation } from '../audit/correlation.ts';
import type { Clock } from '../clock.ts';
import type { EventLog } from '../events/event-log.ts';
import { KeyedMutex } from '../keyed-mutex.ts';
import type { Runs } from '../runs/runs.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';
import { AuthClock } from './auth-clock.ts';
import { type AccountView, StatePublisher } from './state-publisher.ts';

interface Options {
  readonly database: Database;
  readonly events: EventLog;
  readonly audit: Audit;
  readonly verifier: TokenVerifier;
  readonly apiConfigs: ApiConfigs;
  readonly credentials: AccountCredentials;
  readonly runs: Runs;
  readonly cooldownMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Where each account stands, and what moves it on. Every step is taken, and what it leads to is read and published, while
 * the account's mutex is held: no older state is published behind a newer one.
 */
export class AuthStates {
  readonly #options: Options;
  readonly #clock: AuthClock;
  readonly #publisher: StatePublisher;
  readonly #mutex = new KeyedMutex();

  constructor(options: Options) {
    this.#options = options;
    this.#publisher = new StatePublisher(options.events);
    this.#clock = new AuthClock(this, options);
    options.verifier.onChange((account) => this.publishChanges(account));
  }

  async open(account: Account): Promise<void> {
    const { database, clock } = this.#options;
    await database.write((transaction) => ensureAuthRecord(transaction, account.id, clock()));
  }

  /** What is stored of an account's state. */
  record({ id }: Account): Promise<AuthRecord> {
    return this.#options.database.cached(`state of ${id}`, (db) => findAuthRecord(db, id));
  }

  async read(account: Account): Promise<AuthState> {
    return (await this.#view(account)).authState;
  }

  /** Reads what is known of the account while nothing of it is published; `take` follows without an `await` between. */
  snapshot<Result>(
    account: Account,
    take: (view: AccountView & { isReady: boolean }) => Result,
  ): Promise<Result> {
    return this.#mutex.run(account.id, async () => take(await this.#view(account)));
  }

  /** The tokens that are dead because others were made today, and would end those if they were made again. */
  async endedTokens(account: Account): Promise<readonly EndedToken[]> {
    return this.#endedTokens(account, await this.#facts(account));
  }

  /** The gate. */
  async ready(account: Account): Promise<boolean> {
    return isReady(await this.#facts(account));
  }

  /** Publishes how the account stands. */
  publish(account: Account): Promise<void> {
    return this.#mutex.run(account.id, () => this.#publish(account));
  }

  /** Publishes how far the account's tokens and its run are. */
  publishProgress(account: Account): Promise<void> {
    return this.#mutex.run(account.id, async () =>
      this.#publisher.publishProgress(account, (await this.#view(account)).progress),
    );
  }

  publishCooldown(account: Account): Promise<void> {
    return this.#mutex.run(account.id, () => this.#publishCooldown(account));
  }

  /** Publishes what has changed by itself: a token was stored or checked, or its time is up. */
  publishChanges(account: Account): Promise<void> {
    return this.#mutex.run(account.id, async () =>
      this.#publisher.publishChanges(account, await this.#view(account)),
    );
  }

  /**
   * The account becomes the active one: its gate stays shut until the broker has confirmed its tokens again. Whoever
   * follows the active account is given the whole state behind `announce`.
   */
  enter(account: Account, announce: () => Promise<void>): Promise<void> {
    return this.#mutex.run(account.id, async () => {
      await announce();
      this.#options.verifier.markForRecheck(account);
      if (!(await this.#step(account, 'ACCOUNT_ENTERED'))) await this.#endConfirmation(account);
      this.#publisher.publishAll(account, await this.#view(account));
    });
  }

  /** Takes one step of the state machine; false when it leads nowhere from where the account stands. */
  move(account: Account, trigger: AuthTrigger): Promise<boolean> {
    return this.#mutex.run(account.id, () => this.#move(account, trigger));
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
    await this.#mutex.run(account.id, async () => {
      await database.write((transaction) =>
        changeAuthRecord(transaction, account.id, { isLoggedOut: false }),
      );
      if (!(await this.#move(account, 'LOGIN_STARTED'))) await this.#move(account, 'OPERATOR_GENERATES');
    });
  }

  /** A login was asked for and nothing needed making. */
  async reopenGate(account: Account): Promise<void> {
    const { database } = this.#options;
    await database.write((transaction) => changeAuthRecord(transaction, account.id, { isLoggedOut: false }));
    await this.#mutex.run(account.id, async () => {
      await this.#settle(account);
      // The run that has made nothing is the last one now.
      await this.#publish(account);
    });
  }

  /** A run has ended: what is there decides where the account stands. */
  runEnded(account: Account): Promise<void> {
    return this.#mutex.run(account.id, async () => {
      // One that ended before its first API stands where it would have stood after it.
      await this.#move(account, 'FIRST_API_TAKEN_UP');
      const facts = await this.#facts(account);
      if (!isSetConfirmed(facts) && !hasPrimary(facts.record.phase)) {
        await this.#moveToPartial(account);
        await this.#endConfirmation(account);
      }
      await this.#settle(account);
    });
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

  /** The account goes to rest: the cooldown that was stored with the failure is published. */
  startCooldown(account: Account): Promise<void> {
    this.#clock.note(account);
    return this.#mutex.run(account.id, async () => {
      await this.#moveToPartial(account);
      const hasMoved = await this.#move(account, 'COOLDOWN_BEGUN');
      if (!hasMoved) await this.#publish(account);
      await this.#publishCooldown(account);
    });
  }

  async isResting(account: Account): Promise<boolean> {
    return cooldownAt(await this.record(account), this.#options.clock()).active;
  }

  /** Returns when the account's cooldown is over, or when the signal ends. */
  cooldownOver(account: Account, signal: AbortSignal): Promise<void> {
    return this.#clock.cooldownOver(account, signal);
  }

  /** Nothing is tried until the operator clears it: the quarantine that was stored with the failure is published. */
  async publishQuarantine(account: Account): Promise<void> {
    this.#options.log.error(
      { account: account.id },
      'account quarantined: the broker rejected its credentials',
    );
    await this.publish(account);
  }

  async clearQuarantine(account: Account, reason: string): Promise<AuthState> {
    const { database, audit, clock, log } = this.#options;
    const cleared = { quarantinedAt: null, clearedAt: clock() };
    await database.write(async (transaction) => {
      await changeAuthRecord(transaction, account.id, cleared);
      await audit.note(transaction, 'QUARANTINE_CLEARED', { reason }, { accountId: account.id });
    });
    log.warn({ account: account.id, reason }, 'quarantine cleared by the operator');
    await this.publish(account);
    return this.read(account);
  }

  /** The operator goes on without the missing ones, until the end of this trading day. */
  async acceptPartial(account: Account): Promise<AuthState> {
    await this.#mutex.run(account.id, () => this.#acceptPartial(account));
    return this.read(account);
  }

  async enterDashboard(account: Account): Promise<AuthState> {
    await this.#mutex.run(account.id, async () => {
      const facts = await this.#facts(account);
      if (!isReady(facts)) throw wrongState(facts, 'The dashboard opens once everything is confirmed.');
      await this.#move(account, 'CLIENT_ENTERED');
    });
    return this.read(account);
  }

  /** Back to the start. A cooldown and a quarantine stay. */
  async logOut(account: Account, revoke: boolean): Promise<AuthState> {
    const { database, audit } = this.#options;
    const change = { isLoggedOut: true, acceptedUntil: null };
    await this.#mutex.run(account.id, async () => {
      await database.write(async (transaction) => {
        await changeAuthRecord(transaction, account.id, change);
        await audit.note(transaction, 'LOGGED_OUT', { revoke }, { accountId: account.id });
      });
      await this.#move(account, 'LOGGED_OUT');
    });
    return this.read(account);
  }

  /** Lets the account stand where the facts say it stands; while a run is under way, the run decides. */
  settle(account: Account): Promise<void> {
    return this.#mutex.run(account.id, () => this.#settle(account));
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

  async #move(account: Account, trigger: AuthTrigger): Promise<boolean> {
    const hasMoved = await this.#step(account, trigger);
    if (hasMoved) await this.#publish(account);
    return hasMoved;
  }

  /** A step that is not published yet. */
  async #step(account: Account, trigger: AuthTrigger): Promise<boolean> {
    const { database, clock, log } = this.#options;
    const { phase } = await this.record(account);
    const transition = transitionOf(phase, trigger);
    if (transition === null) return false;
    const { to } = transition;
    const hasMoved = await database.write(async (transaction) => {
      const { isConfirmed } = await findAuthRecord(transaction, account.id);
      if (!(await movePhase(transaction, account.id, phase, to, clock()))) return false;
      const reference = this.#referenceOf(account);
      await this.#options.audit.note(transaction, 'STATE_CHANGED', { from: phase, to }, reference);
      await this.#setConfirmed(transaction, account, isConfirmed, isConfirmedAfter(trigger, isConfirmed));
      return true;
    });
    if (hasMoved) log.info({ account: account.id, from: phase, to, trigger }, 'state');
    return hasMoved;
  }

  async #setConfirmed(
    transaction: Queryable,
    account: Account,
    before: boolean,
    isConfirmed: boolean,
  ): Promise<void> {
    if (before === isConfirmed) return;
    await changeAuthRecord(transaction, account.id, { isConfirmed });
    const kind = isConfirmed ? 'GATE_OPENED' : 'GATE_CLOSED';
    await this.#options.audit.note(transaction, kind, {}, this.#referenceOf(account));
  }

  /** What was confirmed has to be confirmed again. */
  async #endConfirmation(account: Account): Promise<void> {
    await this.#options.database.write(async (transaction) => {
      const { isConfirmed } = await findAuthRecord(transaction, account.id);
      await this.#setConfirmed(transaction, account, isConfirmed, false);
    });
  }

  async #settle(account: Account): Promise<void> {
    const facts = await this.#facts(account);
    const { record, checks } = facts;
    if (isPrimaryLost(checks)) {
      if (await this.#move(account, 'PRIMARY_LOST')) return;
      if (record.isConfirmed) await this.#endConfirmation(account);
      return;
    }
    if (record.isLoggedOut || isUnderWay(await this.#options.runs.latest(account.id))) return;
    if (isPrimaryValid(checks)) await this.#move(account, 'PRIMARY_VERIFIED');
    if (!isSetConfirmed(facts) || !(await this.#move(account, 'SET_CONFIRMED'))) return;
    this.#options.events.publish(account.id, { kind: 'AUTH_CONFIRMED', confirmation: CONFIRMATION });
  }

  async #acceptPartial(account: Account): Promise<void> {
    const { database, audit, clock, log } = this.#options;
    const facts = await this.#facts(account);
    if (isReady(facts)) throw wrongState(facts, 'Nothing is left to accept: the gate is open.');
    if (!canAcceptPartial(facts))
      throw wrongState(
        facts,
        'A partial set can be accepted once PRIMARY is validated and no run is under way.',
      );
    // What was confirmed and is not any more, because a token has died since, is confirmed anew.
    await this.#move(account, 'ACCOUNT_ENTERED');
    const acceptedUntil = nextExpiry(clock());
    await database.write(async (transaction) => {
      await changeAuthRecord(transaction, account.id, { acceptedUntil });
      await audit.note(transaction, 'PARTIAL_ACCEPTED', { until: acceptedUntil }, { accountId: account.id });
    });
    log.warn(
      { account: account.id, until: acceptedUntil.toISOString() },
      'partial set accepted by the operator',
    );
    await this.#settle(account);
  }

  #referenceOf(account: Account): AuditReference {
    const correlationId = currentCorrelation() ?? this.#options.runs.live(account.id)?.id ?? null;
    return { accountId: account.id, correlationId };
  }

  async #moveToPartial(account: Account): Promise<void> {
    if (!(await this.#move(account, 'RUN_ENDED_INCOMPLETE'))) await this.#move(account, 'STILL_MISSING');
  }

  async #publish(account: Account): Promise<void> {
    this.#publisher.publishState(account, (await this.#view(account)).authState);
  }

  async #publishCooldown(account: Account): Promise<void> {
    this.#publisher.publishCooldown(account, (await this.#view(account)).authState);
  }

  async #view(account: Account): Promise<AccountView & { isReady: boolean }> {
    const { runs, credentials } = this.#options;
    const facts = await this.#facts(account);
    const ended = await this.#endedTokens(account, facts);
    const latest = await runs.latest(account.id);
    // No `await` from here on: a run under way is taken as it is in this moment.
    const live = runs.live(account.id);
    const run = live !== null && live.id === latest?.id ? live : latest;
    const { record, checks, now } = facts;
    const isBrowserTaken = run !== null && runs.awaitsBrowser(run.id);
    const hasCredentials = credentials.sourceOf(account) !== null;
    const view = {
      accountId: account.id,
      state: record.phase,
      primaryPresent: isPrimaryValid(checks),
      blockedBy: blockReason(facts, run, isBrowserTaken, ended),
      since: record.since,
      run,
      cooldown: cooldownAt(record, now),
      nextOperations: nextOperations({ facts, run, ended, hasCredentials }),
    };
    const gate = isReady(facts);
    const authState = { ...view, ...headlineOf({ ...view, isReady: gate, checks, levels: facts.levels }) };
    return { authState, progress: progressOf(run, checks), isReady: gate };
  }

  async #endedTokens({ id }: Account, { checks, now }: GateFacts): Promise<readonly EndedToken[]> {
    const runs = await this.#options.database.cached(`ending runs of ${id}`, (db) =>
      findEndingRuns(db, id, lastExpiry(now)),
    );
    return currentEnds(runs, checks);
  }

  async #facts(account: Account): Promise<GateFacts & { readonly levels: readonly ExpiryLevel[] }> {
    const { verifier, apiConfigs, clock } = this.#options;
    const record = await this.record(account);
    const known = await verifier.lastKnown(account, await apiConfigs.enabled(account));
    const now = clock();
    const ends = known.flatMap(({ token }) => (token === undefined ? [] : (endOf(token) ?? [])));
    return {
      record,
      checks: known.map(({ check }) => check),
      levels: ends.map((end) => expiryLevel(end, now)),
      now,
      isRecheckDue: verifier.isRecheckDue(account, known),
    };
  }
}

const isUnderWay = (run: GenerationRun | null): boolean => run !== null && !isOver(run);

const wrongState = ({ record: { phase } }: GateFacts, message: string): Refusal =>
  new Refusal('WRONG_STATE', `${message} The account is in ${phase}.`, 'Ask authState for `nextOperations`.');
