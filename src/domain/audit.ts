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

/** The vocabulary: every act that is written down, and what is told of it. No fact is ever a secret's value. */
interface AuditFacts {
  readonly RUN_STARTED: {
    readonly mode: GenerationMode;
    readonly apis: readonly ApiName[];
    readonly via: ExternalLogin['kind'] | 'BROWSER';
  };
  readonly RUN_TAKEN_UP: { readonly status: RunStatus };
  readonly RUN_ENDED: { readonly status: RunStatus };
  readonly LOGIN_BEGUN: Nothing;
  readonly LOGIN_FAILED: { readonly code: FailureCode; readonly submitted: readonly Submission[] };
  readonly HUMAN_LOGIN_BEGUN: Nothing;
  readonly OTP_REQUESTED: Nothing;
  readonly OTP_SUBMITTED: Nothing;
  readonly PIN_SUBMITTED: Nothing;
  readonly CODE_EXCHANGED: Nothing;
  readonly OFFER_DISMISSED: { readonly label: string };
  readonly APPROVAL_REQUESTED: Nothing;
  readonly NOTICE_REFUSED: { readonly fault: NoticeRefusal; readonly times: number };
  readonly TOKEN_STORED: {
    readonly fingerprint: string;
    readonly operation: StoreOperation;
    readonly version: number;
  };
  readonly TOKEN_REMOVED: { readonly fingerprint: string };
  readonly TOKEN_REVOKED: { readonly fingerprint: string };
  readonly TOKEN_ENDED: EndedToken;
  readonly TOKEN_NOT_REVOKED: {
    readonly fingerprint: string;
    readonly httpStatus: number | null;
    readonly brokerCode: string | null;
  };
  readonly VERDICT_CHANGED: {
    readonly from: Verdict;
    readonly to: Verdict;
    readonly reason: VerdictReason | null;
    readonly brokerCode?: string;
  };
  readonly STATE_CHANGED: { readonly from: AuthPhase; readonly to: AuthPhase };
  readonly GATE_OPENED: Nothing;
  readonly GATE_CLOSED: Nothing;
  readonly COOLDOWN_BEGUN: { readonly until: Date; readonly reason: FailureCode };
  readonly COOLDOWN_ENDED: Nothing;
  readonly QUARANTINED: { readonly reason: FailureCode };
  readonly QUARANTINE_CLEARED: { readonly reason: string };
  readonly PARTIAL_ACCEPTED: { readonly until: Date };
  readonly LOGGED_OUT: { readonly revoke: boolean };
  readonly SERVER_STARTED: { readonly processId: number };
  readonly SERVER_STOPPED: Nothing;
  readonly CONFIG_SAVED: { readonly enabled: boolean; readonly newSecret: boolean };
  readonly CONFIG_REMOVED: Nothing;
  readonly ACCOUNT_ADDED: Nothing;
  readonly ACCOUNT_RENAMED: { readonly name: string };
  readonly ACCOUNT_REMOVED: Nothing;
  readonly ACCOUNT_SWITCHED: { readonly from: string };
  readonly CREDENTIALS_CHANGED: Nothing;
  readonly KEY_REFUSED: { readonly times: number };
  readonly KEY_CREATED: { readonly keyId: string; readonly name: string; readonly role: AccessRole };
  readonly KEY_REVOKED: { readonly keyId: string };
  readonly ACCESS_DENIED: { readonly caller: string; readonly field: string; readonly times: number };
  readonly TOKEN_LEASED: { readonly keyId: string; readonly version: number };
  readonly LEASE_REFUSED: {
    readonly keyId: string;
    readonly api: ApiName;
    readonly reason: LeaseRefusal;
    readonly times: number;
  };
  readonly SESSION_OPENED: Nothing;
  readonly SESSIONS_ENDED: { readonly count: number };
  readonly LINK_REFUSED: { readonly times: number };
  readonly MASTER_KEY_ROTATED: Nothing;
  readonly FAILOVER_BEGUN: { readonly code: string };
  readonly RECOVERED: { readonly writes: number; readonly seconds: number };
  readonly SPILL_REPLAYED: { readonly writes: number };
  readonly SPILL_TORN: { readonly bytes: number };
  readonly SPILL_DAMAGED: { readonly file: string; readonly bytes: number; readonly missing: number };
  readonly BACKUP_MADE: { readonly file: string };
  readonly BACKUP_FAILED: { readonly reason: string };
  readonly RESTORED: { readonly file: string };
  readonly AUDIT_DAMAGED: { readonly reason: string };
}

export type AuditKind = keyof AuditFacts;

interface Rule<Kind extends AuditKind> {
  readonly severity: Severity;
  readonly component: AuditComponent;
  readonly says: (facts: AuditFacts[Kind]) => string;
}

const rule = <Facts>(
  severity: Severity,
  component: AuditComponent,
  says: string | ((facts: Facts) => string),
) => ({ severity, component, says: typeof says === 'string' ? () => says : says });

