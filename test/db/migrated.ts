import Sqlite from 'better-sqlite3';
import { Kysely, PostgresDialect, SqliteDialect } from 'kysely';
import pg from 'pg';
import { migratePostgres } from '../../src/db/postgres/migrate.ts';
import type { Queryable } from '../../src/db/queryable.ts';
import type { Tables } from '../../src/db/schema/tables.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { Folder } from './temporary-database.ts';

export interface Connected extends AsyncDisposable {
  readonly db: Queryable;
}

/** A new SQLite database with all tables. */
export const migratedSqlite = async (): Promise<Connected> => {
  const folder = new Folder();
  await (await folder.open())[Symbol.asyncDispose]();
  const dialect = new SqliteDialect({ database: new Sqlite(folder.file('vega_trade.db')) });
  const db = new Kysely<Tables>({ dialect });
  return {
    db,
    [Symbol.asyncDispose]: async () => {
      await db.destroy();
      folder[Symbol.dispose]();
    },
  };
};

export const connectPostgres = (connectionString: string): Connected => {
  const dialect = new PostgresDialect({ pool: new pg.Pool({ connectionString }) });
  const db = new Kysely<Tables>({ dialect });
  return { db, [Symbol.asyncDispose]: () => db.destroy() };
};

/** A new PostgreSQL database with all tables. */
export const migratedPostgres = async (options: { readonly locale?: string } = {}): Promise<Connected> => {
  const connected = connectPostgres(await (await sharedPostgres()).createDatabase(options));
  await migratePostgres(connected.db, 'of the test');
  return connected;
};
