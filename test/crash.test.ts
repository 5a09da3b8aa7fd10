import { describe, expect, test } from 'vitest';
import { CHECKPOINTS, type Checkpoint } from '../src/services/runs/checkpoints.ts';
import { Semaphore } from '../src/services/semaphore.ts';
import {
  AT_ONCE,
  expected,
  generateTheRest,
  PATIENCE_MS,
  type Scenario,
  survive,
  throttled,
} from './support/crash-scenario.ts';
import { drawn } from './support/repetitions.ts';

const whole: Scenario = { shows: null };
const interrupted: Scenario = { visit: 2, shows: 'INTERRUPTED' };
const spent: Scenario = { visit: 2, shows: 'SPENT_UNKNOWN' };
/** The second OTP has to wait, and the browser is given away meanwhile. */
/** So long that a slow machine does not log in meanwhile. */
const spaced: Scenario = { shows: 'INTERRUPTED', env: { VEGA_OTP_SPACING_SECONDS: '10' } };
const stored: Scenario = { visit: 2, shows: null };

/** Every checkpoint, and a run that comes by there. */
const SCENARIOS: Readonly<Record<Checkpoint, Scenario>> = {
  RUN_STORED: whole,
  LOGIN_STARTED: whole,
  BROWSER_LAUNCHED: whole,
  SESSION_OPENED: whole,
  API_TAKEN_UP: interrupted,
  DIALOG_ENTERED: interrupted,
  TURN_GIVEN: spaced,
  TURN_TAKEN: spaced,
  OTP_REQUEST_RECORDED: interrupted,
  MOBILE_ENTERED: interrupted,
  MOBILE_SUBMITTED: interrupted,
  TIME_STEP_TAKEN: interrupted,
  OTP_ENTERED: interrupted,
  OTP_SUBMITTED: interrupted,
  PIN_RECORDED: interrupted,
  PIN_ENTERED: interrupted,
  PIN_SUBMITTED: interrupted,
  REDIRECT_ENTERED: interrupted,
  CODE_RECEIVED: interrupted,
  EXCHANGE_ENTERED: interrupted,
  CODE_RECORDED: spent,
  CODE_EXCHANGED: spent,
  STORE_ENTERED: spent,
  TOKEN_STORED: stored,
  VERIFY_ENTERED: stored,
  TOKEN_VERIFIED: stored,
  API_DONE: whole,
  API_FAILED: {
    shows: null,
    mood: ({ rejectedApps }) => Object.assign(rejectedApps, { 1: 'UDAPI100068' }),
    operator: generateTheRest,
  },
  BROWSER_CLOSED: whole,
  COOLDOWN_STORED: throttled,
  COOLDOWN_OVER: throttled,
  RUN_ENDED: whole,
  STATE_SETTLED: whole,
};

/** Where something has just been done that cannot be done again. VEGA_ALL_FAULTS=1 tries every point, and takes its time. */
const POINTS_OF_NO_RETURN: readonly Checkpoint[] = [
  'RUN_STORED',
  'TURN_GIVEN',
  'TURN_TAKEN',
  'OTP_REQUEST_RECORDED',
  'MOBILE_SUBMITTED',
  'TIME_STEP_TAKEN',
  'OTP_SUBMITTED',
  'PIN_RECORDED',
  'PIN_SUBMITTED',
  'CODE_RECEIVED',
  'CODE_RECORDED',
  'CODE_EXCHANGED',
  'TOKEN_STORED',
  'API_FAILED',
  'COOLDOWN_STORED',
  'RUN_ENDED',
];
const POINTS = process.env.VEGA_ALL_FAULTS === '1' ? CHECKPOINTS : drawn(POINTS_OF_NO_RETURN, 4);

const places = new Semaphore(AT_ONCE);

test('the code lists the points at which it may die, and each of them has a run that comes by there', () => {
  expect(CHECKPOINTS.length).toBeGreaterThanOrEqual(25);
  expect(Object.keys(SCENARIOS)).toEqual([...CHECKPOINTS]);
});

describe.concurrent('killed at', () => {
  test.each(POINTS)(
    '%s, the next start brings the run to its end and breaks no rule of the broker',
    {
      timeout: PATIENCE_MS,
    },
    async (point) => {
      const scenario = SCENARIOS[point];
      expect(await places.run(() => survive(point, scenario))).toEqual(expected(scenario));
    },
  );
});
