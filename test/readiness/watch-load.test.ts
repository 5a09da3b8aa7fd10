import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ensureAccount } from '../../src/db/queries/accounts.ts';
import type { EventPayload } from '../../src/domain/events/event.ts';
import { forecastIn } from '../../src/domain/report/audit-facts.ts';
import { loginRole } from '../../src/domain/role/role.ts';
import { createLogger } from '../../src/log.ts';
import { Audit } from '../../src/services/audit/audit.ts';
import { ReadinessWatch } from '../../src/services/readiness/readiness-watch.ts';
import { Folder } from '../db/temporary-database.ts';
import { BELL, inMinutes, NOW } from './account-facts.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

type Database = Awaited<ReturnType<Folder['open']>>;

/** One process's watch over one account, whose calendar a test holds up. Nothing makes its tokens. */
const watchOf = (database: Database) => {
  const desk = { reads: 0, now: NOW, held: Promise.resolve(), toMake: true };
  const published: string[] = [];
  const transient: string[] = [];
  let listener: (payload: EventPayload) => void = () => undefined;
  const note = (list: string[]) => (_accountId: string, payload: EventPayload) => {
    if (payload.kind === 'READINESS') list.push(payload.readiness.verdict);
  };
  const role = loginRole({ apiName: 'PRIMARY', clientId: 'client' });
  const token = { validUntil: null, claims: { expiresAt: inMinutes(600) } };
  const state = { run: null, blockedBy: null, headline: '', nextAction: '', cooldown: { until: null } };
  const watch = new ReadinessWatch({
    database,
    verifier: {
      lastKnown: async () => [{ role, token, check: { verdict: desk.toMake ? 'MISSING' : 'VALID' } }],
    },
    roles: { list: async () => [role] },
    probes: { read: async () => [] },
    credentials: { sourceOf: () => 'ENV' },
    runs: { last: async () => [], awaitsBrowser: () => false },
    states: {
      record: async () => ({ isLoggedOut: false, acceptedUntil: null }),
      read: async () => state,
      ready: async () => !desk.toMake,
    },
    generation: { queuePosition: () => null, canGoOnAt: () => null },
    calendar: {
      nextBell: async () => {
        desk.reads += 1;
        await desk.held;
        return { at: BELL, session: { closesAt: null, date: '2026-11-23' }, certain: true };
      },
    },
    schedules: { next: async () => null },
    events: {
      onPublished: (heard: typeof listener) => {
        listener = heard;
        return () => undefined;
      },
      publish: note(published),
      publishTransient: note(transient),
    },
    audit: new Audit(database, () => desk.now),
    log: createLogger('silent'),
    ...{ otpSpacingMs: 165_000, loginRateMs: 10_000, cooldownMs: 660_000, clock: () => desk.now },
  } as never);
  return { watch, desk, published, transient, happen: () => listener({ kind: 'TOKEN' } as never) };
};

const openWithAccount = async (folder: Folder) => {
  const database = await folder.open();
  await database.write((trx) => ensureAccount(trx, { id: 'UPSTOX_01', number: 1 }, NOW));
  return database;
};

/** The verdicts in the audit. */
const auditedIn = (folder: Folder): readonly unknown[] =>
  folder.raw((connection) =>
    connection
      .prepare<[], { message: string }>(
        "select message from vega_audit_entries where kind = 'FORECAST' order by sequence",
      )
      .all()
      .map(({ message }) => forecastIn(message)?.verdict),
  );

/** Holds the watch's forecasts up until it is called. */
const hold = (desk: { held: Promise<void> }): (() => void) => {
  let release: () => void = () => undefined;
  desk.held = new Promise((resolve) => {
    release = resolve;
  });
  return release;
};

test('happenings during a forecast make one more forecast, not one each', async () => {
  using folder = new Folder();
  await using database = await openWithAccount(folder);
  const { watch, desk, happen } = watchOf(database);
  await using _watch = watch;
  watch.begin();
  const release = hold(desk);
  await vi.advanceTimersByTimeAsync(600);
  await vi.waitUntil(() => desk.reads === 1);
  for (let index = 0; index < 20; index += 1) {
    happen();
    await vi.advanceTimersByTimeAsync(600);
  }
  release();
  await watch[Symbol.asyncDispose]();
  // The look for today's bell, once in each forecast.
  expect(desk.reads).toBe(2);
});

