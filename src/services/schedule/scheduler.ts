import { findAuthRecord } from '../../db/queries/auth-states.ts';
import { findSchedules, insertOccurrence } from '../../db/queries/schedules.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import { startMissed } from '../../domain/alert/alert-drafts.ts';
import { type Bell, bellOn } from '../../domain/calendar/bell.ts';
import { addDays, datesBetween, type IstDate, istDateOf } from '../../domain/calendar/ist-date.ts';
import { Refusal, type RefusalCode } from '../../domain/refusal.ts';
import { isUnderWay } from '../../domain/run/generation-run.ts';
import { dueAt, type PlannedOccurrence, planOn } from '../../domain/schedule/occurrence-plan.ts';
import type { Occurrence, OccurrenceOutcome, Schedule } from '../../domain/schedule/schedule.ts';
import { leftToPerson } from '../../domain/schedule/today.ts';
import type { TokenCheck } from '../../domain/token/verdict.ts';
import type { Logger } from '../../log.ts';
import { listAccounts } from '../accounts/accounts.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import { raiseAlert } from '../alerts/raise-alert.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { TradingCalendar } from '../calendar/trading-calendar.ts';
import { NothingToMake } from '../generation/nothing-to-make.ts';
import type { TokenGeneration } from '../generation/token-generation.ts';
import type { Runs } from '../runs/runs.ts';
import { Semaphore } from '../semaphore.ts';
import { LOOK_BACK_DAYS, type Schedules } from './schedules.ts';

interface Options extends AuditedWrites {
  readonly calendar: TradingCalendar;
  readonly schedules: Schedules;
  readonly generation: Pick<TokenGeneration, 'generate'>;
  readonly apiConfigs: Pick<ApiConfigs, 'list'>;
  readonly runs: Pick<Runs, 'latest'>;
  readonly log: Logger;
}

/** The wall clock is looked at; a long timer would be wrong after a sleep or a change of the clock. */
const TICK_MS = 1000;
/** What cannot be started yet is tried again after so long, until its time is up. */
const HOLD_MS = 30_000;
const DAY_MS = 86_400_000;
/** So many accounts are started at once: before a start the broker is asked about the tokens that are there. */
const STARTS_AT_ONCE = 8;

/** Refusals that time heals; with any other the occurrence is over. */
const PASSING: readonly RefusalCode[] = [
  'COOLDOWN',
  'RUN_IN_PROGRESS',
  'BROWSER_BUSY',
  'DATABASE_UNAVAILABLE',
  'SHUTTING_DOWN',
];

const REQUEST = { mode: 'INVALID_ONLY', apiNames: [], replaceValid: false, includeUnknown: false } as const;

/** The occurrence was decided by another process. */
class AlreadyDecided extends Error {}

/** The schedule was changed, switched off or removed while its run was being started. */
class NotInForce extends Error {}

const isInForce = async (trx: Queryable, { accountId, savedAt }: Schedule): Promise<boolean> =>
  (await findSchedules(trx)).some(
    (present) =>
      present.accountId === accountId && present.enabled && present.savedAt.getTime() === savedAt.getTime(),
  );

/** An occurrence that cannot be started yet. */
interface Hold {
  readonly date: IstDate;
  readonly until: number;
  readonly reason: string;
}

type Planner = (schedule: Schedule, date: IstDate) => PlannedOccurrence | null;

/** Up to which day every occurrence of a schedule as it was saved then has been decided. */
interface Decided {
  readonly savedAt: number;
  readonly before: IstDate;
}

/** A clock that was set back must not make a hold longer. */
const isHeld = ({ until }: Hold, now: Date): boolean =>
  now.getTime() < until && now.getTime() >= until - HOLD_MS;

/** Starts what the schedules say, in the server's process. The row of an occurrence lets it happen once. */
export class Scheduler implements AsyncDisposable {
  readonly #options: Options;
  readonly #holds = new Map<string, Hold>();
  readonly #places = new Semaphore(STARTS_AT_ONCE);
  /** By account. What is decided stays decided. */
  readonly #decided = new Map<string, Decided>();
  #timer: NodeJS.Timeout | null = null;
  #ticking: Promise<void> | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** False in a program that starts nothing by itself, such as a command without a server. */
  get isBegun(): boolean {
    return this.#timer !== null;
  }

