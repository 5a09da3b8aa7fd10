import { describe, expect, test } from 'vitest';
import type { ApiName } from '../../src/domain/account/api-name.ts';
import { AUDIT_KINDS, type AuditKind, type StoredAuditEntry } from '../../src/domain/events/audit.ts';
import { cooldownReasonIn, failureIn, forecastIn } from '../../src/domain/report/audit-facts.ts';
import { decisionsIn, happeningsIn, isConfirmation, isTold } from '../../src/domain/report/report-kinds.ts';
import { loginsIn } from '../../src/domain/report/report-logins.ts';
import { waitsIn } from '../../src/domain/report/report-waits.ts';

const at = (time: string): Date => new Date(`2026-11-23T${time}+05:30`);

/** `time kind` of PRIMARY in one run; other parts of an entry are changed beside it. */
const entry = (text: string, parts: Partial<StoredAuditEntry> = {}): StoredAuditEntry => {
  const [time = '', kind = ''] = text.split(' ');
  return {
    ...{ id: 1, key: text, at: at(time), kind: kind as AuditKind, severity: 'INFO', component: 'AUTH' },
    ...{ message: '', accountId: 'UPSTOX_01', apiName: 'PRIMARY', correlationId: 'run-1' },
    ...parts,
  };
};

describe('the parts of a morning', () => {
  const all = AUDIT_KINDS.map((kind) => entry(`06:00:00 ${kind}`, { message: kind }));
  const kindsOf = (acts: readonly { readonly message: string }[]) => acts.map(({ message }) => message);

  test('decisions are what people do', () => {
    expect(kindsOf(decisionsIn(all))).toMatchInlineSnapshot(`
      [
        "ABORT_REQUESTED",
        "TOKEN_IMPORTED",
        "ROLE_ASSIGNED",
        "ROLE_REMOVED",
        "QUARANTINE_CLEARED",
        "PARTIAL_ACCEPTED",
        "LOGGED_OUT",
        "CONFIG_SAVED",
        "CONFIG_REMOVED",
        "ACCOUNT_SWITCHED",
        "CREDENTIALS_CHANGED",
        "TRADING_DAY_SET",
        "TRADING_DAY_CLEARED",
        "SCHEDULE_SAVED",
        "SCHEDULE_REMOVED",
        "ALERT_ACKNOWLEDGED",
      ]
    `);
  });

  test('happenings are what befalls the account and the server', () => {
    expect(kindsOf(happeningsIn(all))).toMatchInlineSnapshot(`
      [
        "RUN_STARTED",
        "RUN_TAKEN_UP",
        "RUN_ENDED",
        "OFFER_DISMISSED",
        "NOTICE_REFUSED",
        "TOKEN_DROPPED",
        "TOKEN_REMOVED",
        "TOKEN_REVOKED",
        "TOKEN_ENDED",
        "TOKEN_NOT_REVOKED",
        "TOKEN_HELD",
        "VERDICT_CHANGED",
        "GATE_OPENED",
        "GATE_CLOSED",
        "QUARANTINED",
        "SERVER_STARTED",
        "SERVER_STOPPED",
        "OCCURRENCE_DECIDED",
        "OCCURRENCE_MISSED",
        "CANARY_DRIFTED",
        "CAPABILITY_REFUSED",
        "FAILOVER_BEGUN",
        "RECOVERED",
        "SPILL_REPLAYED",
        "SPILL_TORN",
        "SPILL_DAMAGED",
        "RESTORED",
        "DATABASE_MOVED",
        "AUDIT_DAMAGED",
      ]
    `);
  });

  test('of the rest, logins, waits and forecasts are told elsewhere', () => {
    const elsewhere = all.filter(
      (one) => isTold(one) && decisionsIn([one]).length + happeningsIn([one]).length === 0,
    );
    expect(kindsOf(elsewhere)).toMatchInlineSnapshot(`
      [
        "LOGIN_BEGUN",
        "LOGIN_FAILED",
        "HUMAN_LOGIN_BEGUN",
        "SPACING_BEGUN",
        "TIME_STEP_AWAITED",
        "TURN_AWAITED",
        "TURN_TAKEN",
        "OTP_REQUESTED",
        "OTP_SUBMITTED",
        "PIN_SUBMITTED",
        "CODE_EXCHANGED",
        "CAPTCHA_AWAITED",
        "CAPTCHA_WAIT_ENDED",
        "APPROVAL_REQUESTED",
        "TOKEN_STORED",
        "COOLDOWN_BEGUN",
        "COOLDOWN_ENDED",
        "FORECAST",
      ]
    `);
    expect(isTold(entry('06:00:00 OF_A_NEWER_VERSION'))).toBe(false);
  });

  test('a confirmation is a verdict that became VALID, and stands with its login', () => {
    const verdict = (message: string) => entry('06:00:00 VERDICT_CHANGED', { message });
    const confirmation = verdict('Verdict UNKNOWN → VALID.');
    const others = [
      verdict('Verdict VALID → INVALID: REJECTED.'),
      verdict('Verdict UNKNOWN → VALIDATED.'),
      verdict('No Verdict UNKNOWN → VALID.'),
      entry('06:00:00 TOKEN_STORED', { message: 'Verdict UNKNOWN → VALID.' }),
    ];
    expect([confirmation, ...others].map(isConfirmation)).toEqual([true, ...others.map(() => false)]);
    expect(happeningsIn([confirmation])).toEqual([]);
  });
});

