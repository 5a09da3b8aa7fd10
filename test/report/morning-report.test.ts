import { expect, test } from 'vitest';
import type { ApiName } from '../../src/domain/account/api-name.ts';
import {
  type AuditKind,
  type FactsOf,
  type StoredAuditEntry,
  toAuditEntry,
} from '../../src/domain/events/audit.ts';
import { cooldownReasonIn, failureIn, forecastIn } from '../../src/domain/report/audit-facts.ts';
import { morningReportOf } from '../../src/domain/report/morning-report.ts';
import type { ReportFacts } from '../../src/domain/report/report.ts';
import { reportLines } from '../../src/domain/report/report-text.ts';
import { tradingDayAt, tradingDayOf } from '../../src/domain/report/trading-day.ts';

const at = (time: string): Date => new Date(`2026-11-23T${time}+05:30`);

/** A log that grows by one act at a time of that Monday. */
class Log {
  readonly entries: StoredAuditEntry[] = [];

  add<Kind extends AuditKind>(
    time: string,
    kind: Kind,
    facts: FactsOf<Kind>,
    apiName: ApiName | null = null,
  ): this {
    const reference = { accountId: 'UPSTOX_01', correlationId: 'run-1', apiName };
    const id = this.entries.length + 1;
    this.entries.push({ ...toAuditEntry(kind, facts, reference, `key-${id}`, at(time)), id });
    return this;
  }

  report(parts: Partial<ReportFacts> = {}) {
    return morningReportOf({
      accountId: 'UPSTOX_01',
      day: tradingDayOf('2026-11-23'),
      entries: this.entries,
      begins: new Date('2026-11-01T00:00:00Z'),
      ends: tradingDayOf('2026-11-23').to,
      verification: { valid: true, entries: this.entries.length, firstBadId: null, reason: null },
      ...parts,
    });
  }
}

const bell = at('09:00:00');
const stored = { fingerprint: 'abcd', operation: 'INSERTED', version: 1 } as const;
const confirmed = { from: 'UNKNOWN', to: 'VALID', reason: null } as const;

const eventful = () =>
  new Log()
    .add('05:58:00', 'FORECAST', {
      verdict: 'ON_TRACK',
      bell,
      eta: at('06:19:30'),
      etaWorst: at('06:40:00'),
      probability: 0.998,
    })
    .add('06:00:00', 'RUN_STARTED', { mode: 'INVALID_ONLY', apis: ['PRIMARY', 'WEBSOCKET1'], via: 'BROWSER' })
    .add('06:00:01', 'LOGIN_BEGUN', {}, 'PRIMARY')
    .add('06:00:10', 'OTP_REQUESTED', {}, 'PRIMARY')
    .add('06:00:40', 'TOKEN_STORED', stored, 'PRIMARY')
    .add('06:00:41', 'VERDICT_CHANGED', confirmed, 'PRIMARY')
    .add('06:00:42', 'LOGIN_BEGUN', {}, 'WEBSOCKET1')
    .add('06:00:43', 'SPACING_BEGUN', {}, 'WEBSOCKET1')
    .add('06:03:28', 'OTP_REQUESTED', {}, 'WEBSOCKET1')
    .add(
      '06:03:30',
      'LOGIN_FAILED',
      { code: 'THROTTLED', message: 'The page says: try later.', submitted: ['MOBILE'] },
      'WEBSOCKET1',
    )
    .add('06:03:30', 'COOLDOWN_BEGUN', { until: at('06:14:30'), reason: 'THROTTLED' })
    .add('06:14:30', 'COOLDOWN_ENDED', {})
    .add('06:20:00', 'PARTIAL_ACCEPTED', { until: at('23:00:00') })
    .add('06:20:00', 'GATE_OPENED', {})
    .add('09:15:00', 'TOKEN_LEASED', { keyId: 'key', version: 1 }, 'PRIMARY');

test('a morning is told whole, and the same audit gives the same text', () => {
  const report = eventful().report();
  expect(reportLines(report).join('\n')).toMatchInlineSnapshot(`
    "UPSTOX_01, trading day 2026-11-23. Times are of India (IST).
    Bell 09:00; the gate opened at 06:20:00.
    Told from 14 entries of the audit, from 05:58:00 to 06:20:00.

    Tokens
      06:00:40  PRIMARY       stored after 39 s, VALID at 06:00:41

    Waits
      06:00:43  WEBSOCKET1    OTP spacing: 2 m 45 s, until 06:03:28
      06:03:30                cooldown (THROTTLED): 11 m 00 s, until 06:14:30

    Failures
      06:03:30  WEBSOCKET1    THROTTLED; submitted: MOBILE
                              The page says: try later.

    Decisions of people
      06:20:00                The operator accepted the partial set until 2026-11-23 23:00:00.

    Forecasts
      05:58:00  ON_TRACK for 09:00, done about 06:19, 99 % likely
                It came true; the gate opened 1 min later than it said.

    What else happened
      06:00:00                Run INVALID_ONLY by BROWSER started for PRIMARY, WEBSOCKET1.
      06:20:00                The gate is open: authentication is confirmed.

    What the audit does not know
      Nothing is missing."
  `);
  expect(reportLines(eventful().report())).toEqual(reportLines(report));
});