  /** From now on the clock is looked at. */
  begin(): void {
    this.#timer ??= setInterval(() => void this.tick(), TICK_MS).unref();
    void this.tick();
  }

  /** One look at the clock. Calls during a look share it. */
  tick(): Promise<void> {
    const { calendar, log } = this.#options;
    const note = (error: unknown) => log.error({ err: error }, 'a look at the schedules failed');
    // Beside the schedules: a broker that does not answer must not hold them up.
    calendar.refreshIfDue().catch(note);
    this.#ticking ??= this.#tick()
      .catch(note)
      .finally(() => {
        this.#ticking = null;
      });
    return this.#ticking;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#ticking;
    await this.#options.calendar.settled();
  }

  async #tick(): Promise<void> {
    const { database, schedules, log } = this.#options;
    const enabled = (await schedules.list()).filter((schedule) => schedule.enabled);
    if (enabled.length === 0) return;
    const accounts = new Map((await listAccounts(database)).map((account) => [account.id, account]));
    const planOf = await this.#planner();
    const looks = enabled.map((schedule) =>
      this.#places.run(async () => {
        const account = accounts.get(schedule.accountId);
        // Memory cannot keep two processes apart.
        if (account === undefined || database.recovery.dbLocked) return;
        await this.#look(schedule, account, planOf).catch((error: unknown) => {
          log.error({ err: error, account: account.id }, 'a scheduled start failed');
          this.#hold(account, istDateOf(this.#options.clock()), 'An error of the program; see its log.');
        });
      }),
    );
    await Promise.all(looks);
  }

  /** The calendar is read once in a tick, for all accounts. */
  async #planner(): Promise<Planner> {
    const [facts, now] = [await this.#options.calendar.facts(), this.#options.clock()];
    const bells = new Map<string, Bell | null>();
    return (schedule, date) => {
      const { bell: rule } = schedule;
      const key = `${date} ${rule.leadMinutes} ${rule.exchanges}`;
      if (!bells.has(key)) bells.set(key, bellOn(facts, rule, date, now));
      return planOn(schedule, facts, date, now, bells.get(key));
    };
  }

  async #look(schedule: Schedule, account: Account, planOf: Planner): Promise<void> {
    const { schedules, clock } = this.#options;
    const now = clock();
    const today = istDateOf(now);
    const hold = this.#holds.get(account.id);
    if (hold?.date === today && isHeld(hold, now)) return;
    const savedAt = schedule.savedAt.getTime();
    const known = this.#decided.get(account.id);
    const first = known?.savedAt === savedAt ? known.before : istDateOf(schedule.savedAt);
    const oldest = addDays(today, -LOOK_BACK_DAYS);
    const due = datesBetween(first > oldest ? first : oldest, today).flatMap((date) => {
      const plan = planOf(schedule, date);
      return plan === null || plan.startAt < schedule.savedAt || dueAt(plan, now) === 'LATER' ? [] : plan;
    });
    const decided = due.length === 0 ? null : await schedules.decided(account.id, now);
    for (const plan of due) {
      if (decided?.has(plan.date)) continue;
      if (dueAt(plan, now) === 'MISSED') await this.#miss(account, plan);
      else await this.#start(schedule, account, plan);
    }
    const open = decided?.has(today) ? addDays(today, 1) : today;
    this.#decided.set(account.id, { savedAt, before: first > open ? first : open });
  }

  async #start(schedule: Schedule, account: Account, plan: PlannedOccurrence): Promise<void> {
    const { database, runs, apiConfigs, generation, clock } = this.#options;
    const run = await runs.latest(account.id);
    if (run !== null && isUnderWay(run)) {
      await this.#decide(account, plan, 'JOINED', run.id, 'A run is under way.');
      return;
    }
    const reason = leftToPerson(await findAuthRecord(database.read, account.id), run, clock());
    if (reason !== null) {
      await this.#decide(account, plan, 'REFUSED', null, reason);
      return;
    }
    try {
      await generation.generate(account, await apiConfigs.list(account), REQUEST, {
        refusesEmpty: true,
        onStore: async (transaction, stored) => {
          const record = await findAuthRecord(transaction, account.id);
          const isLeft = leftToPerson(record, null, clock()) !== null;
          if (isLeft || !(await isInForce(transaction, schedule))) throw new NotInForce();
          await this.#claim(transaction, account, plan, stored.id);
        },
      });
    } catch (error) {
      await this.#settleFailure(account, plan, error);
    }
  }

  /** In the transaction that stores the run: there are both, or neither. */
  async #claim(
    transaction: Queryable,
    account: Account,
    plan: PlannedOccurrence,
    runId: string,
  ): Promise<void> {
    if (this.#options.database.recovery.dbLocked) {
      throw new Refusal(
        'DATABASE_UNAVAILABLE',
        'The database cannot be written, so that two processes could not be kept apart.',
        'It is tried again by itself.',
      );
    }
    if (!(await this.#note(transaction, account, plan, 'STARTED', runId, null))) throw new AlreadyDecided();
  }

  async #settleFailure(account: Account, plan: PlannedOccurrence, error: unknown): Promise<void> {
    if (error instanceof AlreadyDecided || error instanceof NotInForce) return;
    if (error instanceof NothingToMake) {
      const open = error.checks.filter(({ verdict }) => verdict !== 'VALID');
      if (open.length === 0) {
        await this.#decide(account, plan, 'NOTHING_TO_DO', null, 'Every token is valid.');
        return;
      }
      const unknown = open.filter(({ verdict }) => verdict === 'UNKNOWN');
      if (unknown.length === 0) {
        const reason = `No login makes the token of ${namesOf(open)}.`;
        await this.#decide(account, plan, 'REFUSED', null, reason);
        return;
      }
      this.#hold(account, plan.date, `The broker does not say whether ${namesOf(unknown)} still works.`);
      return;
    }
    if (!(error instanceof Refusal)) throw error;
    if (PASSING.includes(error.code)) {
      this.#hold(account, plan.date, `${error.code}: ${error.message}`);
      return;
    }
    await this.#decide(account, plan, 'REFUSED', null, `${error.code}: ${error.message}`);
  }

  async #miss(account: Account, plan: PlannedOccurrence): Promise<void> {
    const hold = this.#holds.get(account.id);
    const reason =
      hold?.date === plan.date ? hold.reason : 'vega-auth was not running, or the machine was asleep.';
    await this.#decide(account, plan, 'MISSED', null, reason);
  }

  async #decide(
    account: Account,
    plan: PlannedOccurrence,
    outcome: OccurrenceOutcome,
    runId: string | null,
    reason: string,
  ): Promise<void> {
    await this.#options.database.write((transaction) =>
      this.#note(transaction, account, plan, outcome, runId, reason),
    );
    this.#holds.delete(account.id);
  }

  /** False when the occurrence has been decided before. */
  async #note(
    transaction: Queryable,
    { id: accountId }: Account,
    { date, startAt: plannedAt }: PlannedOccurrence,
    outcome: OccurrenceOutcome,
    runId: string | null,
    reason: string | null,
  ): Promise<boolean> {
    const { audit, clock } = this.#options;
    const occurrence: Occurrence = { accountId, date, plannedAt, at: clock(), outcome, runId, reason };
    if (!(await insertOccurrence(transaction, occurrence))) return false;
    const reference = { accountId, correlationId: runId };
    if (outcome === 'MISSED') await this.#noteMissed(transaction, occurrence);
    else await audit.note(transaction, 'OCCURRENCE_DECIDED', { date, outcome, reason }, reference);
    return true;
  }

  /** People are told of the last day only, however long the machine was off. */
  async #noteMissed(
    transaction: Queryable,
    { accountId, date, plannedAt, at, reason }: Occurrence,
  ): Promise<void> {
    const facts = { date, plannedAt, reason: reason ?? '' };
    const reference = { accountId, correlationId: null };
    await this.#options.audit.note(transaction, 'OCCURRENCE_MISSED', facts, reference);
    if (at.getTime() - plannedAt.getTime() < DAY_MS)
      await raiseAlert(transaction, startMissed(accountId, date, facts.reason), at);
  }

  #hold(account: Account, date: IstDate, reason: string): void {
    const { clock, log } = this.#options;
    log.info({ account: account.id, reason }, 'a scheduled start waits');
    this.#holds.set(account.id, { date, until: clock().getTime() + HOLD_MS, reason });
  }
}

const namesOf = (checks: readonly TokenCheck[]): string => checks.map(({ apiName }) => apiName).join(', ');
