import { expect, test } from 'vitest';
import { loginUnderWay, measuredLogins } from '../../src/domain/readiness/measured-login.ts';
import { failureOf } from '../../src/domain/run/failure.ts';
import {
  type GenerationRun,
  pendingStep,
  type RunStep,
  withStep,
} from '../../src/domain/run/generation-run.ts';
import { cutOffPhases, withPhases } from '../../src/domain/run/login-phase.ts';
import { NOW, runOf } from './account-facts.ts';

const after = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

/** The run after changes of its first API, each at its second. */
const follow = (
  ...changes: readonly (readonly [
    seconds: number,
    change: Partial<RunStep>,
    status?: GenerationRun['status'],
  ])[]
): GenerationRun =>
  changes.reduce<GenerationRun>(
    (run, [seconds, change, status = 'RUNNING']) =>
      withPhases(run, { ...withStep(run, 'PRIMARY', change), status }, after(seconds)),
    runOf({ steps: [pendingStep('PRIMARY')] }),
  );

const stepOf = (run: GenerationRun): RunStep => run.steps[0] ?? pendingStep('PRIMARY');

const seconds = (run: GenerationRun) =>
  (stepOf(run).phases ?? []).map(({ step, startedAt, endedAt, awaitsOperator, failure }) => [
    step,
    (startedAt.getTime() - NOW.getTime()) / 1000,
    endedAt === null ? null : (endedAt.getTime() - NOW.getTime()) / 1000,
    ...(awaitsOperator ? ['person'] : []),
    ...(failure === null ? [] : [failure]),
  ]);

const MADE = follow(
  [0, { status: 'RUNNING' }],
  [0, { step: 'DIALOG' }],
  [4, { step: 'OTP_SPACING' }],
  [104, { step: 'MOBILE' }],
  [106, { step: 'OTP' }],
  [106, {}, 'WAITING_OPERATOR'],
  [116, {}],
  [120, { step: 'PIN' }],
  [130, { status: 'DONE' }],
);

test('each phase is kept from its beginning to the next one, and a wait for a person apart', () => {
  expect(seconds(MADE)).toEqual([
    ['DIALOG', 0, 4],
    ['OTP_SPACING', 4, 104],
    ['MOBILE', 104, 106],
    ['OTP', 106, 106],
    ['OTP', 106, 116, 'person'],
    ['OTP', 116, 120],
    ['PIN', 120, 130],
  ]);
});

test('a login is measured without the OTP spacing', () => {
  expect(measuredLogins(MADE)).toMatchObject([
    { isFirst: true, beforeOtpMs: 4000, afterOtpMs: 26_000, operatorMs: 10_000, failure: null },
  ]);
});

test('the login before a pause is kept with its failure, and the next one begins behind it', () => {
  const failure = failureOf('THROTTLED', '', []);
  const run = follow(
    [0, { status: 'RUNNING' }],
    [0, { step: 'DIALOG' }],
    [3, { step: 'MOBILE' }],
    [5, { status: 'FAILED', failure }],
    [600, pendingStep('PRIMARY')],
    [601, { status: 'RUNNING', step: 'DIALOG' }],
    [605, { step: 'PIN' }],
    [609, { status: 'DONE' }],
  );
  expect(measuredLogins(run)).toMatchObject([
    { isFirst: true, beforeOtpMs: 3000, afterOtpMs: 2000, failure: 'THROTTLED' },
    { isFirst: false, beforeOtpMs: 8000, afterOtpMs: null, failure: null },
  ]);
});

test('a login that the end of the program has cut off is not measured', () => {
  const run = follow([0, { status: 'RUNNING' }], [0, { step: 'DIALOG' }], [3, { step: 'MOBILE' }]);
  const step = stepOf(run);
  const phases = cutOffPhases(step.phases ?? [], 'INTERRUPTED');
  expect(phases.at(-1)).toMatchObject({ step: 'MOBILE', endedAt: null, failure: 'INTERRUPTED' });
  expect(measuredLogins({ ...run, steps: [{ ...step, status: 'FAILED', phases }] })).toEqual([]);
});

test('of a login under way it is known how long it has worked and whom it waits for', () => {
  const spacing = follow([0, { status: 'RUNNING' }], [0, { step: 'DIALOG' }], [4, { step: 'OTP_SPACING' }]);
  expect(loginUnderWay(stepOf(spacing), after(60))).toEqual({
    workedMs: 4000,
    isSpacing: true,
    otpRequestedAt: null,
    operatorSince: null,
  });
  expect(loginUnderWay(stepOf(MADE), after(140))).toBeNull();
});
