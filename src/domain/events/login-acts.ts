import type { ApiName } from '../account/api-name.ts';
import type { AuthPhase } from '../auth/auth-phase.ts';
import type { ReadinessVerdict } from '../readiness/readiness.ts';
import type { HeldKind, RoleCredential } from '../role/role.ts';
import type { ExternalLogin } from '../run/acquisition.ts';
import type { NoticeRefusal } from '../run/approval-notice.ts';
import type { FailureCode, Submission } from '../run/failure.ts';
import type { EndedToken, GenerationMode, RunStatus } from '../run/generation-run.ts';
import { endedTokenText } from '../token/ended-token.ts';
import type { StoreOperation } from '../token/token.ts';
import { reasonText, type Verdict, type VerdictReason } from '../token/verdict.ts';
import { error, info, warn } from './act.ts';

const list = (words: readonly string[]): string => (words.length === 0 ? 'nothing' : words.join(', '));

const known = (instant: Date | null): string => instant?.toISOString() ?? 'not known';

const often = (times: number): string => (times === 1 ? '' : ` (${times} times)`);

/** What runs, logins, tokens and roles went through. */
export const LOGIN_ACTS = {
  RUN_STARTED: info<{
    mode: GenerationMode;
    apis: readonly ApiName[];
    via: ExternalLogin['kind'] | 'BROWSER';
  }>('AUTH', ({ mode, apis, via }) => `Run ${mode} by ${via} started for ${list(apis)}.`),
  RUN_TAKEN_UP: warn<{ status: RunStatus }>(
    'AUTH',
    ({ status }) => `A run that an earlier process left in ${status} is taken up.`,
  ),
  ABORT_REQUESTED: info('AUTH', 'Somebody asked to end the run at its next safe point.'),
  RUN_ENDED: info<{ status: RunStatus }>('AUTH', ({ status }) => `The run ended: ${status}.`),
  LOGIN_BEGUN: info('AUTH', 'The login for this API has begun.'),
  LOGIN_FAILED: error<{ code: FailureCode; message: string; submitted: readonly Submission[] }>(
    'AUTH',
    ({ code, message, submitted }) =>
      `No token: ${code}. Submitted to the broker by then: ${list(submitted)}. ${message}`,
  ),
  HUMAN_LOGIN_BEGUN: info('AUTH', 'A login by a person is waited for.'),
  SPACING_BEGUN: info('AUTH', 'The OTP spacing is waited for.'),
  TIME_STEP_AWAITED: info('AUTH', 'The next time step of the TOTP codes is waited for.'),
  TURN_AWAITED: info('AUTH', 'Another run has the browser: its turn is waited for.'),
  TURN_TAKEN: info('AUTH', 'The run has the browser.'),
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
  TOKEN_DROPPED: warn<{ fingerprint: string; reason: string }>(
    'AUTH',
    ({ fingerprint, reason }) => `Token ${fingerprint} waited for the database and is not stored: ${reason}.`,
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
};
