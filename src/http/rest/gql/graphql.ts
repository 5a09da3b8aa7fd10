/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** How a run gets its tokens. Both ways end in the same checks and the same table. */
export type AcquisitionPath =
  /** It types nothing: the broker asks the account’s owner on the phone, and sends the token to the notifier webhook. The run waits, also over a restart, until the request lapses. */
  | 'APPROVAL'
  /** It logs in, in a browser, with mobile number, TOTP and PIN. */
  | 'BROWSER';

/** The six API apps an account can have at the broker. */
export type ApiName =
  /** First option-chain reader. */
  | 'OPTIONCHAIN1'
  /** Second option-chain reader. */
  | 'OPTIONCHAIN2'
  /** The root of everything: without its token nothing is confirmed. */
  | 'PRIMARY'
  /** First market-data feed. */
  | 'WEBSOCKET1'
  /** Second market-data feed. */
  | 'WEBSOCKET2'
  /** Third market-data feed. */
  | 'WEBSOCKET3';

/** The part of the system that an act belongs to. */
export type AuditComponent =
  /** The server, its keys and its configuration. */
  | 'API'
  /** Logins, tokens, verdicts, the gate. */
  | 'AUTH'
  /** The database, its backups and its failover. */
  | 'DB';

/** Where an account stands on its way through the morning. */
export type AuthPhase =
  /** Everything is there, or the operator accepted the partial set. */
  | 'AUTH_CONFIRMED'
  /** The broker needs rest; every generation is refused. */
  | 'COOLDOWN'
  /** A client has gone through the gate. */
  | 'DASHBOARD'
  /** Nothing was begun, or PRIMARY is gone. */
  | 'IDLE'
  /** A run is about to take up its first API. */
  | 'LOGIN_STARTED'
  /** A run has paused, or has ended without PRIMARY. */
  | 'PARTIAL_AUTH'
  /** The broker confirmed PRIMARY; others are missing. */
  | 'PRIMARY_VALIDATED'
  /** The rest is over and the run goes on. */
  | 'RESUME_GENERATION'
  /** Tokens are being made. */
  | 'TOKEN_GENERATION';

/** Why nothing moves. */
export type BlockReason =
  /** The broker asks the account’s owner for something that only a person may decide. */
  | 'ACTION_REQUIRED'
  /** The owner has to put an app right at the broker. */
  | 'APP_REJECTED'
  /** The broker does not answer. */
  | 'BROKER_UNREACHABLE'
  /** Another process has the browser. */
  | 'BROWSER_BUSY'
  /** The broker wants to see a person. */
  | 'CAPTCHA'
  /** The broker needs rest; a run that was interrupted goes on by itself. */
  | 'COOLDOWN'
  /** The account is quarantined until clearQuarantine. */
  | 'CREDENTIALS_REJECTED'
  /** The database cannot be written. */
  | 'DATABASE'
  /** The broker is closed for maintenance. */
  | 'MAINTENANCE'
  /** The broker knows no account with the mobile number. */
  | 'MOBILE_REJECTED'
  /** The login page is not known any more. */
  | 'PAGE_CHANGED'
  /** Making one API’s token ends that of another: `endedTokens` of a run of today. Generating again does not help. */
  | 'TOKENS_END_EACH_OTHER';

/** Who wanted a look at the login dialog. */
export type CanaryOrigin =
  /** Somebody asked for it. */
  | 'OPERATOR'
  /** The evening before a scheduled start, or the hour before it. */
  | 'SCHEDULE';

/** What a look at the login dialog has come to. */
export type CanaryVerdict =
  /** The login finds its way; something else of the page has changed. */
  | 'CHANGED'
  /** The login would fail there, or what it types into, presses or relies on has changed. */
  | 'DRIFT'
  /** The page was not seen: the broker did not answer, is closed or rests, or the look was broken off. */
  | 'NOT_KNOWN'
  /** The login finds its way, and the page is as it was. */
  | 'SAME';

/** How much the forecast knows of the account’s logins. */
export type Confidence =
  /** 30 logins or more were measured, or nothing has to be made. */
  | 'HIGH'
  /** Fewer than 8 logins were measured; the shipped figures stand for the rest. */
  | 'LOW'
  /** 8 to 29 logins were measured. */
  | 'MEDIUM';

