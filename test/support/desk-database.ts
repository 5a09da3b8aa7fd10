import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { askNow } from './postgres/ask-now.ts';
import { sharedPostgres } from './postgres.ts';

/** Rows read loosely: a test asserts what it needs. */
// biome-ignore lint/suspicious/noExplicitAny: rows are asserted on, not computed with
type Loose = any;

/** The database of a test's program, past that program: what another program of the desk would see and do. */
export interface DeskDatabase {
  /** Where the program finds it; undefined for the file in its folder. */
  readonly url: string | undefined;
  rows(sql: string): Loose[];
  change(sql: string, ...values: readonly unknown[]): void;
}

/** `VEGA_TEST_ENGINE=POSTGRES` runs every test that has no engine of its own on PostgreSQL. */
export type Engine = 'SQLITE' | 'POSTGRES';
export const ENGINE: Engine = process.env.VEGA_TEST_ENGINE === 'POSTGRES' ? 'POSTGRES' : 'SQLITE';

/** The database of a folder; a folder that is used again has the same one again. */
export const deskDatabase = async (directory: string, engine: Engine): Promise<DeskDatabase> => {
  if (engine === 'SQLITE') return inFile(directory);
  const note = path.join(directory, 'postgres-url');
  if (!existsSync(note)) writeFileSync(note, await (await sharedPostgres()).createMigrated());
  return onServer(readFileSync(note, 'utf8'));
};

const inFile = (directory: string): DeskDatabase => {
  const file = path.join(directory, 'vega_trade.db');
  return {
    url: undefined,
    rows: (sql) => {
      if (!readdirSync(directory).includes('vega_trade.db')) return [];
      const database = new Sqlite(file, { readonly: true, timeout: 2000 });
      try {
        return database.prepare(sql).all();
      } finally {
        database.close();
      }
    },
    change: (sql, ...values) => {
      const database = new Sqlite(file, { timeout: 2000 });
      database.prepare(sql).run(...values);
      database.close();
    },
  };
};

export const onServer = (url: string): DeskDatabase => ({
  url,
  rows: (sql) => askNow(url, sql),
  change: (sql, ...values) => {
    const text = sql.split('?').reduce((before, after, index) => `${before}$${index}${after}`);
    askNow(url, text, values);
  },
});
