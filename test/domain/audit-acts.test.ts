import { expect, test } from 'vitest';
import { AUDIT_COMPONENTS, SEVERITIES } from '../../src/domain/events/act.ts';
import { AUDIT_KINDS, type AuditKind, type FactsOf, toAuditEntry } from '../../src/domain/events/audit.ts';
import { DESK_ACTS } from '../../src/domain/events/desk-acts.ts';
import { LOGIN_ACTS } from '../../src/domain/events/login-acts.ts';
import { STORAGE_ACTS } from '../../src/domain/events/storage-acts.ts';

const AT = new Date('2026-11-27T00:30:00Z');

const said = <Kind extends AuditKind>(kind: Kind, facts: FactsOf<Kind>): string =>
  toAuditEntry(kind, facts, {}, 'a-key', AT).message;

test('every act is as grave, and belongs to what, as it stands here', () => {
  const acts = Object.entries({ ...LOGIN_ACTS, ...DESK_ACTS, ...STORAGE_ACTS });
  expect(acts.map(([kind]) => kind)).toEqual(AUDIT_KINDS);
  const groups = AUDIT_COMPONENTS.flatMap((component) =>
    SEVERITIES.map((severity) => {
      const of = acts.filter(([, act]) => act.component === component && act.severity === severity);
      return `${component} ${severity}: ${of.map(([kind]) => kind).join(' ')}`;
    }),
  );
  expect(groups).toMatchInlineSnapshot(`
    [
      "AUTH INFO: RUN_STARTED ABORT_REQUESTED RUN_ENDED LOGIN_BEGUN HUMAN_LOGIN_BEGUN SPACING_BEGUN TIME_STEP_AWAITED TURN_AWAITED TURN_TAKEN OTP_REQUESTED OTP_SUBMITTED PIN_SUBMITTED CODE_EXCHANGED CAPTCHA_WAIT_ENDED APPROVAL_REQUESTED TOKEN_STORED TOKEN_HELD VERDICT_CHANGED STATE_CHANGED GATE_OPENED COOLDOWN_ENDED FORECAST TOKEN_LEASED OCCURRENCE_DECIDED CANARY_LOOKED",
      "AUTH WARN: RUN_TAKEN_UP CAPTCHA_AWAITED OFFER_DISMISSED NOTICE_REFUSED TOKEN_DROPPED TOKEN_REVOKED TOKEN_IMPORTED ROLE_ASSIGNED ROLE_REMOVED GATE_CLOSED COOLDOWN_BEGUN QUARANTINE_CLEARED PARTIAL_ACCEPTED LOGGED_OUT LEASE_REFUSED",
      "AUTH ERROR: LOGIN_FAILED TOKEN_REMOVED TOKEN_ENDED TOKEN_NOT_REVOKED QUARANTINED OCCURRENCE_MISSED CANARY_DRIFTED",
      "DB INFO: BACKUP_MADE",
      "DB WARN: MASTER_KEY_ROTATED RECOVERED SPILL_REPLAYED DATABASE_MOVED",
      "DB ERROR: FAILOVER_BEGUN SPILL_TORN SPILL_DAMAGED BACKUP_FAILED RESTORED AUDIT_DAMAGED",
      "API INFO: SERVER_STARTED SERVER_STOPPED ACCOUNT_RENAMED SESSION_OPENED CALENDAR_FETCHED ALERT_CHANNEL_TESTED ALERT_ACKNOWLEDGED ALERT_SENT_AGAIN CAPABILITY_PROBED",
      "API WARN: CONFIG_SAVED CONFIG_REMOVED ACCOUNT_ADDED ACCOUNT_REMOVED ACCOUNT_SWITCHED CREDENTIALS_CHANGED KEY_REFUSED KEY_CREATED KEY_REVOKED ACCESS_DENIED SESSIONS_ENDED LINK_REFUSED TRADING_DAY_SET TRADING_DAY_CLEARED CALENDAR_CHANGED SCHEDULE_SAVED SCHEDULE_REMOVED ALERT_CHANNEL_SAVED ALERT_CHANNEL_REMOVED CAPABILITY_REFUSED",
      "API ERROR: ALERT_UNDELIVERED",
    ]
  `);
});

