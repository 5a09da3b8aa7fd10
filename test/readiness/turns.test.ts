import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinQueue, queueOf, type Turn } from '../../src/domain/readiness/morning.ts';
import { nextTurn } from '../../src/domain/run/browser-turns.ts';

const ready = fc.uniqueArray(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 20 });
const rounds = fc.array(fc.record({ takesMs: fc.nat(3000), restsMs: fc.option(fc.nat(3000)) }), {
  maxLength: 60,
});

const turnAt = (joinsAt: number, place: number): Turn => ({
  ...{ account: place, joinsAt, place, logins: 1, fruitless: 0, isResumed: false },
});

/** A queue sorted once is quicker than asking every run at every turn, and must not be another queue. */
test('the forecast gives the browser away in the order of the queue, where no latest safe start is known', () => {
  fc.assert(
    fc.property(ready, rounds, (joins, plays) => {
      const turns = queueOf(joins.map(turnAt));
      let now = 0;
      for (const { takesMs, restsMs } of plays) {
        const requests = turns.map((turn) => ({
          ...{ turn, readyAt: turn.joinsAt, latestSafeStart: null, holdsPage: false, isHeld: false },
        }));
        now = Math.max(now, Math.min(...requests.map(({ readyAt }) => readyAt)));
        const next = turns.pop();
        if (next === undefined) return;
        const expected = nextTurn(requests, now)?.turn;
        expect(next.joinsAt).toBe(expected?.joinsAt);
        now += takesMs;
        if (restsMs !== null) joinQueue(turns, { ...next, joinsAt: now + restsMs });
      }
    }),
  );
});
