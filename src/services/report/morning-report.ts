import type { Database } from '../../db/database.ts';
import { isIstDate } from '../../domain/calendar/ist-date.ts';
import { Refusal } from '../../domain/refusal.ts';
import { morningReportOf } from '../../domain/report/morning-report.ts';
import type { MorningReport } from '../../domain/report/report.ts';
import { type TradingDay, tradingDayAt, tradingDayOf } from '../../domain/report/trading-day.ts';
import { getAccount } from '../accounts/accounts.ts';
import type { Clock } from '../clock.ts';

interface Options {
  readonly database: Database;
  readonly clock: Clock;
}

export interface ReportWish {
  /** The active account if left out. */
  readonly accountId?: string | null | undefined;
  /** The present trading day if left out. */
  readonly date?: string | null | undefined;
}

/** What the audit says of an account's trading day. */
export const readMorningReport = async (
  { database, clock }: Options,
  { accountId, date }: ReportWish,
): Promise<MorningReport> => {
  const day = dayOf(date, clock());
  const account = await getAccount(database, accountId);
  const verification = await database.verifyAudit().catch(() => null);
  const entries = await database.auditEntriesBetween(day.from, day.to);
  return morningReportOf({
    ...{ accountId: account.id, day, verification },
    entries: entries.filter((entry) => entry.accountId === null || entry.accountId === account.id),
    begins: await database.auditBeginning().catch(() => 'NOT_KNOWN' as const),
    ends: await database.auditKnownUntil(day.from),
  });
};

const dayOf = (date: string | null | undefined, now: Date): TradingDay => {
  const today = tradingDayAt(now);
  if (date == null) return today;
  if (!isIstDate(date))
    throw new Refusal('BAD_USER_INPUT', 'date should be a day such as 2026-11-23.', 'Send it as yyyy-MM-dd.');
  if (date > today.date)
    throw new Refusal(
      'BAD_USER_INPUT',
      `${date} has not begun.`,
      `Ask for ${today.date} or a day before it.`,
    );
  return tradingDayOf(date);
};
