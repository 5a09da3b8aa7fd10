import fc from 'fast-check';
import { expect, test } from 'vitest';
import { atIst, datesBetween, istDateOf, isWeekend } from '../../src/domain/calendar/ist-date.ts';
import { jitterMs } from '../../src/domain/schedule/jitter.ts';
import { Folder } from '../db/temporary-database.ts';
import { repetitions } from '../support/repetitions.ts';
import { type Desk, DeskProcess, HOLIDAYS_2026, SUNDAYS_2026 } from './simulated-desk.ts';

const MINUTE_MS = 60_000;
const ACCOUNTS = ['UPSTOX_01', 'UPSTOX_02'];
const FIRST = '2026-01-19';
const LAST = '2026-02-17';
const JITTER_SECONDS = 120;
const TRADING = datesBetween(FIRST, LAST).filter(
  (date) => SUNDAYS_2026.includes(date) || !(isWeekend(date) || HOLIDAYS_2026.includes(date)),
);

/** What happens to the machine of a desk between two looks at the clock. */
const happening = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('AWAKE' as const), minutes: fc.integer({ min: 1, max: 45 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('ASLEEP' as const),
      minutes: fc.integer({ min: 60, max: 2600 }),
    }),
  },
  // To the minute in which a start is due, where the next happening may be a restart.
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('TO_START' as const), minutes: fc.integer({ min: 0, max: 3 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('CLOCK' as const), minutes: fc.constantFrom(-60, 60) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('RESTART' as const), minutes: fc.integer({ min: 0, max: 1 }) }),
  },
);
type Happening = typeof happening extends fc.Arbitrary<infer One> ? One : never;

/** The wall clock after something has happened to the machine. */
const after = (now: Date, { kind, minutes }: Happening): Date => {
  if (kind === 'RESTART') return now;
  if (kind !== 'TO_START') return new Date(now.getTime() + minutes * MINUTE_MS);
  const today = atIst(istDateOf(now), '06:00');
  const next = today.getTime() + (now < today ? 0 : 24 * 60 * MINUTE_MS);
  return new Date(next + minutes * MINUTE_MS);
};

test('each occurrence comes once over 30 days of sleeps, changed clocks, restarts and two processes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 60, maxLength: 120 }), async (happenings) => {
      using folder = new Folder();
      const desk: Desk = { now: atIst(FIRST, '00:00'), obstacle: null, started: [] };
      const processes = [await DeskProcess.open(folder, desk), await DeskProcess.open(folder, desk)];
      try {
        const wish = { startAt: '06:00', jitterSeconds: JITTER_SECONDS, catchUpUntil: '09:00' };
        await processes[0]?.plan(ACCOUNTS, wish, atIst('2026-01-18', '23:00'));
        const look = async () => {
          await processes[0]?.refreshCalendar(desk.now);
          await Promise.all(processes.map(({ scheduler }) => scheduler.tick()));
        };
        for (const one of happenings) {
          if (one.kind === 'RESTART') {
            await processes[one.minutes]?.[Symbol.asyncDispose]();
            processes[one.minutes] = await DeskProcess.open(folder, desk);
          }
          desk.now = after(desk.now, one);
          if (desk.now > atIst(LAST, '23:00')) break;
          await look();
        }
        desk.now = atIst(LAST, '23:30');
        await look();
        await assertOnce(desk, processes);
      } finally {
        for (const process of processes) await process[Symbol.asyncDispose]();
      }
    }),
    { numRuns: repetitions(3, 25) },
  );
}, 300_000);

const assertOnce = async (desk: Desk, [process]: readonly DeskProcess[]): Promise<void> => {
  for (const accountId of ACCOUNTS) {
    const own = desk.started.filter((one) => one.accountId === accountId);
    const dates = own.map(({ at }) => istDateOf(at));
    expect(new Set(dates).size).toBe(dates.length);
    const decided = (await process?.occurrences(accountId)) ?? [];
    // Every trading day has become of something, and nothing else has.
    expect(decided.map(({ date }) => date)).toEqual(TRADING);
    expect(decided.filter(({ outcome }) => outcome === 'STARTED').map(({ date }) => date)).toEqual(
      [...dates].sort(),
    );
    for (const { at } of own) {
      const planned =
        atIst(istDateOf(at), '06:00').getTime() + jitterMs(accountId, istDateOf(at), JITTER_SECONDS);
      expect(at.getTime()).toBeGreaterThanOrEqual(planned);
      expect(at.getTime()).toBeLessThanOrEqual(atIst(istDateOf(at), '09:00').getTime());
      expect(at.getTime() - atIst(istDateOf(at), '00:00').getTime()).toBeGreaterThanOrEqual(
        3.5 * 60 * MINUTE_MS,
      );
    }
  }
};
