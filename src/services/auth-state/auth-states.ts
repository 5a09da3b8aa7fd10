import { changeAuthRecord } from '../../db/queries/auth-states.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import { canAcceptPartial } from '../../domain/auth/advice.ts';
import { type AuthTrigger, hasPrimary } from '../../domain/auth/auth-phase.ts';
import {
  type AuthRecord,
  type AuthState,
  type GateFacts,
  isPrimaryLost,
  isPrimaryValid,
  isReady,
  isSetConfirmed,
  refusalOfLogin,
} from '../../domain/auth/auth-state.ts';
import { CONFIRMATION } from '../../domain/events/event.ts';
import { Refusal } from '../../domain/refusal.ts';
import { type EndedToken, isUnderWay } from '../../domain/run/generation-run.ts';
import { nextExpiry } from '../../domain/token/expiry.ts';
import { acknowledgeKinds } from '../alerts/raise-alert.ts';
import { correlated, currentCorrelation } from '../audit/correlation.ts';
import { KeyedMutex } from '../keyed-mutex.ts';
import { AuthClock, type ClockOptions } from './auth-clock.ts';
import { StateMachine } from './state-machine.ts';
import { StatePublisher } from './state-publisher.ts';
import { type AccountView, type ReaderOptions, StateReader } from './state-reader.ts';

type Options = ReaderOptions & ClockOptions;

/**
 * The state of each account. A step is stored, and the state is read and published, while the account's mutex is held, so
 * that no older state is published after a newer one.
 */
export class AuthStates {
  readonly #options: Options;
  readonly #reader: StateReader;
  readonly #machine: StateMachine;
  readonly #clock: AuthClock;
  readonly #publisher: StatePublisher;
  readonly #mutex = new KeyedMutex();

  constructor(options: Options) {
    this.#options = options;
    this.#reader = new StateReader(options);
    this.#machine = new StateMachine(this.#reader, options);
    this.#publisher = new StatePublisher(options.events);
    this.#clock = new AuthClock(this, options);
    options.verifier.onChange((account) => {
      this.#clock.touch(account);
      return this.publishChanges(account);
    });
  }

  record(account: Account): Promise<AuthRecord> {
    return this.#reader.record(account);
  }

  async read(account: Account): Promise<AuthState> {
    return (await this.#reader.view(account)).authState;
  }

  /** The next instant after `since` at which the account reads otherwise though nothing is written. */
  nextChange(account: Account, since: Date): Promise<Date> {
    return this.#reader.nextChange(account, since);
  }

  /** Reads the account's state while nothing of it is published; `take` follows without an `await` between. */
  snapshot<Result>(account: Account, take: (view: AccountView) => Result): Promise<Result> {
    return this.#mutex.run(account.id, async () => take(await this.#reader.view(account)));
  }

  /** The tokens that are dead because others were made today, and would end those if they were made again. */
  async endedTokens(account: Account): Promise<readonly EndedToken[]> {
    return this.#reader.endedTokens(account, await this.#reader.facts(account));
  }

  /** The gate. */
  ready(account: Account): Promise<boolean> {
    return this.#reader.ready(account);
  }

  publish(account: Account): Promise<void> {
    return this.#mutex.run(account.id, () => this.#publish(account));
  }

  publishProgress(account: Account): Promise<void> {
    return this.#mutex.run(account.id, async () =>
      this.#publisher.publishProgress(account, (await this.#reader.view(account)).progress),
    );
  }

  publishCooldown(account: Account): Promise<void> {
    return this.#mutex.run(account.id, () => this.#publishCooldown(account));
  }

