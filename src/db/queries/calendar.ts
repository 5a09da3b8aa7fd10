import type { Selectable } from 'kysely';
import { type CalendarFacts, dayKey, type FetchedDays } from '../../domain/calendar/calendar-facts.ts';
import type { Exchange } from '../../domain/calendar/exchange.ts';
import type { IstDate } from '../../domain/calendar/ist-date.ts';
import type { DayStatement, StatedDay } from '../../domain/calendar/statement.ts';
import type { SessionKind, TradingSession } from '../../domain/calendar/trading-session.ts';
import type { Queryable } from '../queryable.ts';
import type { CalendarDaysTable } from '../schema/day-tables.ts';
import { toDate } from './to-date.ts';

type DayRow = Selectable<CalendarDaysTable>;

/** What is asked of the broker: the list of a year or of a day, or the timings of a day. */
export type CalendarSubject = `LIST ${number | IstDate}` | `TIMINGS ${IstDate}`;

export interface CalendarFetch {
  readonly subject: CalendarSubject;
  readonly fetchedAt: Date | null;
  readonly attemptedAt: Date;
  /** Why the last attempt failed. */
  readonly failure: string | null;
}

export const findCalendarFacts = async (db: Queryable): Promise<CalendarFacts> => {
  const rows = await db.selectFrom('vega_calendar_days').selectAll().execute();
  const fetches = await findCalendarFetches(db);
  const had = (prefix: string) =>
    fetches.flatMap(({ subject, fetchedAt }) =>
      fetchedAt !== null && subject.startsWith(prefix)
        ? [{ key: subject.slice(prefix.length), fetchedAt }]
        : [],
    );
  const daysOf = (origin: string, key: string): FetchedDays['days'] =>
    new Map(rows.filter((row) => row.origin === origin && row.date.startsWith(key)).map(toStatement));
  const fetched = (origin: string) =>
    had(`${origin} `).map(({ key, fetchedAt }) => [key, { fetchedAt, days: daysOf(origin, key) }] as const);
  return {
    lists: new Map(fetched('LIST')),
    timings: new Map(fetched('TIMINGS')),
    operator: new Map(
      rows
        .filter(({ origin }) => origin === 'OPERATOR')
        .map((row) => [dayKey(row.date, row.exchange as Exchange), toEntry(row)]),
    ),
  };
};

export const findCalendarFetches = async (db: Queryable): Promise<readonly CalendarFetch[]> => {
  const rows = await db.selectFrom('vega_calendar_fetches').selectAll().orderBy('subject').execute();
  return rows.map((row) => ({
    subject: row.subject as CalendarSubject,
    fetchedAt: toDate(row.fetched_at),
    attemptedAt: new Date(row.attempted_at),
    failure: row.failure,
  }));
};

/** Replaces what an earlier answer said of the subject. */
export const storeFetchedDays = async (
  trx: Queryable,
  subject: CalendarSubject,
  days: readonly StatedDay[],
  now: Date,
): Promise<void> => {
  const [origin = '', key = ''] = subject.split(' ');
  await trx
    .deleteFrom('vega_calendar_days')
    .where('origin', '=', origin)
    .where('date', 'like', `${key}%`)
    .execute();
  for (const day of days) {
    await trx
      .insertInto('vega_calendar_days')
      .values({
        ...{ origin, date: day.date, exchange: day.exchange, says: day.says },
        opens_at: day.opensAt?.getTime() ?? null,
        closes_at: day.closesAt?.getTime() ?? null,
        description: day.description,
        fetched_at: now.getTime(),
      })
      .execute();
  }
  const asked = { fetched_at: now.getTime(), attempted_at: now.getTime(), failure: null };
  await trx
    .insertInto('vega_calendar_fetches')
    .values({ subject, ...asked })
    .onConflict((conflict) => conflict.column('subject').doUpdateSet(asked))
    .execute();
};

/** Keeps what an earlier answer said. */
export const storeFailedFetch = async (
  trx: Queryable,
  subject: CalendarSubject,
  failure: string,
  now: Date,
): Promise<void> => {
  const asked = { attempted_at: now.getTime(), failure };
  await trx
    .insertInto('vega_calendar_fetches')
    .values({ subject, fetched_at: null, ...asked })
    .onConflict((conflict) => conflict.column('subject').doUpdateSet(asked))
    .execute();
};

/** Deletes the timings of days before `date`. */
export const deleteOldTimings = async (trx: Queryable, date: IstDate): Promise<void> => {
  await trx
    .deleteFrom('vega_calendar_days')
    .where('origin', '=', 'TIMINGS')
    .where('date', '<', date)
    .execute();
  await trx
    .deleteFrom('vega_calendar_fetches')
    .where('subject', 'like', 'TIMINGS %')
    .where('subject', '<', `TIMINGS ${date}`)
    .execute();
};

export const storeOperatorDay = async (trx: Queryable, session: TradingSession, now: Date): Promise<void> => {
  const day = {
    says: session.kind,
    opens_at: session.opensAt?.getTime() ?? null,
    closes_at: session.closesAt?.getTime() ?? null,
    description: session.description,
    fetched_at: now.getTime(),
  };
  await trx
    .insertInto('vega_calendar_days')
    .values({ origin: 'OPERATOR', date: session.date, exchange: session.exchange, ...day })
    .onConflict((conflict) => conflict.columns(['origin', 'date', 'exchange']).doUpdateSet(day))
    .execute();
};

/** False when there was no such entry. */
export const deleteOperatorDay = async (
  trx: Queryable,
  date: IstDate,
  exchange: Exchange,
): Promise<boolean> => {
  const deleted = await trx
    .deleteFrom('vega_calendar_days')
    .where('origin', '=', 'OPERATOR')
    .where('date', '=', date)
    .where('exchange', '=', exchange)
    .executeTakeFirst();
  return deleted.numDeletedRows > 0n;
};

const toStatement = (row: DayRow): readonly [string, DayStatement] => [
  dayKey(row.date, row.exchange as Exchange),
  {
    says: row.says as DayStatement['says'],
    opensAt: toDate(row.opens_at),
    closesAt: toDate(row.closes_at),
    description: row.description,
  },
];

const toEntry = (row: DayRow): TradingSession => ({
  date: row.date,
  kind: row.says as SessionKind,
  exchange: row.exchange as Exchange,
  opensAt: toDate(row.opens_at),
  closesAt: toDate(row.closes_at),
  source: 'OPERATOR',
  fetchedAt: new Date(row.fetched_at),
  description: row.description,
});
