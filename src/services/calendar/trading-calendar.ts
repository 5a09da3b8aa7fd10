import type { BrokerApi } from '../../broker/api/broker-api.ts';
import { deleteOperatorDay, findCalendarFacts, storeOperatorDay } from '../../db/queries/calendar.ts';
import { findSchedules } from '../../db/queries/schedules.ts';
import { type Bell, type BellRule, DEFAULT_BELL_RULE, nextBell } from '../../domain/calendar/bell.ts';
import type { CalendarFacts } from '../../domain/calendar/calendar-facts.ts';
import { type Exchange, ordinaryHours } from '../../domain/calendar/exchange.ts';
import { isPausing } from '../../domain/calendar/fetch-times.ts';
import { addDays, atIst, isIstDate, istDateOf } from '../../domain/calendar/ist-date.ts';
import { sessionsBetween } from '../../domain/calendar/trading-calendar.ts';
import type { SessionKind, TradingSession } from '../../domain/calendar/trading-session.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Logger } from '../../log.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { fetchCalendar } from './fetch-calendar.ts';

interface Options extends AuditedWrites {
  readonly api: BrokerApi;
  readonly profileTimeoutMs: number;
  readonly log: Logger;
}

/** An entry of the operator's. Times are `HH:mm` in India. */
export interface TradingDay {
  readonly date: string;
  readonly exchange: Exchange;
  readonly kind: Exclude<SessionKind, 'UNCERTAIN'>;
  readonly opensAt: string | null;
  readonly closesAt: string | null;
  readonly description: string | null;
}

const NO_DATE = 'A date is a day of India such as 2026-11-08.';
const MOST_DAYS = 400;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

/** Which days the exchanges trade, as far as is known. */
export class TradingCalendar {
  readonly #options: Options;
  #fetching: Promise<void> | null = null;
  /** When answers could not be stored last: then the table does not tell when they were asked for. */
  #failedAt: Date | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** What is known beside the shipped table, for the pure functions in `domain/calendar`. */
  facts(): Promise<CalendarFacts> {
    return this.#options.database.cached('calendar', findCalendarFacts);
  }

  async sessions(from: string, to: string): Promise<readonly TradingSession[]> {
    refuseBadRange(from, to);
    return sessionsBetween(await this.facts(), from, to, this.#options.clock());
  }

  /** What an account trades on, and how long before the opening its tokens are to be there. */
  async bellRule(accountId: string): Promise<BellRule> {
    const schedules = await this.#options.database.cached('schedules', findSchedules);
    return schedules.find((one) => one.accountId === accountId)?.bell ?? DEFAULT_BELL_RULE;
  }

  /** The first bell at or after `at`; null when the exchanges do not trade for a month. */
  async nextBell(account: string | BellRule, at: Date): Promise<Bell | null> {
    const rule = typeof account === 'string' ? await this.bellRule(account) : account;
    return nextBell(await this.facts(), rule, at);
  }

  async setDay(day: TradingDay): Promise<TradingSession> {
    const { database, audit, clock } = this.#options;
    const now = clock();
    const session = toSession(day, now);
    await database.write(async (transaction) => {
      await storeOperatorDay(transaction, session, now);
      await audit.note(transaction, 'TRADING_DAY_SET', day);
    });
    return session;
  }

  /** False when the operator had no entry there. */
  async clearDay(date: string, exchange: Exchange): Promise<boolean> {
    const { database, audit } = this.#options;
    if (!isIstDate(date)) throw new Refusal('BAD_USER_INPUT', NO_DATE, 'Give the day of the entry.');
    return database.write(async (transaction) => {
      const isCleared = await deleteOperatorDay(transaction, date, exchange);
      if (isCleared) await audit.note(transaction, 'TRADING_DAY_CLEARED', { date, exchange });
      return isCleared;
    });
  }

  /** Asks the broker for its lists at once, and answers the days of today and the month that follows. */
  async refresh(): Promise<readonly TradingSession[]> {
    await this.#fetching;
    await this.#fetch(false);
    const today = istDateOf(this.#options.clock());
    return this.sessions(today, addDays(today, 30));
  }

  /** Asks for what is due by the wall clock. Calls during an answer share it. */
  refreshIfDue(): Promise<void> {
    if (this.#fetching === null && isPausing(this.#failedAt, this.#options.clock())) return Promise.resolve();
    return this.#fetch(true);
  }

  /** Returns when nothing is being asked any more. */
  async settled(): Promise<void> {
    await this.#fetching?.catch(() => undefined);
  }

  #fetch(isDueOnly: boolean): Promise<void> {
    this.#fetching ??= this.#fetchOnce(isDueOnly).finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  async #fetchOnce(isDueOnly: boolean): Promise<void> {
    try {
      await fetchCalendar(this.#options, isDueOnly);
      this.#failedAt = null;
    } catch (error) {
      this.#failedAt = this.#options.clock();
      throw error;
    }
  }
}

const refuseBadRange = (from: string, to: string): void => {
  const fault = ![from, to].every(isIstDate)
    ? NO_DATE
    : to < from
      ? 'The last day is before the first.'
      : to > addDays(from, MOST_DAYS - 1)
        ? `At most ${MOST_DAYS} days are answered at once.`
        : null;
  if (fault !== null) throw new Refusal('BAD_USER_INPUT', fault, 'Give the first and the last day.');
};

const toSession = (day: TradingDay, now: Date): TradingSession => {
  const fault = faultOf(day);
  if (fault !== null) throw new Refusal('BAD_USER_INPUT', fault, 'Correct the entry.');
  const { date, exchange, kind, description } = day;
  const ordinary = ordinaryHours(exchange, date);
  const isClosed = kind === 'HOLIDAY';
  return {
    ...{ date, exchange, kind, description, source: 'OPERATOR', fetchedAt: now },
    opensAt: isClosed ? null : day.opensAt === null ? ordinary.opensAt : atIst(date, day.opensAt),
    closesAt: isClosed ? null : day.closesAt === null ? ordinary.closesAt : atIst(date, day.closesAt),
  };
};

const faultOf = ({ date, kind, opensAt, closesAt }: TradingDay): string | null => {
  if (!isIstDate(date)) return NO_DATE;
  const times = [opensAt, closesAt].filter((time) => time !== null);
  if (!times.every((time) => TIME.test(time))) return 'A time is one of India such as 18:00.';
  if (kind === 'HOLIDAY' && times.length > 0) return 'A holiday has no hours.';
  if (times.length === 1) return 'Give both hours or none.';
  if ((kind === 'SPECIAL' || kind === 'MUHURAT') && times.length === 0)
    return `A day of kind ${kind} has hours of its own: give opensAt and closesAt.`;
  return opensAt !== null && closesAt !== null && closesAt <= opensAt
    ? 'It closes after it has opened.'
    : null;
};
