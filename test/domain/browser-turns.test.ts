import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  lendableMs,
  nextTurn,
  STARVED_AFTER_MS,
  type TurnRequest,
  turnOrder,
} from '../../src/domain/run/browser-turns.ts';

const request = (given: Partial<TurnRequest>): TurnRequest => ({
  readyAt: 0,
  latestSafeStart: null,
  holdsPage: false,
  isHeld: false,
  ...given,
});

test('the browser goes to who can go on now: a page that waits, the starved, the earliest latest safe start, the first', () => {
  const later = request({ readyAt: 10 });
  const first = request({ readyAt: 1 });
  const second = request({ readyAt: 2 });
  const hurried = request({ readyAt: 3, latestSafeStart: 100 });
  const waiting = request({ readyAt: 4, holdsPage: true });
  expect(nextTurn([later], 5)).toBeNull();
  expect(nextTurn([later, second, first], 5)).toBe(first);
  expect(nextTurn([first, hurried, later], 5)).toBe(hurried);
  expect(nextTurn([first, hurried, waiting], 5)).toBe(waiting);
  expect(nextTurn([first, { ...hurried, readyAt: STARVED_AFTER_MS }], STARVED_AFTER_MS + 1)).toBe(first);
  expect(turnOrder([later, hurried, first, waiting], 5)).toEqual([waiting, hurried, first, later]);
  expect(turnOrder([later, waiting, first], 0)).toEqual([first, waiting, later]);
  const now = 10 * STARVED_AFTER_MS;
  const [one, pressed] = [
    { ...first, readyAt: now - 2 },
    { ...hurried, readyAt: now - 1 },
  ];
  expect(nextTurn([one, pressed], now)).toBe(pressed);
});

const requests = fc.array(
  fc.record({
    readyAt: fc.integer({ min: 0, max: 100 }),
    latestSafeStart: fc.option(fc.integer({ min: 0, max: 1000 })),
    holdsPage: fc.boolean(),
    isHeld: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

test('nobody who cannot go on yet holds up one who can, and the first of the order is the next', () => {
  fc.assert(
    fc.property(requests, fc.integer({ min: 0, max: 100 }), (all, now) => {
      const next = nextTurn(all, now);
      const isSomeoneReady = all.some(({ readyAt, isHeld }) => readyAt <= now && !isHeld);
      expect(next !== null).toBe(isSomeoneReady);
      if (next === null) return;
      expect(next.readyAt).toBeLessThanOrEqual(now);
      expect(next.isHeld).toBe(false);
      expect(turnOrder(all, now)[0]).toEqual(next);
    }),
  );
});

test('no account starves, however many others with less time left come and come again', () => {
  const TURN_MS = 15_000;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), (others) => {
      const patient = request({ readyAt: 0 });
      let hurried = Array.from({ length: others }, (_, index) =>
        request({ readyAt: 0, latestSafeStart: index }),
      );
      for (let now = 0; now <= STARVED_AFTER_MS + (others + 1) * TURN_MS; now += TURN_MS) {
        const next = nextTurn([...hurried, patient], now);
        if (next === patient) return;
        // It comes back at once, as late as it can be.
        hurried = hurried.map((one) => (one === next ? { ...one, readyAt: now } : one));
      }
      expect.unreachable('the patient account has starved');
    }),
  );
});

test('a run gives the browser away until a little before its spacing ends, where that is worth it', () => {
  const lent = (restMs: number, intervalMs: number) => lendableMs({ restMs, intervalMs });
  expect([lent(165_000, 165_000), lent(10_001, 165_000), lent(10_000, 165_000)]).toEqual([160_000, 5001, 0]);
  expect([lent(2001, 10_000), lent(2000, 10_000)]).toEqual([1001, 0]);
});
