import { type RawBuilder, SqliteAdapter, sql } from 'kysely';
import type { Queryable } from './queryable.ts';

/** Which of the two databases a connection leads to, for the few queries that each says in its own way. */
export const isSqlite = (db: Queryable): boolean => db.getExecutor().adapter instanceof SqliteAdapter;

/** What the clock of the database shows, in milliseconds since 1970: the same for every machine that uses it. */
export const databaseNow = (db: Queryable): RawBuilder<number> =>
  isSqlite(db)
    ? sql<number>`cast(round((julianday('now') - 2440587.5) * 86400000) as integer)`
    : sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
