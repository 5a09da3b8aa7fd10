import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { API_NAMES, type ApiName } from '../../src/domain/account/api-name.ts';
import { AUTH_PHASES } from '../../src/domain/auth/auth-phase.ts';
import {
  type AuthRecord,
  blockReason,
  cooldownAt,
  type GateFacts,
  isPrimaryLost,
  isPrimaryValid,
  isReady,
  isSetConfirmed,
} from '../../src/domain/auth/auth-state.ts';
import { FAILURE_CODES, type FailureCode } from '../../src/domain/run/failure.ts';
import {
  type GenerationRun,
  pendingStep,
  RUN_STATUSES,
  type RunStatus,
  type RunStep,
} from '../../src/domain/run/generation-run.ts';
import { VERDICTS } from '../../src/domain/token/verdict.ts';
import { authRecord, check, later, NOW, pair } from './auth-facts.ts';

const record = (parts: Partial<AuthRecord> = {}): AuthRecord =>
  authRecord({ phase: 'AUTH_CONFIRMED', isConfirmed: true, ...parts });

const facts = (parts: Partial<GateFacts> = {}): GateFacts => ({
  record: record(),
  checks: pair('VALID', 'VALID'),
  now: NOW,
  isRecheckDue: false,
  ...parts,
});

const failed = (apiName: ApiName, code: FailureCode): RunStep => ({
  ...pendingStep(apiName),
  status: 'FAILED',
  failure: { code, message: '', nextAction: '', submitted: [] },
  endedAt: NOW,
});

const run = (status: RunStatus, steps: readonly RunStep[] = []): GenerationRun => ({
  id: 'a-run',
  accountId: 'UPSTOX_01',
  mode: 'ALL',
  status,
  startedAt: NOW,
  endedAt: null,
  waitingUntil: null,
  steps,
});

const dates = fc.date({ min: later(-100_000), max: later(100_000), noInvalidDate: true });
const records = fc.record<AuthRecord>({
  accountId: fc.constant('UPSTOX_01'),
  phase: fc.constantFrom(...AUTH_PHASES),
  since: dates,
  cooldown: fc.option(fc.record({ from: dates, until: dates, reason: fc.constantFrom(...FAILURE_CODES) })),
  quarantinedAt: fc.option(dates),
  clearedAt: fc.option(dates),
  acceptedUntil: fc.option(dates),
  isLoggedOut: fc.boolean(),
  isConfirmed: fc.boolean(),
});
const checkSets = fc
  .subarray([...API_NAMES])
  .chain((names) =>
    fc.tuple(...names.map((name) => fc.constantFrom(...VERDICTS).map((verdict) => check(name, verdict)))),
  );
const anyFacts = fc.record<GateFacts>({
  record: records,
  checks: checkSets,
  now: dates,
  isRecheckDue: fc.boolean(),
});

