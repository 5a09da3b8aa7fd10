import { SqliteAdapter } from 'kysely';
import type { Queryable } from './queryable.ts';

/** Which of the two databases a connection leads to, for the few queries that each says in its own way. */
export const isSqlite = (db: Queryable): boolean => db.getExecutor().adapter instanceof SqliteAdapter;
