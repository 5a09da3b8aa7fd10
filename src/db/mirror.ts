import Sqlite from 'better-sqlite3';
import type { Change } from './change.ts';
import { OpenedFile } from './opened-file.ts';
import { type Replayer, replay } from './replay.ts';

const RECENT_MS = 30 * 86_400_000;

/** Of tables that grow without end only what may still matter is copied; everything else is copied whole. */
const PARTS: Readonly<Record<string, string>> = {
  vega_audit_entries: 'sequence = (select max(sequence) from vega_audit_entries)',
  vega_events: 'id = (select max(id) from vega_events)',
  token_execution_state: 'false',
  vega_login_attempts: `at > (select max(at) from vega_login_attempts) - ${RECENT_MS}`,
  vega_generation_runs: `started_at > (select max(started_at) from vega_generation_runs) - ${RECENT_MS} or ended_at is null`,
  vega_generation_steps: `run_id in (select id from vega_generation_runs where started_at > (select max(started_at) from vega_generation_runs) - ${RECENT_MS} or ended_at is null)`,
};

interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

/**
 * The last known rows of the file in memory: what is read from and written to while the file cannot be. Copied only
 * while nothing is under way on the file's connection.
 */
export class Mirror {
  #rows: OpenedFile;
  #foreignWrites: number;

  constructor(file: OpenedFile) {
    // Asked before: what another program writes meanwhile has it copied again.
    this.#foreignWrites = file.foreignWrites();
    this.#rows = copyToMemory(file.connection);
  }

  get rows(): OpenedFile {
    return this.#rows;
  }

  /** No other program has written to the file since. */
  isCurrent(file: OpenedFile): boolean {
    return file.foreignWrites() === this.#foreignWrites;
  }

  /** Does what was just done to the file; copies it anew where another program has written to it, too. */
  async follow(file: OpenedFile, changes: readonly Change[], replayer: Replayer): Promise<void> {
    try {
      // Nobody reads from memory while the file is written.
      if (!this.isCurrent(file)) await this.copy(file).close();
      else if (changes.length > 0)
        await this.#rows.write((transaction) => replay(transaction, [changes], replayer));
    } catch {
      // The file has it; the next write copies anew.
      this.#foreignWrites = Number.NaN;
    }
  }

  /** Copies the file anew, and answers the rows that were known before, from which somebody may still be reading. */
  copy(file: OpenedFile): OpenedFile {
    const known = this.#rows;
    const foreignWrites = file.foreignWrites();
    this.#rows = copyToMemory(file.connection);
    this.#foreignWrites = foreignWrites;
    return known;
  }
}

const copyToMemory = (source: Sqlite.Database): OpenedFile => {
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
