import { expect, test } from 'vitest';
import { LongWork } from '../src/services/long-work.ts';

/** A clock that goes on by what is done. */
const openWork = () => {
  let now = 1000;
  let pauses = 0;
  const yieldToWrites = async () => {
    pauses += 1;
    now += 500;
  };
  const work = new LongWork({ yieldToWrites }, { now: () => now });
  const step = (milliseconds: number) => {
    now += milliseconds;
    return work.pause();
  };
  return { work, step, pauses: () => pauses };
};

test('short steps follow each other, and others go on after longer ones', async () => {
  const { step, pauses } = openWork();
  for (let steps = 0; steps < 3; steps += 1) await step(1);
  expect(pauses()).toBe(0);
  for (let steps = 0; steps < 6; steps += 1) await step(3);
  expect(pauses()).toBe(3);
});

test('what others take meanwhile does not count as its own', async () => {
  const { work, step } = openWork();
  await step(1);
  expect(work.spentMs).toBe(1);
  await step(7);
  expect(work.spentMs).toBe(8);
  await step(5);
  await step(2);
  expect(work.spentMs).toBe(15);
});
