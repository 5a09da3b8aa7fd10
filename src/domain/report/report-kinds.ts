import type { AuditKind, StoredAuditEntry } from '../events/audit.ts';
import type { ReportAct } from './report.ts';

type Part = 'LOGIN' | 'WAIT' | 'DECISION' | 'HAPPENING' | 'FORECAST' | 'GATE';

/** What an act is to a morning; null where it is no part of it. */
const PARTS: Readonly<Record<AuditKind, Part | null>> = {
  LOGIN_BEGUN: 'LOGIN',
  LOGIN_FAILED: 'LOGIN',
  OTP_REQUESTED: 'LOGIN',
  OTP_SUBMITTED: 'LOGIN',
  PIN_SUBMITTED: 'LOGIN',
  CODE_EXCHANGED: 'LOGIN',
  TOKEN_STORED: 'LOGIN',
  SPACING_BEGUN: 'WAIT',
  TIME_STEP_AWAITED: 'WAIT',
  TURN_AWAITED: 'WAIT',
  TURN_TAKEN: 'WAIT',
  HUMAN_LOGIN_BEGUN: 'WAIT',
  APPROVAL_REQUESTED: 'WAIT',
  CAPTCHA_AWAITED: 'WAIT',
  CAPTCHA_WAIT_ENDED: 'WAIT',
  COOLDOWN_BEGUN: 'WAIT',
  COOLDOWN_ENDED: 'WAIT',
  GATE_OPENED: 'GATE',
  GATE_CLOSED: 'GATE',
  FORECAST: 'FORECAST',
  ABORT_REQUESTED: 'DECISION',
  QUARANTINE_CLEARED: 'DECISION',
  PARTIAL_ACCEPTED: 'DECISION',
  LOGGED_OUT: 'DECISION',
  CONFIG_SAVED: 'DECISION',
  CONFIG_REMOVED: 'DECISION',
  CREDENTIALS_CHANGED: 'DECISION',
  ACCOUNT_SWITCHED: 'DECISION',
  SCHEDULE_SAVED: 'DECISION',
  SCHEDULE_REMOVED: 'DECISION',
  TRADING_DAY_SET: 'DECISION',
  TRADING_DAY_CLEARED: 'DECISION',
  ALERT_ACKNOWLEDGED: 'DECISION',
  ROLE_ASSIGNED: 'DECISION',
  ROLE_REMOVED: 'DECISION',
  TOKEN_IMPORTED: 'DECISION',
  SERVER_STARTED: 'HAPPENING',
  SERVER_STOPPED: 'HAPPENING',
  RUN_STARTED: 'HAPPENING',
  RUN_TAKEN_UP: 'HAPPENING',
  RUN_ENDED: 'HAPPENING',
  OFFER_DISMISSED: 'HAPPENING',
  OCCURRENCE_DECIDED: 'HAPPENING',
  OCCURRENCE_MISSED: 'HAPPENING',
  QUARANTINED: 'HAPPENING',
  TOKEN_HELD: 'HAPPENING',
  TOKEN_DROPPED: 'HAPPENING',
  TOKEN_REMOVED: 'HAPPENING',
  TOKEN_REVOKED: 'HAPPENING',
  TOKEN_NOT_REVOKED: 'HAPPENING',
  TOKEN_ENDED: 'HAPPENING',
  VERDICT_CHANGED: 'HAPPENING',
  CAPABILITY_REFUSED: 'HAPPENING',
  CANARY_DRIFTED: 'HAPPENING',
  NOTICE_REFUSED: 'HAPPENING',
  FAILOVER_BEGUN: 'HAPPENING',
  RECOVERED: 'HAPPENING',
  SPILL_REPLAYED: 'HAPPENING',
  SPILL_TORN: 'HAPPENING',
  SPILL_DAMAGED: 'HAPPENING',
  AUDIT_DAMAGED: 'HAPPENING',
  RESTORED: 'HAPPENING',
  DATABASE_MOVED: 'HAPPENING',
  STATE_CHANGED: null,
  TOKEN_LEASED: null,
  LEASE_REFUSED: null,
  ACCOUNT_ADDED: null,
  ACCOUNT_RENAMED: null,
  ACCOUNT_REMOVED: null,
  KEY_REFUSED: null,
  KEY_CREATED: null,
  KEY_REVOKED: null,
  ACCESS_DENIED: null,
  SESSION_OPENED: null,
  SESSIONS_ENDED: null,
  LINK_REFUSED: null,
  CALENDAR_FETCHED: null,
  CALENDAR_CHANGED: null,
  CANARY_LOOKED: null,
  CAPABILITY_PROBED: null,
  ALERT_CHANNEL_SAVED: null,
  ALERT_CHANNEL_REMOVED: null,
  ALERT_CHANNEL_TESTED: null,
  ALERT_SENT_AGAIN: null,
  ALERT_UNDELIVERED: null,
  MASTER_KEY_ROTATED: null,
  BACKUP_MADE: null,
  BACKUP_FAILED: null,
};

/** An entry of a newer version may be of a kind that this one does not know. */
export const isTold = ({ kind }: StoredAuditEntry): boolean => (PARTS[kind] ?? null) !== null;

export const decisionsIn = (entries: readonly StoredAuditEntry[]): readonly ReportAct[] =>
  entries.filter(({ kind }) => PARTS[kind] === 'DECISION').map(toAct);

/** That the broker confirmed a token is told with its login. */
export const happeningsIn = (entries: readonly StoredAuditEntry[]): readonly ReportAct[] =>
  entries
    .filter(({ kind }) => PARTS[kind] === 'HAPPENING' || PARTS[kind] === 'GATE')
    .filter((entry) => !isConfirmation(entry))
    .map(toAct);

/** The broker has confirmed a token. */
export const isConfirmation = ({ kind, message }: StoredAuditEntry): boolean =>
  kind === 'VERDICT_CHANGED' && /^Verdict \w+ → VALID\b/.test(message);

const toAct = ({ at, apiName, message }: StoredAuditEntry): ReportAct => ({ at, apiName, message });
