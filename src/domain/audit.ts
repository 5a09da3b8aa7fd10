import type { AccessRole } from './access-key.ts';
import type { ExternalLogin } from './acquisition.ts';
import type { ApiName } from './api-name.ts';
import type { NoticeRefusal } from './approval-notice.ts';
import type { AuthPhase } from './auth-phase.ts';
import { endedTokenText } from './ended-token.ts';
import type { FailureCode, Submission } from './failure.ts';
import type { EndedToken, GenerationMode, RunStatus } from './generation-run.ts';
import type { StoreOperation } from './token.ts';
import { reasonText, type Verdict, type VerdictReason } from './verdict.ts';

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

const act = <Facts = Nothing>(
  severity: Severity,
  component: AuditComponent,
  says: string | Act<Facts>['says'],
): Act<Facts> => ({ severity, component, says: typeof says === 'string' ? () => says : says });

const list = (words: readonly string[]): string => (words.length === 0 ? 'nothing' : words.join(', '));

const often = (times: number): string => (times === 1 ? '' : ` (${times} times)`);

/** The vocabulary: every act that is written down, the facts that are told of it, and how. No fact is ever a secret's value. */
const ACTS = {
  RUN_STARTED: act<{
    mode: GenerationMode;
    apis: readonly ApiName[];
    via: ExternalLogin['kind'] | 'BROWSER';
  }>('INFO', 'AUTH', ({ mode, apis, via }) => `Run ${mode} by ${via} started for ${list(apis)}.`),
  RUN_TAKEN_UP: act<{ status: RunStatus }>(
    'WARN',
    'AUTH',
    ({ status }) => `A run that an earlier process left in ${status} is taken up.`,
  ),
  RUN_ENDED: act<{ status: RunStatus }>('INFO', 'AUTH', ({ status }) => `The run ended: ${status}.`),
  LOGIN_BEGUN: act('INFO', 'AUTH', 'The login for this API has begun.'),
  LOGIN_FAILED: act<{ code: FailureCode; submitted: readonly Submission[] }>(
    'ERROR',
    'AUTH',
    ({ code, submitted }) => `No token: ${code}. Submitted to the broker by then: ${list(submitted)}.`,
  ),
  HUMAN_LOGIN_BEGUN: act('INFO', 'AUTH', 'A login by a person is waited for.'),
  OTP_REQUESTED: act('INFO', 'AUTH', 'The mobile number is submitted: an OTP is requested.'),
  OTP_SUBMITTED: act('INFO', 'AUTH', 'An OTP is submitted; its time step is used up for good.'),
  PIN_SUBMITTED: act('INFO', 'AUTH', 'The PIN is submitted.'),
  CODE_EXCHANGED: act('INFO', 'AUTH', 'The authorization code is sent in exchange for a token.'),
  OFFER_DISMISSED: act<{ label: string }>(
    'WARN',
    'AUTH',
    ({ label }) => `An offer of the broker's page was turned down with ${JSON.stringify(label)}.`,
  ),
  APPROVAL_REQUESTED: act('INFO', 'AUTH', 'The account’s owner is asked to approve on the phone.'),
  NOTICE_REFUSED: act<{ fault: NoticeRefusal; times: number }>(
    'WARN',
    'AUTH',
    ({ fault, times }) => `A notice at the webhook was refused: ${fault}${often(times)}.`,
  ),
  TOKEN_STORED: act<{ fingerprint: string; operation: StoreOperation; version: number }>(
    'INFO',
    'AUTH',
    ({ fingerprint, operation, version }) =>
      `Token ${fingerprint} stored (${operation}, version ${version}).`,
  ),
  TOKEN_REMOVED: act<{ fingerprint: string }>(
    'ERROR',
    'AUTH',
    ({ fingerprint }) => `Token ${fingerprint} of another user removed.`,
  ),
  TOKEN_REVOKED: act<{ fingerprint: string }>(
    'WARN',
    'AUTH',
    ({ fingerprint }) => `Token ${fingerprint} ended at the broker.`,
  ),
  TOKEN_ENDED: act<EndedToken>('ERROR', 'AUTH', endedTokenText),
  TOKEN_NOT_REVOKED: act<{ fingerprint: string; httpStatus: number | null; brokerCode: string | null }>(
    'ERROR',
    'AUTH',
    ({ fingerprint, httpStatus, brokerCode }) => {
      const answer = [httpStatus ?? 'nothing', brokerCode ?? ''].join(' ').trimEnd();
      return `Token ${fingerprint} may still work: the broker answered ${answer} when it was to be ended.`;
    },
  ),
  VERDICT_CHANGED: act<{ from: Verdict; to: Verdict; reason: VerdictReason | null; brokerCode?: string }>(
    'INFO',
    'AUTH',
    ({ from, to, ...check }) =>
      `Verdict ${from} → ${to}${check.reason === null ? '' : ` (${reasonText(check)})`}.`,
  ),
  STATE_CHANGED: act<{ from: AuthPhase; to: AuthPhase }>(
    'INFO',
    'AUTH',
    ({ from, to }) => `State ${from} → ${to}.`,
  ),
  GATE_OPENED: act('INFO', 'AUTH', 'The gate is open: authentication is confirmed.'),
  GATE_CLOSED: act('WARN', 'AUTH', 'The gate is closed.'),
  COOLDOWN_BEGUN: act<{ until: Date; reason: FailureCode }>(
    'WARN',
    'AUTH',
    ({ until, reason }) => `Cooldown until ${until.toISOString()} (${reason}).`,
  ),
  COOLDOWN_ENDED: act('INFO', 'AUTH', 'The cooldown is over.'),
  QUARANTINED: act<{ reason: FailureCode }>(
    'ERROR',
    'AUTH',
    ({ reason }) => `The account is quarantined (${reason}).`,
  ),
  QUARANTINE_CLEARED: act<{ reason: string }>(
    'WARN',
    'AUTH',
    ({ reason }) => `The operator cleared the quarantine: ${reason}`,
  ),
  PARTIAL_ACCEPTED: act<{ until: Date }>(
    'WARN',
    'AUTH',
    ({ until }) => `The operator accepted the partial set until ${until.toISOString()}.`,
  ),
  LOGGED_OUT: act<{ revoke: boolean }>(
    'WARN',
    'AUTH',
    ({ revoke }) => `Logged out${revoke ? '; the broker was asked to end the tokens' : ''}.`,
  ),
  SERVER_STARTED: act<{ processId: number }>(
    'INFO',
    'API',
    ({ processId }) => `vega-auth started as process ${processId}.`,
  ),
  SERVER_STOPPED: act('INFO', 'API', 'vega-auth stopped in good order.'),
  CONFIG_SAVED: act<{ enabled: boolean; newSecret: boolean }>(
    'WARN',
    'API',
    ({ enabled, newSecret }) =>
      `API config saved, ${enabled ? 'enabled' : 'disabled'}${newSecret ? ', with a new client secret' : ''}.`,
  ),
  CONFIG_REMOVED: act('WARN', 'API', 'API config removed.'),
  ACCOUNT_ADDED: act('WARN', 'API', 'Account added; its credentials are sealed.'),
  ACCOUNT_RENAMED: act<{ name: string }>('INFO', 'API', ({ name }) => `Account renamed to ${name}.`),
  ACCOUNT_REMOVED: act('WARN', 'API', 'Account removed, with its API configs and its dead tokens.'),
  ACCOUNT_SWITCHED: act<{ from: string }>(
    'WARN',
    'API',
    ({ from }) => `The active account now, in place of ${from}.`,
  ),
  CREDENTIALS_CHANGED: act('WARN', 'API', 'The account has new credentials; they are sealed.'),
  KEY_REFUSED: act<{ times: number }>(
    'WARN',
    'API',
    ({ times }) => `A request without a valid key was refused${often(times)}.`,
  ),
  KEY_CREATED: act<{ keyId: string; name: string; role: AccessRole }>(
    'WARN',
    'API',
    ({ keyId, name, role }) => `Access key ${keyId} created: ${role}, ${JSON.stringify(name)}.`,
  ),
  KEY_REVOKED: act<{ keyId: string }>('WARN', 'API', ({ keyId }) => `Access key ${keyId} revoked.`),
  ACCESS_DENIED: act<{ caller: string; field: string; times: number }>(
    'WARN',
    'API',
    ({ caller, field, times }) => `${caller} may not use ${field}: refused${often(times)}.`,
  ),
  TOKEN_LEASED: act<{ keyId: string; version: number }>(
    'INFO',
    'AUTH',
    ({ keyId, version }) => `Version ${version} of the token is handed to key ${keyId}.`,
  ),
  LEASE_REFUSED: act<{ keyId: string; api: ApiName; reason: LeaseRefusal; times: number }>(
    'WARN',
    'AUTH',
    ({ keyId, api, reason, times }) =>
      `The token of ${api} was not handed to key ${keyId} (${reason})${often(times)}.`,
  ),
  SESSION_OPENED: act('INFO', 'API', 'A browser was let in.'),
  SESSIONS_ENDED: act<{ count: number }>(
    'WARN',
    'API',
    ({ count }) => `The sessions of ${count} browsers were ended.`,
  ),
  LINK_REFUSED: act<{ times: number }>(
    'WARN',
    'API',
    ({ times }) => `A login link that is used up or unknown was refused${often(times)}.`,
  ),
  MASTER_KEY_ROTATED: act('WARN', 'DB', 'Every secret is sealed with a new master key.'),
  FAILOVER_BEGUN: act<{ code: string }>(
    'ERROR',
    'DB',
    ({ code }) => `The database cannot be written (${code}): memory and the spill file take over.`,
  ),
  RECOVERED: act<{ writes: number; seconds: number }>(
    'WARN',
    'DB',
    ({ writes, seconds }) => `The database is back after ${seconds} s; ${writes} writes were made up for.`,
  ),
  SPILL_REPLAYED: act<{ writes: number }>(
    'WARN',
    'DB',
    ({ writes }) => `${writes} writes of an earlier process were made up for.`,
  ),
  SPILL_TORN: act<{ bytes: number }>(
    'ERROR',
    'DB',
    ({ bytes }) => `The spill file broke off: its last ${bytes} bytes were not whole.`,
  ),
  SPILL_DAMAGED: act<{ file: string; bytes: number; missing: number }>(
    'ERROR',
    'DB',
    ({ file, bytes, missing }) =>
      `A spill file is damaged: ${bytes} bytes could not be read, at least ${missing} writes are missing. It is kept as ${file}.`,
  ),
  BACKUP_MADE: act<{ file: string }>('INFO', 'DB', ({ file }) => `Backup ${file} made.`),
  BACKUP_FAILED: act<{ reason: string }>('ERROR', 'DB', ({ reason }) => `No backup could be made: ${reason}`),
  RESTORED: act<{ file: string }>(
    'ERROR',
    'DB',
    ({ file }) =>
      `The database was restored from ${file}; what came later is in the file that was set aside.`,
  ),
  AUDIT_DAMAGED: act<{ reason: string }>(
    'ERROR',
    'DB',
    ({ reason }) => `The audit log is not whole: ${reason}`,
  ),
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

/** Puts an act into words. */
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
