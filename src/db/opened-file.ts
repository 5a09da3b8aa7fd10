import Sqlite from 'better-sqlite3';
import { Kysely } from 'kysely';
import type { Change } from './change.ts';
import { connect } from './connection.ts';
import { Journal, keepJournal } from './failover/journal.ts';
import { FileChanged, FileIdentity } from './files/file-identity.ts';
import { type BeforeStatement, ImmediateSqliteDialect, type Substitute } from './immediate-dialect.ts';
import type { Queryable } from './queryable.ts';
import type { Tables } from './schema/tables.ts';

/** One connection with everything that is done on it. */
export class OpenedFile {
  readonly connection: Sqlite.Database;
  readonly kysely: Kysely<Tables>;
  /** Told of every statement that fails; answers where one that only reads can be read instead, or null. */
  onFault: (error: unknown) => Substitute | null = () => null;
  /** Null for rows in memory. */
  readonly identity: FileIdentity | null;
  readonly #journal = new Journal();
  #dataVersion: Sqlite.Statement<[], number> | null = null;
  #seen: number | null = null;

  constructor(
    connection: Sqlite.Database,
    beforeStatement?: BeforeStatement,
    identity: FileIdentity | null = null,
  ) {
    this.connection = connection;
    this.identity = identity;
    const dialect = new ImmediateSqliteDialect({
      database: connection,
      journal: this.#journal,
      beforeStatement,
      onError: (error) => this.onFault(error),
    });
    this.kysely = new Kysely<Tables>({ dialect });
  }

  static open(file: string, beforeStatement?: BeforeStatement): OpenedFile {
    const connection = connect(file);
    try {
      // The first read makes the write-ahead log.
      connection.prepare('select 1 from sqlite_master').get();
      return new OpenedFile(connection, beforeStatement, new FileIdentity(file));
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Opens a file of which nobody knows yet whose it is: nothing in it is changed. */
  static openToLook(file: string): OpenedFile {
    return new OpenedFile(new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 0 }));
  }

  /** Set when the path leads to another file by now. */
  get change(): FileChanged | null {
    const change = this.connection.open ? (this.identity?.change() ?? null) : null;
    return change === null ? null : new FileChanged(change);
  }

  /** Runs `work` in one transaction, and `afterwards` before anybody else may use the connection. */
  write<Result>(
    work: (transaction: Queryable) => Promise<Result>,
    afterwards: (transaction: Queryable, changes: readonly Change[]) => Promise<void> = nothing,
  ): Promise<Result> {
    return this.kysely.connection().execute(async (connection) => {
      const { result, transaction } = await connection.transaction().execute(async (transaction) => {
        keepJournal(transaction, this.#journal);
        return { result: await work(transaction), transaction };
      });
      await afterwards(transaction, this.#journal.take());
      return result;
    });
  }

  /** Runs `work` in a transaction that is always rolled back. */
  async rehearse(work: (transaction: Queryable) => Promise<void>): Promise<void> {
    const isDone = new Error('rolled back');
    try {
      await this.kysely.transaction().execute(async (transaction) => {
        await work(transaction);
        throw isDone;
      });
    } catch (error) {
      if (error !== isDone) throw error;
    }
  }

  /** Runs `work` while nothing is under way on the connection. */
  undisturbed<Result>(work: (connection: Sqlite.Database) => Result): Promise<Result> {
    return this.kysely.connection().execute(async () => work(this.connection));
  }

  /** Rises whenever another program has written to the file. */
  foreignWrites(): number {
    this.#dataVersion ??= this.connection.prepare<[], number>('pragma data_version').pluck();
    return this.#dataVersion.get() ?? 0;
  }

  /**
   * The same, looked at once until everything that is ready now has run: whoever asks after a write of another program
   * asks later. A second connection of this very program could write in between.
   */
  foreignWritesOfTurn(): number {
    if (this.#seen === null) {
      this.#seen = this.foreignWrites();
      process.nextTick(() => {
        this.#seen = null;
      });
    }
    return this.#seen;
  }

  async close(): Promise<void> {
    await this.kysely.destroy();
    // Kysely closes only what it has used.
    this.connection.close();
  }
}

const nothing = async (): Promise<void> => undefined;
