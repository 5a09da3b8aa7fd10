import { describe, expect, test } from 'vitest';
import {
  type GenerationRun,
  type LoginPhase,
  pendingStep,
  type RunStep,
} from '../../src/domain/run/generation-run.ts';
import { cutOffPhases, withPhases } from '../../src/domain/run/login-phase.ts';

const STARTED = new Date('2026-11-22T03:00:00Z');
const NOW = new Date('2026-11-22T03:05:00Z');

const phase = (parts: Partial<LoginPhase> = {}): LoginPhase => ({
  ...{ step: 'PIN', startedAt: STARTED, endedAt: null, awaitsOperator: false, failure: null },
  ...parts,
});
const running = (parts: Partial<RunStep> = {}): RunStep => ({
  ...pendingStep('PRIMARY'),
  ...{ status: 'RUNNING', step: 'PIN' },
  ...parts,
});
const run = (...steps: readonly RunStep[]): GenerationRun => ({
  ...{ id: 'a-run', accountId: 'UPSTOX_01', mode: 'ALL', status: 'RUNNING', startedAt: STARTED },
  ...{ endedAt: null, waitingUntil: null, steps },
});
/** The phases of PRIMARY after a change of its step. */
const phases = (
  before: readonly LoginPhase[],
  change: Partial<RunStep>,
  status: GenerationRun['status'] = 'RUNNING',
) => withPhases(run(running({ phases: before })), { ...run(running(change)), status }, NOW).steps[0]?.phases;

const FAILURE = { code: 'CAPTCHA', message: '', nextAction: '', submitted: [] } as const;

describe('a phase', () => {
  test('begins with its step, and ends with the next one', () => {
    expect(phases([], {})).toEqual([phase({ startedAt: NOW })]);
    expect(phases([phase()], { step: 'CONSENT' })).toEqual([
      phase({ endedAt: NOW }),
      phase({ step: 'CONSENT', startedAt: NOW }),
    ]);
  });

  test('goes on while its step does, and is another one while a person is waited for', () => {
    expect(phases([phase()], {})).toEqual([phase()]);
    expect(phases([phase()], {}, 'WAITING_OPERATOR')).toEqual([
      phase({ endedAt: NOW }),
      phase({ startedAt: NOW, awaitsOperator: true }),
    ]);
  });

  test('ends with its step, and says what that failed with', () => {
    expect(phases([phase()], { status: 'DONE' })).toEqual([phase({ endedAt: NOW })]);
    expect(phases([phase()], { status: 'FAILED', failure: FAILURE })).toEqual([
      phase({ endedAt: NOW, failure: 'CAPTCHA' }),
    ]);
    expect(phases([], { status: 'FAILED', failure: FAILURE })).toEqual([]);
    expect(phases([], { step: null })).toEqual([]);
  });

  test('that is over, or was cut off, is followed by a new one of the same step', () => {
    for (const over of [phase({ endedAt: STARTED }), phase({ failure: 'INTERRUPTED' })]) {
      expect(phases([over], {})).toEqual([over, phase({ startedAt: NOW })]);
      expect(phases([over], { status: 'DONE' })).toEqual([over]);
    }
  });

  test('is of one API alone, also of one that the run had not before', () => {
    const other = running({ apiName: 'WEBSOCKET1', phases: [phase({ step: 'OTP' })] });
    const before = run(other, running({ phases: [phase()] }));
    const after = run(other, running(), running({ apiName: 'WEBSOCKET2' }));
    const { steps } = withPhases(before, after, NOW);
    expect(steps.map((step) => step.phases)).toEqual([
      [phase({ step: 'OTP', endedAt: NOW }), phase({ startedAt: NOW })],
      [phase()],
      [phase({ startedAt: NOW })],
    ]);
  });
});

describe('a phase that the end of the program has cut off', () => {
  const first = phase({ endedAt: STARTED });

  test('names the failure, and has no end', () => {
    expect(cutOffPhases([first, phase()], 'INTERRUPTED')).toEqual([first, phase({ failure: 'INTERRUPTED' })]);
  });

  test('is none where it was over, or nothing was begun', () => {
    const failed = phase({ failure: 'CAPTCHA' });
    expect(cutOffPhases([], 'INTERRUPTED')).toEqual([]);
    expect(cutOffPhases([first], 'INTERRUPTED')).toEqual([first]);
    expect(cutOffPhases([failed], 'INTERRUPTED')).toEqual([failed]);
  });
});
