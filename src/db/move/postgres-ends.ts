import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { postgresMigrations } from '../../../migrations/index.ts';
import { AuditChain, findLastLink } from '../audit/audit-chain.ts';
import { AuditHead, type Link } from '../audit/audit-head.ts';
import { DatabaseError } from '../database-error.ts';
import { readDatabaseUrl } from '../postgres/connection-settings.ts';
import { readGround } from '../postgres/ground.ts';
import { migratePostgres } from '../postgres/migrate.ts';
import { OpenedPostgres } from '../postgres/opened-postgres.ts';
import { HEAD } from '../postgres/postgres-database.ts';
import { refuseUnfitServer } from '../postgres/server-check.ts';
import { CommitUnknown, explain } from '../postgres/sqlstate.ts';
import type { Queryable } from '../queryable.ts';
import { retryWithin } from '../retry-within.ts';
import { RECORD } from '../schema/migration-record.ts';
import type { MasterKeySource } from '../secrets/master-key.ts';
import { openAuditKey, openVault } from '../secrets/sealed-values.ts';
import { ArrivalUnknown, type MoveSource, type MoveTarget } from './ends.ts';
import { refuseOtherVersion, refuseSpills, refuseUnderWay, spillsOf } from './obstacles.ts';
import type { MovePlace } from './places.ts';
import { MOVED_TABLES } from './structure.ts';
import {
  DatabaseMoved,
  declareMove,
  hasArrived,
  hasTable,
  type Move,
  readTombstone,
  refuseMoved,
  settleMove,
  type Tombstone,
  withdrawMove,
} from './tombstone.ts';

export interface PostgresEndOptions {
  readonly url: string;
  readonly masterKey: MasterKeySource;
}

export const postgresPlace = (url: string): MovePlace => ({
  engine: 'POSTGRES',
  name: readDatabaseUrl(url).place,
  machine: null,
});

/** Every session of this process bears this name, so that those of others can be told from them. */
const OWN_SESSIONS = `vega-auth-migrate-${randomBytes(6).toString('hex')}`;

const ENDING_MS = 1000;
/** A spill of a server lies beside the head, and may bear a name of the database. */
const SPILL_MARK = '(-[0-9a-f]+)?';

const connect = async (url: string): Promise<OpenedPostgres> => {
  readDatabaseUrl(url);
  const named = new URL(url);
  named.searchParams.set('application_name', OWN_SESSIONS);
  const opened = new OpenedPostgres(named.href);
  try {
    await opened.check();
    await refuseUnfitServer(opened.kysely, opened.place);
    return opened;
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw explain(opened.place, error);
  }
};

/** The server that the rows are on. From `declare` on every process that has it open is refused its writes. */
export class PostgresSource implements MoveSource {
  readonly place: MovePlace;
  readonly chain: AuditChain;
  readonly auditKey: Buffer;
  readonly unfinished: Tombstone | null;
  readonly #opened: OpenedPostgres;
  readonly #headAt: string;