test('those who ask before a forecast begins share it', async () => {
  using folder = new Folder();
  await using database = await openWithAccount(folder);
  const { watch, desk } = watchOf(database);
  await using _watch = watch;
  const release = hold(desk);
  const first = watch.desk();
  await vi.waitUntil(() => desk.reads === 1);
  const others = Array.from({ length: 20 }, () => watch.desk());
  desk.now = inMinutes(1);
  release();
  expect((await first)[0]?.verdict).toBe('AT_RISK');
  for (const [readiness] of await Promise.all(others)) expect(readiness?.computedAt).toEqual(inMinutes(1));
  expect(desk.reads).toBe(2);
});

test('a turn of the verdict is kept once in the sequence of events, whichever process sees it first', async () => {
  using folder = new Folder();
  await using database = await openWithAccount(folder);
  await using other = await folder.open();
  const processes = [watchOf(database), watchOf(other)];
  for (const { watch } of processes) watch.begin();
  await vi.advanceTimersByTimeAsync(600);
  await vi.waitUntil(() => processes.every(({ transient }) => transient.length === 1));
  for (const { desk } of processes) desk.toMake = false;
  await vi.advanceTimersByTimeAsync(5000);
  await vi.waitUntil(() => processes.every((one) => one.transient.length + one.published.length === 2));
  expect(processes.flatMap(({ published }) => published)).toEqual(['READY']);
  for (const { watch } of processes) await watch[Symbol.asyncDispose]();
  expect(auditedIn(folder)).toEqual(['AT_RISK', 'READY']);
});

test('a turn that a restarted process sees first is kept in the sequence of events', async () => {
  using folder = new Folder();
  await using database = await openWithAccount(folder);
  await using other = await folder.open();
  const first = watchOf(database);
  await using _first = first.watch;
  first.watch.begin();
  await vi.advanceTimersByTimeAsync(600);
  await vi.waitUntil(() => first.transient.length === 1);
  first.desk.toMake = false;
  const restarted = watchOf(other);
  await using _restarted = restarted.watch;
  restarted.desk.toMake = false;
  restarted.watch.begin();
  await vi.advanceTimersByTimeAsync(600);
  await vi.waitUntil(() => restarted.transient.length + restarted.published.length === 1);
  first.happen();
  await vi.advanceTimersByTimeAsync(600);
  await vi.waitUntil(() => first.transient.length + first.published.length === 2);
  expect([...first.published, ...restarted.published]).toEqual(['READY']);
  await first.watch[Symbol.asyncDispose]();
  await restarted.watch[Symbol.asyncDispose]();
  expect(auditedIn(folder)).toEqual(['AT_RISK', 'READY']);
});

test('a forecast of the evening is written into the audit when its morning begins', async () => {
  using folder = new Folder();
  await using database = await openWithAccount(folder);
  const { watch, desk, transient } = watchOf(database);
  await using _watch = watch;
  // 23:00 IST of the day before, and 03:31 of the day.
  desk.now = inMinutes(-540);
  desk.toMake = false;
  watch.begin();
  await vi.waitUntil(() => transient.length === 1);
  await watch.desk();
  expect(auditedIn(folder)).toEqual([]);
  desk.now = inMinutes(-269);
  await vi.advanceTimersByTimeAsync(10_000);
  await vi.waitUntil(() => auditedIn(folder).length === 1);
  expect(auditedIn(folder)).toEqual(['READY']);
});

test('a forecast that cannot be kept is published', async () => {
  using folder = new Folder();
  await using database = await openWithAccount(folder);
  await database.write((trx) => trx.schema.dropTable('vega_readiness').execute());
  const { watch, desk, published, transient } = watchOf(database);
  await using _watch = watch;
  watch.begin();
  await vi.advanceTimersByTimeAsync(600);
  await vi.waitUntil(() => transient.length === 1);
  desk.toMake = false;
  await vi.advanceTimersByTimeAsync(5000);
  await vi.waitUntil(() => published.length === 1);
  expect(published).toEqual(['READY']);
});
