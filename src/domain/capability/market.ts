import type { CalendarFacts } from '../calendar/calendar-facts.ts';
import type { Exchange } from '../calendar/exchange.ts';
import { addDays, type IstDate, istDateOf } from '../calendar/ist-date.ts';
import { sessionOn } from '../calendar/trading-calendar.ts';
import { isTradingDay } from '../calendar/trading-session.ts';

/** OPEN from the beginning of a trading day on, so that a feed that refuses is found before the bell. */
export type MarketState = 'OPEN' | 'CLOSED' | 'UNCERTAIN';

/** Whether one of the exchanges trades today and has not closed yet. */
export const marketState = (facts: CalendarFacts, exchanges: readonly Exchange[], now: Date): MarketState => {
  const today = istDateOf(now);
  const open = exchanges
    .map((exchange) => sessionOn(facts, exchange, today, now))
    .filter((session) => isTradingDay(session) && (session.closesAt === null || now < session.closesAt));
  if (open.length === 0) return 'CLOSED';
  return open.some(({ kind }) => kind !== 'UNCERTAIN') ? 'OPEN' : 'UNCERTAIN';
};

/** Nifty 50 options expire on Tuesdays. Source: NSE circular of June 2025, in force since 1 September 2025. */
const EXPIRY_WEEKDAY = 2;
const WEEKS_AHEAD = 5;

/** The next expiry of Nifty 50 options: a Tuesday, or the trading day before it where it is a holiday. */
export const nextOptionExpiry = (facts: CalendarFacts, now: Date): IstDate => {
  const today = istDateOf(now);
  const weekday = new Date(`${today}T00:00:00Z`).getUTCDay();
  const first = addDays(today, (EXPIRY_WEEKDAY - weekday + 7) % 7);
  for (let week = 0; week < WEEKS_AHEAD; week += 1) {
    const expiry = tradingDayUntil(facts, addDays(first, week * 7), now);
    if (expiry >= today) return expiry;
  }
  return first;
};

const tradingDayUntil = (facts: CalendarFacts, date: IstDate, now: Date): IstDate => {
  for (let back = 0; back < 7; back += 1) {
    const day = addDays(date, -back);
    if (isTradingDay(sessionOn(facts, 'NSE', day, now))) return day;
  }
  return date;
};