test('facts are read from a whole message, and from nothing else', () => {
  const failed = 'No token: CAPTCHA. Submitted to the broker by then: nothing.';
  expect(failureIn(failed)).toEqual({ code: 'CAPTCHA', submitted: [], message: null });
  expect(failureIn(`${failed} Two\nlines.`)?.message).toBe('Two\nlines.');
  expect([failureIn(`x${failed}`), failureIn(`${failed}x`), failureIn('')]).toEqual([null, null, null]);
  const forecast =
    'Forecast READY for the bell at 2026-11-23T03:30:00.000Z: done about not known, in 95 of 100 by not known, probability not known.';
  expect(forecastIn(forecast)).toMatchObject({
    verdict: 'READY',
    eta: null,
    etaWorst: null,
    probability: null,
  });
  expect([forecastIn(`x${forecast}`), forecastIn(`${forecast}x`)]).toEqual([null, null]);
  const cooldown = 'Cooldown until 2026-11-23T03:30:00.000Z (THROTTLED).';
  expect(cooldownReasonIn(cooldown)).toBe('THROTTLED');
  expect(['', `x${cooldown}`, `${cooldown}x`].map(cooldownReasonIn)).toEqual([null, null, null]);
});

describe('a wait', () => {
  test.each([
    ['SPACING_BEGUN', 'SPACING'],
    ['TIME_STEP_AWAITED', 'TOTP_STEP'],
    ['TURN_AWAITED', 'TURN'],
    ['CAPTCHA_AWAITED', 'PERSON'],
    ['HUMAN_LOGIN_BEGUN', 'PERSON'],
    ['APPROVAL_REQUESTED', 'APPROVAL'],
  ])('%s ends with the next act of the same API and run', (begins, kind) => {
    const message = 'Cooldown until 2026-11-23T03:30:00.000Z (THROTTLED).';
    const waits = waitsIn([
      entry(`06:00:00 ${begins}`, { message }),
      entry('06:00:01 LOGIN_BEGUN'),
      entry('06:00:02 OTP_REQUESTED', { apiName: 'WEBSOCKET1' }),
      entry('06:00:03 OTP_REQUESTED', { correlationId: 'run-2' }),
      entry('06:00:04 OTP_REQUESTED'),
      entry('06:00:05 OTP_SUBMITTED'),
    ]);
    expect(waits).toEqual([
      { kind, apiName: 'PRIMARY', from: at('06:00:00'), to: at('06:00:04'), reason: null },
    ]);
  });

  test('of the account is a cooldown, which ends by itself or with the next one', () => {
    const message = 'Cooldown until 2026-11-23T03:30:00.000Z (THROTTLED).';
    const ends = waitsIn([
      entry('06:00:00 COOLDOWN_BEGUN', { message }),
      entry('06:01:00 OTP_REQUESTED'),
      entry('06:02:00 COOLDOWN_BEGUN', { message }),
      entry('06:03:00 COOLDOWN_ENDED', { apiName: null, correlationId: null }),
      entry('06:04:00 COOLDOWN_BEGUN', { message }),
    ]).map(({ to, reason }) => [to, reason]);
    expect(ends).toEqual([
      [at('06:02:00'), 'THROTTLED'],
      [at('06:03:00'), 'THROTTLED'],
      [null, 'THROTTLED'],
    ]);
  });
});

