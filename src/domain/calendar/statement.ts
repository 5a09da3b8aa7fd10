import { type Exchange, ordinaryHours } from './exchange.ts';
import { type IstDate, isWeekend } from './ist-date.ts';

/** What one source says of one exchange on one day. */
export interface DayStatement {
  /** ORDINARY: the weekday decides. CONTRADICTORY: the source says both open and closed, or hours that cannot be. */
  readonly says: 'OPEN' | 'CLOSED' | 'ORDINARY' | 'CONTRADICTORY';
  readonly opensAt: Date | null;
  readonly closesAt: Date | null;
  readonly description: string | null;
}

/** A statement with its place in the calendar. */
export interface StatedDay extends DayStatement {
  readonly date: IstDate;
  readonly exchange: Exchange;
}

export const ORDINARY: DayStatement = { says: 'ORDINARY', opensAt: null, closesAt: null, description: null };

/** A statement as it stands on its day: the weekday is applied. */
export interface DayVerdict {
  readonly says: 'OPEN' | 'CLOSED' | 'CONTRADICTORY';
  /** The day is none like any other: it opens on a weekend or at hours of its own. */
  readonly isSpecial: boolean;
  readonly opensAt: Date | null;
  readonly closesAt: Date | null;
  readonly description: string | null;
}

/** A pre-open session makes no other day of it. */
const SAME_OPENING_MS = 15 * 60_000;

export const isSameOpening = (one: Date, other: Date): boolean =>
  Math.abs(one.getTime() - other.getTime()) <= SAME_OPENING_MS;

export const judgeStatement = (statement: DayStatement, exchange: Exchange, date: IstDate): DayVerdict => {
  const { says, opensAt, closesAt, description } = statement;
  const ordinary = ordinaryHours(exchange, date);
  if (says === 'CLOSED' || says === 'CONTRADICTORY')
    return { says, isSpecial: false, opensAt, closesAt, description };
  if (says === 'OPEN') {
    const isUsual = !isWeekend(date) && opensAt !== null && isSameOpening(opensAt, ordinary.opensAt);
    const isWhole = closesAt === null || closesAt.getTime() >= ordinary.closesAt.getTime() - 60 * 60_000;
    return { says, isSpecial: !isUsual || !isWhole, opensAt, closesAt, description };
  }
  if (isWeekend(date))
    return { says: 'CLOSED', isSpecial: false, opensAt: null, closesAt: null, description };
  return { says: 'OPEN', isSpecial: false, ...ordinary, description };
};
