import { type Kysely, sql } from 'kysely';

export const makes = {
  calendar_days: 'origin date exchange says opens_at closes_at',
  calendar_fetches: 'subject fetched_at attempted_at failure',
};

/** The broker's lists as they were read, and the operator's entries. The shipped table is part of the program. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_calendar_days (
      origin text not null,
      date text not null,
      exchange text not null,
      says text not null,
      opens_at integer,
      closes_at integer,
      description text,
      fetched_at integer not null,
      primary key (origin, date, exchange)
    ) strict, without rowid`.execute(db);
  await sql`
    create table vega_calendar_fetches (
      subject text primary key not null,
      fetched_at integer,
      attempted_at integer not null,
      failure text
    ) strict, without rowid`.execute(db);
};
