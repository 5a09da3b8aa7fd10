import { type CalendarFacts, dayKey } from './calendar-facts.ts';
import { EXCHANGES, type Exchange, ordinaryHours } from './exchange.ts';
import { atIst, datesBetween, type IstDate, isWeekend, yearOf } from './ist-date.ts';
import { SHIPPED_ON, shippedStatement } from './shipped.ts';
import { type DayVerdict, isSameOpening, judgeStatement, ORDINARY } from './statement.ts';
import type { CalendarSource, TradingSession } from './trading-session.ts';

const FRESH_MS = 7 * 86_400_000;

/** What one source says of the day. */
interface Saying extends DayVerdict {
  readonly source: CalendarSource;
  readonly fetchedAt: Date;
  /** Follows only from hours that the broker does not name. */
  readonly isSilence: boolean;
}

/** What is known of one exchange's day: the operator's entry, else what the other sources agree on, else UNCERTAIN. */
export const sessionOn = (
  facts: CalendarFacts,
  exchange: Exchange,
  date: IstDate,
  now: Date,
): TradingSession => {
  const entry = facts.operator.get(dayKey(date, exchange));
  if (entry !== undefined) return entry;
  const sayings = sayingsOf(facts, exchange, date);
  const doubt = doubtOf(sayings, date, now);
  return doubt === null ? agreedSession(sayings, exchange, date) : uncertain(sayings, exchange, date, doubt);
};

/** Every day and exchange from `from` to `to`, both included. */
export const sessionsBetween = (
  facts: CalendarFacts,
  from: IstDate,
  to: IstDate,
  now: Date,
): readonly TradingSession[] =>
  datesBetween(from, to).flatMap((date) =>
    EXCHANGES.map((exchange) => sessionOn(facts, exchange, date, now)),
  );

/** The highest source first. */
const sayingsOf = (
  { lists, timings }: CalendarFacts,
  exchange: Exchange,
  date: IstDate,
): readonly Saying[] => {
  const sayings: Saying[] = [];
  const key = dayKey(date, exchange);
  const ofDay = timings.get(date);
  if (ofDay !== undefined) {
    const statement = ofDay.days.get(key) ?? { ...ORDINARY, says: 'CLOSED' as const };
    sayings.push({
      ...judgeStatement(statement, exchange, date),
      source: 'BROKER',
      fetchedAt: ofDay.fetchedAt,
      isSilence: statement.says === 'CLOSED',
    });
  }
  const list = lists.get(String(yearOf(date))) ?? lists.get(date);
  if (list !== undefined) {
    const verdict = judgeStatement(list.days.get(key) ?? ORDINARY, exchange, date);
    sayings.push({ ...verdict, source: 'BROKER', fetchedAt: list.fetchedAt, isSilence: false });
  }
  const shipped = shippedStatement(exchange, date);
  if (shipped !== null) {
    const verdict = judgeStatement(shipped, exchange, date);
    const fetchedAt = atIst(SHIPPED_ON, '00:00');
    sayings.push({ ...verdict, source: 'SHIPPED', fetchedAt, isSilence: false });
  }
  return sayings;
};

/** Why the day is not certain; null when it is. */
const doubtOf = (sayings: readonly Saying[], date: IstDate, now: Date): string | null => {
  if (sayings.length === 0) return 'No list of this year is known yet.';
  if (sayings.every(({ isSilence }) => isSilence) && !isWeekend(date))
    return 'The broker names no hours, and no list of this year is known yet.';
  if (sayings.some(({ says }) => says === 'CONTRADICTORY')) return 'The broker contradicts itself.';
  if (new Set(sayings.map(({ says }) => says)).size > 1) return disagreement(sayings);
  const openings = openingsOf(sayings);
  const [first] = openings;
  if (first !== undefined && !openings.every((one) => isSameOpening(one, first)))
    return 'The sources disagree about the hours.';
  const neededAt = Math.min(now.getTime(), atIst(date, '00:00').getTime());
  return newest(sayings).getTime() < neededAt - FRESH_MS ? 'What is known is older than 7 days.' : null;
};

const disagreement = (sayings: readonly Saying[]): string => {
  const words = sayings.map(({ source, says, description }) => {
    const name = description === null ? '' : ` (${description})`;
    return `${source} says ${says === 'OPEN' ? 'open' : 'closed'}${name}`;
  });
  return `The sources disagree: ${[...new Set(words)].join(', ')}.`;
};

const openingsOf = (sayings: readonly Saying[]): readonly Date[] =>
  sayings.flatMap(({ says, opensAt }) => (says === 'OPEN' && opensAt !== null ? [opensAt] : []));

const newest = (sayings: readonly Saying[]): Date =>
  new Date(Math.max(...sayings.map(({ fetchedAt }) => fetchedAt.getTime())));

const agreedSession = (sayings: readonly Saying[], exchange: Exchange, date: IstDate): TradingSession => {
  const description = sayings.find((one) => one.description !== null)?.description ?? null;
  const common = {
    ...{ date, exchange, description, fetchedAt: newest(sayings) },
    source: sayings[0]?.source ?? 'SHIPPED',
  };
  if (sayings.some(({ says }) => says === 'CLOSED'))
    return { ...common, kind: 'HOLIDAY', opensAt: null, closesAt: null };
  const timed = sayings.find(({ opensAt }) => opensAt !== null);
  const hours = { opensAt: timed?.opensAt ?? null, closesAt: timed?.closesAt ?? null };
  const isSpecial = sayings.some((one) => one.isSpecial);
  const isMuhurat = isSpecial && /muhurat|laxmi ?pu[jn]/i.test(description ?? '');
  return { ...common, ...hours, kind: isMuhurat ? 'MUHURAT' : isSpecial ? 'SPECIAL' : 'NORMAL' };
};

/** Opens at the earliest that a source says, else as on an ordinary day. */
const uncertain = (
  sayings: readonly Saying[],
  exchange: Exchange,
  date: IstDate,
  doubt: string,
): TradingSession => {
  const ordinary = ordinaryHours(exchange, date);
  const openings = openingsOf(sayings).map((one) => one.getTime());
  const closings = sayings.flatMap(({ closesAt }) => closesAt?.getTime() ?? []);
  return {
    ...{ date, exchange, kind: 'UNCERTAIN', source: sayings[0]?.source ?? 'SHIPPED' },
    opensAt: openings.length === 0 ? ordinary.opensAt : new Date(Math.min(...openings)),
    closesAt: closings.length === 0 ? ordinary.closesAt : new Date(Math.max(...closings)),
    fetchedAt: sayings.length === 0 ? null : newest(sayings),
    description: isWeekend(date) ? `${doubt} It is a weekend.` : doubt,
  };
};