/** How urgent the end of a token is. */
export type ExpiryLevel =
  /** Less than an hour is left. */
  | 'AMBER'
  /** Its time is up. */
  | 'EXPIRED'
  /** An hour or more is left. */
  | 'GREEN'
  /** Less than ten minutes are left. */
  | 'RED';

/** Why no token came of it. */
export type FailureCode =
  /** Ended on request. */
  | 'ABORTED'
  /** A page or an answer of the broker asks for something that only the account’s owner may decide; nothing was agreed to. */
  | 'ACTION_REQUIRED'
  /** Nobody approved, or logged in, before the time was up. */
  | 'APPROVAL_LAPSED'
  /** The broker does not accept this API app. */
  | 'APP_REJECTED'
  /** The broker cannot be reached or does not answer. */
  | 'BROKER_UNREACHABLE'
  /** No browser, or it died. */
  | 'BROWSER_FAILED'
  /** The broker wants to see a person. */
  | 'CAPTCHA'
  /** This machine’s clock differs from the broker’s by more than 3 s. */
  | 'CLOCK_SKEW'
  /** The code was sent and yielded no token; a code is good for one try. */
  | 'CODE_SPENT'
  /** The broker rejected the OTP or the PIN, or has locked the account. */
  | 'CREDENTIALS_REJECTED'
  /** A mistake of this program. */
  | 'INTERNAL'
  /** The program ended in the middle. */
  | 'INTERRUPTED'
  /** Another worker has the account by now; nothing follows for it here. */
  | 'LEASE_LOST'
  /** The broker is closed for maintenance. */
  | 'MAINTENANCE'
  /** The broker knows no account with the mobile number. */
  | 'MOBILE_REJECTED'
  /** The login page is none of the known ones. */
  | 'PAGE_CHANGED'
  /** The role was given another credential meanwhile, so no login was needed for it. */
  | 'ROLE_NEEDS_NO_LOGIN'
  /** The code was sent and the program ended before the answer came. */
  | 'SPENT_UNKNOWN'
  /** The token could not be written to the database. */
  | 'STORAGE_FAILED'
  /** The broker is counting attempts and accepts no more for a while. */
  | 'THROTTLED'
  /** The broker ended this token when the run made that of another API. */
  | 'TOKEN_ENDED'
  /** The broker refused the token that it had just issued. */
  | 'TOKEN_REJECTED'
  /** The program that UPSTOX_TOTP_COMMAND names gave no code; none was submitted. */
  | 'TOTP_COMMAND_FAILED'
  /** The token is stored, or waits for the database, but the broker gave no usable answer about it. */
  | 'UNVERIFIED'
  /** The token is of another user of the broker; it was not kept. */
  | 'WRONG_ACCOUNT';

/** Which tokens to make. */
export type GenerationMode =
  /** Those of every enabled API; replacing valid ones needs replaceValid. */
  | 'ALL'
  /** Those that are EXPIRED, INVALID or MISSING; UNKNOWN ones only with includeUnknown. */
  | 'INVALID_ONLY'
  /** Those of the APIs that are named. */
  | 'PARTIAL';

/** What is being done for one API. */
export type LoginStep =
  /** Asking the broker to ask the account’s owner. */
  | 'APPROVAL_REQUEST'
  /** Waiting for the owner’s approval on the phone; a refusal there looks like silence. */
  | 'APPROVAL_WAIT'
  /** Allowing the app to act for the account. */
  | 'CONSENT'
  /** Opening the broker’s authorization dialog. */
  | 'DIALOG'
  /** Trading the code for a token. */
  | 'EXCHANGE'
  /** Waiting for a person who logs in with a browser of their own. */
  | 'HUMAN_LOGIN'
  /** Entering the mobile number. */
  | 'MOBILE'
  /** Entering the TOTP code. */
  | 'OTP'
  /** Waiting until enough time has passed since the last OTP request (VEGA_OTP_SPACING_SECONDS). */
  | 'OTP_SPACING'
  /** Entering the PIN. */
  | 'PIN'
  /** The broker has redirected back with a code. */
  | 'REDIRECT'
  /** Writing the token to the database. */
  | 'STORE'
  /** Waiting for a TOTP time step that was never used. */
  | 'TOTP_WAIT'
  /** Asking the broker’s profile call whether the token works. */
  | 'VERIFY';

