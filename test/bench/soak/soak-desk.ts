import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { type App, openApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { addDays, atIst, istDateOf } from '../../../src/domain/calendar/ist-date.ts';
import { createLogger } from '../../../src/log.ts';
import { createVegaClient, type VegaClient } from '../../../src/sdk/index.ts';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import { openReceiver } from '../../alerts/receiver.ts';
import { type DeskDatabase, deskDatabase, type Engine } from '../../support/desk-database.ts';
import { type Moods, openMoodyBroker } from '../../support/moody-broker.ts';
import { environmentOfOthers, otherLogin } from '../../support/other-logins.ts';
import { environmentOf, settle } from '../../support/test-app.ts';

export const COOLDOWN_SECONDS = 660;
export const ACCOUNTS = ['UPSTOX_01', 'UPSTOX_02'] as const;

const START = '06:00';
/** How often the queue of a server is shown the clock of the desk. */
const QUEUE_CLOCK_MS = 500;
/** The start is slept through then, and made up for. */
const LATE = '07:45';

interface Parts {
  readonly app: App;
  readonly broker: Simulator;
  readonly alerts: Awaited<ReturnType<typeof openReceiver>>;
  readonly directory: string;
  readonly database: DeskDatabase;
  readonly time: { offset: number };
}

/**
 * A server with two accounts, a schedule for each and a channel for alerts, in one process with its broker and one clock for
 * both that can be put forward. On PostgreSQL it executes the runs as a worker does.
 */
export class SoakDesk implements AsyncDisposable {
  readonly vega: VegaClient;
  readonly moods: Moods;
  readonly engine: Engine;
  readonly #parts: Parts;
  readonly #queueClock: NodeJS.Timeout | null;

  private constructor(vega: VegaClient, moods: Moods, engine: Engine, parts: Parts) {
    this.vega = vega;
    this.moods = moods;
    this.engine = engine;
    this.#parts = parts;
    this.#queueClock = engine === 'POSTGRES' ? setInterval(() => this.#makeLooksDue(), QUEUE_CLOCK_MS) : null;
  }

  static async open(engine: Engine): Promise<SoakDesk> {
    const directory = mkdtempSync(path.join(tmpdir(), 'vega-soak-'));
    const time = { offset: 0 };
    const now = (): number => Date.now() + time.offset;
    const other = otherLogin(1, { apps: 1 });
    const { broker, moods } = await openMoodyBroker({ now, others: [other] });
    const alerts = await openReceiver();
    const database = await deskDatabase(directory, engine);
    const config = readConfig({
      ...environmentOf(broker, 2),
      ...environmentOfOthers([other]),
      VEGA_ALERT_HOSTS: '127.0.0.1',
      VEGA_LOG_LEVEL: 'silent',
      VEGA_STEP_TIMEOUT_SECONDS: '3',
      VEGA_COOLDOWN_SECONDS: String(COOLDOWN_SECONDS),
    });
    const app = await openApp(config, {
      workingDirectory: directory,
      databaseUrl: database.url,
      browserLock: path.join(directory, 'browser.lock'),
      log: createLogger('silent'),
      clock: () => new Date(now()),
    });
    if (engine === 'POSTGRES') app.beginWork(2);
    app.beginSchedules();
    app.beginForecasts();
    const { url } = await app.listen();
    const vega = createVegaClient({ url, key: app.operatorKey });
    await vega.saveAlertChannel({ input: { name: 'desk', kind: 'WEBHOOK', url: `${alerts.url}/alerts` } });
    for (const accountId of ACCOUNTS)
      await vega.saveSchedule({
        input: { accountId, startAt: START, jitterSeconds: 0, catchUpUntil: '12:00', days: 'EVERY_DAY' },
      });
    return new SoakDesk(vega, moods, engine, { app, broker, alerts, directory, database, time });
  }

  /** The date in India, as the desk has it. */
  get today(): string {
    return istDateOf(this.#now());
  }

  get alertsReceived(): number {
    return this.#parts.alerts.received.length;
  }

  /** Puts the clock forward to the next morning: shortly before the start, or after the machine has slept through it. */
  sleep(isThroughStart: boolean): void {
    const date = addDays(this.today, 1);
    const wakesAt = isThroughStart ? atIst(date, LATE) : new Date(atIst(date, START).getTime() - 2000);
    this.#parts.time.offset += wakesAt.getTime() - this.#now().getTime();
    // What stand-ins note down lies in the same memory and is not what is measured.
    (this.#parts.broker.log as unknown[]).length = 0;
    this.#parts.alerts.received.length = 0;
  }

  passCooldown(): void {
    this.#parts.time.offset += (COOLDOWN_SECONDS + 1) * 1000;
  }

  /** Holds the database as another program would, for as long as a login takes; a server cannot be held so. */
  async lockDatabase(milliseconds: number): Promise<void> {
    if (this.engine === 'POSTGRES') return;
    const other = new Sqlite(this.#file, { timeout: 2000 });
    other.exec('begin exclusive');
    await settle(milliseconds);
    other.exec('rollback');
    other.close();
  }

  /** Rows by table. */
  rows(): ReadonlyMap<string, number> {
    const { database } = this.#parts;
    const tables =
      this.engine === 'SQLITE'
        ? database.rows("select name from sqlite_master where type = 'table'")
        : database.rows("select tablename as name from pg_tables where schemaname = 'public'");
    return new Map(
      tables.map(({ name }) => [name, Number(database.rows(`select count(*) as n from "${name}"`)[0].n)]),
    );
  }

  databaseMb(): number {
    const { database } = this.#parts;
    if (this.engine === 'POSTGRES')
      return Number(database.rows('select pg_database_size(current_database()) as n')[0].n) / 1e6;
    return (sizeOf(this.#file) + sizeOf(`${this.#file}-wal`)) / 1e6;
  }

  spillKb(): number {
    return sizeOf(`${this.#file}.spill`) / 1e3;
  }

  files(): number {
    return readdirSync(this.#parts.directory, { recursive: true }).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#queueClock !== null) clearInterval(this.#queueClock);
    const { app, broker, alerts, directory } = this.#parts;
    await app[Symbol.asyncDispose]();
    await broker[Symbol.asyncDispose]();
    await alerts[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  }

  /** The queue goes by the clock of its server, which nobody puts forward. */
  #makeLooksDue(): void {
    this.#parts.database.change(
      'update graphile_worker._private_jobs set run_at = now() where run_at > now() and run_at <= ?::timestamptz',
      this.#now().toISOString(),
    );
  }

  get #file(): string {
    return path.join(this.#parts.directory, 'vega_trade.db');
  }

  #now(): Date {
    return new Date(Date.now() + this.#parts.time.offset);
  }
}

const sizeOf = (name: string): number => {
  try {
    return statSync(name).size;
  } catch {
    return 0;
  }
};
