import { expect, test } from 'vitest';
import { openTestApp } from './support/test-app.ts';

/** Longer than a time step of the tests: as a lock of the database, or a machine that was asleep. */
const sleep = (): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
};

test('a code whose time step is over when it is written down is not sent: the next one is', async () => {
  let sleeps = 0;
  await using testApp = await openTestApp({
    apis: 1,
    onCheckpoint: (checkpoint) => {
      if (checkpoint !== 'TIME_STEP_TAKEN' || sleeps > 0) return;
      sleeps += 1;
      sleep();
    },
  });
  expect(await testApp.generate('mode: ALL')).toMatchObject({ status: 'COMPLETED' });
  const taken = testApp
    .rows("select time_step from vega_login_attempts where kind = 'TIME_STEP' order by id")
    .map(({ time_step }) => time_step);
  const sent = testApp.broker.log.flatMap(({ kind, timeStep }) => (kind === 'OTP_VERIFY' ? timeStep : []));
  expect(sleeps).toBe(1);
  expect(taken.length).toBeGreaterThan(1);
  expect(sent).toEqual(taken.slice(-1));
});