describe('the gate', () => {
  test('stands open with a confirmed set, for somebody who is logged in, in whichever phase of a run', () => {
    const open = AUTH_PHASES.filter((phase) => isReady(facts({ record: record({ phase }) })));
    expect(open).toEqual(AUTH_PHASES);
    expect(isReady(facts({ record: record({ isConfirmed: false }) }))).toBe(false);
    expect(isReady(facts({ isRecheckDue: true }))).toBe(false);
    expect(isReady(facts({ record: record({ isLoggedOut: true }) }))).toBe(false);
  });

  test('by the verdicts of PRIMARY and of the rest, as they are and with the partial set accepted', () => {
    const acceptedUntil = later(1);
    const rows = VERDICTS.flatMap((primary) =>
      VERDICTS.map((other) => {
        const checks = pair(primary, other);
        const answers = [
          isReady(facts({ checks })),
          isReady(facts({ checks, record: record({ acceptedUntil }) })),
          isPrimaryLost(checks),
        ];
        return [primary, other, ...answers.map((answer) => (answer ? 'yes' : 'no'))]
          .map((cell) => cell.padEnd(8))
          .join(' ')
          .trim();
      }),
    );
    const heads = ['PRIMARY ', 'other   ', 'open    ', 'accepted', 'lost'];
    expect([heads.join(' '), ...rows].join('\n')).toMatchInlineSnapshot(`
      "PRIMARY  other    open     accepted lost
      VALID    VALID    yes      yes      no
      VALID    EXPIRED  no       yes      no
      VALID    INVALID  no       yes      no
      VALID    UNKNOWN  no       yes      no
      VALID    MISSING  no       yes      no
      EXPIRED  VALID    no       no       yes
      EXPIRED  EXPIRED  no       no       yes
      EXPIRED  INVALID  no       no       yes
      EXPIRED  UNKNOWN  no       no       yes
      EXPIRED  MISSING  no       no       yes
      INVALID  VALID    no       no       yes
      INVALID  EXPIRED  no       no       yes
      INVALID  INVALID  no       no       yes
      INVALID  UNKNOWN  no       no       yes
      INVALID  MISSING  no       no       yes
      UNKNOWN  VALID    no       no       no
      UNKNOWN  EXPIRED  no       no       no
      UNKNOWN  INVALID  no       no       no
      UNKNOWN  UNKNOWN  no       no       no
      UNKNOWN  MISSING  no       no       no
      MISSING  VALID    no       no       yes
      MISSING  EXPIRED  no       no       yes
      MISSING  INVALID  no       no       yes
      MISSING  UNKNOWN  no       no       yes
      MISSING  MISSING  no       no       yes"
    `);
  });

  test('never stands open without a VALID PRIMARY, whatever is stored', () => {
    fc.assert(
      fc.property(anyFacts, (each) => {
        const isOpen = isReady(each);
        if (!isOpen) return;
        expect(isPrimaryValid(each.checks)).toBe(true);
        expect(each.record.isLoggedOut).toBe(false);
        expect(each.record.isConfirmed).toBe(true);
        expect(each.isRecheckDue).toBe(false);
      }),
      { numRuns: 2000, examples: [[facts()]] },
    );
  });

  test('an API more that is valid never shuts it, and one that is not never opens it', () => {
    fc.assert(
      fc.property(anyFacts, fc.constantFrom(...VERDICTS), (each, verdict) => {
        const more = { ...each, checks: [...each.checks, check('OPTIONCHAIN2', verdict)] };
        if (verdict === 'VALID') expect(isReady(more)).toBe(isReady(each));
        if (!isReady(each)) expect(isReady(more)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  test('an accepted partial set is confirmed until its trading day ends, to the millisecond', () => {
    const acceptedUntil = later(10);
    const checks = pair('VALID', 'MISSING');
    const confirmedAt = (now: Date) =>
      isSetConfirmed(facts({ record: record({ acceptedUntil }), checks, now }));
    expect(confirmedAt(new Date(acceptedUntil.getTime() - 1))).toBe(true);
    expect(confirmedAt(acceptedUntil)).toBe(false);
  });

  test('a set of no API at all is not confirmed', () => {
    expect(isSetConfirmed(facts({ checks: [] }))).toBe(false);
    expect(isPrimaryLost([])).toBe(true);
  });
});

describe('a cooldown', () => {
  const cooldown = { from: NOW, until: later(660), reason: 'THROTTLED' } as const;

  test.each([
    [0, { active: true, remainingSeconds: 660 }],
    [0.001, { active: true, remainingSeconds: 660 }],
    [1, { active: true, remainingSeconds: 659 }],
    [659.999, { active: true, remainingSeconds: 1 }],
    [660, { active: false, remainingSeconds: 0 }],
    [661, { active: false, remainingSeconds: 0 }],
  ])('%d s after its begin is %o', (seconds, expected) => {
    const seen = cooldownAt(record({ cooldown }), later(seconds));
    expect(seen).toMatchObject(expected);
    expect(seen).toMatchObject(
      seen.active ? { until: cooldown.until, reason: 'THROTTLED' } : { until: null, reason: null },
    );
  });

  test('that was never begun is none', () => {
    expect(cooldownAt(record(), NOW)).toEqual({
      active: false,
      remainingSeconds: 0,
      until: null,
      reason: null,
    });
  });

  test('is active exactly as long as seconds remain, and those never last past its end', () => {
    fc.assert(
      fc.property(records, dates, (each, now) => {
        const { active, remainingSeconds, until } = cooldownAt(each, now);
        expect(remainingSeconds > 0).toBe(active);
        if (until === null) return;
        const end = now.getTime() + remainingSeconds * 1000;
        expect(end).toBeGreaterThanOrEqual(until.getTime());
        expect(end - until.getTime()).toBeLessThan(1000);
      }),
    );
  });
});

describe('what blocks an account', () => {
  const stopped = (...codes: readonly FailureCode[]): GenerationRun =>
    run(
      'STOPPED',
      codes.map((code, index) => failed(API_NAMES[index] ?? 'PRIMARY', code)),
    );
  const missing = facts({ checks: pair('MISSING', 'MISSING') });

  test('after a run that was stopped, by the failure that stopped it', () => {
    const reasons = FAILURE_CODES.flatMap((code) => {
      const reason = blockReason(missing, stopped(code));
      return reason === null ? [] : `${code} → ${reason}`;
    });
    expect(reasons).toMatchInlineSnapshot(`
      [
        "CAPTCHA → CAPTCHA",
        "ACTION_REQUIRED → ACTION_REQUIRED",
        "MOBILE_REJECTED → MOBILE_REJECTED",
        "APP_REJECTED → APP_REJECTED",
        "PAGE_CHANGED → PAGE_CHANGED",
        "MAINTENANCE → MAINTENANCE",
        "BROKER_UNREACHABLE → BROKER_UNREACHABLE",
        "STORAGE_FAILED → DATABASE",
      ]
    `);
  });

  test('is the reason that stood last, where several APIs failed', () => {
    expect(blockReason(missing, stopped('APP_REJECTED', 'PAGE_CHANGED'))).toBe('PAGE_CHANGED');
    expect(blockReason(missing, stopped('APP_REJECTED', 'ABORTED'))).toBe('APP_REJECTED');
  });

  test('a quarantine comes before everything else, then a person who is waited for, then a cooldown', () => {
    const cooldown = { from: NOW, until: later(1), reason: 'THROTTLED' } as const;
    const waiting = run('WAITING_OPERATOR', [
      { ...pendingStep('PRIMARY'), status: 'RUNNING', step: 'MOBILE', startedAt: NOW },
    ]);
    const block = (parts: Partial<AuthRecord>, each: GenerationRun | null) =>
      blockReason({ ...missing, record: record(parts) }, each);
    expect([
      block({ cooldown, quarantinedAt: NOW }, waiting),
      block({ cooldown }, waiting),
      block({ cooldown }, stopped('APP_REJECTED')),
      block({ cooldown: { ...cooldown, until: NOW } }, stopped('APP_REJECTED')),
    ]).toEqual(['CREDENTIALS_REJECTED', 'CAPTCHA', 'COOLDOWN', 'APP_REJECTED']);
  });

  test('is nothing once everything is valid, nor while a run goes on, nor before the first', () => {
    const silent = RUN_STATUSES.filter((status) => status !== 'STOPPED' && status !== 'WAITING_OPERATOR');
    expect([
      blockReason(facts(), stopped('PAGE_CHANGED')),
      blockReason(missing, null),
      ...silent.map((status) => blockReason(missing, run(status, [failed('PRIMARY', 'PAGE_CHANGED')]))),
    ]).toEqual([null, null, ...silent.map(() => null)]);
  });
});