const list = (words: readonly string[]): string => (words.length === 0 ? 'nothing' : words.join(', '));

/** How each act is written down. The compiler asks for a rule of every kind, and for no other. */
const RULES: { readonly [Kind in AuditKind]: Rule<Kind> } = {
  RUN_STARTED: rule(
    'INFO',
    'AUTH',
    ({ mode, apis, via }) => `Run ${mode} by ${via} started for ${list(apis)}.`,
  ),
  RUN_TAKEN_UP: rule(
    'WARN',
    'AUTH',
    ({ status }) => `A run that an earlier process left in ${status} is taken up.`,
  ),
  RUN_ENDED: rule('INFO', 'AUTH', ({ status }) => `The run ended: ${status}.`),
  LOGIN_BEGUN: rule('INFO', 'AUTH', 'The login for this API has begun.'),
  LOGIN_FAILED: rule(
    'ERROR',
    'AUTH',
    ({ code, submitted }) => `No token: ${code}. Submitted to the broker by then: ${list(submitted)}.`,
  ),
  HUMAN_LOGIN_BEGUN: rule('INFO', 'AUTH', 'A login by a person is waited for.'),
  OTP_REQUESTED: rule('INFO', 'AUTH', 'The mobile number is submitted: an OTP is requested.'),
  OTP_SUBMITTED: rule('INFO', 'AUTH', 'An OTP is submitted; its time step is used up for good.'),
  PIN_SUBMITTED: rule('INFO', 'AUTH', 'The PIN is submitted.'),
  CODE_EXCHANGED: rule('INFO', 'AUTH', 'The authorization code is sent in exchange for a token.'),
  OFFER_DISMISSED: rule(
    'WARN',
    'AUTH',
    ({ label }) => `An offer of the broker's page was turned down with ${JSON.stringify(label)}.`,
  ),
  APPROVAL_REQUESTED: rule('INFO', 'AUTH', 'The account’s owner is asked to approve on the phone.'),
  NOTICE_REFUSED: rule(
    'WARN',
    'AUTH',
    ({ fault, times }) => `A notice at the webhook was refused: ${fault}${often(times)}.`,
  ),
  TOKEN_STORED: rule(
    'INFO',
    'AUTH',
    ({ fingerprint, operation, version }) =>
      `Token ${fingerprint} stored (${operation}, version ${version}).`,
  ),
  TOKEN_REMOVED: rule('ERROR', 'AUTH', ({ fingerprint }) => `Token ${fingerprint} of another user removed.`),
  TOKEN_REVOKED: rule('WARN', 'AUTH', ({ fingerprint }) => `Token ${fingerprint} ended at the broker.`),
  TOKEN_ENDED: rule('ERROR', 'AUTH', endedTokenText),
  TOKEN_NOT_REVOKED: rule('ERROR', 'AUTH', ({ fingerprint, httpStatus, brokerCode }) => {
    const answer = [httpStatus ?? 'nothing', brokerCode ?? ''].join(' ').trimEnd();
    return `Token ${fingerprint} may still work: the broker answered ${answer} when it was to be ended.`;
  }),
  VERDICT_CHANGED: rule(
    'INFO',
    'AUTH',
    ({ from, to, ...check }) =>
      `Verdict ${from} → ${to}${check.reason === null ? '' : ` (${reasonText(check)})`}.`,
  ),
  STATE_CHANGED: rule('INFO', 'AUTH', ({ from, to }) => `State ${from} → ${to}.`),
  GATE_OPENED: rule('INFO', 'AUTH', 'The gate is open: authentication is confirmed.'),
  GATE_CLOSED: rule('WARN', 'AUTH', 'The gate is closed.'),
  COOLDOWN_BEGUN: rule(
    'WARN',
    'AUTH',
    ({ until, reason }) => `Cooldown until ${until.toISOString()} (${reason}).`,
  ),
  COOLDOWN_ENDED: rule('INFO', 'AUTH', 'The cooldown is over.'),
  QUARANTINED: rule('ERROR', 'AUTH', ({ reason }) => `The account is quarantined (${reason}).`),
  QUARANTINE_CLEARED: rule('WARN', 'AUTH', ({ reason }) => `The operator cleared the quarantine: ${reason}`),
  PARTIAL_ACCEPTED: rule(
    'WARN',
    'AUTH',
    ({ until }) => `The operator accepted the partial set until ${until.toISOString()}.`,
  ),
  LOGGED_OUT: rule(
    'WARN',
    'AUTH',
    ({ revoke }) => `Logged out${revoke ? '; the broker was asked to end the tokens' : ''}.`,
  ),
  SERVER_STARTED: rule('INFO', 'API', ({ processId }) => `vega-auth started as process ${processId}.`),
  SERVER_STOPPED: rule('INFO', 'API', 'vega-auth stopped in good order.'),
  CONFIG_SAVED: rule(
    'WARN',
    'API',
    ({ enabled, newSecret }) =>
      `API config saved, ${enabled ? 'enabled' : 'disabled'}${newSecret ? ', with a new client secret' : ''}.`,
  ),
  CONFIG_REMOVED: rule('WARN', 'API', 'API config removed.'),
  ACCOUNT_ADDED: rule('WARN', 'API', 'Account added; its credentials are sealed.'),
  ACCOUNT_RENAMED: rule('INFO', 'API', ({ name }) => `Account renamed to ${name}.`),
  ACCOUNT_REMOVED: rule('WARN', 'API', 'Account removed, with its API configs and its dead tokens.'),
  ACCOUNT_SWITCHED: rule('WARN', 'API', ({ from }) => `The active account now, in place of ${from}.`),
  CREDENTIALS_CHANGED: rule('WARN', 'API', 'The account has new credentials; they are sealed.'),
  KEY_REFUSED: rule(
    'WARN',
    'API',
    ({ times }) => `A request without a valid key was refused${often(times)}.`,
  ),
  KEY_CREATED: rule(
    'WARN',
    'API',
    ({ keyId, name, role }) => `Access key ${keyId} created: ${role}, ${JSON.stringify(name)}.`,
  ),
  KEY_REVOKED: rule('WARN', 'API', ({ keyId }) => `Access key ${keyId} revoked.`),
  ACCESS_DENIED: rule(
    'WARN',
    'API',
    ({ caller, field, times }) => `${caller} may not use ${field}: refused${often(times)}.`,
  ),
  TOKEN_LEASED: rule(
    'INFO',
    'AUTH',
    ({ keyId, version }) => `Version ${version} of the token is handed to key ${keyId}.`,
  ),
  LEASE_REFUSED: rule(
    'WARN',
    'AUTH',
    ({ keyId, api, reason, times }) =>
      `The token of ${api} was not handed to key ${keyId} (${reason})${often(times)}.`,
  ),
  SESSION_OPENED: rule('INFO', 'API', 'A browser was let in.'),
  SESSIONS_ENDED: rule('WARN', 'API', ({ count }) => `The sessions of ${count} browsers were ended.`),
  LINK_REFUSED: rule(
    'WARN',
    'API',
    ({ times }) => `A login link that is used up or unknown was refused${often(times)}.`,
  ),
  MASTER_KEY_ROTATED: rule('WARN', 'DB', 'Every secret is sealed with a new master key.'),
  FAILOVER_BEGUN: rule(
    'ERROR',
    'DB',
    ({ code }) => `The database cannot be written (${code}): memory and the spill file take over.`,
  ),
  RECOVERED: rule(
    'WARN',
    'DB',
    ({ writes, seconds }) => `The database is back after ${seconds} s; ${writes} writes were made up for.`,
  ),
  SPILL_REPLAYED: rule(
    'WARN',
    'DB',
    ({ writes }) => `${writes} writes of an earlier process were made up for.`,
  ),
  SPILL_TORN: rule(
    'ERROR',
    'DB',
    ({ bytes }) => `The spill file broke off: its last ${bytes} bytes were not whole.`,
  ),
  SPILL_DAMAGED: rule(
    'ERROR',
    'DB',
    ({ file, bytes, missing }) =>
      `A spill file is damaged: ${bytes} bytes could not be read, at least ${missing} writes are missing. It is kept as ${file}.`,
  ),
  BACKUP_MADE: rule('INFO', 'DB', ({ file }) => `Backup ${file} made.`),
  BACKUP_FAILED: rule('ERROR', 'DB', ({ reason }) => `No backup could be made: ${reason}`),
  RESTORED: rule(
    'ERROR',
    'DB',
    ({ file }) =>
      `The database was restored from ${file}; what came later is in the file that was set aside.`,
  ),
  AUDIT_DAMAGED: rule('ERROR', 'DB', ({ reason }) => `The audit log is not whole: ${reason}`),
};

const often = (times: number): string => (times === 1 ? '' : ` (${times} times)`);

/** @internal Every kind; tests go through them. */
export const AUDIT_KINDS = Object.keys(RULES) as readonly AuditKind[];

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
  facts: AuditFacts[Kind],
  { accountId = null, apiName = null, correlationId = null }: AuditReference,
  key: string,
  at: Date,
): AuditEntry => {
  const { severity, component, says } = RULES[kind] as Rule<Kind>;
  return { key, at, kind, severity, component, message: says(facts), accountId, apiName, correlationId };
};

export type FactsOf<Kind extends AuditKind> = AuditFacts[Kind];

/** What a look at the whole chain has found. */
export interface AuditVerification {
  readonly valid: boolean;
  /** How many entries were looked at. */
  readonly entries: number;
  /** The place of the first entry that was edited, moved or is missing; null where none can be named. */
  readonly firstBadId: number | null;
  readonly reason: string | null;
}
