import { describe, expect, test } from 'vitest';
import type { ApiName } from '../../src/domain/account/api-name.ts';
import type { Failure } from '../../src/domain/run/failure.ts';
import {
  type GenerationRun,
  isOver,
  isServedOtherwise,
  isUnderWay,
  isWorthResuming,
  LOGIN_STEPS,
  nextApiOf,
  pendingStep,
  progressOf,
  RUN_STATUSES,
  STEP_STATUSES,
  waitsElsewhere,
  withStep,
} from '../../src/domain/run/generation-run.ts';
import type { TokenCheck, Verdict } from '../../src/domain/token/verdict.ts';

const STARTED = new Date('2026-11-17T20:00:00+05:30');

const failure: Failure = {
  code: 'APP_REJECTED',
  message: 'The broker answered UDAPI100068.',
  nextAction: 'Look at the app.',
  submitted: ['MOBILE', 'OTP', 'PIN'],
};

const fresh: GenerationRun = {
  id: 'run-1',
  accountId: 'UPSTOX_01',
  mode: 'ALL',
  status: 'RUNNING',
  startedAt: STARTED,
  endedAt: null,
  waitingUntil: null,
  steps: [pendingStep('PRIMARY'), pendingStep('WEBSOCKET1'), pendingStep('OPTIONCHAIN1')],
};

const check = (apiName: ApiName, verdict: Verdict): TokenCheck => ({
  apiName,
  verdict,
  timeValid: verdict === 'VALID',
  profileValid: null,
  reason: null,
  httpStatus: null,
});

const NAMES = ['PRIMARY', 'WEBSOCKET1', 'WEBSOCKET2', 'WEBSOCKET3', 'OPTIONCHAIN1', 'OPTIONCHAIN2'] as const;

test('TOKEN_PROGRESS {"total": 6, "generated": 3}: the numbers are the account’s, those of the run stand beside them', () => {
  const checks = NAMES.map((name, index) => check(name, index < 3 ? 'VALID' : 'MISSING'));
  const first = withStep(
    { ...fresh, steps: [pendingStep('WEBSOCKET2'), pendingStep('WEBSOCKET3')] },
    'WEBSOCKET2',
    {
      status: 'DONE',
    },
  );
  expect(progressOf(withStep(first, 'WEBSOCKET3', { status: 'RUNNING', step: 'OTP' }), checks)).toEqual({
    total: 6,
    generated: 3,
    missing: ['WEBSOCKET3', 'OPTIONCHAIN1', 'OPTIONCHAIN2'],
    runId: 'run-1',
    runTotal: 2,
    runGenerated: 1,
    current: 'WEBSOCKET3',
    step: 'OTP',
  });
});

test('a run counts the APIs that have a verified token', () => {
  const counts = progressOf(withStep(fresh, 'PRIMARY', { status: 'DONE' }), []);
  expect(counts).toMatchObject({ runTotal: 3, runGenerated: 1, total: 0 });
});

test('a token counts as missing whatever is wrong with it', () => {
  const verdicts = ['VALID', 'EXPIRED', 'INVALID', 'UNKNOWN', 'MISSING'] as const;
  const checks = verdicts.map((verdict, index) => check(NAMES[index] ?? 'PRIMARY', verdict));
  expect(progressOf(fresh, checks)).toMatchObject({ total: 5, generated: 1, missing: NAMES.slice(1, 5) });
});

test('an account that never had a run has numbers of its own all the same', () => {
  expect(progressOf(null, [check('PRIMARY', 'MISSING')])).toEqual({
    total: 1,
    generated: 0,
    missing: ['PRIMARY'],
    runId: null,
    runTotal: 0,
    runGenerated: 0,
    current: null,
    step: null,
  });
});

describe('next_api is the API that is made next', () => {
  const throttled: Failure = { ...failure, code: 'THROTTLED' };
  const failed = (run: GenerationRun, apiName: ApiName, why: Failure) =>
    withStep(run, apiName, { status: 'FAILED', failure: why });
  const primaryDone = withStep(fresh, 'PRIMARY', { status: 'DONE' });

  test.for<[string, GenerationRun, ApiName | null]>([
    ['of a run that begins it is the first', fresh, 'PRIMARY'],
    ['it is the one under way', withStep(primaryDone, 'WEBSOCKET1', { status: 'RUNNING' }), 'WEBSOCKET1'],
    ['between two it is the next', primaryDone, 'WEBSOCKET1'],
    [
      'one that the run left out is made before the run ends',
      withStep(primaryDone, 'WEBSOCKET1', { status: 'SKIPPED' }),
      'WEBSOCKET1',
    ],
    [
      'after a throttled one it is that one again',
      { ...failed(primaryDone, 'WEBSOCKET1', throttled), status: 'COOLDOWN' },
      'WEBSOCKET1',
    ],
    [
      'while PRIMARY is missing because it was throttled, it is PRIMARY',
      { ...failed(fresh, 'PRIMARY', throttled), status: 'COOLDOWN' },
      'PRIMARY',
    ],
    [
      'while PRIMARY is missing for a reason of its own app, the others go on',
      failed(fresh, 'PRIMARY', failure),
      'WEBSOCKET1',
    ],
    [
      'of a run that has stopped it is the first without a token',
      { ...failed(fresh, 'PRIMARY', failure), status: 'STOPPED' },
      'PRIMARY',
    ],
    [
      'of a run that is complete there is none',
      { ...fresh, status: 'COMPLETED', steps: [{ ...pendingStep('PRIMARY'), status: 'DONE' }] },
      null,
    ],
  ])('%s', ([, run, next]) => {
    expect(nextApiOf(run)).toBe(next);
  });
});