/** What can be done next and would not be refused. */
export type NextOperation =
  /** `acceptPartial`: PRIMARY works, and others are missing. */
  | 'ACCEPT_PARTIAL'
  /** `tokenStatus`: nobody knows whether some tokens still work. */
  | 'CHECK_TOKENS'
  /** `clearQuarantine`, after a person has looked at it. */
  | 'CLEAR_QUARANTINE'
  /** `enterDashboard`: the gate is open. */
  | 'ENTER_DASHBOARD'
  /** `generateTokens(mode: INVALID_ONLY)`: some tokens are missing. */
  | 'GENERATE_MISSING'
  /** `importToken`, or `assignRole`: a role that no login serves has no token. */
  | 'IMPORT_TOKEN'
  /** `saveApiConfig`: no API app is configured and enabled. */
  | 'SAVE_API_CONFIG'
  /** `startLogin`: makes what is missing, and ends what a logout began. */
  | 'START_LOGIN'
  /** `updateAccountCredentials`: there is nothing to log in with. */
  | 'UPDATE_CREDENTIALS';

/** Why a verdict is what it is. */
export type ReadinessReasonCode =
  /** The bell has rung, and something is known to be missing. */
  | 'BELL_PASSED'
  /** Another process has the browser. */
  | 'BROWSER_BUSY'
  /** It is not certain that there is a session that day. */
  | 'CALENDAR_UNCERTAIN'
  /** The broker rests. */
  | 'COOLDOWN'
  /** The database cannot be written, so nothing that it holds is certain. */
  | 'DATABASE'
  /** Some of the last logins brought no token. */
  | 'FAILURES'
  /** Few logins were measured so far. */
  | 'FEW_MEASUREMENTS'
  /** All tokens work, and the gate is shut. */
  | 'GATE_SHUT'
  /** The broker refuses their work to tokens that are VALID; `capabilities` says which and why. */
  | 'NOT_CAPABLE'
  /** There is nothing to log in with, or no API app is enabled. */
  | 'NOT_CONFIGURED'
  /** Nothing makes the missing tokens by itself. */
  | 'NOT_STARTED'
  /** There is no bell within a day. */
  | 'NO_SESSION'
  /** No machine executes runs: no `vega-auth work` is connected to the database. */
  | 'NO_WORKER'
  /** The logins have to lie apart. */
  | 'OTP_SPACING'
  /** The login page is not one that the login knows, as the last look at it says. */
  | 'PAGE_DRIFT'
  /** A person has to act before anything goes on. */
  | 'PERSON_NEEDED'
  /** Other accounts have the browser before. */
  | 'QUEUE'
  /** The scheduled start is after the latest safe one. */
  | 'STARTS_LATE'
  /** Nobody knows whether some tokens work. */
  | 'TOKENS_UNKNOWN';

/** Whether an account will have its tokens by the bell. */
export type ReadinessVerdict =
  /** It may not, or a person has to act, or something is not known; `reasons` say what. */
  | 'AT_RISK'
  /** No session of the account’s exchanges is on, or begins within a day. */
  | 'NO_SESSION'
  /** It will, in at least 95 of 100 simulated mornings, without a person. */
  | 'ON_TRACK'
  /** Every token that is needed is VALID beyond the bell, and the gate is open. */
  | 'READY'
  /** It will not: in fewer than 5 of 100 simulated mornings, or the bell has rung and something is known to be missing. */
  | 'TOO_LATE';

/** How a run stands. */
export type RunStatus =
  /** It was ended on request. */
  | 'ABORTED'
  /** Every token of it was made and confirmed. */
  | 'COMPLETED'
  /** Waiting until the broker accepts logins again. */
  | 'COOLDOWN'
  /** Another account’s run has the browser; it waits its turn. */
  | 'QUEUED'
  /** Under way. */
  | 'RUNNING'
  /** It ended with some missing; the steps, or `endedTokens`, say why. */
  | 'STOPPED'
  /** A person has to act: in the browser window, on the phone or at the broker’s login. */
  | 'WAITING_OPERATOR';

