import type { BrokerApi } from '../../broker/api/broker-api.ts';
import {
  type CalendarAnswer,
  fetchHoliday,
  fetchHolidays,
  fetchTimings,
} from '../../broker/api/market-calendar.ts';
import {
  type CalendarSubject,
  deleteOldTimings,
  findCalendarFacts,
  findCalendarFetches,
  storeFailedFetch,
  storeFetchedDays,
} from '../../db/queries/calendar.ts';
import type { Queryable } from '../../db/queryable.ts';
import { dayKey, type FetchedDays } from '../../domain/calendar/calendar-facts.ts';
import { isFetchDue } from '../../domain/calendar/fetch-times.ts';
import { addDays, type IstDate, istDateOf, yearOf } from '../../domain/calendar/ist-date.ts';
import type { StatedDay } from '../../domain/calendar/statement.ts';
import type { Logger } from '../../log.ts';
import type { AuditedWrites } from '../audit/audit.ts';

interface Needs extends AuditedWrites {
  readonly api: BrokerApi;
  readonly profileTimeoutMs: number;
  readonly log: Logger;
}

interface Question {
  readonly subject: CalendarSubject;
  readonly ask: () => Promise<CalendarAnswer>;
}

/** Timings of days that are over are kept for so long. */
const KEPT_DAYS = 30;

/** Asks the broker for its lists, one after the other, and keeps what it answers. What fails leaves the last answer in place. */
export const fetchCalendar = async (needs: Needs, isDueOnly: boolean): Promise<void> => {
  const { database, clock, log } = needs;
  const fetches = await findCalendarFetches(database.read);
  for (const { subject, ask } of questionsOf(needs, istDateOf(clock()))) {
    const last = fetches.find((one) => one.subject === subject);
    if (isDueOnly && !isFetchDue(last?.fetchedAt ?? null, last?.attemptedAt ?? null, clock())) continue;
    const answer = await ask();
    if ('failure' in answer) {
      log.warn({ subject, failure: answer.failure }, "the broker's calendar could not be read");
      await database.write((transaction) => storeFailedFetch(transaction, subject, answer.failure, clock()));
      continue;
    }
    await database.write((transaction) => store(transaction, subject, answer.days, needs));
  }
};

/** The list of this year, what opens today and tomorrow, and the list's word on tomorrow where that is in another year. */
const questionsOf = ({ api, profileTimeoutMs }: Needs, today: IstDate): readonly Question[] => {
  const tomorrow = addDays(today, 1);
  const year = yearOf(today);
  const timings = [today, tomorrow].map((date) => ({
    subject: `TIMINGS ${date}` as const,
    ask: () => fetchTimings(api, date, profileTimeoutMs),
  }));
  const list = { subject: `LIST ${year}` as const, ask: () => fetchHolidays(api, year, profileTimeoutMs) };
  if (yearOf(tomorrow) === year) return [list, ...timings];
  const ofTomorrow = {
    subject: `LIST ${tomorrow}` as const,
    ask: () => fetchHoliday(api, tomorrow, profileTimeoutMs),
  };
  return [list, ...timings, ofTomorrow];
};

const store = async (
  transaction: Queryable,
  subject: CalendarSubject,
  days: readonly StatedDay[],
  { audit, clock }: Needs,
): Promise<void> => {
  const now = clock();
  const facts = await findCalendarFacts(transaction);
  const [origin, key = ''] = subject.split(' ');
  const before = (origin === 'LIST' ? facts.lists : facts.timings).get(key);
  await storeFetchedDays(transaction, subject, days, now);
  await deleteOldTimings(transaction, addDays(istDateOf(now), -KEPT_DAYS));
  if (before === undefined) {
    if (origin === 'LIST')
      await audit.note(transaction, 'CALENDAR_FETCHED', { subject, days: datesOf(days).length });
    return;
  }
  const dates = changedDates(before, days);
  if (dates.length > 0) await audit.note(transaction, 'CALENDAR_CHANGED', { subject, dates });
};

const datesOf = (days: readonly StatedDay[]): readonly IstDate[] => [
  ...new Set(days.map(({ date }) => date)),
];

/** The days of which something else is said than before. */
const changedDates = (before: FetchedDays, days: readonly StatedDay[]): readonly IstDate[] => {
  const said = ({ says, opensAt, closesAt, description }: Omit<StatedDay, 'date' | 'exchange'>) =>
    JSON.stringify([says, opensAt, closesAt, description]);
  const now = new Map(days.map((day) => [dayKey(day.date, day.exchange), said(day)]));
  const then = new Map([...before.days].map(([key, statement]) => [key, said(statement)]));
  const keys = [...new Set([...now.keys(), ...then.keys()])].filter((key) => now.get(key) !== then.get(key));
  return [...new Set(keys.map((key) => key.slice(0, 10)))].sort();
};
