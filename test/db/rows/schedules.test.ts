import { describe, expect, test } from 'vitest';
import {
  deleteSchedule,
  findLastOccurrence,
  findOccurrences,
  findSchedules,
  insertOccurrence,
  saveSchedule,
} from '../../../src/db/queries/schedules.ts';
import type { Occurrence, Schedule } from '../../../src/domain/schedule/schedule.ts';
import { ENGINES, openRows } from '../engines.ts';

const AT = new Date('2026-11-17T20:00:05.250+05:30');

const schedule = (accountId: string, parts: Partial<Schedule> = {}): Schedule => ({
  accountId,
  enabled: true,
  startAt: '06:30',
  minutesBeforeBell: null,
  jitterSeconds: 90,
  days: 'TRADING_DAYS',
  catchUpUntil: '09:00',
  bell: { exchanges: ['NSE', 'MCX'], leadMinutes: 15 },
  savedAt: AT,
  ...parts,
});

const occurrence = (date: string, parts: Partial<Occurrence> = {}): Occurrence => ({
  ...{ accountId: 'UPSTOX_01', date, plannedAt: AT, at: AT, outcome: 'STARTED', runId: 'run', reason: null },
  ...parts,
});

describe.each(ENGINES)('%s', (engine) => {
  test('a schedule is found as it was saved last, in the order of the accounts’ ids', async () => {
    await using database = await openRows(engine);
    const relative = { enabled: false, startAt: null, minutesBeforeBell: 120, days: 'EVERY_DAY' } as const;
    await database.write(async (trx) => {
      for (const one of [
        schedule('b'),
        schedule('a_1'),
        schedule('B'),
        schedule('a1'),
        schedule('b', relative),
      ])
        await saveSchedule(trx, one);
    });
    expect(await findSchedules(database.read)).toEqual([
      ...[schedule('B'), schedule('a1'), schedule('a_1'), schedule('b', relative)],
    ]);
  });

  test('each day is decided once, also after the schedule was made anew', async () => {
    await using database = await openRows(engine);
    const decide = (one: Occurrence) => database.write((trx) => insertOccurrence(trx, one));
    const remove = () => database.write((trx) => deleteSchedule(trx, 'UPSTOX_01'));
    await database.write((trx) => saveSchedule(trx, schedule('UPSTOX_01')));
    const missed = occurrence('2026-11-18', { outcome: 'MISSED', runId: null, reason: 'asleep' });
    expect([await decide(missed), await decide(occurrence('2026-11-18'))]).toEqual([true, false]);
    expect([await remove(), await remove()]).toEqual([true, false]);
    expect(await decide(occurrence('2026-11-18'))).toBe(false);
    expect(await decide(occurrence('2026-11-18', { accountId: 'UPSTOX_02' }))).toBe(true);
    expect(await findLastOccurrence(database.read, 'UPSTOX_01')).toEqual(missed);
  });

  test('occurrences come from a day on, the oldest first', async () => {
    await using database = await openRows(engine);
    expect(await findLastOccurrence(database.read, 'UPSTOX_01')).toBeNull();
    for (const date of ['2026-12-01', '2026-11-19', '2026-11-18', '2026-11-17'])
      await database.write((trx) => insertOccurrence(trx, occurrence(date)));
    const found = await findOccurrences(database.read, 'UPSTOX_01', '2026-11-18');
    expect(found.map(({ date }) => date)).toEqual(['2026-11-18', '2026-11-19', '2026-12-01']);
    expect((await findLastOccurrence(database.read, 'UPSTOX_01'))?.date).toBe('2026-12-01');
  });
});
