import { describe, expect, test } from 'vitest';
import { addDays, atIst, datesBetween, istDateOf, isWeekend } from '../../src/domain/calendar/ist-date.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import type { TokenCheck } from '../../src/domain/token/verdict.ts';
import { NothingToMake } from '../../src/services/generation/nothing-to-make.ts';
import { Folder } from '../db/temporary-database.ts';
import { type Desk, DeskProcess, HOLIDAYS_2026, SUNDAYS_2026 } from './simulated-desk.ts';

const ACCOUNT = 'UPSTOX_01';
const DAY = '2026-11-30';
const ON = { startAt: '06:00', jitterSeconds: 0, catchUpUntil: '09:00' } as const;

const UNKNOWN_PRIMARY: TokenCheck = {
  apiName: 'PRIMARY',
  verdict: 'UNKNOWN',
  timeValid: true,
  profileValid: null,
  reason: null,
  httpStatus: null,
};

const newDesk = (now: Date): Desk => ({ now, obstacle: null, started: [] });

const openPlanned = async (folder: Folder, desk: Desk, wish = {}) => {
  const process = await DeskProcess.open(folder, desk);
  await process.plan([ACCOUNT], { ...ON, ...wish }, atIst('2026-11-29', '12:00'));
  await process.refreshCalendar(desk.now);
  return process;
};

const outcomes = async (process: DeskProcess) =>
  (await process.occurrences(ACCOUNT)).map(({ date, outcome, reason }) => [date, outcome, reason]);

const at = (desk: Desk) =>
  desk.started.map(({ at: instant }) => new Date(instant.getTime() + 19_800_000).toISOString().slice(0, 16));

const tickAt = async (process: DeskProcess, desk: Desk, ...times: readonly string[]) => {
  for (const time of times) {
    desk.now = atIst(DAY, time);
    await process.scheduler.tick();
  }
};

