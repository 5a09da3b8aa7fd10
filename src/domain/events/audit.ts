import type { AccessRole } from '../account/access-key.ts';
import type { ApiName } from '../account/api-name.ts';
import type { ChannelKind } from '../alert/alert-channel.ts';
import type { AuthPhase } from '../auth/auth-phase.ts';
import type { CanaryVerdict } from '../canary/canary-report.ts';
import type { Probe, ProbeAnswer } from '../capability/capability.ts';
import type { ReadinessVerdict } from '../readiness/readiness.ts';
import type { HeldKind, RoleCredential } from '../role/role.ts';
import type { ExternalLogin } from '../run/acquisition.ts';
import type { NoticeRefusal } from '../run/approval-notice.ts';
import type { FailureCode, Submission } from '../run/failure.ts';
import type { EndedToken, GenerationMode, RunStatus } from '../run/generation-run.ts';
import type { OccurrenceOutcome } from '../schedule/schedule.ts';
import { endedTokenText } from '../token/ended-token.ts';
import type { StoreOperation } from '../token/token.ts';
import { reasonText, type Verdict, type VerdictReason } from '../token/verdict.ts';

export const SEVERITIES = ['INFO', 'WARN', 'ERROR'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const AUDIT_COMPONENTS = ['AUTH', 'DB', 'API'] as const;
export type AuditComponent = (typeof AUDIT_COMPONENTS)[number];

/** Why a token was not handed out. */
export type LeaseRefusal = Exclude<Verdict, 'VALID'> | 'OUT_OF_BOUNDS' | 'API_NOT_CONFIGURED';

/** Nothing to say beyond the kind itself. */
type Nothing = Readonly<Record<never, never>>;

interface Act<Facts> {
  readonly severity: Severity;
  readonly component: AuditComponent;
  readonly says: (facts: Readonly<Facts>) => string;
}

const at =
  (severity: Severity) =>
  <Facts = Nothing>(component: AuditComponent, says: string | Act<Facts>['says']): Act<Facts> => ({
    severity,
    component,
    says: typeof says === 'string' ? () => says : says,
  });
const [info, warn, error] = [at('INFO'), at('WARN'), at('ERROR')];

const list = (words: readonly string[]): string => (words.length === 0 ? 'nothing' : words.join(', '));

const known = (instant: Date | null): string => instant?.toISOString() ?? 'not known';

const often = (times: number): string => (times === 1 ? '' : ` (${times} times)`);

interface ProbeFacts extends ProbeAnswer {
  readonly probe: Probe;
}

const probeText = ({ probe, result, reason, httpStatus, brokerCode }: ProbeFacts): string => {
  const details = [reason ?? '', httpStatus === null ? '' : `HTTP ${httpStatus}`, brokerCode ?? ''];
  const said = details.filter((one) => one !== '').join(', ');
  return `Probe ${probe}: ${result}${said === '' ? '' : ` (${said})`}.`;
};

/** The vocabulary: every act that is written down, the facts that are told of it, and how. No fact is ever a secret's value. */
const ACTS = {
  RUN_STARTED: info<{
    mode: GenerationMode;
    apis: readonly ApiName[];
    via: ExternalLogin['kind'] | 'BROWSER';
  }>('AUTH', ({ mode, apis, via }) => `Run ${mode} by ${via} started for ${list(apis)}.`),
  RUN_TAKEN_UP: warn<{ status: RunStatus }>(
    'AUTH',
    ({ status }) => `A run that an earlier process left in ${status} is taken up.`,
  ),
  RUN_ENDED: info<{ status: RunStatus }>('AUTH', ({ status }) => `The run ended: ${status}.`),
  LOGIN_BEGUN: info('AUTH', 'The login for this API has begun.'),
  LOGIN_FAILED: error<{ code: FailureCode; message: string; submitted: readonly Submission[] }>(
    'AUTH',
    ({ code, message, submitted }) =>
      `No token: ${code}. Submitted to the broker by then: ${list(submitted)}. ${message}`,
  ),
  HUMAN_LOGIN_BEGUN: info('AUTH', 'A login by a person is waited for.'),
  SPACING_BEGUN: info('AUTH', 'The OTP spacing is waited for.'),
  OTP_REQUESTED: info('AUTH', 'The mobile number is submitted: an OTP is requested.'),
  OTP_SUBMITTED: info('AUTH', 'An OTP is submitted; its time step is used up for good.'),
  PIN_SUBMITTED: info('AUTH', 'The PIN is submitted.'),
  CODE_EXCHANGED: info('AUTH', 'The authorization code is sent in exchange for a token.'),
  CAPTCHA_AWAITED: warn<{ until: Date }>(
    'AUTH',
    ({ until }) => `A person is waited for at a CAPTCHA until ${until.toISOString()}.`,
  ),
  CAPTCHA_WAIT_ENDED: info('AUTH', 'The wait for a person at a CAPTCHA is over.'),
  OFFER_DISMISSED: warn<{ label: string }>(
    'AUTH',
    ({ label }) => `An offer of the broker's page was turned down with ${JSON.stringify(label)}.`,
  ),
  APPROVAL_REQUESTED: info('AUTH', 'The account’s owner is asked to approve on the phone.'),
  NOTICE_REFUSED: warn<{ fault: NoticeRefusal; times: number }>(
    'AUTH',
    ({ fault, times }) => `A notice at the webhook was refused: ${fault}${often(times)}.`,
  ),
  TOKEN_STORED: info<{ fingerprint: string; operation: StoreOperation; version: number }>(
    'AUTH',
    ({ fingerprint, operation, version }) =>
      `Token ${fingerprint} stored (${operation}, version ${version}).`,
  ),
  TOKEN_REMOVED: error<{ fingerprint: string }>(
    'AUTH',
    ({ fingerprint }) => `Token ${fingerprint} of another user removed.`,
  ),
  TOKEN_REVOKED: warn<{ fingerprint: string }>(
    'AUTH',
    ({ fingerprint }) => `Token ${fingerprint} ended at the broker.`,
  ),
  TOKEN_ENDED: error<EndedToken>('AUTH', endedTokenText),
  TOKEN_NOT_REVOKED: error<{ fingerprint: string; httpStatus: number | null; brokerCode: string | null }>(
    'AUTH',
    ({ fingerprint, httpStatus, brokerCode }) => {
      const answer = [httpStatus ?? 'nothing', brokerCode ?? ''].join(' ').trimEnd();
      return `Token ${fingerprint} may still work: the broker answered ${answer} when it was to be ended.`;
    },
  ),
  TOKEN_IMPORTED: warn<{ fingerprint: string; credential: RoleCredential; by: string }>(
    'AUTH',
    ({ fingerprint, credential, by }) =>
      `Token ${fingerprint} imported as ${credential} by ${by}; the broker confirmed it.`,
  ),
  TOKEN_HELD: info<{ fingerprint: string; kind: HeldKind; version: number }>(
    'AUTH',
    ({ fingerprint, kind, version }) => `${kind} token ${fingerprint} kept, sealed (version ${version}).`,
  ),
  ROLE_ASSIGNED: warn<{
    credential: RoleCredential;
    sharedWith: ApiName | null;
    until: Date | null;
    by: string;
  }>(
    'AUTH',
    ({ credential, sharedWith, until, by }) =>
      `The role is ${credential}${sharedWith === null ? '' : ` with ${sharedWith}`}${until === null ? '' : ` until ${until.toISOString()}`} now, by ${by}.`,
  ),
  ROLE_REMOVED: warn<{ by: string }>('AUTH', ({ by }) => `The role was removed by ${by}.`),
  VERDICT_CHANGED: info<{ from: Verdict; to: Verdict; reason: VerdictReason | null; brokerCode?: string }>(
    'AUTH',
    ({ from, to, ...check }) =>
      `Verdict ${from} → ${to}${check.reason === null ? '' : ` (${reasonText(check)})`}.`,
  ),
  STATE_CHANGED: info<{ from: AuthPhase; to: AuthPhase }>('AUTH', ({ from, to }) => `State ${from} → ${to}.`),
  GATE_OPENED: info('AUTH', 'The gate is open: authentication is confirmed.'),
  GATE_CLOSED: warn('AUTH', 'The gate is closed.'),
  COOLDOWN_BEGUN: warn<{ until: Date; reason: FailureCode }>(
    'AUTH',
    ({ until, reason }) => `Cooldown until ${until.toISOString()} (${reason}).`,
  ),
  COOLDOWN_ENDED: info('AUTH', 'The cooldown is over.'),
  QUARANTINED: error<{ reason: FailureCode }>(
    'AUTH',
    ({ reason }) => `The account is quarantined (${reason}).`,
  ),
  QUARANTINE_CLEARED: warn<{ reason: string }>(
    'AUTH',
    ({ reason }) => `The operator cleared the quarantine: ${reason}`,
  ),
  PARTIAL_ACCEPTED: warn<{ until: Date }>(
    'AUTH',
    ({ until }) => `The operator accepted the partial set until ${until.toISOString()}.`,
  ),
  LOGGED_OUT: warn<{ revoke: boolean }>(
    'AUTH',
    ({ revoke }) => `Logged out${revoke ? '; the broker was asked to end the tokens' : ''}.`,
  ),
  FORECAST: info<{
    verdict: ReadinessVerdict;
    bell: Date;
    eta: Date | null;
    etaWorst: Date | null;
    probability: number | null;
  }>(
    'AUTH',
    ({ verdict, bell, eta, etaWorst, probability }) =>
      `Forecast ${verdict} for the bell at ${bell.toISOString()}: done about ${known(eta)}, in 95 of 100 by ${known(etaWorst)}, probability ${probability?.toFixed(2) ?? 'not known'}.`,
  ),
  SERVER_STARTED: info<{ processId: number }>(
    'API',
    ({ processId }) => `vega-auth started as process ${processId}.`,
  ),
  SERVER_STOPPED: info('API', 'vega-auth stopped in good order.'),
  CONFIG_SAVED: warn<{ enabled: boolean; newSecret: boolean }>(
    'API',
    ({ enabled, newSecret }) =>
      `API config saved, ${enabled ? 'enabled' : 'disabled'}${newSecret ? ', with a new client secret' : ''}.`,
  ),
  CONFIG_REMOVED: warn('API', 'API config removed.'),
  ACCOUNT_ADDED: warn('API', 'Account added; its credentials are sealed.'),
  ACCOUNT_RENAMED: info<{ name: string }>('API', ({ name }) => `Account renamed to ${name}.`),
  ACCOUNT_REMOVED: warn('API', 'Account removed, with its API configs and its dead tokens.'),
  ACCOUNT_SWITCHED: warn<{ from: string }>(
    'API',
    ({ from }) => `The active account now, in place of ${from}.`,
  ),
  CREDENTIALS_CHANGED: warn('API', 'The account has new credentials; they are sealed.'),
  KEY_REFUSED: warn<{ times: number }>(
    'API',
    ({ times }) => `A request without a valid key was refused${often(times)}.`,
  ),
  KEY_CREATED: warn<{ keyId: string; name: string; role: AccessRole }>(
    'API',
    ({ keyId, name, role }) => `Access key ${keyId} created: ${role}, ${JSON.stringify(name)}.`,
  ),
  KEY_REVOKED: warn<{ keyId: string }>('API', ({ keyId }) => `Access key ${keyId} revoked.`),
  ACCESS_DENIED: warn<{ caller: string; field: string; times: number }>(
    'API',
    ({ caller, field, times }) => `${caller} may not use ${field}: refused${often(times)}.`,
  ),
  TOKEN_LEASED: info<{ keyId: string; version: number; credential?: RoleCredential }>(
    'AUTH',
    ({ keyId, version, credential = 'LOGIN' }) =>
      `Version ${version} of the token${credential === 'LOGIN' ? '' : ` (${credential})`} is handed to key ${keyId}.`,
  ),
  LEASE_REFUSED: warn<{ keyId: string; api: ApiName; reason: LeaseRefusal; times: number }>(
    'AUTH',
    ({ keyId, api, reason, times }) =>
      `The token of ${api} was not handed to key ${keyId} (${reason})${often(times)}.`,
  ),
  SESSION_OPENED: info('API', 'A browser was let in.'),
  SESSIONS_ENDED: warn<{ count: number }>(
    'API',
    ({ count }) => `The sessions of ${count} browsers were ended.`,
  ),
  LINK_REFUSED: warn<{ times: number }>(
    'API',
    ({ times }) => `A login link that is used up or unknown was refused${often(times)}.`,
  ),
  TRADING_DAY_SET: warn<{ date: string; exchange: string; kind: string }>(
    'API',
    ({ date, exchange, kind }) => `The operator set ${date} of ${exchange} to ${kind}.`,
  ),
  TRADING_DAY_CLEARED: warn<{ date: string; exchange: string }>(
    'API',
    ({ date, exchange }) => `The operator's entry of ${date} of ${exchange} is removed.`,
  ),
  CALENDAR_FETCHED: info<{ subject: string; days: number }>(
    'API',
    ({ subject, days }) => `The broker's calendar (${subject}) is read: ${days} days.`,
  ),
  CALENDAR_CHANGED: warn<{ subject: string; dates: readonly string[] }>(
    'API',
    ({ subject, dates }) => `The broker's calendar (${subject}) has changed: ${list(dates)}.`,
  ),
  SCHEDULE_SAVED: warn<{ enabled: boolean; start: string }>(
    'API',
    ({ enabled, start }) => `Schedule saved, ${enabled ? 'on' : 'off'}: ${start}.`,
  ),
  SCHEDULE_REMOVED: warn('API', 'Schedule removed.'),
  OCCURRENCE_DECIDED: info<{ date: string; outcome: OccurrenceOutcome; reason: string | null }>(
    'AUTH',
    ({ date, outcome, reason }) => `Schedule of ${date}: ${outcome}${reason === null ? '' : ` (${reason})`}.`,
  ),
  OCCURRENCE_MISSED: error<{ date: string; plannedAt: Date; reason: string }>(
    'AUTH',
    ({ date, plannedAt, reason }) =>
      `Schedule of ${date} missed; it was to start at ${plannedAt.toISOString()}: ${reason}`,
  ),
  CANARY_LOOKED: info<{ verdict: CanaryVerdict; message: string }>(
    'AUTH',
    ({ verdict, message }) => `The login dialog was looked at: ${verdict}. ${message}`,
  ),
  CANARY_DRIFTED: error<{ message: string; changes: readonly string[] }>(
    'AUTH',
    ({ message, changes }) => `The login dialog has changed: DRIFT. ${[message, ...changes].join(' · ')}`,
  ),
  ALERT_CHANNEL_SAVED: warn<{ name: string; kind: ChannelKind; destination: string }>(
    'API',
    ({ name, kind, destination }) =>
      `Alert channel ${JSON.stringify(name)} saved: ${kind} at ${destination}; how it is reached is sealed.`,
  ),
  ALERT_CHANNEL_REMOVED: warn<{ name: string }>(
    'API',
    ({ name }) => `Alert channel ${JSON.stringify(name)} removed.`,
  ),
  ALERT_CHANNEL_TESTED: info<{ name: string; answer: string }>(
    'API',
    ({ name, answer }) => `Alert channel ${JSON.stringify(name)} tested: ${answer}.`,
  ),
  ALERT_ACKNOWLEDGED: info<{ alertId: string; by: string }>(
    'API',
    ({ alertId, by }) => `Alert ${alertId} acknowledged by ${by}.`,
  ),
  ALERT_SENT_AGAIN: info<{ alertId: string; names: readonly string[] }>(
    'API',
    ({ alertId, names }) =>
      `Alert ${alertId} is sent again to ${names.map((name) => JSON.stringify(name)).join(', ')}.`,
  ),
  ALERT_UNDELIVERED: error<{ name: string; answer: string }>(
    'API',
    ({ name, answer }) =>
      `An alert could not be delivered to ${JSON.stringify(name)} and is given up: ${answer}.`,
  ),
  CAPABILITY_PROBED: info<ProbeFacts>('API', probeText),
  CAPABILITY_REFUSED: warn<ProbeFacts>('API', probeText),
  MASTER_KEY_ROTATED: warn('DB', 'Every secret is sealed with a new master key.'),
  FAILOVER_BEGUN: error<{ code: string }>(
    'DB',
    ({ code }) => `The database cannot be written (${code}): memory and the spill file take over.`,
  ),
  RECOVERED: warn<{ writes: number; seconds: number }>(
    'DB',
    ({ writes, seconds }) => `The database is back after ${seconds} s; ${writes} writes were made up for.`,
  ),
  SPILL_REPLAYED: warn<{ writes: number }>(
    'DB',
    ({ writes }) => `${writes} writes of an earlier process were made up for.`,
  ),
  SPILL_TORN: error<{ bytes: number }>(
    'DB',
    ({ bytes }) => `The spill file broke off: its last ${bytes} bytes were not whole.`,
  ),
  SPILL_DAMAGED: error<{ file: string; bytes: number; missing: number }>(
    'DB',
    ({ file, bytes, missing }) =>
      `A spill file is damaged: ${bytes} bytes could not be read, at least ${missing} writes are missing. It is kept as ${file}.`,
  ),
  BACKUP_MADE: info<{ file: string }>('DB', ({ file }) => `Backup ${file} made.`),
  BACKUP_FAILED: error<{ reason: string }>('DB', ({ reason }) => `No backup could be made: ${reason}`),
  RESTORED: error<{ file: string }>(
    'DB',
    ({ file }) =>
      `The database was restored from ${file}; what came later is in the file that was set aside.`,
  ),
  AUDIT_DAMAGED: error<{ reason: string }>('DB', ({ reason }) => `The audit log is not whole: ${reason}`),
};

export type AuditKind = keyof typeof ACTS;

export type FactsOf<Kind extends AuditKind> = Parameters<(typeof ACTS)[Kind]['says']>[0];

/** @internal Every kind; tests go through them. */
export const AUDIT_KINDS = Object.keys(ACTS) as readonly AuditKind[];

/** Whom and what an act concerns. */
export interface AuditReference {
  readonly accountId?: string | null;
  readonly apiName?: ApiName | null;
  /** Ties together what belongs together: the run, or the request. */
  readonly correlationId?: string | null;
}

/** One act, before it has its place in the chain. */
export interface AuditEntry {
  /** Tells one act from another: written twice, it counts once. */
  readonly key: string;
  readonly at: Date;
  readonly kind: AuditKind;
  readonly severity: Severity;
  readonly component: AuditComponent;
  readonly message: string;
  readonly accountId: string | null;
  readonly apiName: ApiName | null;
  readonly correlationId: string | null;
}

/** An entry at its place; ids rise by one. */
export interface StoredAuditEntry extends AuditEntry {
  readonly id: number;
}

export const toAuditEntry = <Kind extends AuditKind>(
  kind: Kind,
  facts: FactsOf<Kind>,
  { accountId = null, apiName = null, correlationId = null }: AuditReference,
  key: string,
  at: Date,
): AuditEntry => {
  const { severity, component, says } = ACTS[kind] as Act<FactsOf<Kind>>;
  return { key, at, kind, severity, component, message: says(facts), accountId, apiName, correlationId };
};

/** What a look at the whole chain has found. */
export interface AuditVerification {
  readonly valid: boolean;
  /** How many entries were looked at. */
  readonly entries: number;
  /** The place of the first entry that was edited, moved or is missing; null where none can be named. */
  readonly firstBadId: number | null;
  readonly reason: string | null;
}