/** How grave an act is. */
export type Severity =
  /** Something went wrong. */
  | 'ERROR'
  /** As it should be. */
  | 'INFO'
  /** An operator did something grave, or something needs a look. */
  | 'WARN';

/** How one API’s part of a run stands. */
export type StepStatus =
  /** Its token is stored and confirmed by the broker. */
  | 'DONE'
  /** No confirmed token; `failure` says why. */
  | 'FAILED'
  /** Not taken up yet. */
  | 'PENDING'
  /** Being worked on. */
  | 'RUNNING'
  /** The run ended before it was taken up. */
  | 'SKIPPED';

/** Where a token lies. */
export type StorageKind =
  /** In the database. */
  | 'DATABASE'
  /** In memory and in the encrypted spill file, until SQLite can be written again. */
  | 'MEMORY'
  /** In the encrypted spill file alone, until PostgreSQL can be reached again. Nothing else is written meanwhile. */
  | 'SPILL';

/** What storing a token did. */
export type StoreOperation =
  /** There was none before. */
  | 'INSERTED'
  /** It took the place of an older one. */
  | 'REPLACED';

/** What is known about a token. */
export type Verdict =
  /** Its time is up (03:30 IST), or cannot be read. */
  | 'EXPIRED'
  /** The broker refused it, its client id has changed, or it belongs to another user. */
  | 'INVALID'
  /** There is none. */
  | 'MISSING'
  /** Nobody has asked, or the broker gave no usable answer. Never treated as valid. */
  | 'UNKNOWN'
  /** Its time is not up and the broker's profile call confirmed it. */
  | 'VALID';

export type EventsSubscriptionVariables = Exact<{
  accountId?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type EventsSubscription = { events:
    | { __typename: 'AccountSwitchedEvent', id: string, at: string, accountId: string, account: { id: string, name: string, client: string | null, broker: string, plan: string | null, isActive: boolean } }
    | { __typename: 'AuditEvent', id: string, at: string, accountId: string, entry: { timestamp: string, severity: Severity, component: AuditComponent, message: string, correlationId: string | null, apiName: ApiName | null, kind: string } }
    | { __typename: 'AuthConfirmedEvent', id: string, at: string, accountId: string, confirmation: { authenticated: boolean, redirect: string } }
    | { __typename: 'AuthStateEvent', id: string, at: string, accountId: string, authState: { state: AuthPhase, primaryPresent: boolean, accountId: string, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null }, run: { id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }> } | null } }
    | { __typename: 'CanaryEvent', id: string, at: string, accountId: string, report: { id: string, apiName: ApiName, at: string, origin: CanaryOrigin, verdict: CanaryVerdict, message: string, nextAction: string, changes: Array<string>, failure: FailureCode | null, comparedWith: string | null } }
    | { __typename: 'CooldownEvent', id: string, at: string, accountId: string, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } }
    | { __typename: 'DbRecoveryEvent', id: string, at: string, accountId: string, recovery: { dbLocked: boolean, fallback: StorageKind, autoRestart: boolean, pendingWrites: number } }
    | { __typename: 'GapEvent', id: string, at: string, accountId: string }
    | { __typename: 'HeartbeatEvent', id: string, at: string, accountId: string }
    | { __typename: 'ReadinessEvent', id: string, at: string, accountId: string, readiness: { verdict: ReadinessVerdict, bell: string | null, eta: string | null, etaWorst: string | null, latestSafeStart: string | null, probability: number | null, confidence: Confidence, missing: Array<ApiName>, computedAt: string, reasons: Array<{ code: ReadinessReasonCode, message: string, nextAction: string, minutes: number | null }> } }
    | { __typename: 'TokenProgressEvent', id: string, at: string, accountId: string, progress: { total: number, generated: number, missing: Array<ApiName>, runTotal: number, runGenerated: number, current: ApiName | null, step: LoginStep | null, runId: string } }
    | { __typename: 'TokenStoredEvent', id: string, at: string, accountId: string, stored: { apiName: ApiName, version: number } }
   };

export type RunFactsFragment = { id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }> };

export type CooldownFactsFragment = { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null };

