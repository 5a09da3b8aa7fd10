import { expect, test } from 'vitest';
import type { Failure } from '../../src/domain/failure.ts';
import {
  type GenerationRun,
  isOver,
  pendingStep,
  progressOf,
  RUN_STATUSES,
  withStep,
} from '../../src/domain/generation-run.ts';

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

test('a run that has not begun misses everything', () => {
  expect(progressOf(fresh)).toEqual({
    runId: 'run-1',
    total: 3,
    generated: 0,
    missing: ['PRIMARY', 'WEBSOCKET1', 'OPTIONCHAIN1'],
    current: null,
    step: null,
  });
});

test('the progress follows the steps', () => {
  const first = withStep(fresh, 'PRIMARY', { status: 'DONE', step: 'VERIFY' });
  const second = withStep(first, 'WEBSOCKET1', { status: 'RUNNING', step: 'OTP' });
  expect(progressOf(second)).toEqual({
    runId: 'run-1',
    total: 3,
    generated: 1,
    missing: ['WEBSOCKET1', 'OPTIONCHAIN1'],
    current: 'WEBSOCKET1',
    step: 'OTP',
  });

  const third = withStep(second, 'WEBSOCKET1', { status: 'FAILED', failure });
  const last = withStep(third, 'OPTIONCHAIN1', { status: 'SKIPPED' });
  expect(progressOf(last)).toEqual({
    runId: 'run-1',
    total: 3,
    generated: 1,
    missing: ['WEBSOCKET1', 'OPTIONCHAIN1'],
    current: null,
    step: null,
  });
});

test('a run of nothing is complete', () => {
  expect(progressOf({ ...fresh, steps: [] })).toEqual({
    runId: 'run-1',
    total: 0,
    generated: 0,
    missing: [],
    current: null,
    step: null,
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