test('changing a step leaves the others and the run before it alone', () => {
  const changed = withStep(fresh, 'WEBSOCKET1', { status: 'FAILED', step: 'PIN', failure, endedAt: STARTED });
  expect(changed).toEqual({
    ...fresh,
    steps: [
      pendingStep('PRIMARY'),
      { apiName: 'WEBSOCKET1', status: 'FAILED', step: 'PIN', failure, startedAt: null, endedAt: STARTED },
      pendingStep('OPTIONCHAIN1'),
    ],
  });
  expect(fresh.steps[1]).toEqual(pendingStep('WEBSOCKET1'));
  expect(withStep(fresh, 'WEBSOCKET3', { status: 'DONE' })).toEqual(fresh);
});

test('a run is over when it is completed, stopped or aborted', () => {
  expect(RUN_STATUSES.filter((status) => isOver({ ...fresh, status }))).toEqual([
    'COMPLETED',
    'STOPPED',
    'ABORTED',
  ]);
});

test('a run is under way until it is over', () => {
  for (const status of RUN_STATUSES)
    expect([status, isUnderWay({ ...fresh, status })]).toEqual([status, !isOver({ status })]);
  expect(isUnderWay(null)).toBe(false);
});

test('a run resumes what was left out or cut off, and nothing that is done or has failed for good', () => {
  const statuses = STEP_STATUSES.filter((status) => isWorthResuming({ ...pendingStep('PRIMARY'), status }));
  expect(statuses).toEqual(['PENDING', 'SKIPPED']);
  const failed = (code: Failure['code']) =>
    isWorthResuming({ ...pendingStep('PRIMARY'), status: 'FAILED', failure: { ...failure, code } });
  expect([failed('INTERRUPTED'), failed('THROTTLED'), failed('APP_REJECTED')]).toEqual([true, true, false]);
});

test('a run waits elsewhere for a login or an approval that somebody makes there', () => {
  const waiting: GenerationRun = { ...fresh, status: 'WAITING_OPERATOR' };
  const elsewhere = LOGIN_STEPS.filter((step) =>
    waitsElsewhere(withStep(waiting, 'WEBSOCKET1', { status: 'RUNNING', step })),
  );
  expect(elsewhere).toEqual(['HUMAN_LOGIN', 'APPROVAL_REQUEST', 'APPROVAL_WAIT']);
  const change = { status: 'RUNNING', step: 'APPROVAL_WAIT' } as const;
  expect(waitsElsewhere(withStep(fresh, 'WEBSOCKET1', change))).toBe(false);
  expect(waitsElsewhere(withStep(waiting, 'WEBSOCKET1', { ...change, status: 'DONE' }))).toBe(false);
  expect(waitsElsewhere(waiting)).toBe(false);
});

test('a run is served otherwise where every API has a token or another credential, and none was ended', () => {
  const needless: Failure = { ...failure, code: 'ROLE_NEEDS_NO_LOGIN' };
  const done: GenerationRun = {
    ...fresh,
    steps: [
      { ...pendingStep('PRIMARY'), status: 'DONE' },
      { ...pendingStep('WEBSOCKET1'), status: 'FAILED', failure: needless },
    ],
  };
  expect(isServedOtherwise(done)).toBe(true);
  expect(isServedOtherwise({ ...done, endedTokens: [] })).toBe(true);
  expect(isServedOtherwise({ ...done, endedTokens: [{ apiName: 'PRIMARY', endedBy: [] }] })).toBe(false);
  expect(isServedOtherwise(withStep(done, 'WEBSOCKET1', { failure }))).toBe(false);
  expect(isServedOtherwise(withStep(done, 'WEBSOCKET1', { failure: null, status: 'SKIPPED' }))).toBe(false);
});