export type AuthStateFactsFragment = { state: AuthPhase, primaryPresent: boolean, accountId: string, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null }, run: { id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }> } | null };

export type AccountFactsFragment = { id: string, name: string, client: string | null, broker: string, plan: string | null, isActive: boolean, authState: { state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null } };

export type StartLoginMutationVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type StartLoginMutation = { startLogin: { id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }> } };

export type AuthStatusQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type AuthStatusQuery = { authState: { state: AuthPhase, primaryPresent: boolean, accountId: string, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null }, run: { id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }> } | null } };

export type TokensQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type TokensQuery = { tokens: Array<{ apiName: ApiName, isPrimary: boolean, verdict: Verdict, fingerprint: string | null, generatedAt: string | null, expiresAt: string | null, checkedAt: string | null, storage: StorageKind, version: number }> };

export type TokenExpiryQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type TokenExpiryQuery = { tokenExpiry: Array<{ apiName: ApiName, expiresAt: string, expiresAtIst: string, remainingSeconds: number, level: ExpiryLevel }> };

export type ReadyQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type ReadyQuery = { ready: boolean };

export type EnterDashboardMutationVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type EnterDashboardMutation = { enterDashboard: { state: AuthPhase, primaryPresent: boolean, accountId: string, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null }, run: { id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }> } | null } };

export type LogoutMutationVariables = Exact<{
  accountId?: string | null | undefined;
  revoke?: boolean | null | undefined;
}>;


export type LogoutMutation = { logout: { state: AuthPhase, primaryPresent: boolean, accountId: string, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null }, run: { id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }> } | null } };

export type TokenStatusQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type TokenStatusQuery = { tokenStatus: { valid: Array<ApiName>, invalid: Array<ApiName>, missing: Array<ApiName>, unknown: Array<ApiName> } };

export type GenerateTokensMutationVariables = Exact<{
  mode: GenerationMode;
  apiNames?: Array<ApiName> | ApiName | null | undefined;
  accountId?: string | null | undefined;
  via?: AcquisitionPath | null | undefined;
  replaceValid?: boolean | null | undefined;
  includeUnknown?: boolean | null | undefined;
}>;


export type GenerateTokensMutation = { generateTokens: { id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }> } };

export type LoginSuccessQueryVariables = Exact<{
  accountId?: string | null | undefined;
  apiName?: ApiName | null | undefined;
}>;


export type LoginSuccessQuery = { loginSuccess: { status: string, message: string, api_name: ApiName, database: { path: string, operation: StoreOperation, total_active_tokens: number }, profile: { email: string, broker: string, exchanges: Array<string>, products: Array<string>, poa: boolean, ddpi: boolean, user_name: string, user_id: string, order_types: Array<string>, user_type: string, is_active: boolean } } | null };

export type AccountsQueryVariables = Exact<{ [key: string]: never; }>;


export type AccountsQuery = { accounts: Array<{ id: string, name: string, client: string | null, broker: string, plan: string | null, isActive: boolean, authState: { state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null } }> };

export type SwitchAccountMutationVariables = Exact<{
  accountId: string;
}>;


export type SwitchAccountMutation = { switchAccount: { id: string, name: string, client: string | null, broker: string, plan: string | null, isActive: boolean, authState: { state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null } } };

export type AuditLogsQueryVariables = Exact<{
  limit?: number | null | undefined;
  after?: string | null | undefined;
  severity?: Severity | null | undefined;
  component?: AuditComponent | null | undefined;
}>;


export type AuditLogsQuery = { auditLog: { nodes: Array<{ id: string, timestamp: string, severity: Severity, component: AuditComponent, message: string, correlationId: string | null, apiName: ApiName | null, accountId: string | null, kind: string }> } };

export type GateQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type GateQuery = { ready: boolean, authState: { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } }, readiness: { verdict: ReadinessVerdict, bell: string | null, eta: string | null, etaWorst: string | null, latestSafeStart: string | null, probability: number | null, confidence: Confidence, missing: Array<ApiName>, computedAt: string, reasons: Array<{ code: ReadinessReasonCode, message: string, nextAction: string, minutes: number | null }> } };