test('the turn with the browser and the next TOTP code are waited for, of the run and of an API', () => {
  const log = new Log()
    .add('06:00:00', 'RUN_STARTED', { mode: 'ALL', apis: ['PRIMARY', 'WEBSOCKET1'], via: 'BROWSER' })
    .add('06:00:01', 'TURN_AWAITED', {})
    .add('06:00:31', 'TURN_TAKEN', {})
    .add('06:00:32', 'LOGIN_BEGUN', {}, 'PRIMARY')
    .add('06:00:40', 'OTP_REQUESTED', {}, 'PRIMARY')
    .add('06:00:41', 'TIME_STEP_AWAITED', {}, 'PRIMARY')
    .add('06:01:00', 'OTP_SUBMITTED', {}, 'PRIMARY')
    .add('06:01:05', 'LOGIN_BEGUN', {}, 'WEBSOCKET1')
    .add('06:01:05', 'TURN_AWAITED', {}, 'WEBSOCKET1')
    .add('06:01:20', 'TURN_TAKEN', {}, 'WEBSOCKET1');
  const waits = reportLines(log.report());
  expect(waits.slice(waits.indexOf('Waits') + 1, waits.indexOf('Waits') + 4)).toEqual([
    '  06:00:01                turn with the browser: 30 s, until 06:00:31',
    '  06:00:41  PRIMARY       next TOTP code: 19 s, until 06:01:00',
    '  06:01:05  WEBSOCKET1    turn with the browser: 15 s, until 06:01:20',
  ]);
});

test('the facts are read from the messages that carry them', () => {
  const log = eventful();
  const failed = log.entries.find(({ kind }) => kind === 'LOGIN_FAILED')?.message ?? '';
  expect(failureIn(failed)).toEqual({
    code: 'THROTTLED',
    submitted: ['MOBILE'],
    message: 'The page says: try later.',
  });
  expect(failureIn('No token: CAPTCHA. Submitted to the broker by then: nothing.')).toEqual({
    code: 'CAPTCHA',
    submitted: [],
    message: null,
  });
  expect(forecastIn(log.entries[0]?.message ?? '')).toEqual({
    verdict: 'ON_TRACK',
    bell,
    eta: at('06:19:30'),
    etaWorst: at('06:40:00'),
    probability: 1,
  });
  const bare = { verdict: 'AT_RISK', bell, eta: null, etaWorst: null, probability: null } as const;
  expect(forecastIn(new Log().add('06:00:00', 'FORECAST', bare).entries[0]?.message ?? '')).toEqual(bare);
  const cooldown = log.entries.find(({ kind }) => kind === 'COOLDOWN_BEGUN')?.message ?? '';
  expect(cooldownReasonIn(cooldown)).toBe('THROTTLED');
});

test('a forecast is judged by the gate at the bell, and by nothing where the audit ends before it', () => {
  const of = (
    verdict: 'ON_TRACK' | 'TOO_LATE' | 'AT_RISK',
    ...gate: readonly [string, 'GATE_OPENED' | 'GATE_CLOSED'][]
  ) => {
    const log = new Log().add('06:00:00', 'FORECAST', {
      verdict,
      bell,
      eta: null,
      etaWorst: null,
      probability: 0.5,
    });
    for (const [time, kind] of gate) log.add(time, kind, {});
    return log;
  };
  const outcome = (log: Log, ends = at('10:00:00')) => log.report({ ends }).forecasts[0]?.outcome;
  expect(outcome(of('ON_TRACK', ['08:59:59', 'GATE_OPENED']))).toBe('CAME_TRUE');
  expect(outcome(of('ON_TRACK', ['09:00:01', 'GATE_OPENED']))).toBe('FAILED');
  expect(outcome(of('ON_TRACK', ['07:00:00', 'GATE_OPENED'], ['08:00:00', 'GATE_CLOSED']))).toBe('FAILED');
  expect(outcome(of('TOO_LATE'))).toBe('CAME_TRUE');
  expect(outcome(of('TOO_LATE', ['07:00:00', 'GATE_OPENED']))).toBe('FAILED');
  expect(outcome(of('AT_RISK', ['07:00:00', 'GATE_OPENED']))).toBe('NOT_KNOWN');
  expect(outcome(of('ON_TRACK', ['07:00:00', 'GATE_OPENED']), at('08:00:00'))).toBe('NOT_KNOWN');
});

