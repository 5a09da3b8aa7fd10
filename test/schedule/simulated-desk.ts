import { randomUUID } from 'node:crypto';
import { BrokerApi } from '../../src/broker/api/broker-api.ts';
import { ensureAccount } from '../../src/db/queries/accounts.ts';
import { storeFetchedDays } from '../../src/db/queries/calendar.ts';
import { insertRun } from '../../src/db/queries/generation-runs.ts';
import { findOccurrences, saveSchedule } from '../../src/db/queries/schedules.ts';
import type { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import { atIst, istDateOf } from '../../src/domain/calendar/ist-date.ts';
import type { GenerationRun } from '../../src/domain/run/generation-run.ts';
import type { Occurrence } from '../../src/domain/schedule/schedule.ts';
import { type ScheduleWish, toSchedule } from '../../src/domain/schedule/schedule-rules.ts';
import { createLogger } from '../../src/log.ts';
import { Audit } from '../../src/services/audit/audit.ts';
import { TradingCalendar } from '../../src/services/calendar/trading-calendar.ts';
import type { GenerationWay } from '../../src/services/generation/run-starter.ts';
import { Runs } from '../../src/services/runs/runs.ts';
import { Scheduler } from '../../src/services/schedule/scheduler.ts';
import { Schedules } from '../../src/services/schedule/schedules.ts';
import type { Folder } from '../db/temporary-database.ts';

const QUIET = createLogger('silent');

/** A run that the stand-in of the generation has started. */
export interface StartedRun {
  readonly accountId: string;
  readonly at: Date;
}

/** What a test turns: the wall clock of the machine, and what the generation throws. */
export interface Desk {
  now: Date;
  /** Thrown in place of a start. */
  obstacle: Error | null;
  readonly started: StartedRun[];
}

/** One process with a scheduler on a real database. Its runs are stored as the program stores them, and end at once. */
export class DeskProcess implements AsyncDisposable {
  readonly scheduler: Scheduler;
  readonly schedules: Schedules;
  readonly calendar: TradingCalendar;
  readonly #database: SqliteDatabase;

  private constructor(database: SqliteDatabase, desk: Desk) {
    this.#database = database;
    const clock = () => desk.now;
    const audit = new Audit(database, clock);
    // Nobody listens there: the calendar of these tests is in the database.
    const api = new BrokerApi('http://127.0.0.1:9');
    const common = { database, audit, clock, api, profileTimeoutMs: 50, log: QUIET };
    this.calendar = new TradingCalendar(common);
    this.schedules = new Schedules({ ...common, calendar: this.calendar });
    this.scheduler = new Scheduler({
      ...common,
      calendar: this.calendar,
      schedules: this.schedules,
      apiConfigs: { list: async () => [] },
      runs: new Runs(database),
      generation: { generate: (account, _configs, _request, way) => start(database, desk, account.id, way) },
    });
  }

  static async open(folder: Folder, desk: Desk): Promise<DeskProcess> {
    return new DeskProcess(await folder.open(), desk);
  }

  /** Stores accounts with the same schedule. */
  async plan(accountIds: readonly string[], wish: ScheduleWish, savedAt: Date): Promise<void> {
    await this.#database.write(async (transaction) => {
      for (const [index, id] of accountIds.entries()) {
        await ensureAccount(transaction, { id, number: index + 1 }, savedAt);
        await saveSchedule(transaction, toSchedule(id, wish, savedAt));
      }
    });
  }

  /** Has the broker say that it is as the exchanges have published, so that no day is too old. */
  async refreshCalendar(now: Date): Promise<void> {
    await this.#database.write((transaction) =>
      storeFetchedDays(transaction, `LIST ${istDateOf(now).slice(0, 4)}` as 'LIST 2026', CLOSED_2026, now),
    );
  }

  occurrences(accountId: string): Promise<readonly Occurrence[]> {
    return findOccurrences(this.#database.read, accountId, '2000-01-01');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.scheduler[Symbol.asyncDispose]();
    await this.#database[Symbol.asyncDispose]();
  }
}

const start = async (
  database: SqliteDatabase,
  desk: Desk,
  accountId: string,
  { onStore }: GenerationWay = {},
): Promise<GenerationRun> => {
  if (desk.obstacle !== null) throw desk.obstacle;
  const run: GenerationRun = {
    ...{ id: randomUUID(), accountId, mode: 'INVALID_ONLY', status: 'COMPLETED' },
    ...{ startedAt: desk.now, endedAt: desk.now, waitingUntil: null, steps: [] },
  };
  await database.write(async (transaction) => {
    await insertRun(transaction, run, { id: process.pid, birth: null });
    await onStore?.(transaction, run);
  });
  desk.started.push({ accountId, at: desk.now });
  return run;
};

const ELECTION = '2026-01-15';
/** The days of 2026 on which NSE and BSE are closed. */
export const HOLIDAYS_2026: readonly string[] = [
  ...[ELECTION, '2026-01-26', '2026-03-03', '2026-03-26', '2026-03-31', '2026-04-03', '2026-04-14'],
  ...['2026-05-01', '2026-05-28', '2026-06-26', '2026-09-14', '2026-10-02', '2026-10-20', '2026-11-10'],
  ...['2026-11-24', '2026-12-25'],
];
export const SUNDAYS_2026: readonly string[] = ['2026-02-01', '2026-11-08'];

const CLOSED_2026 = (['NSE', 'BSE'] as const).flatMap((exchange) => [
  ...HOLIDAYS_2026.map((date) => ({
    ...{ date, exchange, says: 'CLOSED' as const, opensAt: null, closesAt: null, description: null },
  })),
  ...SUNDAYS_2026.map((date) => ({
    ...{ date, exchange, says: 'OPEN' as const, description: null },
    opensAt: atIst(date, '09:15'),
    closesAt: atIst(date, '15:30'),
  })),
]);