test('an act says its facts, and nothing of what is not there', () => {
  const probe = {
    probe: 'FUNDS',
    result: 'NOT_KNOWN',
    reason: 'BROKER_ERROR',
    httpStatus: 503,
    brokerCode: 'A',
  } as const;
  const nothing = { reason: null, httpStatus: null, brokerCode: null } as const;
  const forecast = { verdict: 'ON_TRACK', bell: AT, eta: AT, etaWorst: AT, probability: 0.5 } as const;
  const unsure = { eta: null, etaWorst: null, probability: null } as const;
  expect([
    said('RUN_STARTED', { mode: 'ALL', apis: ['PRIMARY', 'WEBSOCKET1'], via: 'BROWSER' }),
    said('RUN_STARTED', { mode: 'ALL', apis: [], via: 'APPROVAL' }),
    said('LOGIN_FAILED', { code: 'CAPTCHA', message: 'Seen.', submitted: ['OTP', 'PIN'] }),
    said('LOGIN_FAILED', { code: 'CAPTCHA', message: 'Seen.', submitted: [] }),
    said('NOTICE_REFUSED', { fault: 'LAPSED', times: 1 }),
    said('NOTICE_REFUSED', { fault: 'LAPSED', times: 2 }),
    said('TOKEN_NOT_REVOKED', { fingerprint: 'abcd', httpStatus: 503, brokerCode: 'UDAPI1' }),
    said('TOKEN_NOT_REVOKED', { fingerprint: 'abcd', httpStatus: 503, brokerCode: null }),
    said('TOKEN_NOT_REVOKED', { fingerprint: 'abcd', httpStatus: null, brokerCode: null }),
    said('ROLE_ASSIGNED', { credential: 'SHARED', sharedWith: 'PRIMARY', until: AT, by: 'desk' }),
    said('ROLE_ASSIGNED', { credential: 'LOGIN', sharedWith: null, until: null, by: 'desk' }),
    said('VERDICT_CHANGED', {
      from: 'VALID',
      to: 'UNKNOWN',
      reason: 'BROKER_ERROR',
      brokerCode: 'UDAPI1154',
    }),
    said('VERDICT_CHANGED', { from: 'UNKNOWN', to: 'VALID', reason: null }),
    said('LOGGED_OUT', { revoke: true }),
    said('LOGGED_OUT', { revoke: false }),
    said('FORECAST', forecast),
    said('FORECAST', { ...forecast, ...unsure }),
    said('CONFIG_SAVED', { enabled: true, newSecret: true }),
    said('CONFIG_SAVED', { enabled: false, newSecret: false }),
    said('KEY_REFUSED', { times: 1 }),
    said('ACCESS_DENIED', { caller: 'key 7', field: 'logout', times: 3 }),
    said('TOKEN_LEASED', { keyId: '7', version: 3 }),
    said('TOKEN_LEASED', { keyId: '7', version: 3, credential: 'ANALYTICS' }),
    said('LEASE_REFUSED', { keyId: '7', api: 'PRIMARY', reason: 'OUT_OF_BOUNDS', times: 1 }),
    said('CALENDAR_CHANGED', { subject: '2026', dates: ['2026-11-27', '2026-11-28'] }),
    said('SCHEDULE_SAVED', { enabled: true, start: '06:00' }),
    said('SCHEDULE_SAVED', { enabled: false, start: '06:00' }),
    said('OCCURRENCE_DECIDED', { date: '2026-11-27', outcome: 'STARTED', reason: null }),
    said('OCCURRENCE_DECIDED', { date: '2026-11-27', outcome: 'REFUSED', reason: 'It waits.' }),
    said('CANARY_DRIFTED', { message: 'It has changed.', changes: ['one', 'other'] }),
    said('ALERT_SENT_AGAIN', { alertId: '7', names: ['desk', 'the "pager"'] }),
    said('CAPABILITY_PROBED', probe),
    said('CAPABILITY_REFUSED', { ...probe, ...nothing, httpStatus: 200 }),
    said('CAPABILITY_PROBED', { ...probe, ...nothing, result: 'CAPABLE' }),
    said('FAILOVER_BEGUN', { code: 'SQLITE_FULL' }),
    said('FAILOVER_BEGUN', { code: '53100', fallback: 'SPILL' }),
  ]).toMatchInlineSnapshot(`
    [
      "Run ALL by BROWSER started for PRIMARY, WEBSOCKET1.",
      "Run ALL by APPROVAL started for nothing.",
      "No token: CAPTCHA. Submitted to the broker by then: OTP, PIN. Seen.",
      "No token: CAPTCHA. Submitted to the broker by then: nothing. Seen.",
      "A notice at the webhook was refused: LAPSED.",
      "A notice at the webhook was refused: LAPSED (2 times).",
      "Token abcd may still work: the broker answered 503 UDAPI1 when it was to be ended.",
      "Token abcd may still work: the broker answered 503 when it was to be ended.",
      "Token abcd may still work: the broker answered nothing when it was to be ended.",
      "The role is SHARED with PRIMARY until 2026-11-27T00:30:00.000Z now, by desk.",
      "The role is LOGIN now, by desk.",
      "Verdict VALID → UNKNOWN (BROKER_ERROR UDAPI1154).",
      "Verdict UNKNOWN → VALID.",
      "Logged out; the broker was asked to end the tokens.",
      "Logged out.",
      "Forecast ON_TRACK for the bell at 2026-11-27T00:30:00.000Z: done about 2026-11-27T00:30:00.000Z, in 95 of 100 by 2026-11-27T00:30:00.000Z, probability 0.50.",
      "Forecast ON_TRACK for the bell at 2026-11-27T00:30:00.000Z: done about not known, in 95 of 100 by not known, probability not known.",
      "API config saved, enabled, with a new client secret.",
      "API config saved, disabled.",
      "A request without a valid key was refused.",
      "key 7 may not use logout: refused (3 times).",
      "Version 3 of the token is handed to key 7.",
      "Version 3 of the token (ANALYTICS) is handed to key 7.",
      "The token of PRIMARY was not handed to key 7 (OUT_OF_BOUNDS).",
      "The broker's calendar (2026) has changed: 2026-11-27, 2026-11-28.",
      "Schedule saved, on: 06:00.",
      "Schedule saved, off: 06:00.",
      "Schedule of 2026-11-27: STARTED.",
      "Schedule of 2026-11-27: REFUSED (It waits.).",
      "The login dialog has changed: DRIFT. It has changed. · one · other",
      "Alert 7 is sent again to "desk", "the \\"pager\\"".",
      "Probe FUNDS: NOT_KNOWN (BROKER_ERROR, HTTP 503, A).",
      "Probe FUNDS: NOT_KNOWN (HTTP 200).",
      "Probe FUNDS: CAPABLE.",
      "The database cannot be written (SQLITE_FULL): memory and the spill file take over.",
      "The database cannot be used (53100): nothing begins, and what exists already goes to the spill file.",
    ]
  `);
});

