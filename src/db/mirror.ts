import Sqlite from 'better-sqlite3';
import { OpenedFile } from './opened-file.ts';

const RECENT_MS = 30 * 86_400_000;

/** Of tables that grow without end only what may still matter is copied; everything else is copied whole. */
const PARTS: Readonly<Record<string, string>> = {
  audit_entries: 'sequence = (select max(sequence) from audit_entries)',
  events: 'id = (select max(id) from events)',
  token_execution_state: 'false',
  login_attempts: `at > (select max(at) from login_attempts) - ${RECENT_MS}`,
  generation_runs: `started_at > (select max(started_at) from generation_runs) - ${RECENT_MS} or ended_at is null`,
  generation_steps: `run_id in (select id from generation_runs where started_at > (select max(started_at) from generation_runs) - ${RECENT_MS} or ended_at is null)`,
};

interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

/**
 * The last known rows of the file in memory: what is read from and written to while the file cannot be. Only to be
 * called while nothing is under way on the connection.
 */
export const copyToMemory = (source: Sqlite.Database): OpenedFile => {
  const memory = new Sqlite(':memory:');
  memory.pragma('foreign_keys = OFF');
  memory.exec('begin');
  const schema = source
    .prepare<[], SchemaRow>(
      "select type, name, sql from sqlite_master where sql is not null and name not like 'sqlite_%'",
    )
    .all();
  const tables = schema.filter(({ type }) => type === 'table');
  for (const { name, sql } of tables) {
    memory.exec(sql);
    copyRows(source, memory, name);
  }
  for (const { sql } of schema.filter(({ type }) => type !== 'table')) memory.exec(sql);
  memory.exec('commit');
  return new OpenedFile(memory);
};

const copyRows = (source: Sqlite.Database, memory: Sqlite.Database, table: string): void => {
  const rows = source.prepare(`select * from "${table}" where ${PARTS[table] ?? 'true'}`).raw();
  const places = rows.columns().map(() => '?');
  const insert = memory.prepare(`insert into "${table}" values (${places.join(', ')})`);
  for (const row of rows.iterate()) insert.run(row as unknown[]);
};