  private constructor(
    opened: OpenedPostgres,
    { url, masterKey }: PostgresEndOptions,
    auditKey: Buffer,
    unfinished: Tombstone | null,
  ) {
    this.#headAt = path.join(masterKey.folder, HEAD);
    this.place = postgresPlace(url);
    this.chain = new AuditChain(auditKey, new AuditHead(this.#headAt, auditKey));
    this.auditKey = auditKey;
    this.unfinished = unfinished;
    this.#opened = opened;
  }

  static async open(options: PostgresEndOptions): Promise<PostgresSource> {
    const { url, masterKey } = options;
    const opened = await connect(url);
    const { kysely, place } = opened;
    try {
      const tombstone = await readTombstone(kysely);
      if (tombstone !== null && tombstone.movedAt !== null) throw new DatabaseMoved(place, tombstone);
      const { executed } = await readGround(kysely, [RECORD]);
      refuseOtherVersion(place, executed, Object.keys(postgresMigrations));
      const auditKey = await openAuditKey(kysely, await openVault(place, kysely, masterKey));
      mkdirSync(masterKey.folder, { recursive: true, mode: 0o700 });
      const source = new PostgresSource(opened, options, auditKey, tombstone);
      if (source.chain.readHead() === null) await source.chain.startAnew(kysely);
      return source;
    } catch (error) {
      await opened[Symbol.asyncDispose]();
      throw explain(place, error);
    }
  }

  get db(): Queryable {
    return this.#opened.kysely;
  }

  /** The server may take a moment to see that a program has ended. */
  async refuseUse(): Promise<void> {
    refuseSpills(this.place.name, spillsOf(this.#headAt, SPILL_MARK));
    const isInUse = (error: unknown) => error instanceof DatabaseInUse;
    await retryWithin(() => this.#refuseUse(this.db), isInUse, ENDING_MS);
  }

  /** PostgreSQL's own tools do that. */
  async backUp(): Promise<null> {
    return null;
  }

  declare(move: Move): Promise<void> {
    return this.#opened.write(async (trx) => {
      // Somebody may have come since the first look.
      await this.#refuseUse(trx);
      await declareMove(trx, move);
    });
  }

  withdraw(id: string): Promise<void> {
    return this.#opened.write((trx) => withdrawMove(trx, id));
  }

  settle(at: Date): Promise<void> {
    return this.#opened.write((trx) => settleMove(trx, at));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]();
  }

  async #refuseUse(db: Queryable): Promise<void> {
    await refuseSessions(db, this.place.name);
    await refuseUnderWay(db, this.place.name);
  }
}

class DatabaseInUse extends DatabaseError {
  constructor(place: string, programs: readonly string[]) {
    super(
      place,
      `The database ${place} is in use by ${programs.join(', ')}. Stop every vega-auth on every machine, and every other program that has it open, and try again. Nothing was moved.`,
    );
    this.name = 'DatabaseInUse';
  }
}

/** Other sessions of the same user or of this program, wherever they come from. */
const refuseSessions = async (db: Queryable, place: string): Promise<void> => {
  const { rows } = await sql<{ name: string; address: string | null }>`
    select distinct application_name as name, host(client_addr) as address from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend'
      and application_name <> ${OWN_SESSIONS}
      and (usename = current_user or application_name like 'vega-auth%')`.execute(db);
  if (rows.length === 0) return;
  throw new DatabaseInUse(
    place,
    rows.map(({ name, address }) => `${name || 'a program'} from ${address ?? 'its machine'}`),
  );
};

/** A database without a row of ours. */
export class PostgresTarget implements MoveTarget {
  readonly place: MovePlace;
  readonly #opened: OpenedPostgres;
  readonly #headAt: string;

  private constructor(opened: OpenedPostgres, { url, masterKey }: PostgresEndOptions) {
    this.place = postgresPlace(url);
    this.#opened = opened;
    this.#headAt = path.join(masterKey.folder, HEAD);
  }

  /** `unfinished` is the id of a move that was left: its rows may be there already. */
  static async open(options: PostgresEndOptions, unfinished: string | null): Promise<PostgresTarget> {
    const opened = await connect(options.url);
    try {
      await refuseMoved(opened.kysely, opened.place);
      if (unfinished === null || !(await hasArrived(opened.kysely, unfinished)))
        await refuseRows(opened.kysely, opened.place);
      return new PostgresTarget(opened, options);
    } catch (error) {
      await opened[Symbol.asyncDispose]();
      throw explain(opened.place, error);
    }
  }

  async receive(move: Move, auditKey: Buffer, work: (trx: Queryable) => Promise<Link>): Promise<void> {
    const { kysely, place } = this.#opened;
    await migratePostgres(kysely, place);
    try {
      // Waits for the transaction of a process that has died meanwhile.
      const { link, isNew } = await this.#opened.write(async (trx) => {
        // It stands still while the source is read, for long where that has many rows.
        await sql`set local idle_in_transaction_session_timeout = 0`.execute(trx);
        if (await hasArrived(trx, move.id)) return { link: await findLastLink(trx), isNew: false };
        await refuseRows(trx, place);
        return { link: await work(trx), isNew: true };
      });
      keepHead(this.#headAt, auditKey, link, isNew);
    } catch (error) {
      if (error instanceof CommitUnknown) throw new ArrivalUnknown(this.place, error);
      throw explain(place, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]();
  }
}

/** Where it cannot be written, the next start begins with what is in the database. */
const keepHead = (headAt: string, auditKey: Buffer, link: Link, isNew: boolean): void => {
  try {
    mkdirSync(path.dirname(headAt), { recursive: true, mode: 0o700 });
    const head = new AuditHead(headAt, auditKey);
    if (isNew) head.reset(link);
    else head.write(link);
  } catch {
    // The rows have arrived.
  }
};

const refuseRows = async (db: Queryable, place: string): Promise<void> => {
  for (const table of MOVED_TABLES) {
    if (!(await hasTable(db, table))) continue;
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(db);
    if (rows.length > 0)
      throw new DatabaseError(
        place,
        `The database ${place} is not empty: there are rows in ${table}. Name an empty one (createdb). Nothing was moved.`,
      );
  }
};
