import type { Account } from '../../domain/account/account.ts';
import type { Bell } from '../../domain/calendar/bell.ts';
import { lastExpiry } from '../../domain/token/expiry.ts';

const DAY_MS = 86_400_000;
/** From the bell on, where a session's closing is not announced. */
const SESSION_MS = 6.5 * 3_600_000;

/** What is known of the days, as `TradingCalendar` knows it. */
export interface BellSource {
  nextBell(accountId: string, at: Date): Promise<Bell | null>;
}

/** The bell of the session that is on, else the next one within a day; null where there is none. */
export const bellOf = async (calendar: BellSource, { id }: Account, now: Date): Promise<Bell | null> => {
  const today = await calendar.nextBell(id, lastExpiry(now));
  if (today !== null && today.at <= now && now < closeOf(today)) return today;
  const next = today !== null && today.at > now ? today : await calendar.nextBell(id, now);
  return next !== null && next.at.getTime() - now.getTime() <= DAY_MS ? next : null;
};

const closeOf = ({ at, session }: Bell): Date => session.closesAt ?? new Date(at.getTime() + SESSION_MS);
