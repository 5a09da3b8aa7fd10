import Sqlite from 'better-sqlite3';
import type { Change } from '../../change.ts';
import { type Replayer, replay } from '../../spill/replay.ts';
import { OpenedFile } from '../opened-file.ts';
import { OWN_TABLES } from '../schema/own-tables.ts';

const RECENT_MS = 30 * 86_400_000;

/** Counted back from the newest row, but not from one whose clock was ahead: those of today are always among them. */
const isRecent = (column: string, table: string): string =>
  `${column} > min((select max(${column}) from ${table}), cast(strftime('%s', 'now') as integer) * 1000) - ${RECENT_MS}`;

const isRecentRun = isRecent('started_at', 'vega_generation_runs');

/** Which rows are copied of tables that grow without end; all others are copied whole. */
const PARTS: Readonly<Record<string, string>> = {
  vega_audit_entries: 'sequence = (select max(sequence) from vega_audit_entries)',
  vega_events: 'id = (select max(id) from vega_events)',
  token_execution_state: 'false',
  vega_readiness: 'false',
  vega_login_attempts: isRecent('at', 'vega_login_attempts'),
  vega_generation_runs: `${isRecentRun} or ended_at is null`,
  vega_generation_steps: `run_id in (select id from vega_generation_runs where ${isRecentRun} or ended_at is null)`,
};

interface SchemaRow {
  readonly type: 'table' | 'index' | 'trigger';
  readonly name: string;
  readonly sql: string;
}

const TABLES = [...OWN_TABLES, 'upstox_tokens', 'token_execution_state', 'upstox_api_configs'];
const NAMES_OF_TABLES = TABLES.map((table) => `'${table}'`).join(', ');

/** Our tables and the user's three, with our indexes and triggers. Those of other programs may refer to what is not here. */
const PARTS_OF_SCHEMA = `
  select type, name, sql from sqlite_master
  where sql is not null and (name = 'upstox_tokens_one_per_api'
    or (type = 'table' and name in (${NAMES_OF_TABLES}))
    or (type in ('index', 'trigger') and name like 'vega\\_%' escape '\\'
      and tbl_name like 'vega\\_%' escape '\\' and tbl_name in (${NAMES_OF_TABLES})))`;

/** The user's tables are copied with their key and without any other constraint. */
const KEYS: Readonly<Record<string, string>> = {
  upstox_tokens: 'id',
  token_execution_state: 'execution_id',
};

/** A copy of the file in memory for outages. Copy it only while no transaction is open on the file's connection. */
export class Mirror {
  #rows: OpenedFile;
  #dataVersion: number;

  constructor(file: OpenedFile) {
    // Read before the rows, because another program may write meanwhile.
    this.#dataVersion = file.dataVersion();
    this.#rows = copyToMemory(file.connection);
  }

  get rows(): OpenedFile {
    return this.#rows;
  }

  /** No other program has written to the file since. */
  isCurrent(file: OpenedFile): boolean {
    return file.dataVersion() === this.#dataVersion;
  }

  /**
   * Replays what was just written to the file, or copies it again when another program has written, too. A mirror that is in
   * use holds what the file has not got yet, so it is not copied.
   */
  async follow(
    file: OpenedFile,
    changes: readonly Change[],
    replayer: Replayer,
    isInUse: () => boolean,
  ): Promise<void> {
    try {
      if (!isInUse() && !this.isCurrent(file)) {
        await this.copy(file).close();
        return;
      }
      if (changes.length === 0) return;
      await this.#rows.write((trx) => replay(trx, [changes], replayer));
      // By its end the file is known again after an outage: one that ends otherwise would be taken for another.
      if (!isInUse() && endOf(this.#rows) !== endOf(file)) await this.copy(file).close();
    } catch {
      // The file has it, and the next write copies the mirror again.
      this.#dataVersion = Number.NaN;
    }
  }

  /** Copies the file again, and answers the previous copy, which may still have readers. */
  copy(file: OpenedFile): OpenedFile {
    const previous = this.#rows;
    const dataVersion = file.dataVersion();
    this.#rows = copyToMemory(file.connection);
    this.#dataVersion = dataVersion;
    return previous;
  }
}

/** The last entry of the audit. */
const endOf = ({ connection }: OpenedFile): unknown =>
  connection.prepare('select hash from vega_audit_entries order by sequence desc limit 1').pluck().get();

const copyToMemory = (source: Sqlite.Database): OpenedFile => {
  const memory = new Sqlite(':memory:');
  memory.pragma('foreign_keys = OFF');
  memory.exec('begin');
  const schema = source.prepare<[], SchemaRow>(PARTS_OF_SCHEMA).all();
  for (const { name, sql } of schema.filter(({ type }) => type === 'table')) {
    memory.exec(KEYS[name] === undefined ? sql : plainTable(source, name, KEYS[name]));
    copyRows(source, memory, name);
  }
  for (const { sql } of schema.filter(({ type }) => type !== 'table')) memory.exec(sql);
  memory.exec('commit');
  return new OpenedFile(memory);
};

interface Column {
  readonly name: string;
  readonly type: string;
}

/** Generated columns are copied as values. */
const columnsOf = (source: Sqlite.Database, table: string): readonly Column[] =>
  source
    .prepare<[string], Column>('select name, type from pragma_table_xinfo(?) where hidden <> 1')
    .all(table);

/** The same columns without constraints. The key is left out where its values do not fit it. */
const plainTable = (source: Sqlite.Database, table: string, key: string): string => {
  const [misfit] = source
    .prepare<[], number>(
      `select count(*) from "${table}" group by "${key}" having count(*) > 1 or (typeof("${key}") <> 'integer' and '${key}' = 'id')`,
    )
    .pluck()
    .all();
  const columns = columnsOf(source, table).map(({ name, type }) => {
    if (name.toLowerCase() !== key || misfit !== undefined) return `"${name}" ${type}`;
    // Its values are texts, whatever type its user has given it.
    return key === 'id' ? '"id" integer primary key' : `"${name}" primary key`;
  });
  return `create table "${table}" (${columns.join(', ')})`;
};

const copyRows = (source: Sqlite.Database, memory: Sqlite.Database, table: string): void => {
  const names = columnsOf(source, table).map(({ name }) => `"${name}"`);
  const rows = source
    .prepare(`select ${names.join(', ')} from "${table}" where ${PARTS[table] ?? 'true'}`)
    .raw();
  const places = names.map(() => '?');
  const insert = memory.prepare(`insert into "${table}" (${names.join(', ')}) values (${places.join(', ')})`);
  for (const row of rows.iterate()) insert.run(row as unknown[]);
};
