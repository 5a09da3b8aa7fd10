import { afterAll, beforeAll, expect, test } from 'vitest';
import { LoginFailure } from '../../src/broker/login/login-failure.ts';
import { Stranger } from './stranger.ts';

let stranger: Stranger;
beforeAll(async () => {
  stranger = await Stranger.arrive();
});
afterAll(() => stranger[Symbol.asyncDispose]());

/** Far longer than a login takes: what is kept back ends it, and no page that stands still does. */
const STEP_TIMEOUT_MS = 60_000;

test.each([
  ['before it is typed', false],
  ['when it is typed already', true],
])(
  'an OTP request that is late does not leave, also %s, and the login ends with the reason',
  async (_when, wanted) => {
    const moments: boolean[] = [];
    const refuseLate = (isTyped: boolean) => {
      moments.push(isTyped);
      if (isTyped === wanted) throw new LoginFailure('INTERRUPTED', 'It is late.');
    };
    const login = await stranger.logIn({ stepTimeoutMs: STEP_TIMEOUT_MS, keeping: { refuseLate } });
    expect(login).toMatchObject({ end: 'INTERRUPTED', message: 'It is late.', sent: [0, 0, 0] });
    expect(moments[0]).toBe(false);
  },
);

test('an OTP request that has left is not asked for again, however long the rest of the login takes', async () => {
  const refuseLate = (isTyped: boolean) => {
    if (isTyped && isOver) throw new Error('It has left already.');
    isOver ||= isTyped;
  };
  let isOver = false;
  const { end, sent } = await stranger.logIn({ stepTimeoutMs: STEP_TIMEOUT_MS, keeping: { refuseLate } });
  expect([end, sent]).toEqual(['CODE', [1, 1, 1]]);
});

test('a value that the lease keeps back ends the login with that reason', async () => {
  let asked = 0;
  const refuseLeaving = () => {
    asked += 1;
    // Before it is typed it may still leave.
    if (asked > 1) throw new LoginFailure('LEASE_LOST', 'The lease is lost.');
  };
  const login = await stranger.logIn({ stepTimeoutMs: STEP_TIMEOUT_MS, keeping: { refuseLeaving } });
  expect(login).toMatchObject({ end: 'LEASE_LOST', message: 'The lease is lost.', sent: [0, 0, 0] });
});