export type ForecastFactsFragment = { verdict: ReadinessVerdict, bell: string | null, eta: string | null, etaWorst: string | null, latestSafeStart: string | null, probability: number | null, confidence: Confidence, missing: Array<ApiName>, computedAt: string, reasons: Array<{ code: ReadinessReasonCode, message: string, nextAction: string, minutes: number | null }> };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const CooldownFactsFragmentDoc = new TypedDocumentString(`
    fragment CooldownFacts on Cooldown {
  active
  remainingSeconds
  until
  reason
}
    `, {"fragmentName":"CooldownFacts"}) as unknown as TypedDocumentString<CooldownFactsFragment, unknown>;
export const RunFactsFragmentDoc = new TypedDocumentString(`
    fragment RunFacts on GenerationRun {
  id
  accountId
  mode
  status
  startedAt
  endedAt
  waitingUntil
  steps {
    apiName
    status
    step
    startedAt
    endedAt
    failure {
      code
      message
      nextAction
      submitted
    }
  }
}
    `, {"fragmentName":"RunFacts"}) as unknown as TypedDocumentString<RunFactsFragment, unknown>;
export const AuthStateFactsFragmentDoc = new TypedDocumentString(`
    fragment AuthStateFacts on AuthState {
  state
  primaryPresent
  accountId
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownFacts
  }
  run {
    ...RunFacts
  }
}
    fragment RunFacts on GenerationRun {
  id
  accountId
  mode
  status
  startedAt
  endedAt
  waitingUntil
  steps {
    apiName
    status
    step
    startedAt
    endedAt
    failure {
      code
      message
      nextAction
      submitted
    }
  }
}
fragment CooldownFacts on Cooldown {
  active
  remainingSeconds
  until
  reason
}`, {"fragmentName":"AuthStateFacts"}) as unknown as TypedDocumentString<AuthStateFactsFragment, unknown>;
export const AccountFactsFragmentDoc = new TypedDocumentString(`
    fragment AccountFacts on Account {
  id
  name
  client
  broker
  plan
  isActive
  authState {
    state
    primaryPresent
    blockedBy
  }
}
    `, {"fragmentName":"AccountFacts"}) as unknown as TypedDocumentString<AccountFactsFragment, unknown>;
export const ForecastFactsFragmentDoc = new TypedDocumentString(`
    fragment ForecastFacts on Readiness {
  verdict
  bell
  eta
  etaWorst
  latestSafeStart
  probability
  confidence
  missing
  reasons {
    code
    message
    nextAction
    minutes
  }
  computedAt
}
    `, {"fragmentName":"ForecastFacts"}) as unknown as TypedDocumentString<ForecastFactsFragment, unknown>;