test('what the audit does not know is said', () => {
  const log = new Log()
    .add('06:00:00', 'LOGIN_BEGUN', {}, 'PRIMARY')
    .add('06:01:00', 'SPACING_BEGUN', {}, 'PRIMARY')
    .add('06:30:00', 'RUN_TAKEN_UP', { status: 'RUNNING' });
  expect(log.report().unknowns).toEqual([
    'How the login of PRIMARY ended that began at 06:00:00 IST is not in the audit.',
    'When the wait (SPACING) that began at 06:01:00 IST was over is not in the audit.',
    'No forecast is in the audit: no session that day, no server was running, or an older version was.',
  ]);
  expect(new Log().add('06:00:00', 'TOKEN_STORED', stored, 'PRIMARY').report().unknowns).toContain(
    'Whether the broker accepted the token of PRIMARY stored at 06:00:00 IST is not in the audit.',
  );
  const reason = 'Entry 3 is missing.';
  const tampered = log.report({ verification: { valid: false, entries: 2, firstBadId: 3, reason } });
  expect(tampered.unknowns[0]).toBe(`The audit is not whole, so what is told here may be wrong. ${reason}`);
  expect(log.report({ verification: null }).unknowns[0]).toContain('could not be verified');
  expect(new Log().report({ begins: at('12:00:00') }).unknowns).toEqual([
    'The audit begins on 2026-11-23 12:00:00 IST; what came before is not known.',
    'The audit has nothing of this day: no login, or vega-auth was not running.',
  ]);
  const later = new Date('2026-12-01T00:00:00Z');
  expect(new Log().report({ begins: later, ends: later }).unknowns).toEqual([
    'The audit begins on 2026-12-01 05:30:00 IST, after this day: nothing of it is known.',
  ]);
});

test('where the audit ends before the day does is said, and where a restore has left a gap', () => {
  const log = eventful();
  expect(log.report({ ends: at('09:15:00') }).unknowns).toEqual([
    'The audit ends at 2026-11-23 09:15:00 IST; what came after is not known.',
  ]);
  log.add('11:00:00', 'RESTORED', { file: 'backup.db' });
  expect(log.report({ ends: at('09:15:00') }).unknowns).toEqual([
    'The audit ends at 2026-11-23 09:15:00 IST and goes on at 2026-11-23 11:00:00 IST, after a restore; what came between is not known.',
  ]);
  expect(new Log().report({ ends: new Date('2026-11-20T00:00:00Z') }).unknowns).toEqual([
    'The audit ends at 2026-11-20 05:30:00 IST, before this day: nothing of it is known.',
  ]);
});

test('an audit that cannot be read is not said to be empty', () => {
  expect(new Log().report({ begins: null, ends: null }).unknowns).toEqual(['The audit is empty.']);
  expect(eventful().report({ begins: 'NOT_KNOWN' }).unknowns).toEqual([
    'When the audit begins is not known, so entries of this day may be missing.',
  ]);
});

test('a person’s roles and imports are decisions; refused probes, drift and starts are told, too', () => {
  const by = 'OPERATOR';
  const assigned = { credential: 'PASTED', sharedWith: null, until: null, by } as const;
  const refused = { probe: 'FEED', result: 'NOT_CAPABLE', reason: 'FEED_REFUSED' } as const;
  const report = new Log()
    .add('05:00:00', 'SERVER_STARTED', { processId: 7 })
    .add('05:01:00', 'ROLE_ASSIGNED', assigned, 'WEBSOCKET1')
    .add('05:02:00', 'TOKEN_IMPORTED', { fingerprint: 'abcd', credential: 'PASTED', by }, 'WEBSOCKET1')
    .add('05:03:00', 'TOKEN_HELD', { fingerprint: 'abcd', kind: 'ANALYTICS', version: 1 }, 'WEBSOCKET1')
    .add('05:04:00', 'CAPABILITY_REFUSED', { ...refused, httpStatus: 403, brokerCode: null }, 'WEBSOCKET1')
    .add('05:05:00', 'CANARY_DRIFTED', { message: 'The PIN field is gone.', changes: [] })
    .add('05:06:00', 'ROLE_REMOVED', { by }, 'WEBSOCKET1')
    .add('05:07:00', 'SERVER_STOPPED', {})
    .report();
  const timesOf = (acts: readonly { at: Date }[]) => acts.map((act) => +act.at);
  expect(timesOf(report.decisions)).toEqual([+at('05:01:00'), +at('05:02:00'), +at('05:06:00')]);
  expect(timesOf(report.happenings)).toEqual(
    ['05:00:00', '05:03:00', '05:04:00', '05:05:00', '05:07:00'].map((time) => +at(time)),
  );
});

