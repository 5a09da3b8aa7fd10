import { describe, expect, test } from 'vitest';
import { AUTH_PHASES } from '../../src/domain/auth/auth-phase.ts';
import type { AuthRecord } from '../../src/domain/auth/auth-state.ts';
import { FAILURE_CODES, type FailureCode } from '../../src/domain/run/failure.ts';
import {
  type GenerationRun,
  isOver,
  pendingStep,
  RUN_STATUSES,
} from '../../src/domain/run/generation-run.ts';
import { leftToPerson } from '../../src/domain/schedule/today.ts';

const TODAY = new Date('2026-11-27T03:30:00+05:30');
const YESTERDAY = new Date(TODAY.getTime() - 1);
const NOW = new Date('2026-11-27T06:00:00+05:30');

const record = (parts: Partial<AuthRecord> = {}): AuthRecord => ({
  ...{ accountId: 'UPSTOX_01', phase: 'IDLE', since: TODAY, cooldown: null, quarantinedAt: null },
  ...{ clearedAt: null, acceptedUntil: null, isLoggedOut: false, isConfirmed: false },
  ...parts,
});

const run = (parts: Partial<GenerationRun>, ...codes: readonly FailureCode[]): GenerationRun => ({
  ...{ id: 'a-run', accountId: 'UPSTOX_01', mode: 'ALL', status: 'STOPPED', startedAt: TODAY },
  ...{ endedAt: null, waitingUntil: null },
  steps: [
    pendingStep('PRIMARY'),
    ...codes.map((code) => ({
      ...pendingStep('WEBSOCKET1'),
      status: 'FAILED' as const,
      failure: { code, message: '', nextAction: '', submitted: [] },
    })),
  ],
  ...parts,
});

describe('a scheduled start leaves the account to a person', () => {
  test('who has logged out today, and has not begun anything since', () => {
    const loggedOut = record({ isLoggedOut: true });
    expect(leftToPerson(loggedOut, null, NOW)).toBe('The operator has logged out today.');
    expect(leftToPerson({ ...loggedOut, since: YESTERDAY }, null, NOW)).toBeNull();
    expect(leftToPerson(record(), null, NOW)).toBeNull();
    const phases = AUTH_PHASES.filter((phase) => leftToPerson({ ...loggedOut, phase }, null, NOW) !== null);
    expect(phases).toEqual(['IDLE']);
  });

  test('who has aborted a run of today', () => {
    expect(leftToPerson(record(), run({ status: 'ABORTED' }), NOW)).toBe(
      'The operator has aborted a run today.',
    );
    expect(leftToPerson(record(), run({ status: 'ABORTED', startedAt: YESTERDAY }), NOW)).toBeNull();
  });

  test('whom a failure of today needs', () => {
    const codes = FAILURE_CODES.filter((code) => leftToPerson(record(), run({}, code), NOW) !== null);
    expect(codes).toMatchInlineSnapshot(`
      [
        "CREDENTIALS_REJECTED",
        "CAPTCHA",
        "ACTION_REQUIRED",
        "MOBILE_REJECTED",
        "PAGE_CHANGED",
        "WRONG_ACCOUNT",
        "ABORTED",
        "CLOCK_SKEW",
        "TOTP_COMMAND_FAILED",
        "BROWSER_FAILED",
        "STORAGE_FAILED",
        "LEASE_LOST",
        "INTERNAL",
      ]
    `);
    expect(leftToPerson(record(), run({}, 'APP_REJECTED', 'CAPTCHA', 'INTERNAL'), NOW)).toBe(
      'A run of today needs a person (CAPTCHA).',
    );
    expect(leftToPerson(record(), run({ startedAt: YESTERDAY }, 'CAPTCHA'), NOW)).toBeNull();
    expect(leftToPerson(record(), run({}), NOW)).toBeNull();
  });

  test('only once no run is under way', () => {
    const statuses = RUN_STATUSES.filter(
      (status) => leftToPerson(record(), run({ status }, 'CAPTCHA'), NOW) !== null,
    );
    expect(statuses).toEqual(RUN_STATUSES.filter((status) => isOver({ status })));
  });
});
