import type Sqlite from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Kysely,
  type QueryResult,
  SelectQueryNode,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  SqliteIntrospector,
  sql,
  type TableMetadata,
} from 'kysely';
import type { Journal } from '../journal.ts';

/** Called before every statement; the statement fails with what it throws. */
export type BeforeStatement = (sql: string) => void;

/** Answers a query in place of a failed connection. */
export type Substitute = (query: CompiledQuery) => Promise<QueryResult<unknown>>;

interface Options {
  readonly database: Sqlite.Database;
  readonly journal: Journal;
  readonly beforeStatement?: BeforeStatement | undefined;
  /** Called when a statement fails. The result answers one that only reads in its place; null where nothing can. */
  readonly onError: (error: unknown) => Substitute | null;
}

/** Takes the write lock at the begin: a transaction that reads first would fail when another process writes in between. */
class ImmediateDriver extends SqliteDriver {
  readonly #options: Options;

  constructor(config: SqliteDialectConfig, options: Options) {
    super(config);
    this.#options = options;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return new JournalledConnection(await super.acquireConnection(), this.#options);
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
    this.#options.journal.clear();
  }

  /** Some errors, such as a full disk, have rolled the transaction back already. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    this.#options.journal.clear();
    if (this.#options.database.inTransaction) await super.rollbackTransaction(connection);
  }
}

class JournalledConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection;
  readonly #options: Options;

  constructor(connection: DatabaseConnection, options: Options) {
    this.#connection = connection;
    this.#options = options;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      this.#options.beforeStatement?.(query.sql);
      const result = await this.#connection.executeQuery<Row>(query);
      this.#options.journal.note(query);
      return result;
    } catch (error) {
      const isReading = SelectQueryNode.is(query.query) && !this.#options.database.inTransaction;
      const substitute = this.#options.onError(error);
      if (isReading && substitute !== null) return substitute(query) as Promise<QueryResult<Row>>;
      throw error;
    }
  }

  streamQuery<Row>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<Row>> {
    return this.#connection.streamQuery(query, chunkSize);
  }
}

/** SQLite can roll DDL back, so every migration runs in a transaction. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Tables without their columns, which cannot be read when the file has a broken view. */
class TableNames extends SqliteIntrospector {
  readonly #db: Kysely<unknown>;

  constructor(db: Kysely<unknown>) {
    super(db);
    this.#db = db;
  }

  override async getTables(): Promise<TableMetadata[]> {
    const { rows } = await sql<{ name: string }>`
      select name from sqlite_master where type = 'table'`.execute(this.#db);
    return rows.map(({ name }) => ({ name, isView: false, columns: [] }));
  }
}

export class ImmediateSqliteDialect extends SqliteDialect {
  readonly #options: Options;

  constructor(options: Options) {
    super(options);
    this.#options = options;
  }

  override createDriver(): ImmediateDriver {
    return new ImmediateDriver({ database: this.#options.database }, this.#options);
  }

  override createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new TableNames(db);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}