test('a login that fails after its token is stored is told once, with its beginning', () => {
  const failed = { code: 'UNVERIFIED', message: 'Nothing was told.', submitted: [] } as const;
  const unverified = new Log()
    .add('06:00:00', 'LOGIN_BEGUN', {}, 'PRIMARY')
    .add('06:00:40', 'TOKEN_STORED', stored, 'PRIMARY')
    .add('06:00:45', 'LOGIN_FAILED', failed, 'PRIMARY');
  const login = {
    ...{ apiName: 'PRIMARY', begunAt: at('06:00:00'), endedAt: at('06:00:45') },
    ...{ outcome: 'FAILED', confirmedAt: null },
    failure: { code: 'UNVERIFIED', message: 'Nothing was told.', submitted: [] },
  };
  expect(unverified.report().logins).toEqual([login]);
  unverified.add('06:30:00', 'VERDICT_CHANGED', confirmed, 'PRIMARY');
  expect(unverified.report().logins).toEqual([{ ...login, confirmedAt: at('06:30:00') }]);
  expect(reportLines(unverified.report()).join()).toContain('Its token was stored, and VALID at 06:30:00.');

  const foreign = new Log()
    .add('06:00:00', 'LOGIN_BEGUN', {}, 'PRIMARY')
    .add('06:00:40', 'TOKEN_STORED', stored, 'PRIMARY')
    .add('06:00:44', 'TOKEN_REMOVED', { fingerprint: 'abcd' }, 'PRIMARY')
    .add('06:00:44', 'TOKEN_STORED', stored, 'PRIMARY')
    .add('06:00:45', 'LOGIN_FAILED', { ...failed, code: 'WRONG_ACCOUNT' }, 'PRIMARY');
  expect(foreign.report().logins).toMatchObject([
    { begunAt: null, endedAt: at('06:00:44'), outcome: 'STORED' },
    { begunAt: at('06:00:00'), outcome: 'FAILED', failure: { code: 'WRONG_ACCOUNT' } },
  ]);
  // A login that fails after a confirmed one is another one.
  const again = new Log()
    .add('06:00:00', 'LOGIN_BEGUN', {}, 'PRIMARY')
    .add('06:00:40', 'TOKEN_STORED', stored, 'PRIMARY')
    .add('06:00:41', 'VERDICT_CHANGED', confirmed, 'PRIMARY')
    .add('06:10:00', 'LOGIN_BEGUN', {}, 'PRIMARY')
    .add('06:10:10', 'LOGIN_FAILED', failed, 'PRIMARY');
  expect(again.report().logins.map(({ outcome }) => outcome)).toEqual(['STORED', 'FAILED']);
});

test('a forecast is late by the first opening of the gate since it was made', () => {
  const foreseen = { bell, etaWorst: null, probability: null } as const;
  const report = new Log()
    .add('05:00:00', 'GATE_OPENED', {})
    .add('05:30:00', 'GATE_CLOSED', {})
    .add('06:00:00', 'FORECAST', { ...foreseen, verdict: 'ON_TRACK', eta: at('06:20:00') })
    .add('06:25:00', 'GATE_OPENED', {})
    .add('07:00:00', 'FORECAST', { ...foreseen, verdict: 'AT_RISK', eta: at('07:10:00') })
    .report();
  expect(report.gateOpenedAt).toEqual(at('05:00:00'));
  expect(report.forecasts.map(({ lateMinutes }) => lateMinutes)).toEqual([5, null]);
});

test('a trading day lasts from 03:30 IST to the next, also where the date differs', () => {
  expect(tradingDayAt(at('03:30:00')).date).toBe('2026-11-23');
  expect(tradingDayAt(at('03:29:59')).date).toBe('2026-11-22');
  expect(tradingDayOf('2026-11-23')).toEqual({
    date: '2026-11-23',
    from: new Date('2026-11-22T22:00:00.000Z'),
    to: new Date('2026-11-23T22:00:00.000Z'),
  });
});
