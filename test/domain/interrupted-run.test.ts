import fc from 'fast-check';
import { expect, test } from 'vitest';
import { API_NAMES, type ApiName } from '../../src/domain/account/api-name.ts';
import { NEXT_ACTIONS } from '../../src/domain/run/failure.ts';
import {
  type GenerationRun,
  isWorthResuming,
  LOGIN_STEPS,
  pendingStep,
  type RunStep,
  STEP_STATUSES,
  type StepStatus,
} from '../../src/domain/run/generation-run.ts';
import { afterCrash } from '../../src/domain/run/interrupted-run.ts';
import { VERDICTS, type Verdict } from '../../src/domain/token/verdict.ts';
import { check } from './auth-facts.ts';

const STARTED = new Date('2026-11-22T03:00:00Z');
const NOW = new Date('2026-11-22T03:05:00Z');

const SPENT = { apiName: 'PRIMARY', submission: 'CODE' } as const;

const step = (status: StepStatus, parts: Partial<RunStep> = {}): RunStep => ({
  ...pendingStep('PRIMARY'),
  status,
  startedAt: status === 'PENDING' || status === 'SKIPPED' ? null : STARTED,
  endedAt: status === 'DONE' || status === 'FAILED' ? STARTED : null,
  failure:
    status === 'FAILED'
      ? { code: 'APP_REJECTED', message: '', nextAction: NEXT_ACTIONS.APP_REJECTED, submitted: [] }
      : null,
  ...parts,
});

const run = (steps: readonly RunStep[]): GenerationRun => ({
  id: 'a-run',
  accountId: 'UPSTOX_01',
  mode: 'ALL',
  status: 'RUNNING',
  startedAt: STARTED,
  endedAt: null,
  waitingUntil: new Date('2026-11-22T03:10:00Z'),
  steps,
});

/** What becomes of one step, in short. */
const fate = (left: RunStep, verdict: Verdict, isSpent: boolean): string => {
  const facts = {
    checks: [check('PRIMARY', verdict)],
    submissions: isSpent ? [SPENT] : [],
    now: NOW,
  };
  const [found] = afterCrash(run([left]), facts).steps;
  return found?.failure?.code ?? found?.status ?? 'nothing';
};

test('a step, by how it was left and what is known of its token', () => {
  const rows = STEP_STATUSES.map((status) =>
    [status, ...VERDICTS.map((verdict) => fate(step(status), verdict, false))]
      .map((cell) => cell.padEnd(12))
      .join(' ')
      .trim(),
  );
  const heads = ['left as', ...VERDICTS].map((cell) => cell.padEnd(12)).join(' ');
  expect([heads.trim(), ...rows].join('\n')).toMatchInlineSnapshot(`
    "left as      VALID        EXPIRED      INVALID      UNKNOWN      MISSING
    PENDING      DONE         PENDING      PENDING      PENDING      PENDING
    RUNNING      DONE         INTERRUPTED  INTERRUPTED  INTERRUPTED  INTERRUPTED
    DONE         DONE         DONE         DONE         DONE         DONE
    FAILED       DONE         APP_REJECTED APP_REJECTED APP_REJECTED APP_REJECTED
    SKIPPED      DONE         SKIPPED      SKIPPED      SKIPPED      SKIPPED"
  `);
});

test('a step whose code was about to be sent is never called merely interrupted', () => {
  const fates = VERDICTS.map((verdict) => fate(step('RUNNING', { step: 'EXCHANGE' }), verdict, true));
  expect(fates).toEqual(['DONE', 'SPENT_UNKNOWN', 'SPENT_UNKNOWN', 'SPENT_UNKNOWN', 'SPENT_UNKNOWN']);
});

test('a token that was stored and that the broker does not judge is kept, not made again', () => {
  const left = step('RUNNING', { step: 'VERIFY' });
  expect(VERDICTS.map((verdict) => fate(left, verdict, true))).toEqual([
    'DONE',
    'SPENT_UNKNOWN',
    'SPENT_UNKNOWN',
    'UNVERIFIED',
    'SPENT_UNKNOWN',
  ]);
  const facts = { checks: [check('PRIMARY', 'UNKNOWN')], submissions: [SPENT], now: NOW };
  expect(afterCrash(run([left]), facts).steps.filter(isWorthResuming)).toEqual([]);
});