export const EventsDocument = new TypedDocumentString(`
    subscription Events($accountId: ID, $after: ID) {
  events(accountId: $accountId, after: $after) {
    __typename
    id
    at
    accountId
    ... on AuthStateEvent {
      authState {
        ...AuthStateFacts
      }
    }
    ... on TokenProgressEvent {
      progress {
        total
        generated
        missing
        runTotal
        runGenerated
        current
        step
        runId
      }
    }
    ... on CooldownEvent {
      cooldown {
        ...CooldownFacts
      }
    }
    ... on AuthConfirmedEvent {
      confirmation {
        authenticated
        redirect
      }
    }
    ... on TokenStoredEvent {
      stored {
        apiName
        version
      }
    }
    ... on DbRecoveryEvent {
      recovery {
        dbLocked
        fallback
        autoRestart
        pendingWrites
      }
    }
    ... on ReadinessEvent {
      readiness {
        ...ForecastFacts
      }
    }
    ... on CanaryEvent {
      report {
        id
        apiName
        at
        origin
        verdict
        message
        nextAction
        changes
        failure
        comparedWith
      }
    }
    ... on AccountSwitchedEvent {
      account {
        id
        name
        client
        broker
        plan
        isActive
      }
    }
    ... on AuditEvent {
      entry {
        timestamp
        severity
        component
        message
        correlationId
        apiName
        kind
      }
    }
  }
}
    fragment RunFacts on GenerationRun {
  id
  accountId
  mode
  status
  startedAt
  endedAt
  waitingUntil
  steps {
    apiName
    status
    step
    startedAt
    endedAt
    failure {
      code
      message
      nextAction
      submitted
    }
  }
}
fragment CooldownFacts on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment AuthStateFacts on AuthState {
  state
  primaryPresent
  accountId
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownFacts
  }
  run {
    ...RunFacts
  }
}
fragment ForecastFacts on Readiness {
  verdict
  bell
  eta
  etaWorst
  latestSafeStart
  probability
  confidence
  missing
  reasons {
    code
    message
    nextAction
    minutes
  }
  computedAt
}`) as unknown as TypedDocumentString<EventsSubscription, EventsSubscriptionVariables>;
export const StartLoginDocument = new TypedDocumentString(`
    mutation StartLogin($accountId: ID) {
  startLogin(accountId: $accountId) {
    ...RunFacts
  }
}
    fragment RunFacts on GenerationRun {
  id
  accountId
  mode
  status
  startedAt
  endedAt
  waitingUntil
  steps {
    apiName
    status
    step
    startedAt
    endedAt
    failure {
      code
      message
      nextAction
      submitted
    }
  }
}`) as unknown as TypedDocumentString<StartLoginMutation, StartLoginMutationVariables>;
export const AuthStatusDocument = new TypedDocumentString(`
    query AuthStatus($accountId: ID) {
  authState(accountId: $accountId) {
    ...AuthStateFacts
  }
}
    fragment RunFacts on GenerationRun {
  id
  accountId
  mode
  status
  startedAt
  endedAt
  waitingUntil
  steps {
    apiName
    status
    step
    startedAt
    endedAt
    failure {
      code
      message
      nextAction
      submitted
    }
  }
}
fragment CooldownFacts on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment AuthStateFacts on AuthState {
  state
  primaryPresent
  accountId
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownFacts
  }
  run {
    ...RunFacts
  }
}`) as unknown as TypedDocumentString<AuthStatusQuery, AuthStatusQueryVariables>;
export const TokensDocument = new TypedDocumentString(`
    query Tokens($accountId: ID) {
  tokens(accountId: $accountId) {
    apiName
    isPrimary
    verdict
    fingerprint
    generatedAt
    expiresAt
    checkedAt
    storage
    version
  }
}
    `) as unknown as TypedDocumentString<TokensQuery, TokensQueryVariables>;
export const TokenExpiryDocument = new TypedDocumentString(`
    query TokenExpiry($accountId: ID) {
  tokenExpiry(accountId: $accountId) {
    apiName
    expiresAt
    expiresAtIst
    remainingSeconds
    level
  }
}
    `) as unknown as TypedDocumentString<TokenExpiryQuery, TokenExpiryQueryVariables>;
export const ReadyDocument = new TypedDocumentString(`
    query Ready($accountId: ID) {
  ready(accountId: $accountId)
}
    `) as unknown as TypedDocumentString<ReadyQuery, ReadyQueryVariables>;
export const EnterDashboardDocument = new TypedDocumentString(`
    mutation EnterDashboard($accountId: ID) {
  enterDashboard(accountId: $accountId) {
    ...AuthStateFacts
  }
}
    fragment RunFacts on GenerationRun {
  id
  accountId
  mode
  status
  startedAt
  endedAt
  waitingUntil
  steps {
    apiName
    status
    step
    startedAt
    endedAt
    failure {
      code
      message
      nextAction
      submitted
    }
  }
}
fragment CooldownFacts on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment AuthStateFacts on AuthState {
  state
  primaryPresent
  accountId
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownFacts
  }
  run {
    ...RunFacts
  }
}`) as unknown as TypedDocumentString<EnterDashboardMutation, EnterDashboardMutationVariables>;
export const LogoutDocument = new TypedDocumentString(`
    mutation Logout($accountId: ID, $revoke: Boolean) {
  logout(accountId: $accountId, revoke: $revoke) {
    ...AuthStateFacts
  }
}
    fragment RunFacts on GenerationRun {
  id
  accountId
  mode
  status
  startedAt
  endedAt
  waitingUntil
  steps {
    apiName
    status
    step
    startedAt
    endedAt
    failure {
      code
      message
      nextAction
      submitted
    }
  }
}
fragment CooldownFacts on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment AuthStateFacts on AuthState {
  state
  primaryPresent
  accountId
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownFacts
  }
  run {
    ...RunFacts
  }
}`) as unknown as TypedDocumentString<LogoutMutation, LogoutMutationVariables>;
export const TokenStatusDocument = new TypedDocumentString(`
    query TokenStatus($accountId: ID) {
  tokenStatus(accountId: $accountId) {
    valid
    invalid
    missing
    unknown
  }
}
    `) as unknown as TypedDocumentString<TokenStatusQuery, TokenStatusQueryVariables>;
