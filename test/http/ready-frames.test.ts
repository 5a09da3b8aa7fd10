import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ExecutionResult } from 'graphql';
import { expect, test, vi } from 'vitest';
import { ReadyFrames } from '../../src/http/graphql/ready-frames.ts';

/** Results that are handed in by the test. */
const source = () => {
  const waiting: ExecutionResult[] = [];
  let wake = (): void => undefined;
  let isOver = false;
  let failure: Error | null = null;
  const results: AsyncIterator<ExecutionResult> = {
    next: async () => {
      while (waiting.length === 0 && !isOver)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      if (failure !== null) throw failure;
      const value = waiting.shift();
      return value === undefined ? { value: undefined, done: true } : { value, done: false };
    },
    return: async () => {
      isOver = true;
      wake();
      return { value: undefined, done: true };
    },
  };
  return {
    results,
    tell: (...told: number[]) => {
      waiting.push(...told.map((n) => ({ data: { n } })));
      wake();
    },
    end: (error: Error | null = null) => {
      isOver = true;
      failure = error;
      wake();
    },
    get isOver() {
      return isOver;
    },
  };
};

const numbersIn = (frame: string): number[] => [...frame.matchAll(/"n":(\d+)/g)].map(([, n]) => Number(n));

test('what comes together goes out together, in order, and once', async () => {
  const { results, tell } = source();
  const frames = new ReadyFrames(results);
  expect((await frames.next()).value).toBe(':\n\n');
  const next = frames.next();
  await nextTurn();
  tell(1, 2, 3);
  expect(numbersIn((await next).value ?? '')).toEqual([1, 2, 3]);
  await frames.return();
});

test('a ping between an event and the end of its turn ends nothing', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const { results, tell } = source();
  const frames = new ReadyFrames(results);
  const seen: number[] = [];
  let isOver = false;
  const reading = (async () => {
    for await (const frame of frames) seen.push(...numbersIn(frame));
    isOver = true;
  })();
  for (let event = 0; event < 50; event += 1) {
    tell(event);
    await Promise.resolve();
    vi.advanceTimersByTime(12_000);
    if (event % 3 === 0) await nextTurn();
  }
  vi.useRealTimers();
  for (let turn = 0; turn < 10; turn += 1) await nextTurn();
  expect([isOver, seen]).toEqual([false, Array.from({ length: 50 }, (_, index) => index)]);
  await frames.return();
  await reading;
});

test('the end says so after everything else, and a failure breaks the body off after it', async () => {
  const ended = source();
  const frames = new ReadyFrames(ended.results);
  ended.tell(1, 2);
  ended.end();
  const texts: string[] = [];
  for await (const frame of frames) texts.push(frame);
  expect(numbersIn(texts.join(''))).toEqual([1, 2]);
  expect(texts.at(-1)).toMatch(/event: complete\ndata:\n\n$/);

  const broken = source();
  const others = new ReadyFrames(broken.results);
  expect((await others.next()).value).toBe(':\n\n');
  const next = others.next();
  broken.end(new Error('let go'));
  await expect(next).rejects.toThrow('let go');
});

test('a reader that fetches nothing over five pings is let go, and its results end', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const held = source();
  let isStalled = false;
  const frames = new ReadyFrames(held.results, () => {
    isStalled = true;
  });
  await frames.next();
  vi.advanceTimersByTime(4 * 12_000);
  expect(isStalled).toBe(false);
  vi.advanceTimersByTime(12_000);
  vi.useRealTimers();
  expect([isStalled, held.isOver, (await frames.next()).done]).toEqual([true, true, true]);
});
