import type { Exchange } from './exchange.ts';
import type { IstDate } from './ist-date.ts';
import type { DayStatement } from './statement.ts';
import type { TradingSession } from './trading-session.ts';

/** The days of one answer of the broker: a year of its list, or the timings of one day. */
export interface FetchedDays {
  readonly fetchedAt: Date;
  /** By `dayKey`; a day that is missing is an ordinary one. */
  readonly days: ReadonlyMap<string, DayStatement>;
}

/** What is known beside the shipped table. */
export interface CalendarFacts {
  /** The broker's holiday lists, by year (`2026`) or of one day (`2027-01-01`). */
  readonly lists: ReadonlyMap<string, FetchedDays>;
  /** The broker's timings by day. */
  readonly timings: ReadonlyMap<IstDate, FetchedDays>;
  /** The operator's entries by `dayKey`. */
  readonly operator: ReadonlyMap<string, TradingSession>;
}

export const dayKey = (date: IstDate, exchange: Exchange): string => `${date} ${exchange}`;

/** @internal Nothing but the shipped table. */
export const NO_FACTS: CalendarFacts = { lists: new Map(), timings: new Map(), operator: new Map() };
