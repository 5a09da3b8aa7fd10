import { afterEach, expect, test, vi } from 'vitest';
import { PostgresDatabase } from '../../../src/db/postgres/postgres-database.ts';
import { type LocalClocks, ServerClock } from '../../../src/db/postgres/server-clock.ts';
import { IST } from '../../../src/domain/wall-time.ts';
import { openFolder } from '../../support/folder.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { until } from '../../support/test-app.ts';

const HOUR_MS = 3_600_000;
const WALL = Date.parse('2026-11-17T09:00:00+05:30');

/** The clocks of a machine, turned by hand; `server` is the right time. */
const openMachine = () => {
  const local = { monotonic: 5000, wall: WALL - 600_000, sinceBoot: 70_000 };
  let [server, jumps] = [WALL, 0];
  const clocks: LocalClocks = {
    monotonic: () => local.monotonic,
    wall: () => local.wall,
    sinceBoot: () => local.sinceBoot,
  };
  const clock = new ServerClock(clocks);
  clock.onJump = () => {
    jumps += 1;
  };
  return {
    clock,
    jumps: () => jumps,
    errorMs: () => clock.now().getTime() - server,
    read: (waitMs = 0, sleptMs = 0) => {
      const asked = clock.moment();
      const shown = server;
      local.monotonic += waitMs;
      for (const name of ['wall', 'sinceBoot'] as const) local[name] += waitMs + sleptMs;
      server += waitMs + sleptMs;
      clock.note(shown, asked);
    },
    wait: (milliseconds: number) => {
      server += milliseconds;
      for (const name of ['monotonic', 'wall', 'sinceBoot'] as const) local[name] += milliseconds;
    },
    sleep: (milliseconds: number) => {
      server += milliseconds;
      for (const name of ['wall', 'sinceBoot'] as const) local[name] += milliseconds;
    },
    setWall: (milliseconds: number) => {
      local.wall += milliseconds;
    },
  };
};

test('a local clock that is ten minutes off does not matter, nor when it is set', () => {
  const machine = openMachine();
  machine.read();
  machine.wait(HOUR_MS);
  expect([machine.errorMs(), machine.jumps()]).toEqual([0, 0]);
  machine.setWall(600_000);
  expect([machine.errorMs(), machine.jumps()]).toEqual([0, 1]);
  machine.setWall(-1_200_000);
  expect([machine.errorMs(), machine.jumps()]).toEqual([0, 2]);
  expect([machine.errorMs(), machine.jumps()]).toEqual([0, 2]);
});

test('the time that a machine sleeps counts at once, and the server is asked', () => {
  const machine = openMachine();
  machine.read();
  machine.wait(1000);
  machine.sleep(HOUR_MS);
  expect([machine.errorMs(), machine.jumps()]).toEqual([0, 1]);
  machine.wait(1000);
  machine.sleep(HOUR_MS);
  expect([machine.errorMs(), machine.jumps()]).toEqual([0, 2]);
});

test('a machine that sleeps while its clock is set counts what it has slept', () => {
  const machine = openMachine();
  machine.read();
  machine.sleep(HOUR_MS);
  machine.setWall(600_000);
  expect([machine.errorMs(), machine.jumps()]).toEqual([0, 1]);
});

test('an answer that took long, or that was slept through, says nothing; the first one after a jump does', () => {
  const machine = openMachine();
  machine.read(4000);
  expect(machine.errorMs()).toBe(-2000);
  machine.read(3000);
  expect(machine.errorMs()).toBe(-2000);
  machine.read();
  expect(machine.errorMs()).toBe(0);
  machine.read(10, HOUR_MS);
  expect(machine.errorMs()).toBe(0);
  machine.read(3000);
  expect(machine.errorMs()).toBe(-1500);
});

test('how old the last answer is can be asked, and none counts after a jump', () => {
  const machine = openMachine();
  expect(machine.clock.ageMs).toBe(Number.POSITIVE_INFINITY);
  machine.read();
  machine.wait(2000);
  expect(machine.clock.ageMs).toBe(2000);
  machine.setWall(1000);
  expect(machine.clock.ageMs).toBe(Number.POSITIVE_INFINITY);
});

afterEach(() => {
  vi.restoreAllMocks();
});

const openDatabase = async (folder: string) => {
  const url = await (await sharedPostgres()).createDatabase();
  return PostgresDatabase.open({ url, zone: IST, masterKey: { folder, given: [] } });
};

const rightly = { performance: performance.now.bind(performance), date: Date.now.bind(Date) };

/** From now on the clocks lag by so many hours. */
const holdBack = (hours: number, { isWallHeld }: { isWallHeld: boolean }): void => {
  vi.spyOn(performance, 'now').mockImplementation(() => rightly.performance() - hours * HOUR_MS);
  if (isWallHeld) vi.spyOn(Date, 'now').mockImplementation(() => rightly.date() - hours * HOUR_MS);
};

const errorMsOf = (database: PostgresDatabase): number =>
  Math.abs(database.clock().getTime() - rightly.date());

test('a machine that has slept for an hour knows it before it has asked', async () => {
  using folder = openFolder();
  await using database = await openDatabase(folder.directory);
  holdBack(1, { isWallHeld: false });
  expect(errorMsOf(database)).toBeLessThan(5000);
});

test('a machine that was held, which none of its clocks shows, reads the time with what it reads, and soon by itself', async () => {
  using folder = openFolder();
  await using database = await openDatabase(folder.directory);
  holdBack(1, { isWallHeld: true });
  expect(errorMsOf(database)).toBeGreaterThan(HOUR_MS - 5000);
  await database.cached('anything', async () => 1);
  expect(errorMsOf(database)).toBeLessThan(5000);
  vi.restoreAllMocks();
  expect(errorMsOf(database)).toBeGreaterThan(HOUR_MS - 5000);
  await until('the right time', () => errorMsOf(database) < 5000);
});