export const GenerateTokensDocument = new TypedDocumentString(`
    mutation GenerateTokens($mode: GenerationMode!, $apiNames: [ApiName!], $accountId: ID, $via: AcquisitionPath, $replaceValid: Boolean, $includeUnknown: Boolean) {
  generateTokens(
    mode: $mode
    apiNames: $apiNames
    accountId: $accountId
    via: $via
    replaceValid: $replaceValid
    includeUnknown: $includeUnknown
  ) {
    ...RunFacts
  }
}
    fragment RunFacts on GenerationRun {
  id
  accountId
  mode
  status
  startedAt
  endedAt
  waitingUntil
  steps {
    apiName
    status
    step
    startedAt
    endedAt
    failure {
      code
      message
      nextAction
      submitted
    }
  }
}`) as unknown as TypedDocumentString<GenerateTokensMutation, GenerateTokensMutationVariables>;
export const LoginSuccessDocument = new TypedDocumentString(`
    query LoginSuccess($accountId: ID, $apiName: ApiName) {
  loginSuccess(accountId: $accountId, apiName: $apiName) {
    status
    message
    api_name: apiName
    database {
      path
      operation
      total_active_tokens: totalActiveTokens
    }
    profile {
      user_name: userName
      user_id: userId
      email
      broker
      exchanges
      products
      order_types: orderTypes
      user_type: userType
      poa
      ddpi
      is_active: isActive
    }
  }
}
    `) as unknown as TypedDocumentString<LoginSuccessQuery, LoginSuccessQueryVariables>;
export const AccountsDocument = new TypedDocumentString(`
    query Accounts {
  accounts {
    ...AccountFacts
  }
}
    fragment AccountFacts on Account {
  id
  name
  client
  broker
  plan
  isActive
  authState {
    state
    primaryPresent
    blockedBy
  }
}`) as unknown as TypedDocumentString<AccountsQuery, AccountsQueryVariables>;
export const SwitchAccountDocument = new TypedDocumentString(`
    mutation SwitchAccount($accountId: ID!) {
  switchAccount(accountId: $accountId) {
    ...AccountFacts
  }
}
    fragment AccountFacts on Account {
  id
  name
  client
  broker
  plan
  isActive
  authState {
    state
    primaryPresent
    blockedBy
  }
}`) as unknown as TypedDocumentString<SwitchAccountMutation, SwitchAccountMutationVariables>;
export const AuditLogsDocument = new TypedDocumentString(`
    query AuditLogs($limit: Int = 100, $after: String, $severity: Severity, $component: AuditComponent) {
  auditLog(
    first: $limit
    after: $after
    severity: $severity
    component: $component
  ) {
    nodes {
      id
      timestamp
      severity
      component
      message
      correlationId
      apiName
      accountId
      kind
    }
  }
}
    `) as unknown as TypedDocumentString<AuditLogsQuery, AuditLogsQueryVariables>;
export const GateDocument = new TypedDocumentString(`
    query Gate($accountId: ID) {
  ready(accountId: $accountId)
  authState(accountId: $accountId) {
    accountId
    state
    primaryPresent
    blockedBy
    headline
    nextAction
    nextOperations
    cooldown {
      ...CooldownFacts
    }
  }
  readiness(accountId: $accountId) {
    ...ForecastFacts
  }
}
    fragment CooldownFacts on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment ForecastFacts on Readiness {
  verdict
  bell
  eta
  etaWorst
  latestSafeStart
  probability
  confidence
  missing
  reasons {
    code
    message
    nextAction
    minutes
  }
  computedAt
}`) as unknown as TypedDocumentString<GateQuery, GateQueryVariables>;