import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
} from 'kysely';
import pg from 'pg';
import { CommitUndone } from './guarded-pool.ts';
import { CommitUnknown, isUnavailable } from './sqlstate.ts';
import { commitAndNotify } from './write-notice.ts';

/** Any number: the one advisory lock that every transaction of this program takes. */
const WRITE_LOCK = 0x76656761;

interface Program {
  /** How messages name the database. */
  readonly place: string;
  /** The number under which its writes are notified. */
  readonly writer: string;
}

/** Whatever isolation the database has by default: a snapshot from before the lock would miss what others have written. */
const BEGIN = `begin isolation level read committed; select pg_advisory_xact_lock(${WRITE_LOCK})`;

/**
 * One transaction at a time, as SQLite's immediate ones: a transaction reads nothing that another one is about to change,
 * and the order of commits is the order of audit entries and events. Reads beside it wait for nobody.
 */
class SerialDriver extends PostgresDriver {
  readonly #place: string;
  readonly #commit: CompiledQuery;

  constructor(config: PostgresDialectConfig, { place, writer }: Program) {
    super(config);
    this.#place = place;
    this.#commit = CompiledQuery.raw(commitAndNotify(writer));
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(BEGIN));
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await connection.executeQuery(this.#commit);
    } catch (error) {
      throw isAnswer(error) ? error : new CommitUnknown(this.#place, { cause: error });
    }
  }

  /** Its error would hide the one that the caller has to see. A connection that is not rolled back is not used again. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await super.rollbackTransaction(connection).catch(() => undefined);
  }
}

/** The server itself says that nothing was committed. */
const isAnswer = (error: unknown): boolean =>
  error instanceof CommitUndone || (error instanceof pg.DatabaseError && !isUnavailable(error));

export class SerialPostgresDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;
  readonly #program: Program;

  constructor(config: PostgresDialectConfig, program: Program) {
    super(config);
    this.#config = config;
    this.#program = program;
  }

  override createDriver(): Driver {
    return new SerialDriver(this.#config, this.#program);
  }
}
