import type { CalendarFacts } from './calendar-facts.ts';
import { type Exchange, ordinaryHours } from './exchange.ts';
import { addDays, type IstDate, istDateOf } from './ist-date.ts';
import { sessionOn } from './trading-calendar.ts';
import { isTradingDay, type TradingSession } from './trading-session.ts';

/** When the tokens of an account are to be there. */
export interface Bell {
  /** The opening less the lead. */
  readonly at: Date;
  /** The session that opens first. */
  readonly session: TradingSession;
  /** False where the day is UNCERTAIN, or its hours are not announced: then `at` is the earliest that is possible. */
  readonly certain: boolean;
}

/** What an account trades on, and how long before the opening its tokens are to be there. */
export interface BellRule {
  readonly exchanges: readonly Exchange[];
  readonly leadMinutes: number;
}

export const DEFAULT_BELL_RULE: BellRule = { exchanges: ['NSE', 'BSE'], leadMinutes: 15 };

/** No break of the exchanges is nearly as long. */
const DAYS_AHEAD = 31;

/** The bell of one day; null when none of the exchanges trades. */
export const bellOn = (facts: CalendarFacts, rule: BellRule, date: IstDate, now: Date): Bell | null => {
  const bells = rule.exchanges
    .map((exchange) => sessionOn(facts, exchange, date, now))
    .filter(isTradingDay)
    .map((session) => toBell(session, rule.leadMinutes));
  const [first] = bells.sort(
    (one, other) => one.at.getTime() - other.at.getTime() || Number(other.certain) - Number(one.certain),
  );
  return first ?? null;
};

/** The first bell at or after `at`; null when the exchanges do not trade for a month. */
export const nextBell = (facts: CalendarFacts, rule: BellRule, at: Date, now = at): Bell | null => {
  const today = istDateOf(at);
  for (let ahead = 0; ahead <= DAYS_AHEAD; ahead += 1) {
    const bell = bellOn(facts, rule, addDays(today, ahead), now);
    if (bell !== null && bell.at >= at) return bell;
  }
  return null;
};

const toBell = (session: TradingSession, leadMinutes: number): Bell => {
  const opensAt = session.opensAt ?? ordinaryHours(session.exchange, session.date).opensAt;
  return {
    at: new Date(opensAt.getTime() - leadMinutes * 60_000),
    session,
    certain: session.kind !== 'UNCERTAIN' && session.opensAt !== null,
  };
};
