import { describe, expect, test } from 'vitest';
import { Heap } from '../../src/domain/readiness/heap.ts';
import { LikeDays } from '../../src/domain/readiness/like-days.ts';
import { LoginPool } from '../../src/domain/readiness/login-pool.ts';
import type { MeasuredLogin } from '../../src/domain/readiness/measured-login.ts';
import { drawPrior, drawPriorFailure } from '../../src/domain/readiness/prior-logins.ts';
import { seededRandom } from '../../src/domain/readiness/random-source.ts';
import { NOW } from './account-facts.ts';

/** Gives these numbers one after the other. */
const numbers = (...all: readonly number[]) => {
  const left = [...all];
  return () => left.shift() ?? 0;
};
const login = (parts: Partial<MeasuredLogin> = {}): MeasuredLogin => ({
  ...{ day: 1, isFirst: false, beforeOtpMs: 5000, afterOtpMs: 25_000, operatorMs: 0, failure: null },
  ...parts,
});

describe('measured logins', () => {
  const made = [login({ isFirst: true }), login({ day: 2, beforeOtpMs: 1000, operatorMs: 20_000 })];
  const failed = login({ day: 3, failure: 'CAPTCHA', operatorMs: 60_000 });
  const pool = new LoginPool([...made, failed]);

  test('tell the days and the pace of those that made a token', () => {
    expect([pool.size, [...pool.days], pool.madeOn(2), pool.madeOn(3)]).toEqual([3, [1, 2], [made[1]], []]);
    expect([pool.paceOn(1), pool.paceOn(2), pool.paceOn(3)]).toEqual([
      Math.log(30_000),
      Math.log(6000),
      null,
    ]);
    expect(pool.pace).toBeCloseTo((Math.log(30_000) + Math.log(6000)) / 2);
    expect(new LoginPool([]).pace).toBeNull();
    expect([pool.todaysPace, new LoginPool([], made).todaysPace]).toEqual([null, pool.pace]);
    expect([pool.fastestMs, new LoginPool([]).fastestMs]).toEqual([26_000, 1500]);
    expect(new LoginPool([failed]).fastestMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('tell whether each of them asked for an OTP', () => {
    const without = login({ afterOtpMs: null });
    expect(
      [pool, new LoginPool([]), new LoginPool([...made, without])].map((one) => one.alwaysAsksOtp),
    ).toEqual([...[true, false, false]]);
  });

  test('are drawn whole: those of a day that is alike, of the same place in their run', () => {
    // Not the prior, one like the day, the first of these, and no failure.
    const drawn = (isFirst: boolean, ...random: readonly number[]) =>
      pool.draw(numbers(...random), isFirst, [made[1] ?? login()]);
    expect(drawn(false, 0.9, 0.5, 0, 0.5)).toEqual(made[1]);
    expect(drawn(true, 0.9, 0.98, 0, 0.5)).toEqual(made[0]);
    expect(drawn(true, 0.9, 0.98, 0.9, 0, 0.5)).toEqual(made[0]);
    // A failure of its own follows those of the prior.
    expect(drawn(false, 0.9, 0.5, 0, 1.5 / 103, 0)).toEqual(failed);
    expect(drawn(false, 0.9, 0.5, 0, 0, 0.7)).toEqual({ ...made[1], failure: 'CAPTCHA' });
    expect(drawn(false, 0, 0, 0, 0.9, 0.9)).toMatchObject({
      beforeOtpMs: 2500,
      afterOtpMs: 11_000,
      failure: null,
    });
  });

  test('of an account that is asked for no OTP stay such, however little is known', () => {
    const silent = new LoginPool([login({ afterOtpMs: null })]);
    expect(silent.draw(numbers(0, 0, 0, 0, 0.5), false, [])).toMatchObject({
      beforeOtpMs: 13_500,
      afterOtpMs: null,
    });
    expect(silent.draw(numbers(0, 0, 0, 0, 0, 0, 0, 0.5), true, []).afterOtpMs).toBe(11_000);
  });

  test('go on as those that have taken at least as long', () => {
    const underWay = { workedMs: 2000, isSpacing: false, otpRequestedAt: null, operatorSince: null };
    expect(pool.continuation(underWay, NOW)).toEqual({
      kind: 'LOGIN',
      passedMs: 2000,
      possible: [made[0], failed],
    });
    const requested = { ...underWay, otpRequestedAt: new Date(NOW.getTime() - 25_000) };
    expect(pool.continuation(requested, NOW)).toEqual({
      kind: 'LOGIN',
      passedMs: 25_000,
      possible: [...made, failed],
    });
    const longer = { ...underWay, otpRequestedAt: new Date(NOW.getTime() - 25_001) };
    expect(pool.continuation(longer, NOW)).toMatchObject({ possible: [] });
  });

  test('that wait for a person go on where others were answered', () => {
    const since = (seconds: number) => ({
      ...{ workedMs: 0, isSpacing: false, otpRequestedAt: null },
      operatorSince: new Date(NOW.getTime() - seconds * 1000),
    });
    expect(pool.continuation(since(5), NOW)).toEqual({ kind: 'OPERATOR', share: 2 / 4, restsMs: [15_000] });
    expect(pool.continuation(since(20), NOW)).toEqual({ kind: 'OPERATOR', share: 1 / 3, restsMs: [] });
    expect(pool.continuation(since(60), NOW)).toEqual({ kind: 'OPERATOR', share: 1 / 2, restsMs: [] });
  });
});

describe('a day that a morning is like', () => {
  const paced = (day: number, seconds: number) => login({ day, beforeOtpMs: seconds * 1000, afterOtpMs: 0 });
  const earlier = [paced(1, 10), paced(2, 20), paced(3, 30), paced(4, 200)];
  const drawnFrom = (days: LikeDays, count = 2000) => {
    const random = seededRandom(1);
    const all = Array.from({ length: count }, () => days.draw(random));
    const shareOf = (day: number | null) => all.filter((one) => one.day === day).length / count;
    return { shareOf, slowest: Math.max(...all.map(({ slowness }) => slowness)) };
  };

  test('is the more likely, the nearer its pace is to today’s', () => {
    const { shareOf, slowest } = drawnFrom(new LikeDays([new LoginPool(earlier, [paced(5, 21)])]));
    expect(shareOf(2)).toBeGreaterThan(0.3);
    expect(shareOf(2)).toBeGreaterThan(shareOf(3));
    expect(shareOf(3)).toBeGreaterThan(shareOf(1));
    expect([shareOf(4) < 0.02, shareOf(null), slowest]).toEqual([true, 0, 1]);
  });

  test('is any of them before the first token, mostly an ordinary one, and slow now and then', () => {
    const { shareOf, slowest } = drawnFrom(new LikeDays([new LoginPool(earlier)]));
    expect(shareOf(2)).toBeGreaterThan(2.5 * shareOf(1));
    expect(shareOf(3)).toBeGreaterThan(2.5 * shareOf(4));
    expect(shareOf(1) + shareOf(2) + shareOf(3) + shareOf(4)).toBeCloseTo(1);
    expect(slowest).toBeGreaterThan(3.3);
    expect(slowest).toBeLessThanOrEqual(3.5);
  });

  test('is none where none is known', () => {
    expect(drawnFrom(new LikeDays([new LoginPool([])]), 50).shareOf(null)).toBe(1);
    expect(drawnFrom(new LikeDays([]), 50).shareOf(null)).toBe(1);
  });
});

test('what nobody has measured is drawn between known durations, and its failures by their shares', () => {
  const [least, middle, most] = [0, 0.5, 1].map((at) => drawPrior(() => at, true));
  expect([least, middle, most].map((one) => [one?.beforeOtpMs, one?.afterOtpMs])).toEqual([
    [2500, 11_000],
    [4500, 22_000],
    [15_000, 60_000],
  ]);
  expect(drawPrior(numbers(1.5 / 6, 0), false)).toMatchObject({
    beforeOtpMs: 3250,
    isFirst: false,
    failure: null,
  });
  expect([0, 0.59, 0.6, 0.79, 0.81, 0.94, 0.96, 1].map((at) => drawPriorFailure(() => at))).toEqual([
    ...['THROTTLED', 'THROTTLED', 'CAPTCHA', 'CAPTCHA'],
    ...['BROKER_UNREACHABLE', 'BROKER_UNREACHABLE', 'PAGE_CHANGED', 'THROTTLED'],
  ]);
});

test('a heap gives out the least first, also where things come and go', () => {
  const random = seededRandom(3);
  const heap = new Heap<number>((one, other) => one - other, [5, 1, 3]);
  const kept = [1, 3, 5];
  for (let round = 0; round < 500; round += 1) {
    if (random() < 0.55) {
      const item = Math.floor(random() * 100);
      heap.push(item);
      kept.push(item);
      kept.sort((one, other) => one - other);
    } else expect(heap.pop()).toBe(kept.shift());
    expect(heap.first).toBe(kept[0]);
  }
});
