import { changeAuthRecord, findAuthRecord, findAuthRecords } from '../../db/queries/auth-states.ts';
import type { Account } from '../../domain/account/account.ts';
import { type AuthTrigger, hasPrimary } from '../../domain/auth/auth-phase.ts';
import { type AuthRecord, type AuthState, cooldownAt, isOfYesterday } from '../../domain/auth/auth-state.ts';
import { isUnderWay } from '../../domain/run/generation-run.ts';
import type { Logger } from '../../log.ts';
import { listAccounts } from '../accounts/accounts.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { correlated } from '../audit/correlation.ts';
import type { EventLog } from '../events/event-log.ts';
import { LongWork } from '../long-work.ts';
import type { Runs } from '../runs/runs.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';

/** A cooldown is published at least once a second. */
const TICK_MS = 500;
/** For so long accounts are read anew in one tick because something was written of which nobody says whose it is. */
const READ_ANEW_MS = 50;

export interface ClockOptions extends AuditedWrites {
  readonly events: EventLog;
  readonly runs: Runs;
  readonly verifier: TokenVerifier;
  /** A worker: what time brings to all accounts is left to the servers. */
  readonly isWorker: boolean;
  readonly log: Logger;
}

/** The states that time changes. */
interface States {
  record(account: Account): Promise<AuthRecord>;
  read(account: Account): Promise<AuthState>;
  nextChange(account: Account, since: Date): Promise<Date>;
  publish(account: Account): Promise<void>;
  publishChanges(account: Account): Promise<void>;
  publishCooldown(account: Account): Promise<void>;
  move(account: Account, trigger: AuthTrigger): Promise<boolean>;
  settle(account: Account): Promise<void>;
  runEnded(account: Account): Promise<void>;
}

/** An account as it was when it was looked at. */
interface Looked {
  readonly record: string;
  /** Of everything that is stored and known; null where that was not known. */
  readonly version: string | null;
  readonly nextChange: Date;
}

/**
 * Does what time alone brings: cooldowns end, PRIMARY expires at 03:30 IST, and so does what was left incomplete. An account is
 * looked at when its state was written or its time has come; of what else was written, some accounts in each tick, so that a
 * tick of many accounts costs no more than one of a few.
 */
export class AuthClock implements AsyncDisposable {
  readonly #states: States;
  readonly #options: ClockOptions;
  readonly #timer: NodeJS.Timeout;
  /** Accounts whose cooldown was seen to run. */
  readonly #cooling = new Set<string>();
  #waiting: { readonly accountId: string; readonly resolve: () => void }[] = [];
  #ticking: Promise<void> | null = null;
  readonly #looked = new Map<string, Looked>();
  /** Accounts of which more is known since. */
  readonly #touched = new Set<string>();
  /** Where the next tick begins to read anew. */
  #next = 0;

  constructor(states: States, options: ClockOptions) {
    this.#states = states;
    this.#options = options;
    this.#timer = setInterval(() => this.#startTick(), TICK_MS).unref();
  }

  /** A cooldown has begun. */
  note({ id }: Account): void {
    this.#cooling.add(id);
  }

  /** The next tick looks at the account: more is known of it. */
  touch({ id }: Account): void {
    this.#touched.add(id);
  }

