import type { Exchange } from './exchange.ts';
import type { IstDate } from './ist-date.ts';

export const SESSION_KINDS = ['NORMAL', 'SPECIAL', 'MUHURAT', 'HOLIDAY', 'UNCERTAIN'] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

/** In rising order. */
export const CALENDAR_SOURCES = ['SHIPPED', 'BROKER', 'OPERATOR'] as const;
export type CalendarSource = (typeof CALENDAR_SOURCES)[number];

/** One day of one exchange. */
export interface TradingSession {
  readonly date: IstDate;
  readonly kind: SessionKind;
  readonly exchange: Exchange;
  /** Null on a HOLIDAY, and where the hours are not announced. On an UNCERTAIN day the earliest that is possible. */
  readonly opensAt: Date | null;
  readonly closesAt: Date | null;
  /** The highest source that covers the day. */
  readonly source: CalendarSource;
  /** How old what is known of the day is; null where nothing is known. */
  readonly fetchedAt: Date | null;
  readonly description: string | null;
}

/** UNCERTAIN counts as a trading day. */
export const isTradingDay = ({ kind }: Pick<TradingSession, 'kind'>): boolean => kind !== 'HOLIDAY';
