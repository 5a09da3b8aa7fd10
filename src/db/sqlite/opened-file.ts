import Sqlite from 'better-sqlite3';
import { Kysely } from 'kysely';
import type { Change } from '../change.ts';
import { Journal, keepJournal } from '../journal.ts';
import type { Queryable } from '../queryable.ts';
import type { Tables } from '../schema/tables.ts';
import { connect } from './connection.ts';
import { FileChanged, FileIdentity } from './files/file-identity.ts';
import { type BeforeStatement, ImmediateSqliteDialect, type Substitute } from './immediate-dialect.ts';

export class OpenedFile {
  readonly connection: Sqlite.Database;
  readonly kysely: Kysely<Tables>;
  /** Called when a statement fails. The result answers one that only reads in its place; null where nothing can. */
  onError: (error: unknown) => Substitute | null = () => null;
  /** Null for rows in memory. */
  readonly identity: FileIdentity | null;
  readonly #journal = new Journal();
  #substitutions = 0;
  #dataVersion: Sqlite.Statement<[], number> | null = null;
  #versionOfTick: number | null = null;

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
      onError: (error) => this.#substitute(error),
    });
    this.kysely = new Kysely<Tables>({ dialect });
  }

  static open(file: string, beforeStatement?: BeforeStatement): OpenedFile {
    const connection = connect(file);
    try {
      // The first read makes the write-ahead log, whose identity is recorded.
      connection.prepare('select 1 from sqlite_master').get();
      return new OpenedFile(connection, beforeStatement, new FileIdentity(file));
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Opens a file that may be another program's, and changes nothing in it. */
  static openReadOnly(file: string): OpenedFile {
    return new OpenedFile(new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 0 }));
  }

  /** Not null once the path leads to another file, or to none. */
  get change(): FileChanged | null {
    const change = this.connection.open ? (this.identity?.change() ?? null) : null;
    return change === null ? null : new FileChanged(change);
  }

  /** How many queries something else may have answered. */
  get substitutions(): number {
    return this.#substitutions;
  }

  /** Runs `work` in one transaction, and `afterwards` with its changes before anybody else uses the connection. */
  write<Result>(
    work: (trx: Queryable) => Promise<Result>,
    afterwards: (trx: Queryable, changes: readonly Change[]) => Promise<void> = nothing,
  ): Promise<Result> {
    return this.kysely.connection().execute(async (connection) => {
      const { result, trx } = await connection.transaction().execute(async (trx) => {
        keepJournal(trx, this.#journal);
        return { result: await work(trx), trx };
      });
      await afterwards(trx, this.#journal.take());
      return result;
    });
  }

  /** Runs `work` in a transaction that is always rolled back. */
  async dryRun(work: (trx: Queryable) => Promise<void>): Promise<void> {
    const isDone = new Error('rolled back');
    try {
      await this.kysely.transaction().execute(async (trx) => {
        await work(trx);
        throw isDone;
      });
    } catch (error) {
      if (error !== isDone) throw error;
    }
  }

  /** Runs `work` while no transaction is open on the connection. */
  whenIdle<Result>(work: (connection: Sqlite.Database) => Result): Promise<Result> {
    return this.kysely.connection().execute(async () => work(this.connection));
  }

  /** SQLite's `data_version`: changes whenever another connection has written to the file. */
  dataVersion(): number {
    this.#dataVersion ??= this.connection.prepare<[], number>('pragma data_version').pluck();
    return this.#dataVersion.get() ?? 0;
  }

  /** Null where the file cannot tell at present. */
  dataVersionIfKnown(): number | null {
    try {
      return this.dataVersion();
    } catch {
      return null;
    }
  }

  /**
   * The same, read once per tick: a query that begins after another program's write begins in a later tick. A second
   * connection of this very program could write in between.
   */
  dataVersionOfTick(): number | null {
    if (this.#versionOfTick === null) {
      this.#versionOfTick = this.dataVersionIfKnown();
      process.nextTick(() => {
        this.#versionOfTick = null;
      });
    }
    return this.#versionOfTick;
  }

  #substitute(error: unknown): Substitute | null {
    const substitute = this.onError(error);
    if (substitute !== null) this.#substitutions += 1;
    return substitute;
  }

  async close(): Promise<void> {
    await this.kysely.destroy();
    // Kysely closes only what it has used.
    this.connection.close();
  }
}

const nothing = async (): Promise<void> => undefined;
