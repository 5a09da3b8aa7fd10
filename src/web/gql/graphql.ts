/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
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

/** What the holder of a key may do. Each field of the root types says which roles may use it. */
export type Role =
  /** Everything but being handed tokens. */
  | 'OPERATOR'
  /** A program that needs tokens: is handed them, and follows how they stand. */
  | 'SERVICE'
  /** Reads, and changes nothing. */
  | 'VIEWER';

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

export type DashboardQueryVariables = Exact<{ [key: string]: never; }>;


export type DashboardQuery = { ready: boolean, caller: { id: string, role: Role }, activeAccount: { id: string, name: string, client: string | null, broker: string, plan: string | null }, accounts: Array<{ id: string, name: string, client: string | null, isActive: boolean, authState: { state: AuthPhase } }>, authState: { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, until: string | null, reason: FailureCode | null }, run: { id: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, queuePosition: number | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, phases: Array<{ step: LoginStep, startedAt: string, endedAt: string | null, awaitsOperator: boolean, failure: FailureCode | null }>, failure: { code: FailureCode, meaning: string, message: string, nextAction: string, submitted: Array<string> } | null }> } | null }, tokens: Array<{ apiName: ApiName, isPrimary: boolean, verdict: Verdict, fingerprint: string | null, generatedAt: string | null, expiresAt: string | null, checkedAt: string | null, storage: StorageKind, version: number }>, tokenExpiry: Array<{ apiName: ApiName, expiresAt: string, remainingSeconds: number, level: ExpiryLevel }> };

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

export const DashboardDocument = new TypedDocumentString(`
    query Dashboard {
  caller {
    id
    role
  }
  activeAccount {
    id
    name
    client
    broker
    plan
  }
  accounts {
    id
    name
    client
    isActive
    authState {
      state
    }
  }
  ready
  authState {
    accountId
    state
    primaryPresent
    blockedBy
    since
    headline
    nextAction
    nextOperations
    cooldown {
      active
      until
      reason
    }
    run {
      id
      mode
      status
      startedAt
      endedAt
      waitingUntil
      queuePosition
      steps {
        apiName
        status
        step
        startedAt
        endedAt
        phases {
          step
          startedAt
          endedAt
          awaitsOperator
          failure
        }
        failure {
          code
          meaning
          message
          nextAction
          submitted
        }
      }
    }
  }
  tokens {
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
  tokenExpiry {
    apiName
    expiresAt
    remainingSeconds
    level
  }
}
    `) as unknown as TypedDocumentString<DashboardQuery, DashboardQueryVariables>;