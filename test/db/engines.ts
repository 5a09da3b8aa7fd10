import { Client } from 'pg';
import type { Database } from '../../src/db/database.ts';
import { PostgresDatabase } from '../../src/db/postgres/postgres-database.ts';
import type { TokenFormat } from '../../src/db/queries/tokens.ts';
import type { Queryable } from '../../src/db/queryable.ts';
import type { Vault } from '../../src/db/secrets/vault.ts';
import { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import { IST } from '../../src/domain/wall-time.ts';
import { type PostgresServer, sharedPostgres } from '../support/postgres.ts';
import { Folder } from './temporary-database.ts';

/** The databases that every query behaves the same on. */
export const ENGINES = ['SQLITE', 'POSTGRES'] as const;
export type Engine = (typeof ENGINES)[number];

/** What queries need of a database, whichever engine it has. */
export type RowsDatabase = Pick<Database, 'read' | 'write'> & TokenFormat;

type OpenDatabase = RowsDatabase & AsyncDisposable;

type Options = Pick<TokenFormat, 'zone' | 'sealsTokens'>;

type Row = Readonly<Record<string, unknown>>;

/** Where a database of one test is. Its end is the end of what is stored there. */
interface Place extends AsyncDisposable {
  open(options: Options): Promise<OpenDatabase>;
  ask(statement: string): Promise<readonly Row[]>;
}

/** A new database of one test, gone with it. */
export const openRows = async (
  engine: Engine,
  { zone = IST, sealsTokens = false }: Partial<Options> = {},
): Promise<Rows> => {
  const place = engine === 'SQLITE' ? new SqlitePlace() : await PostgresPlace.make();
  return Rows.open(place, { zone, sealsTokens });
};

export class Rows implements RowsDatabase, AsyncDisposable {
  readonly zone: string;
  readonly sealsTokens: boolean;
  readonly #place: Place;
  /** The first one is this one's, the others stand for other processes. */
  readonly #opened: OpenDatabase[] = [];

  private constructor(place: Place, { zone, sealsTokens }: Options) {
    this.#place = place;
    this.zone = zone;
    this.sealsTokens = sealsTokens;
  }

  static async open(place: Place, options: Options): Promise<Rows> {
    const rows = new Rows(place, options);
    await rows.beside();
    return rows;
  }

  get read(): Queryable {
    return this.#own.read;
  }

  get vault(): Vault {
    return this.#own.vault;
  }

  write<Result>(work: (trx: Queryable) => Promise<Result>): Promise<Result> {
    return this.#own.write(work);
  }

  /** The same database as it is after a restart of the program. */
  async reopened(): Promise<this> {
    await this.#close();
    await this.beside();
    return this;
  }

  /** The same database as another process of the program has it open at the same time. */
  async beside(): Promise<RowsDatabase> {
    const opened = await this.#place.open(this);
    this.#opened.push(opened);
    return opened;
  }

  /** One statement of another program. */
  raw(statement: string): Promise<readonly Row[]> {
    return this.#place.ask(statement);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    await this.#place[Symbol.asyncDispose]();
  }

  get #own(): OpenDatabase {
    const [own] = this.#opened;
    if (own === undefined) throw new Error('The database is closed.');
    return own;
  }

  async #close(): Promise<void> {
    for (const opened of this.#opened.splice(0)) await opened[Symbol.asyncDispose]();
  }
}

class SqlitePlace implements Place {
  readonly #folder = new Folder();

  open(options: Options): Promise<OpenDatabase> {
    const masterKey = { given: [], folder: this.#folder.file('.vega') };
    const file = this.#folder.file('vega_trade.db');
    return SqliteDatabase.open({ file, masterKey, now: new Date(), ...options });
  }

  async ask(statement: string): Promise<readonly Row[]> {
    return this.#folder.raw((connection) => {
      const prepared = connection.prepare<[], Row>(statement);
      if (prepared.reader) return prepared.all();
      prepared.run();
      return [];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#folder[Symbol.dispose]();
  }
}

class PostgresPlace implements Place {
  readonly #folder = new Folder();
  readonly #server: PostgresServer;
  readonly #url: string;

  private constructor(server: PostgresServer, url: string) {
    this.#server = server;
    this.#url = url;
  }

  /** Its locale sorts other than SQLite does: nothing may depend on it. */
  static async make(): Promise<PostgresPlace> {
    const server = await sharedPostgres();
    return new PostgresPlace(server, await server.createMigrated({ locale: 'en-US' }));
  }

  open(options: Options): Promise<OpenDatabase> {
    const masterKey = { given: [], folder: this.#folder.file('.vega') };
    return PostgresDatabase.open({ url: this.#url, masterKey, ...options });
  }

  async ask(statement: string): Promise<readonly Row[]> {
    const client = new Client({ connectionString: this.#url });
    await client.connect();
    try {
      return (await client.query<Row>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.dropDatabase(this.#url);
    this.#folder[Symbol.dispose]();
  }
}