  /** Returns when the account's cooldown is over, or when the signal ends. */
  async cooldownOver(account: Account, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { active } = (await this.#states.read(account)).cooldown;
      // A crash may have come between the end of the cooldown and the step that follows it.
      if (!active) await this.#states.move(account, 'TIME_IS_UP');
      if (!active || signal.aborted) return;
      await new Promise<void>((resolve) => {
        this.#waiting.push({ accountId: account.id, resolve });
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  /** Ends a cooldown that has run out; false when there is none. */
  async endCooldown(account: Account): Promise<boolean> {
    if ((await this.#states.record(account)).cooldown === null) return false;
    // No run begins during a cooldown, so the latest one is the one that it belongs to.
    const run = await this.#options.runs.latest(account.id);
    return correlated(run?.id ?? null, () => this.#endCooldown(account));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#ticking;
  }

  async #endCooldown(account: Account): Promise<boolean> {
    const { database, audit, clock } = this.#options;
    const isOurs = await database.write(async (transaction) => {
      const record = await findAuthRecord(transaction, account.id);
      if (record.cooldown === null || cooldownAt(record, clock()).active) return false;
      await changeAuthRecord(transaction, account.id, { cooldown: null });
      await audit.note(transaction, 'COOLDOWN_ENDED', {}, { accountId: account.id });
      return true;
    });
    if (!isOurs) return false;
    await this.#states.move(account, 'TIME_IS_UP');
    await this.#states.publishCooldown(account);
    await this.#wake(account);
    if (!(await this.#isUnderWay(account))) await this.#states.runEnded(account);
    return true;
  }

  #startTick(): void {
    if (this.#ticking !== null) return;
    this.#ticking = this.#tick()
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'a look at the clock failed'))
      .finally(() => {
        this.#ticking = null;
      });
  }

  async #tick(): Promise<void> {
    const { database, verifier, isWorker, clock } = this.#options;
    if (isWorker && this.#waiting.length === 0) return;
    const stored = await database.version();
    const version = stored === null ? null : `${stored} ${verifier.revision}`;
    const accounts = await listAccounts(database);
    const records = await database.cached('states', findAuthRecords);
    const from = this.#next % Math.max(1, accounts.length);
    const work = new LongWork(database);
    for (const [index, account] of [...accounts.slice(from), ...accounts.slice(0, from)].entries()) {
      await work.pause();
      const record = records.get(account.id) ?? (await this.#states.record(account));
      await this.#followCooldown(account, record);
      if (isOfYesterday(record, clock())) await this.#endDay(account);
      const looked = this.#looked.get(account.id);
      // Taken off before anything is read: what is known meanwhile is for the next tick.
      const isTouched = this.#touched.delete(account.id);
      const text = JSON.stringify(record);
      const isDue =
        isTouched || looked === undefined || looked.record !== text || looked.nextChange <= clock();
      const isOld = version === null || looked?.version !== version;
      if (!isDue && (!isOld || work.spentMs > READ_ANEW_MS)) continue;
      if (!isDue) this.#next = from + index + 1;
      const nextChange = await this.#states.nextChange(account, clock());
      if (hasPrimary(record.phase) || record.isConfirmed) await this.#states.settle(account);
      await this.#states.publishChanges(account);
      this.#looked.set(account.id, { record: text, version, nextChange });
    }
  }

  /** A tick of many accounts takes long: what it has read at its beginning may be over. */
  async #endDay(account: Account): Promise<void> {
    if (await this.#isUnderWay(account)) return;
    if (!isOfYesterday(await this.#states.record(account), this.#options.clock())) return;
    await this.#states.move(account, 'DAY_ENDED');
  }

  async #followCooldown(account: Account, record: AuthRecord): Promise<void> {
    const { events, clock } = this.#options;
    const cooldown = cooldownAt(record, clock());
    if (cooldown.active) {
      this.note(account);
      events.publishTransient(account.id, { kind: 'COOLDOWN', cooldown });
      return;
    }
    const { id } = account;
    const isAwaited = this.#cooling.has(id) || this.#waiting.some(({ accountId }) => accountId === id);
    if (record.cooldown !== null || isAwaited) await this.#cooldownIsOver(account);
  }

  /** Resumes the runs that wait here, also when another process on this database has ended the cooldown. */
  async #cooldownIsOver(account: Account): Promise<void> {
    const hasEnded = await this.endCooldown(account);
    await this.#wake(account);
    if (!this.#cooling.delete(account.id) || hasEnded) return;
    const { cooldown } = await this.#states.read(account);
    this.#options.events.publishTransient(account.id, { kind: 'COOLDOWN', cooldown });
    await this.#states.publish(account);
  }

  async #wake(account: Account): Promise<void> {
    const over = this.#waiting.filter(({ accountId }) => accountId === account.id);
    if (over.length === 0) return;
    await this.#states.move(account, 'TIME_IS_UP');
    this.#waiting = this.#waiting.filter((one) => !over.includes(one));
    for (const { resolve } of over) resolve();
  }

  /** Here, or in another process on this database. */
  async #isUnderWay({ id }: Account): Promise<boolean> {
    return isUnderWay(await this.#options.runs.latest(id));
  }
}
