import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { currentLease, fenced } from '../../../src/db/fence.ts';
import { Reachability } from '../../../src/db/postgres/reachability.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LOST = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });

/** Questions to the server, answered by the test. */
const openAsked = () => {
  const asked: Question[] = [];
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      asked.push({ resolve, reject });
    });
  return { asked, reachability: new Reachability(ask) };
};

interface Question {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

test('an answer to an earlier question does not end a loss that came meanwhile', async () => {
  const { asked, reachability } = openAsked();
  reachability.lost(LOST);
  await vi.advanceTimersByTimeAsync(1000);
  reachability.found();
  reachability.lost(LOST);
  asked[0]?.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(reachability.trouble).not.toBeNull();
  await vi.advanceTimersByTimeAsync(1000);
  asked[1]?.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(reachability.trouble).toBeNull();
});

test('nothing is asked any more after the end', async () => {
  const { asked, reachability } = openAsked();
  reachability.lost(LOST);
  await vi.advanceTimersByTimeAsync(1000);
  reachability[Symbol.dispose]();
  asked[0]?.reject(LOST);
  await vi.advanceTimersByTimeAsync(0);
  reachability.lost(LOST);
  expect(vi.getTimerCount()).toBe(0);
});

test('what a loss is written about belongs to no account', async () => {
  const { asked, reachability } = openAsked();
  const leases: unknown[] = [];
  reachability.listen({ recovery: () => leases.push(currentLease()) });
  fenced({ accountId: 'UPSTOX_01', workerId: 'w', epoch: 1 }, () => reachability.lost(LOST));
  await vi.advanceTimersByTimeAsync(1000);
  asked[0]?.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(leases).toEqual([null, null]);
});