describe('an occurrence', () => {
  test('starts at its time and never again on that day', async () => {
    using folder = new Folder();
    const desk = newDesk(atIst(DAY, '05:59'));
    await using process = await openPlanned(folder, desk);
    await tickAt(process, desk, '05:59', '06:00', '06:00', '06:01', '05:30', '06:30', '08:59', '23:00');
    expect(at(desk)).toEqual(['2026-11-30T06:00']);
    expect(await outcomes(process)).toEqual([[DAY, 'STARTED', null]]);
  });

  test('is made up for until its time is up, and is missed afterwards', async () => {
    using folder = new Folder();
    const desk = newDesk(atIst(DAY, '08:59'));
    await using process = await openPlanned(folder, desk);
    await tickAt(process, desk, '08:59');
    expect(at(desk)).toEqual(['2026-11-30T08:59']);
    desk.now = atIst('2026-12-01', '09:01');
    await process.scheduler.tick();
    desk.now = atIst('2026-12-01', '06:30');
    await process.scheduler.tick();
    expect(at(desk)).toHaveLength(1);
    expect((await outcomes(process)).at(-1)).toEqual([
      '2026-12-01',
      'MISSED',
      'vega-auth was not running, or the machine was asleep.',
    ]);
  });

  test('that was before the schedule was saved does not start', async () => {
    using folder = new Folder();
    const desk = newDesk(atIst(DAY, '07:00'));
    await using process = await DeskProcess.open(folder, desk);
    await process.plan([ACCOUNT], ON, atIst(DAY, '06:30'));
    await tickAt(process, desk, '07:00', '09:30');
    expect([desk.started, await outcomes(process)]).toEqual([[], []]);
    expect(await process.schedules.next(ACCOUNT, desk.now)).toEqual({
      startAt: atIst('2026-12-01', '06:00'),
      occurrenceDate: '2026-12-01',
    });
  });

  test('of a schedule that is off does not start, and is not missed', async () => {
    using folder = new Folder();
    const desk = newDesk(atIst(DAY, '06:00'));
    await using process = await openPlanned(folder, desk, { enabled: false });
    await tickAt(process, desk, '06:00', '10:00');
    expect([desk.started, await outcomes(process)]).toEqual([[], []]);
    expect(await process.schedules.next(ACCOUNT, desk.now)).toBeNull();
  });

  test('is not decided by a removed and renewed schedule a second time', async () => {
    using folder = new Folder();
    const desk = newDesk(atIst(DAY, '06:00'));
    await using process = await openPlanned(folder, desk);
    await tickAt(process, desk, '06:00');
    const account = {
      ...{ id: ACCOUNT, number: 1, name: '', brokerUserId: null },
      isActive: true,
      redirectUri: null,
    };
    expect(await process.schedules.remove(account)).toBe(true);
    expect(await process.schedules.remove(account)).toBe(false);
    await process.plan([ACCOUNT], { ...ON, startAt: '06:10' }, atIst('2026-11-29', '12:00'));
    await tickAt(process, desk, '06:11');
    expect(desk.started).toHaveLength(1);
  });

  test('waits while time heals what stands in the way, and starts when it has', async () => {
    using folder = new Folder();
    const desk = newDesk(atIst(DAY, '06:00'));
    desk.obstacle = new Refusal('COOLDOWN', 'The broker needs rest.', 'Wait.');
    await using process = await openPlanned(folder, desk);
    await tickAt(process, desk, '06:00', '06:01', '06:02');
    expect(await outcomes(process)).toEqual([]);
    desk.obstacle = null;
    await tickAt(process, desk, '06:03');
    expect(at(desk)).toEqual(['2026-11-30T06:03']);
  });

  test('is missed with the reason of its wait', async () => {
    using folder = new Folder();
    const desk = newDesk(atIst(DAY, '06:00'));
    desk.obstacle = new NothingToMake([UNKNOWN_PRIMARY]);
    await using process = await openPlanned(folder, desk);
    await tickAt(process, desk, '06:00', '09:01');
    expect(await outcomes(process)).toEqual([
      [DAY, 'MISSED', 'The broker does not say whether PRIMARY still works.'],
    ]);
    expect(
      folder.raw((connection) =>
        connection.prepare('select kind, account_id, title from vega_alerts').raw().all(),
      ),
    ).toEqual([['MISSED', ACCOUNT, `${ACCOUNT}: the scheduled start of ${DAY} was missed`]]);
  });

  test('calls only what the broker does not tell of not known, and ends where that is nothing', async () => {
    using folder = new Folder();
    const desk = newDesk(atIst(DAY, '06:00'));
    const dead = { ...UNKNOWN_PRIMARY, apiName: 'WEBSOCKET1', verdict: 'INVALID' } as const;
    desk.obstacle = new NothingToMake([UNKNOWN_PRIMARY, dead]);
    await using process = await openPlanned(folder, desk);
    await tickAt(process, desk, '06:00', '09:01');
    expect(await outcomes(process)).toEqual([
      [DAY, 'MISSED', 'The broker does not say whether PRIMARY still works.'],
    ]);
    using other = new Folder();
    const deadDesk = newDesk(atIst(DAY, '06:00'));
    deadDesk.obstacle = new NothingToMake([dead]);
    await using second = await openPlanned(other, deadDesk);
    await tickAt(second, deadDesk, '06:00');
    expect(await outcomes(second)).toEqual([[DAY, 'REFUSED', 'No login makes the token of WEBSOCKET1.']]);
  });

  test('ends with a refusal that time does not heal', async () => {
    using folder = new Folder();
    const desk = newDesk(atIst(DAY, '06:00'));
    desk.obstacle = new Refusal('QUARANTINED', 'The broker rejected the credentials.', 'Look at it.');
    await using process = await openPlanned(folder, desk);
    await tickAt(process, desk, '06:00');
    desk.obstacle = null;
    await tickAt(process, desk, '06:05');
    expect(desk.started).toEqual([]);
    expect(await outcomes(process)).toEqual([
      [DAY, 'REFUSED', 'QUARANTINED: The broker rejected the credentials.'],
    ]);
  });

  test('needs no run where every token is valid', async () => {
    using folder = new Folder();
    const desk = newDesk(atIst(DAY, '06:00'));
    desk.obstacle = new NothingToMake([
      {
        apiName: 'PRIMARY',
        verdict: 'VALID',
        timeValid: true,
        profileValid: true,
        reason: null,
        httpStatus: 200,
      },
    ]);
    await using process = await openPlanned(folder, desk);
    await tickAt(process, desk, '06:00', '06:05');
    expect(await outcomes(process)).toEqual([[DAY, 'NOTHING_TO_DO', 'Every token is valid.']]);
  });
});

test('in 2026 a start comes on every trading day, two Sundays among them, and every holiday is quiet', async () => {
  using folder = new Folder();
  const desk = newDesk(atIst('2026-01-01', '00:00'));
  await using process = await DeskProcess.open(folder, desk);
  await process.plan([ACCOUNT], ON, atIst('2025-12-31', '12:00'));
  const days = datesBetween('2026-01-01', '2026-12-31');
  for (const date of days) {
    desk.now = atIst(date, '05:00');
    await process.refreshCalendar(desk.now);
    for (const time of ['05:59', '06:00', '06:01']) {
      desk.now = atIst(date, time);
      await process.scheduler.tick();
    }
  }
  const trading = days.filter(
    (date) => SUNDAYS_2026.includes(date) || !(isWeekend(date) || HOLIDAYS_2026.includes(date)),
  );
  expect(desk.started.map(({ at: instant }) => istDateOf(instant))).toEqual(trading);
  expect(trading).toContain(addDays('2026-10-31', 8));
}, 120_000);

test('what was decided before the clock was set back is known afterwards', async () => {
  using folder = new Folder();
  const desk = newDesk(atIst(DAY, '06:00'));
  await using process = await openPlanned(folder, desk);
  await tickAt(process, desk, '06:00');
  const dates = async (now: Date) => [...(await process.schedules.decided(ACCOUNT, now))];
  expect(await dates(atIst('2027-06-01', '06:00'))).toEqual([]);
  expect(await dates(atIst(DAY, '07:00'))).toEqual([DAY]);
  expect(await dates(atIst('2026-12-01', '07:00'))).toEqual([DAY]);
});
