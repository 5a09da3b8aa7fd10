import { describe, expect, test } from 'vitest';
import { AUTH_PHASES } from '../../src/domain/auth/auth-phase.ts';
import {
  type AuthRecord,
  blockReason,
  isOfYesterday,
  refusalOfLogin,
} from '../../src/domain/auth/auth-state.ts';
import {
  type GenerationRun,
  isOver,
  pendingStep,
  RUN_STATUSES,
} from '../../src/domain/run/generation-run.ts';
import type { TokenCheck } from '../../src/domain/token/verdict.ts';
import { authRecord, later, NOW } from './auth-facts.ts';

const record = (parts: Partial<AuthRecord> = {}): AuthRecord =>
  authRecord({ phase: 'PARTIAL_AUTH', ...parts });

const cooldown = { from: NOW, until: later(660), reason: 'THROTTLED' } as const;

describe('a login is refused', () => {
  test('while the account is quarantined, also in a cooldown', () => {
    expect(refusalOfLogin(record({ quarantinedAt: NOW, cooldown }), NOW)).toMatchObject({
      code: 'QUARANTINED',
      retryableAt: null,
    });
  });

  test('until a cooldown is over, and says when that is', () => {
    expect(refusalOfLogin(record({ cooldown }), later(0.5))).toMatchObject({
      code: 'COOLDOWN',
      message: 'The broker needs rest: no login for another 660 s.',
      retryableAt: cooldown.until,
    });
    expect(refusalOfLogin(record({ cooldown }), cooldown.until)).toBeNull();
  });

  test('for no other reason', () => {
    for (const phase of AUTH_PHASES) expect(refusalOfLogin(record({ phase }), NOW)).toBeNull();
  });
});

describe('half a set of tokens', () => {
  const end = new Date('2026-11-23T03:30:00+05:30');
  const before = new Date(end.getTime() - 1);

  test('is of yesterday from 03:30 IST on', () => {
    expect([before, end].map((now) => isOfYesterday(record(), now))).toEqual([false, true]);
  });

  test('is left in one phase alone', () => {
    const phases = AUTH_PHASES.filter((phase) => isOfYesterday(record({ phase }), end));
    expect(phases).toEqual(['PARTIAL_AUTH']);
  });
});

describe('what blocks an account', () => {
  const check = (apiName: TokenCheck['apiName'], verdict: TokenCheck['verdict']): TokenCheck => ({
    ...{ apiName, verdict, timeValid: true, profileValid: null, reason: null, httpStatus: null },
  });
  const facts = {
    record: record(),
    checks: [check('PRIMARY', 'VALID'), check('WEBSOCKET1', 'INVALID')],
    now: NOW,
    isRecheckDue: false,
  };
  const run = (status: GenerationRun['status']): GenerationRun => ({
    ...{ id: 'a-run', accountId: 'UPSTOX_01', mode: 'ALL', status, startedAt: NOW, endedAt: null },
    ...{ waitingUntil: null, steps: [pendingStep('PRIMARY')] },
  });
  const ended = [{ apiName: 'WEBSOCKET1', endedBy: ['PRIMARY'] }] as const;

  test('is the browser of another program, unless the account has to rest', () => {
    expect(blockReason(facts, run('RUNNING'), true)).toBe('BROWSER_BUSY');
    expect(blockReason({ ...facts, record: record({ cooldown }) }, run('RUNNING'), true)).toBe('COOLDOWN');
    expect(blockReason(facts, null, true, ended)).toBe('BROWSER_BUSY');
  });

  test('are tokens that end each other, once no run is under way', () => {
    expect(blockReason(facts, null, false, ended)).toBe('TOKENS_END_EACH_OTHER');
    const statuses = RUN_STATUSES.filter(
      (status) => blockReason(facts, run(status), false, ended) === 'TOKENS_END_EACH_OTHER',
    );
    expect(statuses).toEqual(RUN_STATUSES.filter((status) => isOver({ status })));
  });

  test('is told of a stopped run while any token is not VALID', () => {
    const failure = { code: 'PAGE_CHANGED', message: '', nextAction: '', submitted: [] } as const;
    const steps = [
      { ...pendingStep('WEBSOCKET1'), status: 'FAILED', failure } as const,
      pendingStep('PRIMARY'),
    ];
    expect(blockReason(facts, { ...run('STOPPED'), steps })).toBe('PAGE_CHANGED');
  });
});