describe('a login', () => {
  const told = (...entries: readonly StoredAuditEntry[]) =>
    loginsIn(entries).map(({ apiName, begunAt, outcome, endedAt, confirmedAt }) =>
      [apiName, begunAt, outcome, endedAt, confirmedAt]
        .map((part) => (part instanceof Date ? part.toISOString().slice(14, 19) : (part ?? '-')))
        .join(' '),
    );
  const valid = (time: string, apiName: ApiName = 'PRIMARY') =>
    entry(`${time} VERDICT_CHANGED`, { apiName, message: 'Verdict UNKNOWN → VALID.' });

  test('of no API is none', () => {
    expect(told(entry('06:00:00 TOKEN_STORED', { apiName: null }))).toEqual([]);
  });

  test('that another one of the same API follows has no end', () => {
    expect(
      told(entry('06:00:00 LOGIN_BEGUN'), entry('06:01:00 LOGIN_BEGUN'), entry('06:02:00 TOKEN_STORED')),
    ).toEqual(['PRIMARY 30:00 NOT_KNOWN - -', 'PRIMARY 31:00 STORED 32:00 -']);
  });

  test('is confirmed once, by the first verdict of its own API', () => {
    expect(
      told(
        entry('06:00:00 TOKEN_STORED'),
        entry('06:00:01 TOKEN_STORED', { apiName: 'WEBSOCKET1' }),
        valid('06:00:02'),
        valid('06:00:03'),
        valid('06:00:04', 'WEBSOCKET2'),
      ),
    ).toEqual(['PRIMARY - STORED 30:00 30:02', 'WEBSOCKET1 - STORED 30:01 -']);
  });

  test('that has failed is not confirmed', () => {
    expect(told(entry('06:00:00 LOGIN_FAILED'), valid('06:00:01'))).toEqual(['PRIMARY - FAILED 30:00 -']);
  });

  test('fails after all where its token is removed, and is of its own run and API', () => {
    const begun = [entry('06:00:00 LOGIN_BEGUN'), entry('06:00:01 TOKEN_STORED')];
    expect(told(...begun, entry('06:00:02 TOKEN_REMOVED'), valid('06:00:03'))).toEqual([
      'PRIMARY 30:00 FAILED 30:02 -',
    ]);
    const stored = ['PRIMARY 30:00 STORED 30:01 -'];
    expect(told(...begun, entry('06:00:02 TOKEN_REMOVED', { apiName: 'WEBSOCKET1' }))).toEqual(stored);
    expect(told(...begun, entry('06:00:02 TOKEN_REMOVED', { correlationId: 'run-2' }))).toEqual(stored);
    expect(told(...begun, valid('06:00:02'), entry('06:00:03 TOKEN_REMOVED'))).toEqual([
      'PRIMARY 30:00 STORED 30:01 30:02',
    ]);
    expect(told(entry('06:00:00 TOKEN_STORED'), entry('06:00:01 TOKEN_REMOVED'))).toEqual([
      'PRIMARY - STORED 30:00 -',
    ]);
  });
});
