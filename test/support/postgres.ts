import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import { Client, Pool } from 'pg';
import { migratePostgres } from '../../src/db/postgres/migrate.ts';
import type { Tables } from '../../src/db/schema/tables.ts';
import { needBinaries } from './postgres/binaries.ts';
import { Keeper, type Run } from './postgres/keeper.ts';
import { crash, signal, until } from './postgres/processes.ts';

type Settings = Readonly<Record<string, string>>;

const SETTINGS: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '16MB',
  max_connections: '100',
  // In the data folder, and so gone with it, even after a crash.
  dynamic_shared_memory_type: 'mmap',
};

/** No machine crashes in the middle of a test: what is committed need not be on the disk. */
const FAST: Settings = { fsync: 'off', full_page_writes: 'off' };

const PORT_ATTEMPTS = 20;

/** A PostgreSQL server of its own, in a temporary folder, on a free port of 127.0.0.1. */
export class PostgresServer implements AsyncDisposable {
  readonly #keeper: Keeper;
  readonly #postgres: string;
  readonly #settings: Settings;
  /** By locale. */
  readonly #templates = new Map<string | undefined, Promise<string>>();
  #port = 0;
  #pid = 0;
  #run: Run | null = null;

  private constructor(keeper: Keeper, postgres: string, settings: Settings) {
    this.#keeper = keeper;
    this.#postgres = postgres;
    this.#settings = { ...SETTINGS, ...settings };
  }

  /** The settings are those of `postgresql.conf`. */
  static async start({ settings = {} }: { settings?: Settings } = {}): Promise<PostgresServer> {
    const { initdb, postgres } = needBinaries();
    const keeper = await Keeper.open();
    const server = new PostgresServer(keeper, postgres, settings);
    try {
      await server.#initialise(initdb);
      await server.#startOnFreePort(PORT_ATTEMPTS);
      return server;
    } catch (error) {
      await keeper.close();
      throw error;
    }
  }

  get port(): number {
    return this.#port;
  }

  /** The id of the postmaster. */
  get pid(): number {
    return this.#pid;
  }

  get folder(): string {
    return this.#keeper.folder;
  }

  url(database = 'postgres'): string {
    return `postgres://vega@127.0.0.1:${this.#port}/${database}`;
  }

  /** A new empty database; answers its URL. Compares text by code points, or as people of the locale (`en-US`) do. */
  createDatabase({ locale }: { locale?: string } = {}): Promise<string> {
    const collation = locale === undefined ? '' : `locale_provider icu icu_locale '${locale}'`;
    return this.#copyOf('template0', collation);
  }

  /** The same with all tables: the migrations run once for each server, and what is made here are copies. */
  async createMigrated(options: { locale?: string } = {}): Promise<string> {
    const { locale } = options;
    const template = this.#templates.get(locale) ?? this.#migrate(this.createDatabase(options));
    this.#templates.set(locale, template);
    return this.#copyOf(await template);
  }

  /** Ends the connections to a database, and removes it. */
  async dropDatabase(url: string): Promise<void> {
    await this.#ask(`drop database ${new URL(url).pathname.slice(1)} with (force)`);
  }

  /** Kills the postmaster and its backends, as a crash of the machine would. */
  async kill(): Promise<void> {
    const run = this.#run;
    if (run === null) return;
    await crash(run.pid);
    await this.#ended(run);
  }

  /** On the same data and the same port; a server that runs is shut down first. */
  async restart(): Promise<void> {
    await this.#stop();
    await this.#start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    await this.#keeper.close();
  }

  get #data(): string {
    return path.join(this.folder, 'data');
  }

  async #copyOf(template: string, collation = ''): Promise<string> {
    const name = `test_${randomBytes(8).toString('hex')}`;
    await this.#ask(`create database ${name} template ${template} ${collation}`);
    return this.url(name);
  }

  /** Answers its name; nobody is connected to it by then. */
  async #migrate(created: Promise<string>): Promise<string> {
    const url = await created;
    const db = new Kysely<Tables>({
      dialect: new PostgresDialect({ pool: new Pool({ connectionString: url }) }),
    });
    try {
      await migratePostgres(db, 'of the tests');
    } finally {
      await db.destroy();
    }
    return new URL(url).pathname.slice(1);
  }

  async #initialise(initdb: string): Promise<void> {
    const locale = process.platform === 'linux' ? 'C.UTF-8' : 'C';
    const run = await this.#keeper.run({
      file: initdb,
      args: [
        ...['-D', this.#data, '-U', 'vega', '-A', 'trust', '-E', 'UTF8', `--locale=${locale}`],
        ...['--no-sync', '--no-instructions'],
      ],
    });
    await this.#keeper.during(run.ended);
    if (!existsSync(path.join(this.#data, 'PG_VERSION'))) throw this.#failure('initdb', await run.ended);
  }

  async #startOnFreePort(attempts: number): Promise<void> {
    this.#port = await findFreePort();
    try {
      await this.#start();
    } catch (error) {
      if (attempts === 1 || !String(error).includes('Address already in use')) throw error;
      await this.#startOnFreePort(attempts - 1);
    }
  }

  async #start(): Promise<void> {
    const settings = Object.entries(this.#settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const args = ['-D', this.#data, '-p', String(this.#port), ...settings];
    const run = await this.#keeper.run({ file: this.#postgres, args });
    this.#run = run;
    this.#pid = run.pid;
    let how: string | null = null;
    void run.ended.then((said) => {
      how = said;
      if (this.#run === run) this.#run = null;
    });
    await this.#keeper.during(until(async () => how !== null || (await this.#isReady())));
    if (how !== null) throw this.#failure('postgres', how);
  }

  /** Whether this server answers: another one may listen on a port that was free a moment ago. */
  async #isReady(): Promise<boolean> {
    try {
      const [row] = await this.#ask(`select current_setting('data_directory') as folder`);
      return row?.folder === this.#data;
    } catch {
      return false;
    }
  }

  async #ask(query: string): Promise<readonly Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.url() });
    // A query that is under way rejects too.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query(query)).rows;
    } finally {
      await client.end();
    }
  }

  async #stop(): Promise<void> {
    if (this.#run === null) return;
    // The fast shutdown: it does not wait for clients.
    signal(this.#run.pid, 'SIGINT');
    await this.#ended(this.#run);
  }

  async #ended(run: Run): Promise<void> {
    await this.#keeper.during(run.ended);
    this.#run = null;
  }

  #failure(program: string, how: string): Error {
    const log = readFileSync(path.join(this.folder, 'log'), 'utf8').trimEnd().split('\n').slice(-12);
    return new Error(`${program} ended (${how}):\n${log.join('\n')}`);
  }
}

/** Below the ports that systems give to outgoing connections: one of those must not take the port of a killed server. */
const findFreePort = async (): Promise<number> => {
  const port = 20_000 + Math.floor(Math.random() * 12_000);
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!isFree) return findFreePort();
  await new Promise((resolve) => server.close(resolve));
  return port;
};

let shared: Promise<PostgresServer> | null = null;

/** The server that all test files of this worker share; started at first use, gone with the worker however it ends. */
export const sharedPostgres = (): Promise<PostgresServer> => {
  shared ??= PostgresServer.start({ settings: FAST });
  return shared;
};
