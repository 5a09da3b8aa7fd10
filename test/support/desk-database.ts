import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
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
  if (!existsSync(note)) writeFileSync(note, await (await sharedPostgres()).createDatabase());
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

/** A process of its own, because a test reads rows where it stands, without waiting. */
const onServer = (url: string): DeskDatabase => {
  const ask = (sql: string, values: readonly unknown[] = []): Loose[] => {
    const places = sql.split('?').reduce((text, part, index) => `${text}$${index}${part}`);
    const script = `
      const pg = require('pg');
      const { url, text, values } = JSON.parse(process.argv[1]);
      const parsers = { 20: Number, 16: (text) => (text === 't' ? 1 : 0), 1114: String, 1700: Number };
      const types = { getTypeParser: (id, format) => parsers[id] ?? pg.types.getTypeParser(id, format) };
      const client = new pg.Client({ connectionString: url, types });
      client.connect().then(() => client.query(text, values)).then(({ rows }) => {
        process.stdout.write(JSON.stringify(rows));
        return client.end();
      });`;
    const given = JSON.stringify({ url, text: values.length === 0 ? sql : places, values });
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script, given], {
      encoding: 'utf8',
      cwd: path.resolve(import.meta.dirname, '../..'),
    });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };
  return { url, rows: (sql) => ask(sql), change: (sql, ...values) => void ask(sql, values) };
};