test('a half-done step says what happened, what was submitted and what to do, and a waiting run waits no longer', () => {
  const steps = [step('RUNNING', { step: 'PIN' }), step('PENDING', { apiName: 'WEBSOCKET1' })];
  const submissions = (['PIN', 'OTP', 'MOBILE', 'OTP'] as const).map((submission) => ({
    apiName: 'PRIMARY' as const,
    submission,
  }));
  const found = afterCrash(run(steps), { checks: [], submissions, now: NOW });
  expect(found).toEqual({
    ...run([
      {
        apiName: 'PRIMARY',
        status: 'FAILED',
        step: 'PIN',
        failure: {
          code: 'INTERRUPTED',
          message: 'The program ended in the middle of this step.',
          nextAction: NEXT_ACTIONS.INTERRUPTED,
          submitted: ['MOBILE', 'OTP', 'PIN'],
        },
        startedAt: STARTED,
        endedAt: NOW,
      },
      pendingStep('WEBSOCKET1'),
    ]),
    waitingUntil: null,
  });
});

const lefts = fc.record({
  status: fc.constantFrom(...STEP_STATUSES),
  step: fc.option(fc.constantFrom(...LOGIN_STEPS)),
  verdict: fc.constantFrom(...VERDICTS),
  isSpent: fc.boolean(),
});

const apis = (each: readonly unknown[]): readonly ApiName[] => API_NAMES.slice(0, each.length);

test('nothing is left half done, what is VALID is done, and no more is taken up than was open', () => {
  fc.assert(
    fc.property(fc.array(lefts, { maxLength: 6 }), (all) => {
      const names = apis(all);
      const steps = all.map(({ status, step: at }, index) =>
        step(status, { apiName: names[index] ?? 'PRIMARY', step: at }),
      );
      const checks = all.map(({ verdict }, index) => check(names[index] ?? 'PRIMARY', verdict));
      const submissions = names
        .filter((_name, index) => all[index]?.isSpent)
        .map((apiName) => ({ ...SPENT, apiName }));
      const found = afterCrash(run(steps), { checks, submissions, now: NOW });

      expect(found.steps.map(({ apiName }) => apiName)).toEqual(names);
      for (const [index, each] of found.steps.entries()) {
        expect(each.status).not.toBe('RUNNING');
        if (all[index]?.verdict === 'VALID') expect(each.status).toBe('DONE');
        if (all[index]?.status === 'DONE') expect(each).toEqual(steps[index]);
        if (each.status === 'DONE') expect(isWorthResuming(each)).toBe(false);
      }
      // Dying a second time at once changes nothing.
      expect(afterCrash(found, { checks, submissions, now: NOW })).toEqual(found);
    }),
  );
});

test('a token that was being stored and that the broker does not judge is not made again either', () => {
  const steps = LOGIN_STEPS.filter(
    (at) => fate(step('RUNNING', { step: at }), 'UNKNOWN', true) === 'UNVERIFIED',
  );
  expect(steps).toEqual(['STORE', 'VERIFY']);
});

test('what another API has submitted is not submitted for this one', () => {
  const facts = { checks: [], submissions: [{ ...SPENT, apiName: 'WEBSOCKET1' as const }], now: NOW };
  const [found] = afterCrash(run([step('RUNNING', { step: 'EXCHANGE' })]), facts).steps;
  expect(found?.failure).toMatchObject({ code: 'INTERRUPTED', submitted: [] });
});

test('a step whose token can still come from outside goes on as it is', () => {
  const steps = [step('RUNNING'), step('RUNNING', { apiName: 'WEBSOCKET1' })];
  const facts = { checks: [], submissions: [], waiting: ['WEBSOCKET1'] as const, now: NOW };
  const found = afterCrash(run(steps), facts).steps;
  expect(found.map(({ status }) => status)).toEqual(['FAILED', 'RUNNING']);
  expect(found[1]).toEqual(steps[1]);
});

test('no login is made any more for a role that has another credential by now', () => {
  const facts = { checks: [], submissions: [], needless: ['PRIMARY'] as const, now: NOW };
  const fates = STEP_STATUSES.map((status) => {
    const [found] = afterCrash(run([step(status)]), facts).steps;
    return `${status}: ${found?.failure?.code ?? found?.status}`;
  });
  expect(fates).toEqual([
    'PENDING: ROLE_NEEDS_NO_LOGIN',
    'RUNNING: ROLE_NEEDS_NO_LOGIN',
    'DONE: DONE',
    'FAILED: APP_REJECTED',
    'SKIPPED: ROLE_NEEDS_NO_LOGIN',
  ]);
});

test('the phase that was cut off has no end, and names what the step failed with', () => {
  const open = {
    step: 'PIN',
    startedAt: STARTED,
    endedAt: null,
    awaitsOperator: false,
    failure: null,
  } as const;
  const facts = { checks: [], submissions: [], now: NOW };
  const [found] = afterCrash(run([step('RUNNING', { step: 'PIN', phases: [open] })]), facts).steps;
  expect(found?.phases).toEqual([{ ...open, failure: 'INTERRUPTED' }]);
});
