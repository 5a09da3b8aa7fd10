import { chmodSync, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { Kysely, Migrator, sql, type Transaction } from 'kysely';
import { migrations } from '../../migrations/index.ts';
import { DatabaseError } from './database-error.ts';
import { ImmediateSqliteDialect } from './immediate-dialect.ts';
import type { MasterKeySource } from './master-key.ts';
import { openVault, rotateVault, sealPlainSecrets } from './sealed-values.ts';
import type { Tables } from './tables.ts';
import type { Vault } from './vault.ts';

/** A connection or a transaction: what every query function takes first. */
export type Queryable = Kysely<Tables>;

export interface DatabaseOptions {
  readonly file: string;
  /** The zone in which wall times stand in the file. */
  readonly zone: string;
  readonly masterKey: MasterKeySource;
}

/** How long a start or a write waits for another process's lock; the event loop goes on meanwhile. */
const BUSY_WAIT_MS = 5000;

const PRIVATE_FILE = 0o600;
const PRIVATE_UMASK = 0o077;

/** The one SQLite file. Rows stop in this folder: what leaves it are domain values. */
export class Database {
  readonly path: string;
  /** The zone in which wall times stand in this database. */
  readonly zone: string;
  readonly #kysely: Kysely<Tables>;
  readonly #masterKey: MasterKeySource;
  #vault: Vault;

  private constructor(options: DatabaseOptions, kysely: Kysely<Tables>, vault: Vault) {
    this.path = options.file;
    this.zone = options.zone;
    this.#masterKey = options.masterKey;
    this.#kysely = kysely;
    this.#vault = vault;
  }

  /** Opens or makes the file (mode 600, WAL), brings its tables up to date and leaves existing rows as they are. */
  static open(options: DatabaseOptions): Promise<Database> {
    return whileBusy(() => Database.#openOnce(options));
  }

  static async #openOnce(options: DatabaseOptions): Promise<Database> {
    const { file } = options;
    const kysely = new Kysely<Tables>({ dialect: new ImmediateSqliteDialect({ database: connect(file) }) });
    try {
      await migrate(file, kysely);
      await enforceOneRowPerApi(kysely);
      const vault = await openVault(file, kysely, options.masterKey);
      await sealPlainSecrets(kysely, vault);
      return new Database(options, kysely, vault);
    } catch (error) {
      await kysely.destroy();
      throw error instanceof DatabaseError ? error : explain(file, error);
    }
  }

  /** For reads. */
  get read(): Queryable {
    return this.#kysely;
  }

  /**
   * Runs `work` in one `BEGIN IMMEDIATE` transaction. Within it use only the given transaction: SQLite has a single
   * connection here, and a query beside it would wait for ever.
   */
  write<Result>(work: (transaction: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    return whileBusy(() => this.#kysely.transaction().execute(work));
  }

  /** Seals and opens the secrets in this file. */
  get vault(): Vault {
    return this.#vault;
  }

  /** Seals every secret with a new master key. False when VEGA_MASTER_KEY gives no other key to seal with. */
  async rotateMasterKey(): Promise<boolean> {
    const renewed = await rotateVault(this.#kysely, this.#vault, this.#masterKey);
    if (renewed === null) return false;
    this.#vault = renewed;
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kysely.destroy();
  }
}

/** Tries again as long as another process holds the lock; the event loop goes on meanwhile. */
const whileBusy = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  const deadline = Date.now() + BUSY_WAIT_MS;
  for (let pause = 5; ; pause = Math.min(pause * 2, 100)) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || Date.now() + pause > deadline) throw error;
    }
    await delay(pause + Math.random() * pause);
  }
};

const isBusy = (error: unknown): boolean =>
  /^SQLITE_(BUSY|LOCKED)/.test(sqliteCode(error instanceof DatabaseError ? error.cause : error));

const sqliteCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const connect = (file: string): Sqlite.Database => {
  const directory = path.dirname(file);
  if (!existsSync(directory)) {
    throw new DatabaseError(
      file,
      `The folder ${directory} of the database does not exist. Make it, or set VEGA_DB_PATH.`,
    );
  }
  narrowModes(file);
  const umask = process.umask(PRIVATE_UMASK);
  try {
    // A busy timeout here would stop the whole server while it waits: `whileBusy` waits in between instead.
    return configured(new Sqlite(file, { timeout: 0 }));
  } catch (error) {
    throw explain(file, error);
  } finally {
    process.umask(umask);
  }
};

/** New side files copy the mode of the database, so it is narrowed before SQLite opens it; another program may hold old ones. */
const narrowModes = (file: string): void => {
  const wide = ['', '-wal', '-shm', '-journal']
    .map((suffix) => `${file}${suffix}`)
    .filter((name) => existsSync(name) && statSync(name).isFile() && (statSync(name).mode & 0o077) !== 0);
  for (const name of wide) chmodSync(name, PRIVATE_FILE);
};

const configured = (connection: Sqlite.Database): Sqlite.Database => {
  try {
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    connection.pragma('secure_delete = ON');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
};

const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [
    /^SQLITE_NOTADB|^SQLITE_CORRUPT/,
    'is not a sound SQLite database. Restore a backup of it, or set VEGA_DB_PATH to another file.',
  ],
  [
    /^SQLITE_CANTOPEN|^SQLITE_PERM|^SQLITE_AUTH|^SQLITE_READONLY|EACCES|EPERM/,
    'cannot be read and written by this user. Check its permissions, or set VEGA_DB_PATH.',
  ],
  [/^SQLITE_BUSY|^SQLITE_LOCKED/, 'is locked by another program. Close that program and start again.'],
];

const explain = (file: string, error: unknown): DatabaseError => {
  const reason = error instanceof Error ? error.message : String(error);
  const code = sqliteCode(error);
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(code));
  return new DatabaseError(file, `The database ${file} ${known?.[1] ?? `cannot be opened: ${reason}`}`, {
    cause: error,
  });
};

const migrate = async (file: string, kysely: Kysely<Tables>): Promise<void> => {
  const migrator = new Migrator({ db: kysely, provider: { getMigrations: async () => ({ ...migrations }) } });
  const newer = (await executedMigrations(kysely)).filter((name) => !(name in migrations));
  if (newer.length > 0) {
    throw new DatabaseError(
      file,
      `The database ${file} was made by a newer vega-auth (it knows ${newer.join(', ')}). Update this one.`,
    );
  }
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw explain(file, error);
};

const executedMigrations = async (kysely: Kysely<Tables>): Promise<readonly string[]> => {
  const tables = await sql<{
    name: string;
  }>`select name from sqlite_master where name = 'kysely_migration'`.execute(kysely);
  if (tables.rows.length === 0) return [];
  const executed = await sql<{ name: string }>`select name from kysely_migration`.execute(kysely);
  return executed.rows.map(({ name }) => name);
};

/**
 * One row per account and API. A database of the predecessor may hold several; they are left alone, the newest is
 * read, and the index is made at a later start, when replacing has left one of each.
 */
const enforceOneRowPerApi = async (kysely: Kysely<Tables>): Promise<void> => {
  const twice = await sql`
    select 1 from upstox_tokens group by coalesce(user_id, 1), api_name having count(*) > 1 limit 1`.execute(
    kysely,
  );
  if (twice.rows.length > 0) return;
  await sql`
    create unique index if not exists upstox_tokens_one_per_api
    on upstox_tokens (coalesce(user_id, 1), api_name)`.execute(kysely);
};
