import { setImmediate as nextTurn } from 'node:timers/promises';
import { Kysely, type PostgresPool, sql } from 'kysely';
import pg from 'pg';
import type { Queryable } from '../queryable.ts';
import { retryWithin } from '../retry-within.ts';
import type { Tables } from '../schema/tables.ts';
import { type ConnectionSettings, readDatabaseUrl } from './connection-settings.ts';
import { guardedPool } from './guarded-pool.ts';
import { SerialPostgresDialect } from './serial-dialect.ts';
import { explain, isContended, isUnavailable } from './sqlstate.ts';
import { WriteListener } from './write-listener.ts';
import { newWriter } from './write-notice.ts';
import { PLACES, type Turn, WriteTurns } from './write-turns.ts';

/** Reads have their own: transactions that wait for each other must not keep them from a connection. */
const CONNECTIONS = { reads: 5, writes: PLACES };
const CONNECT_MS = 5000;
/** A statement that takes longer is broken off. */
const STATEMENT_MS = 15_000;
/** A server that has not even broken it off by then does not answer any more. */
const ANSWER_MS = 20_000;
/** A transaction waits this long for those before it. */
const LOCK_MS = 10_000;
/** A transaction whose program has stopped in the middle lets others go on. */
const IDLE_TRANSACTION_MS = 5000;
/** How long a transaction that lost against others is tried again. */
const CONTENTION_MS = 5000;
/** A long computation stands still so long for a transaction. */
const MOST_YIELDED_MS = 100;

const { BOOL, INT8, NUMERIC, TIMESTAMP } = pg.types.builtins;

/** The values that SQLite gives: numbers for whole numbers and flags, wall times as they are written. */
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [INT8]: Number,
  [NUMERIC]: Number,
  [BOOL]: (text) => (text === 't' ? 1 : 0),
  [TIMESTAMP]: (text) => text,
};

const types: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: 'text' | 'binary') =>
    PARSERS[id] ?? pg.types.getTypeParser(id, format as 'text'),
};

/** A PostgreSQL database that is in use. */
export class OpenedPostgres implements AsyncDisposable {
  /** How messages name it: without user and password. */
  readonly place: string;
  /** For reads. */
  readonly kysely: Kysely<Tables>;
  /** Told when a read finds that the server is lost. */
  onLost: (error: unknown) => void = () => undefined;
  readonly #writer: Kysely<Tables>;
  readonly #number = newWriter();
  readonly #pools: readonly pg.Pool[];
  readonly #client: ConnectionSettings['client'];
  readonly #turns = new WriteTurns();

  constructor(url: string) {
    const { place, client } = readDatabaseUrl(url);
    this.place = place;
    this.#client = client;
    const [reads, writes] = [openPool(client, CONNECTIONS.reads), openPool(client, CONNECTIONS.writes)];
    this.#pools = [reads, writes];
    this.kysely = this.#openKysely(guardedPool(reads, ANSWER_MS, (error) => this.#readError(error)));
    this.#writer = this.#openKysely(guardedPool(writes, ANSWER_MS));
  }

  /** Runs `work` in one transaction, with no other one beside it; again when it lost against others. */
  async write<Result>(work: (trx: Queryable) => Promise<Result>, turn?: Turn): Promise<Result> {
    const attempt = () =>
      this.#turns.run(
        () => this.#writer.transaction().execute((trx) => this.#turns.hold(() => work(trx))),
        turn,
      );
    return retryWithin(attempt, isContended, CONTENTION_MS);
  }

  /** Lets others of this program go on, and waits until no other program waits for it, but not for long. */
  async yieldToWrites(): Promise<void> {
    await nextTurn();
    await this.#turns.settled(MOST_YIELDED_MS);
  }

  /** Runs `work` in a transaction that is always rolled back. */
  async dryRun(work: (trx: Queryable) => Promise<void>): Promise<void> {
    const isDone = new Error('rolled back');
    try {
      await this.write(async (trx) => {
        await work(trx);
        throw isDone;
      });
    } catch (error) {
      if (error !== isDone) throw error;
    }
  }

  /**
   * Connections of their own, for what does not go through these transactions; whoever asks for them ends them. Under `name`
   * the server lists them.
   */
  openPool(max: number, name?: string): pg.Pool {
    return openPool(this.#client, max, name);
  }

  /** Throws a `DatabaseError` that says what to do where the server does not answer. */
  async check(): Promise<void> {
    try {
      await sql`select 1`.execute(this.kysely);
    } catch (error) {
      throw explain(this.place, error);
    }
  }

  /** Throws where nothing can be written: a replica answers, too. */
  async checkWritable(): Promise<void> {
    await this.write(async (trx) => {
      await sql`update vega_vault set id = id`.execute(trx);
    });
  }

  /** A read that fails because the server is gone says so, whoever reads. */
  #readError(error: unknown): unknown {
    if (!isUnavailable(error)) return error;
    this.onLost(error);
    return explain(this.place, error);
  }

  /** Calls back when another program has committed, until the result is disposed of. */
  listen(onWritten: () => void): Disposable {
    return new WriteListener({ client: this.#client, writer: this.#number, onWritten });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.kysely.destroy(), this.#writer.destroy()]);
    for (const pool of this.#pools) if (!pool.ended) await pool.end();
  }

  #openKysely(pool: PostgresPool): Kysely<Tables> {
    return new Kysely({
      dialect: new SerialPostgresDialect({ pool }, { place: this.place, writer: this.#number }),
    });
  }
}

type Connected = ((error: Error) => void) | ((error: null, client: pg.Client) => void);

/** Ends a connection that could not be opened; the server would keep it, and with it this process, for a minute. */
class EndingClient extends pg.Client {
  override connect(): Promise<pg.Client>;
  override connect(done: Connected): void;
  override connect(done?: Connected): Promise<pg.Client> | undefined {
    if (done === undefined) return super.connect();
    super.connect((error: Error | null) => {
      if (error instanceof Error) void this.end().catch(() => undefined);
      (done as (error: Error | null, client: pg.Client) => void)(error, this);
    });
    return undefined;
  }
}

const openPool = (client: ConnectionSettings['client'], max: number, name?: string): pg.Pool => {
  const pool = new pg.Pool({
    ...client,
    Client: EndingClient,
    ...(name === undefined ? {} : { application_name: name }),
    types,
    max,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
    keepAlive: true,
    // Wall times are read as they are written.
    options: '-c datestyle=ISO',
  });
  // Whoever uses a connection that is lost is told by the statement, and the next one gets another connection.
  pool.on('error', () => undefined);
  pool.on('connect', (connection) => connection.on('error', () => undefined));
  return pool;
};
