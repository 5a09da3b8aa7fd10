import { expect, test } from 'vitest';
import { atIst } from '../../src/domain/calendar/ist-date.ts';
import { openTestApp, type TestApp, type TestAppOptions, until } from '../support/test-app.ts';

const DAY = '2026-11-30';

/** A desk whose wall clock, and the broker's, a test sets; it goes on by itself from there. */
const openDesk = async (time: string, options: TestAppOptions = {}) => {
  let ahead = atIst(DAY, time).getTime() - Date.now();
  const now = () => Date.now() + ahead;
  const testApp = await openTestApp({
    apis: 1,
    ...options,
    clock: () => new Date(now()),
    simulator: { now, ...options.simulator },
  });
  const set = (to: string) => {
    ahead = atIst(DAY, to).getTime() - Date.now();
  };
  return { testApp, set, tick: () => testApp.app.services.scheduler.tick() };
};

const save = (testApp: TestApp, more = {}) =>
  testApp.client.saveSchedule({ input: { jitterSeconds: 0, catchUpUntil: '09:00', ...more } });

const lastOf = async (testApp: TestApp) => (await testApp.client.schedule())?.lastOccurrence;

const ended = async (testApp: TestApp) =>
  until('the end of the run', async () => {
    const { run } = await testApp.client.authState();
    return run !== null && run.endedAt !== null;
  });

test('at its time the schedule makes what is missing, once, and a cron run on the same day is an empty one', async () => {
  const { testApp, set, tick } = await openDesk('05:30');
  await using _ = testApp;
  await testApp.client.refreshTradingCalendar();
  expect(await save(testApp)).toMatchObject({
    accountId: 'UPSTOX_01',
    enabled: true,
    startAt: '06:00',
    days: 'TRADING_DAYS',
    exchanges: ['NSE', 'BSE'],
    nextOccurrence: '2026-11-30T00:30:00.000Z',
    lastOccurrence: null,
  });
  await tick();
  expect(await testApp.client.generationRuns({ first: 5 })).toEqual([]);
  set('06:00');
  await Promise.all([tick(), tick()]);
  await ended(testApp);
  const [run] = await testApp.client.generationRuns({ first: 5 });
  expect(run).toMatchObject({ mode: 'INVALID_ONLY', status: 'COMPLETED' });
  expect(await lastOf(testApp)).toMatchObject({ date: DAY, outcome: 'STARTED', runId: run?.id });
  set('06:05');
  await tick();
  expect((await testApp.generate('mode: INVALID_ONLY')).steps).toEqual([]);
  await tick();
  expect(await testApp.client.generationRuns({ first: 5 })).toHaveLength(2);
  expect(testApp.broker.log.filter(({ kind }) => kind === 'PIN')).toHaveLength(1);
  expect((await testApp.client.schedule())?.nextOccurrence).toBe('2026-12-01T00:30:00.000Z');
  expect(
    testApp.rows(
      "select message from vega_audit_entries where kind like 'SCHEDULE%' or kind like 'OCCURRENCE%' order by sequence",
    ),
  ).toEqual([
    { message: 'Schedule saved, on: 06:00 IST, TRADING_DAYS.' },
    { message: 'Schedule of 2026-11-30: STARTED.' },
  ]);
});

test('where a cron run came first there is nothing to do, and no run', async () => {
  const { testApp, set, tick } = await openDesk('05:30');
  await using _ = testApp;
  await save(testApp);
  expect((await testApp.generate('mode: INVALID_ONLY')).status).toBe('COMPLETED');
  set('06:00');
  await tick();
  expect(await lastOf(testApp)).toMatchObject({ outcome: 'NOTHING_TO_DO', runId: null });
  expect(await testApp.client.generationRuns({ first: 5 })).toHaveLength(1);
});

test('a logout of today is not undone, and no run opens the gate again', async () => {
  const { testApp, set, tick } = await openDesk('05:30');
  await using _ = testApp;
  await save(testApp);
  expect((await testApp.generate('mode: INVALID_ONLY')).status).toBe('COMPLETED');
  await testApp.client.logout();
  set('06:00');
  await tick();
  expect(await lastOf(testApp)).toMatchObject({
    outcome: 'REFUSED',
    reason: 'The operator has logged out today.',
  });
  expect([await testApp.client.ready(), (await testApp.client.authState()).state]).toEqual([false, 'IDLE']);
});

test('a run of today that needs a person is not tried again by itself', async () => {
  const { testApp, set, tick } = await openDesk('05:30', { simulator: { scenario: 'page-changed' } });
  await using _ = testApp;
  await save(testApp);
  expect((await testApp.generate('mode: INVALID_ONLY')).status).toBe('STOPPED');
  set('06:00');
  await tick();
  expect(await lastOf(testApp)).toMatchObject({
    outcome: 'REFUSED',
    reason: 'A run of today needs a person (PAGE_CHANGED).',
  });
  expect(await testApp.client.generationRuns({ first: 5 })).toHaveLength(1);
});

test('a broker that does not say whether a token works is waited for, and nothing is said to be done', async () => {
  const { testApp, set, tick } = await openDesk('05:30');
  await using _ = testApp;
  await save(testApp);
  expect((await testApp.generate('mode: INVALID_ONLY')).status).toBe('COMPLETED');
  testApp.broker.faults.profile = 'server-error';
  set('06:00');
  await tick();
  expect(await lastOf(testApp)).toBeNull();
  testApp.broker.faults.profile = 'none';
  set('06:02');
  await tick();
  expect(await lastOf(testApp)).toMatchObject({ outcome: 'NOTHING_TO_DO' });
});

test('a schedule is changed in part, refused in words, and removed', async () => {
  const { testApp } = await openDesk('05:30');
  await using _ = testApp;
  const { client } = testApp;
  expect(await client.schedule()).toBeNull();
  await save(testApp, { minutesBeforeBell: 90, exchanges: ['MCX'] });
  expect(await client.saveSchedule({ input: { enabled: false } })).toMatchObject({
    enabled: false,
    startAt: null,
    minutesBeforeBell: 90,
    exchanges: ['MCX'],
    nextOccurrence: null,
  });
  await expect(save(testApp, { startAt: '02:00' })).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    message: 'startAt is not before 03:30: tokens made before it end at 03:30.',
  });
  expect([await client.removeSchedule(), await client.removeSchedule(), await client.schedule()]).toEqual([
    true,
    false,
    null,
  ]);
});
