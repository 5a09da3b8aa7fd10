import {
  deleteSchedule,
  findLastOccurrence,
  findOccurrences,
  findSchedules,
  saveSchedule,
} from '../../db/queries/schedules.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import { addDays, type IstDate, istDateOf } from '../../domain/calendar/ist-date.ts';
import { Refusal } from '../../domain/refusal.ts';
import { type NextStart, nextStart } from '../../domain/schedule/occurrence-plan.ts';
import type { Occurrence, Schedule } from '../../domain/schedule/schedule.ts';
import {
  completeWish,
  faultOf,
  type ScheduleWish,
  toSchedule,
} from '../../domain/schedule/schedule-rules.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { TradingCalendar } from '../calendar/trading-calendar.ts';

interface Options extends AuditedWrites {
  readonly calendar: TradingCalendar;
}

/** A machine that was off for longer is not told of every day. */
export const LOOK_BACK_DAYS = 31;

/** The schedules, one of an account. */
export class Schedules {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  list(): Promise<readonly Schedule[]> {
    return this.#options.database.cached('schedules', findSchedules);
  }

  /** Null for an account without one. */
  async find(accountId: string): Promise<Schedule | null> {
    return (await this.list()).find((one) => one.accountId === accountId) ?? null;
  }

  /** The next start at or after `at`; null where no schedule is on. */
  async next(accountId: string, at: Date): Promise<NextStart | null> {
    const schedule = await this.find(accountId);
    if (schedule === null || !schedule.enabled) return null;
    const decided = await this.decided(accountId, this.#options.clock());
    return nextStart(schedule, await this.#options.calendar.facts(), at, (date) => decided.has(date));
  }

  /** The days of the last month, and those ahead, whose occurrence has been decided. */
  async decided(accountId: string, now: Date): Promise<ReadonlySet<IstDate>> {
    const oldest = addDays(istDateOf(now), -LOOK_BACK_DAYS);
    const read = async (db: Queryable) => {
      const occurrences = await findOccurrences(db, accountId, oldest);
      return { oldest, dates: new Set(occurrences.map(({ date }) => date)) };
    };
    // Under one key, whatever the day, so that the cache does not grow; a clock that was set back wants older ones.
    const known = await this.#options.database.cached(`occurrences of ${accountId}`, read, {
      of: accountId,
    });
    return known.oldest <= oldest ? known.dates : (await read(this.#options.database.read)).dates;
  }

  /** What became of the schedule last; null where nothing has. */
  lastOccurrence(accountId: string): Promise<Occurrence | null> {
    return findLastOccurrence(this.#options.database.read, accountId);
  }

  async save({ id }: Account, wish: ScheduleWish): Promise<Schedule> {
    const { database, audit, clock } = this.#options;
    return database.write(async (transaction) => {
      const before = (await findSchedules(transaction)).find((one) => one.accountId === id);
      const whole = completeWish(wish, before);
      const fault = faultOf(whole);
      if (fault !== null) throw new Refusal('BAD_USER_INPUT', fault, 'Correct the schedule.');
      const schedule = toSchedule(id, whole, clock());
      await saveSchedule(transaction, schedule);
      const facts = { enabled: schedule.enabled, start: startText(schedule) };
      await audit.note(transaction, 'SCHEDULE_SAVED', facts, { accountId: id });
      return schedule;
    });
  }

  /** False when the account had none. */
  async remove({ id }: Account): Promise<boolean> {
    const { database, audit } = this.#options;
    return database.write(async (transaction) => {
      const isRemoved = await deleteSchedule(transaction, id);
      if (isRemoved) await audit.note(transaction, 'SCHEDULE_REMOVED', {}, { accountId: id });
      return isRemoved;
    });
  }
}

const startText = ({ startAt, minutesBeforeBell, days }: Schedule): string =>
  `${startAt === null ? `${minutesBeforeBell} min before the bell` : `${startAt} IST`}, ${days}`;