test('an act of one or two facts says them', () => {
  expect([
    said('RUN_ENDED', { status: 'STOPPED' }),
    said('CAPTCHA_AWAITED', { until: AT }),
    said('OFFER_DISMISSED', { label: 'Not "now"' }),
    said('TOKEN_DROPPED', { fingerprint: 'abcd', reason: 'a newer one is there' }),
    said('TOKEN_REVOKED', { fingerprint: 'abcd' }),
    said('STATE_CHANGED', { from: 'IDLE', to: 'LOGIN_STARTED' }),
    said('QUARANTINED', { reason: 'CREDENTIALS_REJECTED' }),
    said('ACCOUNT_RENAMED', { name: 'desk' }),
    said('ACCOUNT_SWITCHED', { from: 'UPSTOX_02' }),
    said('KEY_CREATED', { keyId: '7', name: 'feed', role: 'SERVICE' }),
    said('KEY_REVOKED', { keyId: '7' }),
    said('SESSIONS_ENDED', { count: 2 }),
    said('LINK_REFUSED', { times: 2 }),
    said('TRADING_DAY_SET', { date: '2026-11-27', exchange: 'NSE', kind: 'HOLIDAY' }),
    said('TRADING_DAY_CLEARED', { date: '2026-11-27', exchange: 'NSE' }),
    said('CALENDAR_FETCHED', { subject: '2026', days: 20 }),
    said('OCCURRENCE_MISSED', { date: '2026-11-27', plannedAt: AT, reason: 'It slept.' }),
    said('CANARY_LOOKED', { verdict: 'SAME', message: 'It is as it was.' }),
    said('ALERT_CHANNEL_SAVED', { name: 'desk', kind: 'SLACK', destination: 'desk.example' }),
    said('ALERT_CHANNEL_REMOVED', { name: 'desk' }),
    said('ALERT_CHANNEL_TESTED', { name: 'desk', answer: 'HTTP 204' }),
    said('ALERT_ACKNOWLEDGED', { alertId: '7', by: 'desk' }),
    said('ALERT_UNDELIVERED', { name: 'desk', answer: 'HTTP 500' }),
    said('RECOVERED', { writes: 2, seconds: 3 }),
    said('SPILL_REPLAYED', { writes: 2 }),
    said('SPILL_TORN', { bytes: 2 }),
    said('SPILL_DAMAGED', { file: 'a.spill', bytes: 2, missing: 1 }),
    said('BACKUP_MADE', { file: 'a.db' }),
    said('BACKUP_FAILED', { reason: 'The disk is full.' }),
    said('DATABASE_MOVED', { from: 'SQLite', to: 'PostgreSQL' }),
    said('AUDIT_DAMAGED', { reason: 'Entry 3 is missing.' }),
  ]).toMatchInlineSnapshot(`
    [
      "The run ended: STOPPED.",
      "A person is waited for at a CAPTCHA until 2026-11-27T00:30:00.000Z.",
      "An offer of the broker's page was turned down with "Not \\"now\\"".",
      "Token abcd waited for the database and is not stored: a newer one is there.",
      "Token abcd ended at the broker.",
      "State IDLE → LOGIN_STARTED.",
      "The account is quarantined (CREDENTIALS_REJECTED).",
      "Account renamed to desk.",
      "The active account now, in place of UPSTOX_02.",
      "Access key 7 created: SERVICE, "feed".",
      "Access key 7 revoked.",
      "The sessions of 2 browsers were ended.",
      "A login link that is used up or unknown was refused (2 times).",
      "The operator set 2026-11-27 of NSE to HOLIDAY.",
      "The operator's entry of 2026-11-27 of NSE is removed.",
      "The broker's calendar (2026) is read: 20 days.",
      "Schedule of 2026-11-27 missed; it was to start at 2026-11-27T00:30:00.000Z: It slept.",
      "The login dialog was looked at: SAME. It is as it was.",
      "Alert channel "desk" saved: SLACK at desk.example; how it is reached is sealed.",
      "Alert channel "desk" removed.",
      "Alert channel "desk" tested: HTTP 204.",
      "Alert 7 acknowledged by desk.",
      "An alert could not be delivered to "desk" and is given up: HTTP 500.",
      "The database is back after 3 s; 2 writes were made up for.",
      "2 writes of an earlier process were made up for.",
      "The spill file broke off: its last 2 bytes were not whole.",
      "A spill file is damaged: 2 bytes could not be read, at least 1 writes are missing. It is kept as a.spill.",
      "Backup a.db made.",
      "No backup could be made: The disk is full.",
      "The database was moved from SQLite to PostgreSQL.",
      "The audit log is not whole: Entry 3 is missing.",
    ]
  `);
});

test('what an audit cannot store is replaced', () => {
  const halves = `half \ud83d, whole \u{1f600}, none \0`;
  expect(said('QUARANTINE_CLEARED', { reason: halves })).toBe(
    'The operator cleared the quarantine: half \u{fffd}, whole \u{1f600}, none \u{fffd}',
  );
});