  /** Publishes what has changed by itself: a token was stored or checked, or its time is up. */
  publishChanges(account: Account): Promise<void> {
    return this.#mutex.run(account.id, async () =>
      this.#publisher.publishChanges(account, await this.#reader.view(account)),
    );
  }

  /**
   * The account becomes the active one: its gate stays shut until the broker has confirmed its tokens again. A
   * reader that follows the active account gets the whole state after `announce`.
   */
  enter(account: Account, announce: () => Promise<void>): Promise<void> {
    return this.#mutex.run(account.id, async () => {
      await announce();
      this.#options.verifier.markForRecheck(account);
      if (!(await this.#machine.step(account, 'ACCOUNT_ENTERED')))
        await this.#machine.endConfirmation(account);
      this.#publisher.publishAll(account, await this.#reader.view(account));
    });
  }

  /** Takes one step of the state machine; false when it leads nowhere from where the account stands. */
  move(account: Account, trigger: AuthTrigger): Promise<boolean> {
    return this.#mutex.run(account.id, () => this.#move(account, trigger));
  }

  /** Refuses a login during a cooldown or a quarantine, whatever the request says. */
  async refuseBlocked(account: Account): Promise<void> {
    const refusal = refusalOfLogin(await this.record(account), this.#options.clock());
    if (refusal !== null) throw refusal;
  }

  loginStarted(account: Account): Promise<void> {
    return this.#mutex.run(account.id, async () => {
      if (!(await this.#move(account, 'LOGIN_STARTED'))) await this.#move(account, 'OPERATOR_GENERATES');
    });
  }

  /** A run has ended: the tokens that are there decide the state. */
  runEnded(account: Account): Promise<void> {
    return this.#mutex.run(account.id, async () => {
      if (await this.#isStillLoggedOut(account)) return;
      // A run that ended before its first API leaves the same phase as one that ended after it.
      await this.#move(account, 'FIRST_API_TAKEN_UP');
      const facts = await this.#reader.facts(account);
      if (!isSetConfirmed(facts) && !hasPrimary(facts.record.phase)) {
        await this.#moveToPartial(account);
        await this.#machine.endConfirmation(account);
      }
      await this.#settle(account);
    });
  }

  /** Publishes the cooldown that was stored with a failure, and moves the account into it. */
  startCooldown(account: Account): Promise<void> {
    this.#clock.note(account);
    return this.#mutex.run(account.id, async () => {
      await this.#moveToPartial(account);
      if (!(await this.#move(account, 'COOLDOWN_BEGUN'))) await this.#publish(account);
      await this.#publishCooldown(account);
    });
  }

  /** Returns when the account's cooldown is over, or when the signal ends. */
  cooldownOver(account: Account, signal: AbortSignal): Promise<void> {
    return this.#clock.cooldownOver(account, signal);
  }

  async clearQuarantine(account: Account, reason: string): Promise<AuthState> {
    const { database, audit, clock, log } = this.#options;
    const cleared = { quarantinedAt: null, clearedAt: clock() };
    await database.write(async (transaction) => {
      await changeAuthRecord(transaction, account.id, cleared);
      await audit.note(transaction, 'QUARANTINE_CLEARED', { reason }, { accountId: account.id });
      const seen = { kinds: ['QUARANTINED'] as const, accountId: account.id };
      await acknowledgeKinds(transaction, seen, 'clearQuarantine', clock());
    });
    log.warn({ account: account.id, reason }, 'quarantine cleared by the operator');
    await this.publish(account);
    return this.read(account);
  }

  /** The operator accepts that APIs are missing, until the end of this trading day. */
  async acceptPartial(account: Account): Promise<AuthState> {
    await this.#mutex.run(account.id, () => this.#acceptPartial(account));
    return this.read(account);
  }

  async enterDashboard(account: Account): Promise<AuthState> {
    await this.#mutex.run(account.id, async () => {
      const facts = await this.#reader.facts(account);
      if (!isReady(facts)) throw wrongState(facts, 'The dashboard opens once everything is confirmed.');
      await this.#move(account, 'CLIENT_ENTERED');
    });
    return this.read(account);
  }

  /** Back to the start. A cooldown and a quarantine stay. */
  async logOut(account: Account, revoke: boolean): Promise<AuthState> {
    const { database, audit } = this.#options;
    const store = async (transaction: Queryable): Promise<void> => {
      await changeAuthRecord(transaction, account.id, { isLoggedOut: true, acceptedUntil: null });
      await audit.note(transaction, 'LOGGED_OUT', { revoke }, { accountId: account.id });
    };
    await this.#mutex.run(account.id, async () => {
      if (await this.#machine.step(account, 'LOGGED_OUT', store)) await this.#publish(account);
      else await database.write(store);
    });
    return this.read(account);
  }

  /** Moves the account to the state that the facts call for; while a run is under way, the run decides. */
  settle(account: Account): Promise<void> {
    return this.#mutex.run(account.id, () => this.#settle(account));
  }

  /** Leaves a phase whose run has ended, because the process died between the two. */
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
    const hasMoved = await this.#machine.step(account, trigger);
    if (hasMoved) await this.#publish(account);
    return hasMoved;
  }

  async #settle(account: Account): Promise<void> {
    const facts = await this.#reader.facts(account);
    const { record, checks } = facts;
    if (isPrimaryLost(checks)) {
      if (await this.#move(account, 'PRIMARY_LOST')) return;
      if (record.isConfirmed) await this.#machine.endConfirmation(account);
      return;
    }
    if (record.isLoggedOut || isUnderWay(await this.#options.runs.latest(account.id))) return;
    if (isPrimaryValid(checks)) await this.#move(account, 'PRIMARY_VERIFIED');
    if (!isSetConfirmed(facts) || !(await this.#move(account, 'SET_CONFIRMED'))) return;
    this.#options.events.publish(account.id, { kind: 'AUTH_CONFIRMED', confirmation: CONFIRMATION });
  }

  /** A run that began after a logout ends the logged-out state if it has made a token, else it leads back to IDLE. */
  async #isStillLoggedOut(account: Account): Promise<boolean> {
    const { isLoggedOut, phase } = await this.#reader.record(account);
    if (!isLoggedOut || phase === 'IDLE') return isLoggedOut;
    const run = await this.#options.runs.latest(account.id);
    if (run === null || !(await this.#reader.hasMadeToken(account, run)))
      return this.#move(account, 'LOGGED_OUT');
    await this.#options.database.write((transaction) =>
      changeAuthRecord(transaction, account.id, { isLoggedOut: false }),
    );
    return false;
  }

  async #acceptPartial(account: Account): Promise<void> {
    const { database, audit, clock, log } = this.#options;
    const facts = await this.#reader.facts(account);
    if (isReady(facts)) throw wrongState(facts, 'Nothing is left to accept: the gate is open.');
    if (!canAcceptPartial(facts) || isUnderWay(await this.#options.runs.latest(account.id)))
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
    const until = acceptedUntil.toISOString();
    log.warn({ account: account.id, until }, 'partial set accepted by the operator');
    await this.#settle(account);
  }

  async #moveToPartial(account: Account): Promise<void> {
    if (!(await this.#move(account, 'RUN_ENDED_INCOMPLETE'))) await this.#move(account, 'STILL_MISSING');
  }

  async #publish(account: Account): Promise<void> {
    this.#publisher.publishState(account, (await this.#reader.view(account)).authState);
  }

  async #publishCooldown(account: Account): Promise<void> {
    this.#publisher.publishCooldown(account, (await this.#reader.view(account)).authState);
  }
}

const wrongState = ({ record: { phase } }: GateFacts, message: string): Refusal =>
  new Refusal('WRONG_STATE', `${message} The account is in ${phase}.`, 'Ask authState for `nextOperations`.');
