import { expect, test } from 'vitest';
import type { Turn } from '../../src/domain/readiness/morning.ts';
import { seededRandom } from '../../src/domain/readiness/random-source.ts';
import { TurnQueue } from '../../src/domain/readiness/turn-queue.ts';
import { nextTurn } from '../../src/domain/run/browser-turns.ts';

const MINUTE_MS = 60_000;

/** As `BrowserQueue` gives the browser away: the next one of those that can go on, else whoever can first. */
const takeFrom = (turns: Turn[], freeAt: number): Turn | undefined => {
  const next = nextTurn(turns, freeAt) ?? nextTurn(turns, Math.min(...turns.map(({ readyAt }) => readyAt)));
  if (next === null) return undefined;
  turns.splice(turns.indexOf(next), 1);
  return next;
};

test('gives out random turns in the order in which the browser is given away', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = seededRandom(seed);
    const whole = (most: number) => Math.floor(random() * (most + 1));
    let made = 0;
    const turn = (from: number): Turn => {
      made += 1;
      return {
        account: made,
        // Few different moments, so that many are equal.
        readyAt: from + whole(6) * MINUTE_MS,
        latestSafeStart: random() < 0.3 ? null : whole(5) * MINUTE_MS,
        holdsPage: random() < 0.1,
        isHeld: false,
        ...{ logins: 1, fruitless: 0, isUnderWay: false, isResumed: false, isSpaced: false, drawn: null },
      };
    };
    const list = Array.from({ length: whole(12) }, () => turn(0));
    const queue = new TurnQueue(list);
    let now = 0;
    for (let step = 0; step < 40; step += 1) {
      now += whole(4) * MINUTE_MS;
      const later = now + whole(3) * MINUTE_MS;
      expect(queue.isAnyReady(later)).toBe(nextTurn(list, later) !== null);
      expect(queue.isEmpty).toBe(list.length === 0);
      if (random() < 0.5) {
        const added = turn(now);
        list.push(added);
        queue.push(added);
      }
      const taken = takeFrom(list, now);
      expect([seed, queue.take(now)?.account]).toEqual([seed, taken?.account]);
      // The browser waits for a turn that can go on only later.
      now = Math.max(now, taken?.readyAt ?? now);
    }
  }
});
