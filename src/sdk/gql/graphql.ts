/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What an account logs in with, all of it. Sealed, and can be written only. */
export type AccountCredentialsInput = {
  /** Which account. */
  accountId: string;
  /** Of the broker login: ten digits, with or without +91. It can never be read back. */
  mobileNumber: string;
  /** The six-digit PIN. It can never be read back. */
  pin: string;
  /** As registered at the broker, http or https; for apps that are stored without one. */
  redirectUri: string;
  /** The base32 TOTP secret, or the whole otpauth://totp/… link. It can never be read back. */
  totpSecret: string;
};

/** How a run gets its tokens. Both ways end in the same checks and the same table. */
export type AcquisitionPath =
  /** It types nothing: the broker asks the account’s owner on the phone, and sends the token to the notifier webhook. The run waits, also over a restart, until the request lapses. */
  | 'APPROVAL'
  /** It logs in, in a browser, with mobile number, TOTP and PIN. */
  | 'BROWSER';

/** A broker login. Its credentials are sealed, and can be written only. */
export type AddAccountInput = {
  /** Our name for it: up to 32 of A-Z, 0-9 and _, a letter first. One such as UPSTOX_02 is made if left out. */
  id?: string | null | undefined;
  /** Of the broker login: ten digits, with or without +91. It can never be read back. */
  mobileNumber: string;
  /** For people, 60 characters at most; the id if left out. */
  name?: string | null | undefined;
  /** The six-digit PIN. It can never be read back. */
  pin: string;
  /** As registered at the broker, http or https; for apps that are stored without one. */
  redirectUri: string;
  /** The base32 TOTP secret, or the whole otpauth://totp/… link. It can never be read back. */
  totpSecret: string;
};

/** How a channel is reached. */
export type AlertChannelKind =
  /** An e-mail over SMTP with TLS. */
  | 'EMAIL'
  /** A GET at intervals while all is well, to a watch elsewhere that alerts when it stays out. */
  | 'HEARTBEAT'
  /** A message to a topic of ntfy. */
  | 'NTFY'
  /** An incoming webhook of Slack, or of what takes the same. */
  | 'SLACK'
  /** A message of a Telegram bot. */
  | 'TELEGRAM'
  /** A POST of JSON, signed as standardwebhooks.com has it. */
  | 'WEBHOOK';

/** Why an alert goes to a channel. */
export type AlertDeliveryReason =
  /** Nobody has acknowledged it in time. */
  | 'NOT_ACKNOWLEDGED'
  /** It was raised. */
  | 'RAISED'
  /** An operator has sent it again. */
  | 'SENT_AGAIN';

/** How far an alert is on its way to a channel. */
export type AlertDeliveryState =
  /** Not sent: it was acknowledged or over before, or the channel was removed. */
  | 'CANCELLED'
  /** The receiver has taken it. */
  | 'DELIVERED'
  /** Given up after a day. */
  | 'FAILED'
  /** To be sent, or to be tried again. */
  | 'PENDING';

/** What an alert tells. */
export type AlertKind =
  /** The tokens may not be there by the bell. */
  | 'AT_RISK'
  /** The broker’s login page differs from what the program knows. */
  | 'DRIFT'
  /** A credential that lasts for long is about to end. */
  | 'EXPIRING'
  /** Nothing goes on by itself: a person has to act. Sent in quiet hours, too. */
  | 'HUMAN_NEEDED'
  /** A scheduled start did not happen. */
  | 'MISSED'
  /** The broker rejected the credentials of an account; nothing is tried until an operator ends that. */
  | 'QUARANTINED'
  /** What was told before is over. */
  | 'RECOVERED'
  /** The database cannot be written, or stored data is not whole. */
  | 'STORAGE'
  /** The tokens will not be there by the bell. */
  | 'TOO_LATE';

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

/** What is to serve a role. */
export type AssignRoleInput = {
  /** An account; the active one if left out. */
  accountId?: string | null | undefined;
  /** Which role. */
  apiName: ApiName;
  /** What its token comes from. PRIMARY takes LOGIN and PASTED only. */
  credential: RoleCredential;
  /** With SHARED: the role whose token it shares, which has to have one of its own. */
  sharedWith?: ApiName | null | undefined;
};

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

/** What a run waits for before it goes on with the browser. */
export type BrowserWait =
  /** The broker accepts no login of its account. */
  | 'COOLDOWN'
  /** It can go on; another process on this machine has the browser. */
  | 'OTHER_PROCESS'
  /** Its account may request the next OTP only later. */
  | 'OTP_SPACING'
  /** It has the browser, and a person has to act in its window. */
  | 'PERSON'
  /** Its TOTP code was used; a page is open and waits for the next one. */
  | 'TOTP_STEP'
  /** It can go on; other runs come first. */
  | 'TURN';

/** Where it is known from; a later one of these stands above an earlier one. */
export type CalendarSource =
  /** The broker’s public lists. */
  | 'BROKER'
  /** An entry of the operator: it stands above everything. */
  | 'OPERATOR'
  /** The table that is part of the program. */
  | 'SHIPPED';

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

/** Why a result is not CAPABLE. */
export type CapabilityReason =
  /** An answer that says nothing of the token, such as 5xx or one of a gateway. */
  | 'BROKER_ERROR'
  /** The database cannot be written, so two processes could not be kept apart. */
  | 'DATABASE'
  /** Another process held the socket of this user for too long. */
  | 'FEED_BUSY'
  /** The feed closed the socket before it sent anything. */
  | 'FEED_CLOSED'
  /** NOT_CAPABLE: the feed was authorized, and its handshake was answered with 401 or 403, without a body or in the broker’s envelope. */
  | 'FEED_REFUSED'
  /** The feed opened and sent nothing. */
  | 'FEED_SILENT'
  /** The exchanges do not trade today, or have closed; nothing was asked. */
  | 'MARKET_CLOSED'
  /** The broker refused, on a day of which it is not certain that the exchanges trade. */
  | 'MARKET_UNCERTAIN'
  /** The broker could not be reached. */
  | 'NETWORK'
  /** The present token was not probed. */
  | 'NOT_ASKED'
  /** HTTP 200 with something else than is documented. */
  | 'NOT_UNDERSTOOD'
  /** VEGA_PROBES is off. */
  | 'PROBES_OFF'
  /** HTTP 429. */
  | 'RATE_LIMITED'
  /** NOT_CAPABLE: the broker answered 401 or 403 in its own envelope. */
  | 'REFUSED'
  /** No answer in time. */
  | 'TIMEOUT'
  /** There is no token that works. */
  | 'TOKEN_NOT_VALID';

/** Whether a token can do the work of its role. It never changes the verdict of the token. */
export type CapabilityResult =
  /** The broker has let it. */
  | 'CAPABLE'
  /** The broker itself has refused it: the call, or the handshake of the feed. */
  | 'NOT_CAPABLE'
  /** Nobody knows; `reason` says why. */
  | 'NOT_KNOWN';

/** What an operator can do after having seen the status. */
export type Choice =
  /** Make none. */
  | 'ABORT'
  /** Make every token anew. */
  | 'ALL'
  /** Make those that are expired, invalid or missing. */
  | 'INVALID_ONLY'
  /** Make the ones that are picked from `apis`. */
  | 'SELECTED';

/** How much the forecast knows of the account’s logins. */
export type Confidence =
  /** 30 logins or more were measured, or nothing has to be made. */
  | 'HIGH'
  /** Fewer than 8 logins were measured; the shipped figures stand for the rest. */
  | 'LOW'
  /** 8 to 29 logins were measured. */
  | 'MEDIUM';

/** Where something is configured; of API apps LOGIN_CONFIG_SOURCE says it. */
export type ConfigSource =
  /** In the table upstox_api_configs. */
  | 'DATABASE'
  /** In environment variables or `.env`. */
  | 'ENV';

/** A key to be made. */
export type CreateAccessKeyInput = {
  /** SERVICE only: the one account it is for; every account if left out. */
  accountId?: string | null | undefined;
  /** SERVICE only: the APIs whose tokens it is for; all of them if left out. */
  apiNames?: Array<ApiName> | null | undefined;
  /** For people, 1 to 100 characters: who will hold it. */
  name: string;
  /** What its holder may do. */
  role: Role;
};

/** An exchange, with its derivatives. */
export type Exchange =
  /** Bombay Stock Exchange; equity and its derivatives. */
  | 'BSE'
  /** Multi Commodity Exchange; open in the evening on most holidays. */
  | 'MCX'
  /** National Stock Exchange; equity and its derivatives. */
  | 'NSE';

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

/** A part of the system. */
export type HealthComponent =
  /** The broker’s API. */
  | 'API'
  /** The Chromium that logs in. */
  | 'BROWSER'
  /** What is held in memory while the database cannot be written. */
  | 'CACHE'
  /** This machine’s clock, beside the broker’s. */
  | 'CLOCK'
  /** What the owner has configured here and at the broker. */
  | 'CONFIG'
  /** The SQLite file. */
  | 'DATABASE'
  /** The room beside the database. */
  | 'DISK';

/** How a part of the system is. */
export type HealthState =
  /** Works in part; `findings` says what is wrong. */
  | 'DEGRADED'
  /** Does not work. */
  | 'DOWN'
  /** Works. */
  | 'OK'
  /** Was not tried. */
  | 'UNKNOWN';

/** A token that was made by hand at the broker. It can never be read back, except by a lease. */
export type ImportTokenInput = {
  /** The token itself. */
  accessToken: string;
  /** An account; the active one if left out. */
  accountId?: string | null | undefined;
  /** The roles that it serves from now on: exactly one of a PASTED token; of the others any but PRIMARY, and none leaves the roles as they are. */
  apiNames?: Array<ApiName> | null | undefined;
  /** Which kind of token it is. */
  credential: ImportedCredential;
  /** Of ANALYTICS and EXTENDED: true writes it into `upstox_tokens` for the roles that it serves, where other programs might place orders with it. False if left out. A PASTED token is always written there. */
  writeToTokenTable?: boolean | null | undefined;
};

/** Which tokens can be imported. */
export type ImportedCredential =
  /** The account’s analytics token; a new one ends the old one at the broker. */
  | 'ANALYTICS'
  /** The account’s extended token. */
  | 'EXTENDED'
  /** One for trading that was made by hand at the broker; it dies at 03:30 IST. */
  | 'PASTED';

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

/** What became of a schedule on a day. */
export type OccurrenceOutcome =
  /** A run was under way already. */
  | 'JOINED'
  /** Its time was over before it could start: `reason` says why. */
  | 'MISSED'
  /** Every token was valid; no run was started. */
  | 'NOTHING_TO_DO'
  /** It was left to a person: `reason` says why. */
  | 'REFUSED'
  /** It started a run. */
  | 'STARTED';

/** What the broker is asked for; each only reads. */
export type Probe =
  /** WEBSOCKET1-3: the market feed is authorized, and one socket is opened for at most 5 s. */
  | 'FEED'
  /** PRIMARY: one call for the funds. */
  | 'FUNDS'
  /** OPTIONCHAIN1-2: one call for an option chain. */
  | 'OPTION_CHAIN';

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

/** Whether the gate was open at the bell as the verdict said. */
export type ReportForecastOutcome =
  /** It was as the verdict said. */
  | 'CAME_TRUE'
  /** It was otherwise. */
  | 'FAILED'
  /** The audit ends before the bell, or the verdict (AT_RISK) said neither. */
  | 'NOT_KNOWN';

/** How a login ended, as far as the audit says. */
export type ReportLoginOutcome =
  /** It brought no token. */
  | 'FAILED'
  /** The audit has its beginning and no end: it is under way, or the program ended in it. */
  | 'NOT_KNOWN'
  /** Its token was stored; `confirmedAt` says whether the broker accepted it. */
  | 'STORED';

/** What was waited for. */
export type ReportWaitKind =
  /** The approval on the phone. */
  | 'APPROVAL'
  /** The end of a cooldown of the account. */
  | 'COOLDOWN'
  /** A person: a CAPTCHA in the window, or a login by hand. */
  | 'PERSON'
  /** The time between two OTP requests. */
  | 'SPACING'
  /** The next time step of the TOTP codes. */
  | 'TOTP_STEP'
  /** The turn with the browser, which other runs had. */
  | 'TURN';

/** What the holder of a key may do. Each field of the root types says which roles may use it. */
export type Role =
  /** Everything but being handed tokens. */
  | 'OPERATOR'
  /** A program that needs tokens: is handed them, and follows how they stand. */
  | 'SERVICE'
  /** Reads, and changes nothing. */
  | 'VIEWER';

/** What a role’s token comes from. */
export type RoleCredential =
  /** The account’s analytics token: read-only, for a year, imported. */
  | 'ANALYTICS'
  /** The account’s extended token: read-only, for a year; a login yields it, or it is imported. */
  | 'EXTENDED'
  /** A login of its own API app, every day. */
  | 'LOGIN'
  /** A token that was made by hand at the broker; it dies at 03:30 IST. */
  | 'PASTED'
  /** The token of another role. */
  | 'SHARED';

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

/** A channel as it is to be. Of a channel that is stored, `url`, `recipient` and `sender` stay as they are where they are left out, and `secret` and `user` as long as `url` stays; everything else is replaced. */
export type SaveAlertChannelInput = {
  /** The one account whose alerts go to it; every account if left out. */
  accountId?: string | null | undefined;
  /** Send only what nobody has acknowledged for so long; 0, at once, if left out. Of a HEARTBEAT the minutes between two pings, 5 if left out. At most 1440. */
  afterMinutes?: number | null | undefined;
  /** Which channel is changed; a new one if left out. */
  id?: string | null | undefined;
  /** How it is reached. */
  kind: AlertChannelKind;
  /** The kinds of alerts that go to it; every kind if left out. */
  kinds?: Array<AlertKind> | null | undefined;
  /** For people, 1 to 100 characters; no two channels have the same. */
  name: string;
  /** From when on in India it keeps still, as `HH:mm`; together with `quietUntil`. */
  quietFrom?: string | null | undefined;
  /** Until when it keeps still. */
  quietUntil?: string | null | undefined;
  /** EMAIL: the addresses that it goes to, separated by commas. TELEGRAM: the chat’s id. */
  recipient?: string | null | undefined;
  /** WEBHOOK: the signing secret (`whsec_…`), made if left out. TELEGRAM: the bot’s token. NTFY: an access token. EMAIL: the password of `user`. */
  secret?: string | null | undefined;
  /** EMAIL: the address that it comes from. */
  sender?: string | null | undefined;
  /** Its address, https: of NTFY with the topic, of EMAIL the SMTP server as `smtps://host` or `smtp://host:587`, of TELEGRAM left out. A host of this machine’s own network has to be named in VEGA_ALERT_HOSTS. */
  url?: string | null | undefined;
  /** EMAIL: the user at the SMTP server. */
  user?: string | null | undefined;
};

/** An API app as it is registered at the broker. What is left out stays as it is stored. */
export type SaveApiConfigInput = {
  /** An account; the active one if left out. */
  accountId?: string | null | undefined;
  /** From 0 to 5. If left out, an app that is stored keeps its own; a new one gets the usual index of its name, or the lowest that is free. */
  apiIndex?: number | null | undefined;
  /** Which of the six apps; one that is stored is changed. */
  apiName: ApiName;
  /** The app's API key: 1 to 255 characters without blanks and without quotes around them. */
  clientId: string;
  /** Its secret: 1 to 255 characters without blanks and without quotes around them; needed for a new app. It can never be read back. */
  clientSecret?: string | null | undefined;
  /** Whether tokens are made and checked for it. If left out, an app that is stored stays as it is; a new one is enabled. */
  enabled?: boolean | null | undefined;
  /** As registered at the broker, http or https. The one of the account if it was never given: UPSTOX_REDIRECT_URI, or what addAccount was told. */
  redirectUri?: string | null | undefined;
};

/** A schedule. What is left out stays as it is stored; of a new one it takes the default: 06:00 on trading days, on. */
export type SaveScheduleInput = {
  /** An account; the active one if left out. */
  accountId?: string | null | undefined;
  /** How many minutes before the earliest opening the bell is, up to 120. */
  bellLeadMinutes?: number | null | undefined;
  /** Until when a start that was slept through is made up for, as `HH:mm` in India. */
  catchUpUntil?: string | null | undefined;
  /** On which days. */
  days?: ScheduleDays | null | undefined;
  /** Whether it is on. */
  enabled?: boolean | null | undefined;
  /** The exchanges whose days and hours count. */
  exchanges?: Array<Exchange> | null | undefined;
  /** It starts later by up to so much, at most 1800. */
  jitterSeconds?: number | null | undefined;
  /** In place of `startAt`: the start, in minutes before the bell, up to 600; never before 03:35. */
  minutesBeforeBell?: number | null | undefined;
  /** The start, as `HH:mm` in India, from 03:30 to 23:00; never before 03:35, so that a broker whose clock is behind makes tokens that last. */
  startAt?: string | null | undefined;
};

/** On which days a schedule starts. */
export type ScheduleDays =
  /** Every day. */
  | 'EVERY_DAY'
  /** When one of its exchanges trades, UNCERTAIN days included. */
  | 'TRADING_DAYS';

/** What kind of day it is at an exchange. */
export type SessionKind =
  /** No trading: a holiday, or a weekend without a session. */
  | 'HOLIDAY'
  /** The session on Diwali. */
  | 'MUHURAT'
  /** A trading day with the usual hours. */
  | 'NORMAL'
  /** A trading day with hours of its own, or on a weekend. */
  | 'SPECIAL'
  /** The sources disagree, are older than 7 days, or do not know the year. It counts as a trading day. */
  | 'UNCERTAIN';

/** What the operator knows of a day. */
export type SetTradingDayInput = {
  /** When it closes, as `HH:mm` in India; given with `opensAt`. */
  closesAt?: string | null | undefined;
  /** The day in India, as `yyyy-MM-dd`. */
  date: string;
  /** For people, up to 100 characters. */
  description?: string | null | undefined;
  /** Where. */
  exchange: Exchange;
  /** What kind of day it is. */
  kind: TradingDayKind;
  /** When it opens, as `HH:mm` in India; needed for SPECIAL and MUHURAT, none for a HOLIDAY. */
  opensAt?: string | null | undefined;
};

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

/** What kind of day the operator says it is. */
export type TradingDayKind =
  /** No trading. */
  | 'HOLIDAY'
  /** The session on Diwali, with its hours. */
  | 'MUHURAT'
  /** A trading day; with the usual hours unless others are given. */
  | 'NORMAL'
  /** A trading day with hours of its own. */
  | 'SPECIAL';

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

export type AccessKeyFactsFragment = { id: string, name: string, role: Role, accountId: string | null, apiNames: Array<ApiName> | null, createdAt: string, revokedAt: string | null };

export type AccessKeysQueryVariables = Exact<{ [key: string]: never; }>;


export type AccessKeysQuery = { accessKeys: Array<{ id: string, name: string, role: Role, accountId: string | null, apiNames: Array<ApiName> | null, createdAt: string, revokedAt: string | null }> };

export type TokenLeasesQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type TokenLeasesQuery = { tokenLeases: Array<{ keyId: string, keyName: string, accountId: string, apiName: ApiName, version: number, leasedAt: string, isPresent: boolean }> };

export type CreateAccessKeyMutationVariables = Exact<{
  input: CreateAccessKeyInput;
}>;


export type CreateAccessKeyMutation = { createAccessKey: { secret: string, key: { id: string, name: string, role: Role, accountId: string | null, apiNames: Array<ApiName> | null, createdAt: string, revokedAt: string | null } } };

export type RevokeAccessKeyMutationVariables = Exact<{
  id: string;
}>;


export type RevokeAccessKeyMutation = { revokeAccessKey: boolean };

export type CreateLoginLinkMutationVariables = Exact<{ [key: string]: never; }>;


export type CreateLoginLinkMutation = { createLoginLink: { path: string, expiresAt: string } };

export type EndSessionsMutationVariables = Exact<{ [key: string]: never; }>;


export type EndSessionsMutation = { endSessions: number };

export type LeaseTokenMutationVariables = Exact<{
  accountId?: string | null | undefined;
  apiName: ApiName;
}>;


export type LeaseTokenMutation = { leaseToken: { apiName: ApiName, accessToken: string, version: number, expiresAt: string, readOnly: boolean } };

export type CallerQueryVariables = Exact<{ [key: string]: never; }>;


export type CallerQuery = { caller: { id: string, role: Role } };

export type AccountFactsFragment = { id: string, name: string, client: string | null, broker: string, plan: string | null, isActive: boolean, source: ConfigSource | null };

export type AccountStandingFragment = { id: string, name: string, client: string | null, broker: string, plan: string | null, isActive: boolean, source: ConfigSource | null, authState: { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } } };

export type AccountsQueryVariables = Exact<{ [key: string]: never; }>;


export type AccountsQuery = { accounts: Array<{ id: string, name: string, client: string | null, broker: string, plan: string | null, isActive: boolean, source: ConfigSource | null, authState: { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } } }> };

export type ActiveAccountQueryVariables = Exact<{ [key: string]: never; }>;


export type ActiveAccountQuery = { activeAccount: { id: string, name: string, client: string | null, broker: string, plan: string | null, isActive: boolean, source: ConfigSource | null, authState: { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } } } };

export type AddAccountMutationVariables = Exact<{
  input: AddAccountInput;
}>;


export type AddAccountMutation = { addAccount: { id: string, name: string, client: string | null, broker: string, plan: string | null, isActive: boolean, source: ConfigSource | null, authState: { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } } } };

export type RenameAccountMutationVariables = Exact<{
  accountId: string;
  name: string;
}>;


export type RenameAccountMutation = { renameAccount: { id: string, name: string, client: string | null, broker: string, plan: string | null, isActive: boolean, source: ConfigSource | null, authState: { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } } } };

export type UpdateAccountCredentialsMutationVariables = Exact<{
  input: AccountCredentialsInput;
}>;


export type UpdateAccountCredentialsMutation = { updateAccountCredentials: { id: string, name: string, client: string | null, broker: string, plan: string | null, isActive: boolean, source: ConfigSource | null, authState: { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } } } };

export type SwitchAccountMutationVariables = Exact<{
  accountId: string;
}>;


export type SwitchAccountMutation = { switchAccount: { id: string, name: string, client: string | null, broker: string, plan: string | null, isActive: boolean, source: ConfigSource | null, authState: { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } } } };

export type RemoveAccountMutationVariables = Exact<{
  accountId: string;
}>;


export type RemoveAccountMutation = { removeAccount: boolean };

export type AlertFactsFragment = { id: string, kind: AlertKind, accountId: string | null, title: string, text: string, raisedAt: string, acknowledgedAt: string | null, acknowledgedBy: string | null, resolvedAt: string | null, deliveries: Array<{ id: string, channelId: string, channelName: string, reason: AlertDeliveryReason, state: AlertDeliveryState, dueAt: string, attempts: number, attemptedAt: string | null, answer: string | null }> };

export type AlertChannelFactsFragment = { id: string, name: string, kind: AlertChannelKind, destination: string, kinds: Array<AlertKind> | null, accountId: string | null, afterMinutes: number, quietFrom: string | null, quietUntil: string | null, createdAt: string, pingedAt: string | null, pingAnswer: string | null };

export type AlertsQueryVariables = Exact<{
  first?: number | null | undefined;
  accountId?: string | null | undefined;
}>;


export type AlertsQuery = { alerts: Array<{ id: string, kind: AlertKind, accountId: string | null, title: string, text: string, raisedAt: string, acknowledgedAt: string | null, acknowledgedBy: string | null, resolvedAt: string | null, deliveries: Array<{ id: string, channelId: string, channelName: string, reason: AlertDeliveryReason, state: AlertDeliveryState, dueAt: string, attempts: number, attemptedAt: string | null, answer: string | null }> }> };

export type AlertChannelsQueryVariables = Exact<{ [key: string]: never; }>;


export type AlertChannelsQuery = { alertChannels: Array<{ id: string, name: string, kind: AlertChannelKind, destination: string, kinds: Array<AlertKind> | null, accountId: string | null, afterMinutes: number, quietFrom: string | null, quietUntil: string | null, createdAt: string, pingedAt: string | null, pingAnswer: string | null }> };

export type AcknowledgeAlertMutationVariables = Exact<{
  id: string;
}>;


export type AcknowledgeAlertMutation = { acknowledgeAlert: { id: string, kind: AlertKind, accountId: string | null, title: string, text: string, raisedAt: string, acknowledgedAt: string | null, acknowledgedBy: string | null, resolvedAt: string | null, deliveries: Array<{ id: string, channelId: string, channelName: string, reason: AlertDeliveryReason, state: AlertDeliveryState, dueAt: string, attempts: number, attemptedAt: string | null, answer: string | null }> } };

export type ResendAlertMutationVariables = Exact<{
  id: string;
  channelId?: string | null | undefined;
}>;


export type ResendAlertMutation = { resendAlert: { id: string, kind: AlertKind, accountId: string | null, title: string, text: string, raisedAt: string, acknowledgedAt: string | null, acknowledgedBy: string | null, resolvedAt: string | null, deliveries: Array<{ id: string, channelId: string, channelName: string, reason: AlertDeliveryReason, state: AlertDeliveryState, dueAt: string, attempts: number, attemptedAt: string | null, answer: string | null }> } };

export type SaveAlertChannelMutationVariables = Exact<{
  input: SaveAlertChannelInput;
}>;


export type SaveAlertChannelMutation = { saveAlertChannel: { signingSecret: string | null, channel: { id: string, name: string, kind: AlertChannelKind, destination: string, kinds: Array<AlertKind> | null, accountId: string | null, afterMinutes: number, quietFrom: string | null, quietUntil: string | null, createdAt: string, pingedAt: string | null, pingAnswer: string | null } } };

export type RemoveAlertChannelMutationVariables = Exact<{
  id: string;
}>;


export type RemoveAlertChannelMutation = { removeAlertChannel: boolean };

export type TestAlertChannelMutationVariables = Exact<{
  id: string;
}>;


export type TestAlertChannelMutation = { testAlertChannel: { isDelivered: boolean, answer: string } };

export type ApiConfigFactsFragment = { apiIndex: number, apiName: ApiName, clientId: string, redirectUri: string, isPrimary: boolean, enabled: boolean, source: ConfigSource };

export type ApiConfigsQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type ApiConfigsQuery = { apiConfigs: Array<{ apiIndex: number, apiName: ApiName, clientId: string, redirectUri: string, isPrimary: boolean, enabled: boolean, source: ConfigSource }> };

export type SaveApiConfigMutationVariables = Exact<{
  input: SaveApiConfigInput;
}>;


export type SaveApiConfigMutation = { saveApiConfig: { apiIndex: number, apiName: ApiName, clientId: string, redirectUri: string, isPrimary: boolean, enabled: boolean, source: ConfigSource } };

export type SetApiConfigEnabledMutationVariables = Exact<{
  apiName: ApiName;
  enabled: boolean;
  accountId?: string | null | undefined;
}>;


export type SetApiConfigEnabledMutation = { setApiConfigEnabled: { apiIndex: number, apiName: ApiName, clientId: string, redirectUri: string, isPrimary: boolean, enabled: boolean, source: ConfigSource } };

export type RemoveApiConfigMutationVariables = Exact<{
  apiName: ApiName;
  accountId?: string | null | undefined;
}>;


export type RemoveApiConfigMutation = { removeApiConfig: boolean };

export type AuditFactsFragment = { id: string, timestamp: string, severity: Severity, component: AuditComponent, kind: string, message: string, correlationId: string | null, accountId: string | null, apiName: ApiName | null };

export type AuditLogQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  severity?: Severity | null | undefined;
  component?: AuditComponent | null | undefined;
  correlationId?: string | null | undefined;
}>;


export type AuditLogQuery = { auditLog: { nodes: Array<{ id: string, timestamp: string, severity: Severity, component: AuditComponent, kind: string, message: string, correlationId: string | null, accountId: string | null, apiName: ApiName | null }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type FollowAuditLogSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type FollowAuditLogSubscription = { auditLog: { id: string, timestamp: string, severity: Severity, component: AuditComponent, kind: string, message: string, correlationId: string | null, accountId: string | null, apiName: ApiName | null } };

export type VerifyAuditMutationVariables = Exact<{ [key: string]: never; }>;


export type VerifyAuditMutation = { verifyAudit: { valid: boolean, entries: number, firstBadEntry: string | null, reason: string | null } };

export type CooldownStateFragment = { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null };

export type StateOfAccountFragment = { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } };

export type StateWithRunFragment = { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, run: { id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, queuePosition: number | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, phases: Array<{ step: LoginStep, startedAt: string, endedAt: string | null, awaitsOperator: boolean, failure: FailureCode | null }>, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }>, endedTokens: Array<{ apiName: ApiName, endedBy: Array<ApiName>, message: string, nextAction: string }> } | null, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } };

export type AuthStateQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type AuthStateQuery = { authState: { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, run: { id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, queuePosition: number | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, phases: Array<{ step: LoginStep, startedAt: string, endedAt: string | null, awaitsOperator: boolean, failure: FailureCode | null }>, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }>, endedTokens: Array<{ apiName: ApiName, endedBy: Array<ApiName>, message: string, nextAction: string }> } | null, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } } };

export type ReadyQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type ReadyQuery = { ready: boolean };

export type AcceptPartialMutationVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type AcceptPartialMutation = { acceptPartial: { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } } };

export type EnterDashboardMutationVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type EnterDashboardMutation = { enterDashboard: { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } } };

export type ClearQuarantineMutationVariables = Exact<{
  reason: string;
  accountId?: string | null | undefined;
}>;


export type ClearQuarantineMutation = { clearQuarantine: { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } } };

export type LogoutMutationVariables = Exact<{
  accountId?: string | null | undefined;
  revoke?: boolean | null | undefined;
}>;


export type LogoutMutation = { logout: { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } } };

export type AuthStateChangesSubscriptionVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type AuthStateChangesSubscription = { authState: { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, run: { id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, queuePosition: number | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, phases: Array<{ step: LoginStep, startedAt: string, endedAt: string | null, awaitsOperator: boolean, failure: FailureCode | null }>, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }>, endedTokens: Array<{ apiName: ApiName, endedBy: Array<ApiName>, message: string, nextAction: string }> } | null, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } } };

export type CooldownSubscriptionVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type CooldownSubscription = { cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } };

export type AuthConfirmedSubscriptionVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type AuthConfirmedSubscription = { authConfirmed: { authenticated: boolean, redirect: string } };

export type CanaryFactsFragment = { id: string, accountId: string, apiName: ApiName, at: string, origin: CanaryOrigin, verdict: CanaryVerdict, message: string, nextAction: string, changes: Array<string>, failure: FailureCode | null, comparedWith: string | null };

export type CanaryReportsQueryVariables = Exact<{
  accountId?: string | null | undefined;
  first?: number | null | undefined;
}>;


export type CanaryReportsQuery = { canaryReports: Array<{ id: string, accountId: string, apiName: ApiName, at: string, origin: CanaryOrigin, verdict: CanaryVerdict, message: string, nextAction: string, changes: Array<string>, failure: FailureCode | null, comparedWith: string | null }> };

export type RunCanaryMutationVariables = Exact<{
  accountId?: string | null | undefined;
  apiNames?: Array<ApiName> | ApiName | null | undefined;
}>;


export type RunCanaryMutation = { runCanary: Array<{ id: string, accountId: string, apiName: ApiName, at: string, origin: CanaryOrigin, verdict: CanaryVerdict, message: string, nextAction: string, changes: Array<string>, failure: FailureCode | null, comparedWith: string | null }> };

export type CapabilityFactsFragment = { apiName: ApiName, probe: Probe, result: CapabilityResult, reason: CapabilityReason | null, message: string, nextAction: string | null, httpStatus: number | null, brokerCode: string | null, checkedAt: string | null };

export type CapabilitiesQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type CapabilitiesQuery = { capabilities: Array<{ apiName: ApiName, probe: Probe, result: CapabilityResult, reason: CapabilityReason | null, message: string, nextAction: string | null, httpStatus: number | null, brokerCode: string | null, checkedAt: string | null }> };

export type ProbeCapabilitiesMutationVariables = Exact<{
  accountId?: string | null | undefined;
  apiNames?: Array<ApiName> | ApiName | null | undefined;
}>;


export type ProbeCapabilitiesMutation = { probeCapabilities: Array<{ apiName: ApiName, probe: Probe, result: CapabilityResult, reason: CapabilityReason | null, message: string, nextAction: string | null, httpStatus: number | null, brokerCode: string | null, checkedAt: string | null }> };

export type TradingSessionFactsFragment = { date: string, kind: SessionKind, exchange: Exchange, opensAt: string | null, closesAt: string | null, source: CalendarSource, fetchedAt: string | null, description: string | null };

export type TradingCalendarQueryVariables = Exact<{
  from: string;
  to: string;
}>;


export type TradingCalendarQuery = { tradingCalendar: Array<{ date: string, kind: SessionKind, exchange: Exchange, opensAt: string | null, closesAt: string | null, source: CalendarSource, fetchedAt: string | null, description: string | null }> };

export type SetTradingDayMutationVariables = Exact<{
  input: SetTradingDayInput;
}>;


export type SetTradingDayMutation = { setTradingDay: { date: string, kind: SessionKind, exchange: Exchange, opensAt: string | null, closesAt: string | null, source: CalendarSource, fetchedAt: string | null, description: string | null } };

export type ClearTradingDayMutationVariables = Exact<{
  date: string;
  exchange: Exchange;
}>;


export type ClearTradingDayMutation = { clearTradingDay: boolean };

export type RefreshTradingCalendarMutationVariables = Exact<{ [key: string]: never; }>;


export type RefreshTradingCalendarMutation = { refreshTradingCalendar: Array<{ date: string, kind: SessionKind, exchange: Exchange, opensAt: string | null, closesAt: string | null, source: CalendarSource, fetchedAt: string | null, description: string | null }> };

export type ScheduleFactsFragment = { accountId: string, enabled: boolean, startAt: string | null, minutesBeforeBell: number | null, jitterSeconds: number, days: ScheduleDays, catchUpUntil: string, exchanges: Array<Exchange>, bellLeadMinutes: number, nextOccurrence: string | null, lastOccurrence: { date: string, plannedAt: string, at: string, outcome: OccurrenceOutcome, runId: string | null, reason: string | null } | null };

export type ScheduleQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type ScheduleQuery = { schedule: { accountId: string, enabled: boolean, startAt: string | null, minutesBeforeBell: number | null, jitterSeconds: number, days: ScheduleDays, catchUpUntil: string, exchanges: Array<Exchange>, bellLeadMinutes: number, nextOccurrence: string | null, lastOccurrence: { date: string, plannedAt: string, at: string, outcome: OccurrenceOutcome, runId: string | null, reason: string | null } | null } | null };

export type SaveScheduleMutationVariables = Exact<{
  input: SaveScheduleInput;
}>;


export type SaveScheduleMutation = { saveSchedule: { accountId: string, enabled: boolean, startAt: string | null, minutesBeforeBell: number | null, jitterSeconds: number, days: ScheduleDays, catchUpUntil: string, exchanges: Array<Exchange>, bellLeadMinutes: number, nextOccurrence: string | null, lastOccurrence: { date: string, plannedAt: string, at: string, outcome: OccurrenceOutcome, runId: string | null, reason: string | null } | null } };

export type RemoveScheduleMutationVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type RemoveScheduleMutation = { removeSchedule: boolean };

export type EventsSubscriptionVariables = Exact<{
  accountId?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type EventsSubscription = { events:
    | { __typename: 'AccountSwitchedEvent', id: string, at: string, accountId: string, account: { id: string, name: string, client: string | null, broker: string, plan: string | null, isActive: boolean, source: ConfigSource | null } }
    | { __typename: 'AuditEvent', id: string, at: string, accountId: string, entry: { id: string, timestamp: string, severity: Severity, component: AuditComponent, kind: string, message: string, correlationId: string | null, accountId: string | null, apiName: ApiName | null } }
    | { __typename: 'AuthConfirmedEvent', id: string, at: string, accountId: string, confirmation: { authenticated: boolean, redirect: string } }
    | { __typename: 'AuthStateEvent', id: string, at: string, accountId: string, authState: { accountId: string, state: AuthPhase, primaryPresent: boolean, blockedBy: BlockReason | null, since: string, headline: string, nextAction: string, nextOperations: Array<NextOperation>, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } } }
    | { __typename: 'CanaryEvent', id: string, at: string, accountId: string, report: { id: string, accountId: string, apiName: ApiName, at: string, origin: CanaryOrigin, verdict: CanaryVerdict, message: string, nextAction: string, changes: Array<string>, failure: FailureCode | null, comparedWith: string | null } }
    | { __typename: 'CooldownEvent', id: string, at: string, accountId: string, cooldown: { active: boolean, remainingSeconds: number, until: string | null, reason: FailureCode | null } }
    | { __typename: 'DbRecoveryEvent', id: string, at: string, accountId: string, recovery: { dbLocked: boolean, fallback: StorageKind, autoRestart: boolean, pendingWrites: number } }
    | { __typename: 'GapEvent', id: string, at: string, accountId: string }
    | { __typename: 'HeartbeatEvent', id: string, at: string, accountId: string }
    | { __typename: 'ReadinessEvent', id: string, at: string, accountId: string, readiness: { accountId: string, verdict: ReadinessVerdict, bell: string | null, eta: string | null, etaWorst: string | null, latestSafeStart: string | null, probability: number | null, confidence: Confidence, missing: Array<ApiName>, computedAt: string, reasons: Array<{ code: ReadinessReasonCode, message: string, nextAction: string, minutes: number | null }>, session: { date: string, kind: SessionKind, exchange: Exchange, opensAt: string | null, closesAt: string | null, source: CalendarSource, fetchedAt: string | null, description: string | null } | null } }
    | { __typename: 'TokenProgressEvent', id: string, at: string, accountId: string, progress: { total: number, generated: number, missing: Array<ApiName>, runTotal: number, runGenerated: number, current: ApiName | null, step: LoginStep | null, runId: string } }
    | { __typename: 'TokenStoredEvent', id: string, at: string, accountId: string, stored: { apiName: ApiName, version: number } }
   };

export type RunStateFragment = { id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, queuePosition: number | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, phases: Array<{ step: LoginStep, startedAt: string, endedAt: string | null, awaitsOperator: boolean, failure: FailureCode | null }>, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }>, endedTokens: Array<{ apiName: ApiName, endedBy: Array<ApiName>, message: string, nextAction: string }> };

export type ProgressFragment = { total: number, generated: number, missing: Array<ApiName>, runTotal: number, runGenerated: number, current: ApiName | null, step: LoginStep | null, runId: string };

export type TurnFragment = { accountId: string, apiName: ApiName | null, waitsFor: BrowserWait | null, since: string, canGoOnAt: string | null, run: { id: string, status: RunStatus, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null }> } };

export type GenerationRunQueryVariables = Exact<{
  id: string;
}>;


export type GenerationRunQuery = { generationRun: { id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, queuePosition: number | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, phases: Array<{ step: LoginStep, startedAt: string, endedAt: string | null, awaitsOperator: boolean, failure: FailureCode | null }>, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }>, endedTokens: Array<{ apiName: ApiName, endedBy: Array<ApiName>, message: string, nextAction: string }> } | null };

export type GenerationRunsQueryVariables = Exact<{
  accountId?: string | null | undefined;
  first?: number | null | undefined;
}>;


export type GenerationRunsQuery = { generationRuns: Array<{ id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, queuePosition: number | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, phases: Array<{ step: LoginStep, startedAt: string, endedAt: string | null, awaitsOperator: boolean, failure: FailureCode | null }>, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }>, endedTokens: Array<{ apiName: ApiName, endedBy: Array<ApiName>, message: string, nextAction: string }> }> };

export type RunQueueQueryVariables = Exact<{ [key: string]: never; }>;


export type RunQueueQuery = { runQueue: Array<{ id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, queuePosition: number | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, phases: Array<{ step: LoginStep, startedAt: string, endedAt: string | null, awaitsOperator: boolean, failure: FailureCode | null }>, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }>, endedTokens: Array<{ apiName: ApiName, endedBy: Array<ApiName>, message: string, nextAction: string }> }> };

export type BrowserQueueQueryVariables = Exact<{ [key: string]: never; }>;


export type BrowserQueueQuery = { browserQueue: { isTakenElsewhere: boolean, holder: { accountId: string, apiName: ApiName | null, waitsFor: BrowserWait | null, since: string, canGoOnAt: string | null, run: { id: string, status: RunStatus, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null }> } } | null, waiting: Array<{ accountId: string, apiName: ApiName | null, waitsFor: BrowserWait | null, since: string, canGoOnAt: string | null, run: { id: string, status: RunStatus, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null }> } }> } };

export type StartLoginMutationVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type StartLoginMutation = { startLogin: { id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, queuePosition: number | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, phases: Array<{ step: LoginStep, startedAt: string, endedAt: string | null, awaitsOperator: boolean, failure: FailureCode | null }>, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }>, endedTokens: Array<{ apiName: ApiName, endedBy: Array<ApiName>, message: string, nextAction: string }> } };

export type GenerateTokensMutationVariables = Exact<{
  mode: GenerationMode;
  apiNames?: Array<ApiName> | ApiName | null | undefined;
  accountId?: string | null | undefined;
  via?: AcquisitionPath | null | undefined;
  replaceValid?: boolean | null | undefined;
  includeUnknown?: boolean | null | undefined;
}>;


export type GenerateTokensMutation = { generateTokens: { id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, queuePosition: number | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, phases: Array<{ step: LoginStep, startedAt: string, endedAt: string | null, awaitsOperator: boolean, failure: FailureCode | null }>, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }>, endedTokens: Array<{ apiName: ApiName, endedBy: Array<ApiName>, message: string, nextAction: string }> } };

export type AbortGenerationMutationVariables = Exact<{
  runId: string;
}>;


export type AbortGenerationMutation = { abortGeneration: { id: string, accountId: string, mode: GenerationMode, status: RunStatus, startedAt: string, endedAt: string | null, waitingUntil: string | null, queuePosition: number | null, steps: Array<{ apiName: ApiName, status: StepStatus, step: LoginStep | null, startedAt: string | null, endedAt: string | null, phases: Array<{ step: LoginStep, startedAt: string, endedAt: string | null, awaitsOperator: boolean, failure: FailureCode | null }>, failure: { code: FailureCode, message: string, nextAction: string, submitted: Array<string> } | null }>, endedTokens: Array<{ apiName: ApiName, endedBy: Array<ApiName>, message: string, nextAction: string }> } };

export type BeginHumanLoginMutationVariables = Exact<{
  apiName: ApiName;
  accountId?: string | null | undefined;
  replaceValid?: boolean | null | undefined;
}>;


export type BeginHumanLoginMutation = { beginHumanLogin: { runId: string, apiName: ApiName, url: string, expiresAt: string } };

export type TokenProgressSubscriptionVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type TokenProgressSubscription = { tokenProgress: { total: number, generated: number, missing: Array<ApiName>, runTotal: number, runGenerated: number, current: ApiName | null, step: LoginStep | null, runId: string } };

export type ReadinessFactsFragment = { accountId: string, verdict: ReadinessVerdict, bell: string | null, eta: string | null, etaWorst: string | null, latestSafeStart: string | null, probability: number | null, confidence: Confidence, missing: Array<ApiName>, computedAt: string, reasons: Array<{ code: ReadinessReasonCode, message: string, nextAction: string, minutes: number | null }>, session: { date: string, kind: SessionKind, exchange: Exchange, opensAt: string | null, closesAt: string | null, source: CalendarSource, fetchedAt: string | null, description: string | null } | null };

export type ReadinessQueryVariables = Exact<{
  accountId?: string | null | undefined;
  by?: string | null | undefined;
}>;


export type ReadinessQuery = { readiness: { accountId: string, verdict: ReadinessVerdict, bell: string | null, eta: string | null, etaWorst: string | null, latestSafeStart: string | null, probability: number | null, confidence: Confidence, missing: Array<ApiName>, computedAt: string, reasons: Array<{ code: ReadinessReasonCode, message: string, nextAction: string, minutes: number | null }>, session: { date: string, kind: SessionKind, exchange: Exchange, opensAt: string | null, closesAt: string | null, source: CalendarSource, fetchedAt: string | null, description: string | null } | null } };

export type DeskReadinessQueryVariables = Exact<{ [key: string]: never; }>;


export type DeskReadinessQuery = { deskReadiness: Array<{ accountId: string, verdict: ReadinessVerdict, bell: string | null, eta: string | null, etaWorst: string | null, latestSafeStart: string | null, probability: number | null, confidence: Confidence, missing: Array<ApiName>, computedAt: string, reasons: Array<{ code: ReadinessReasonCode, message: string, nextAction: string, minutes: number | null }>, session: { date: string, kind: SessionKind, exchange: Exchange, opensAt: string | null, closesAt: string | null, source: CalendarSource, fetchedAt: string | null, description: string | null } | null }> };

export type ReadinessChangesSubscriptionVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type ReadinessChangesSubscription = { readiness: { accountId: string, verdict: ReadinessVerdict, bell: string | null, eta: string | null, etaWorst: string | null, latestSafeStart: string | null, probability: number | null, confidence: Confidence, missing: Array<ApiName>, computedAt: string, reasons: Array<{ code: ReadinessReasonCode, message: string, nextAction: string, minutes: number | null }>, session: { date: string, kind: SessionKind, exchange: Exchange, opensAt: string | null, closesAt: string | null, source: CalendarSource, fetchedAt: string | null, description: string | null } | null } };

export type MorningReportQueryVariables = Exact<{
  accountId?: string | null | undefined;
  date?: string | null | undefined;
}>;


export type MorningReportQuery = { morningReport: { accountId: string, date: string, bell: string | null, gateOpenedAt: string | null, unknowns: Array<string>, lines: Array<string>, logins: Array<{ apiName: ApiName, begunAt: string | null, endedAt: string | null, outcome: ReportLoginOutcome, confirmedAt: string | null, failure: { code: string, message: string | null, submitted: Array<string> } | null }>, waits: Array<{ kind: ReportWaitKind, apiName: ApiName | null, from: string, to: string | null, reason: string | null }>, decisions: Array<{ at: string, apiName: ApiName | null, message: string }>, forecasts: Array<{ at: string, verdict: ReadinessVerdict, bell: string, eta: string | null, etaWorst: string | null, probability: number | null, outcome: ReportForecastOutcome, lateMinutes: number | null }>, happenings: Array<{ at: string, apiName: ApiName | null, message: string }> } };

export type RoleFactsFragment = { apiName: ApiName, credential: RoleCredential, sharedWith: ApiName | null, readOnly: boolean, verdict: Verdict, expiresAt: string | null, degraded: boolean, reason: string | null, capabilities: Array<{ apiName: ApiName, probe: Probe, result: CapabilityResult, reason: CapabilityReason | null, message: string, nextAction: string | null, httpStatus: number | null, brokerCode: string | null, checkedAt: string | null }>, plans: Array<{ apiName: ApiName, credential: RoleCredential, sharedWith: ApiName | null, why: string, needs: string | null }> };

export type RolesQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type RolesQuery = { roles: Array<{ apiName: ApiName, credential: RoleCredential, sharedWith: ApiName | null, readOnly: boolean, verdict: Verdict, expiresAt: string | null, degraded: boolean, reason: string | null, capabilities: Array<{ apiName: ApiName, probe: Probe, result: CapabilityResult, reason: CapabilityReason | null, message: string, nextAction: string | null, httpStatus: number | null, brokerCode: string | null, checkedAt: string | null }>, plans: Array<{ apiName: ApiName, credential: RoleCredential, sharedWith: ApiName | null, why: string, needs: string | null }> }> };

export type YearlyTokensQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type YearlyTokensQuery = { yearlyTokens: Array<{ kind: RoleCredential, fingerprint: string, expiresAt: string | null, importedAt: string, checkedAt: string | null, version: number, inTokenTable: boolean }> };

export type AssignRoleMutationVariables = Exact<{
  input: AssignRoleInput;
}>;


export type AssignRoleMutation = { assignRole: { apiName: ApiName, credential: RoleCredential, sharedWith: ApiName | null, readOnly: boolean, verdict: Verdict, expiresAt: string | null, degraded: boolean, reason: string | null, capabilities: Array<{ apiName: ApiName, probe: Probe, result: CapabilityResult, reason: CapabilityReason | null, message: string, nextAction: string | null, httpStatus: number | null, brokerCode: string | null, checkedAt: string | null }>, plans: Array<{ apiName: ApiName, credential: RoleCredential, sharedWith: ApiName | null, why: string, needs: string | null }> } };

export type RemoveRoleMutationVariables = Exact<{
  apiName: ApiName;
  accountId?: string | null | undefined;
}>;


export type RemoveRoleMutation = { removeRole: boolean };

export type ImportTokenMutationVariables = Exact<{
  input: ImportTokenInput;
}>;


export type ImportTokenMutation = { importToken: Array<{ apiName: ApiName, credential: RoleCredential, sharedWith: ApiName | null, readOnly: boolean, verdict: Verdict, expiresAt: string | null, degraded: boolean, reason: string | null, capabilities: Array<{ apiName: ApiName, probe: Probe, result: CapabilityResult, reason: CapabilityReason | null, message: string, nextAction: string | null, httpStatus: number | null, brokerCode: string | null, checkedAt: string | null }>, plans: Array<{ apiName: ApiName, credential: RoleCredential, sharedWith: ApiName | null, why: string, needs: string | null }> }> };

export type RecoveryFragment = { dbLocked: boolean, fallback: StorageKind, autoRestart: boolean, pendingWrites: number };

export type DbRecoverySubscriptionVariables = Exact<{ [key: string]: never; }>;


export type DbRecoverySubscription = { dbRecovery: { dbLocked: boolean, fallback: StorageKind, autoRestart: boolean, pendingWrites: number } };

export type BackUpDatabaseMutationVariables = Exact<{ [key: string]: never; }>;


export type BackUpDatabaseMutation = { backUpDatabase: { name: string, bytes: number, madeAt: string } };

export type SystemHealthQueryVariables = Exact<{
  thorough?: boolean | null | undefined;
}>;


export type SystemHealthQuery = { systemHealth: { database: HealthState, api: HealthState, cache: HealthState, browser: HealthState, config: HealthState, clock: HealthState, disk: HealthState, findings: Array<{ component: HealthComponent, state: HealthState, message: string, nextAction: string }>, details: Array<{ component: HealthComponent, text: string }> } };

export type RotateMasterKeyMutationVariables = Exact<{ [key: string]: never; }>;


export type RotateMasterKeyMutation = { rotateMasterKey: boolean };

export type TokensQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type TokensQuery = { tokens: Array<{ apiName: ApiName, isPrimary: boolean, verdict: Verdict, fingerprint: string | null, generatedAt: string | null, expiresAt: string | null, checkedAt: string | null, storage: StorageKind, version: number }> };

export type TokenStatusQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type TokenStatusQuery = { tokenStatus: { checkedAt: string, valid: Array<ApiName>, invalid: Array<ApiName>, missing: Array<ApiName>, unknown: Array<ApiName>, counts: { total: number, valid: number, expired: number, invalid: number, missing: number, unknown: number }, tokens: Array<{ apiName: ApiName, verdict: Verdict, timeValid: boolean, profileValid: boolean | null, reason: string | null, httpStatus: number | null, brokerCode: string | null }>, choices: Array<{ choice: Choice, mode: GenerationMode | null, needsReplaceValid: boolean, needsIncludeUnknown: boolean, apis: Array<{ apiName: ApiName, verdict: Verdict, why: string }> }> } };

export type TokenExpiryQueryVariables = Exact<{
  accountId?: string | null | undefined;
}>;


export type TokenExpiryQuery = { tokenExpiry: Array<{ apiName: ApiName, expiresAt: string, expiresAtIst: string, remainingSeconds: number, level: ExpiryLevel }> };

export type LoginSuccessQueryVariables = Exact<{
  accountId?: string | null | undefined;
  apiName?: ApiName | null | undefined;
}>;


export type LoginSuccessQuery = { loginSuccess: { status: string, apiName: ApiName, message: string, profile: { userId: string, userName: string, userType: string, email: string, broker: string, exchanges: Array<string>, products: Array<string>, orderTypes: Array<string>, poa: boolean, ddpi: boolean, isActive: boolean }, database: { operation: StoreOperation, path: string, totalActiveTokens: number } } | null };

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
export const AccessKeyFactsFragmentDoc = new TypedDocumentString(`
    fragment AccessKeyFacts on AccessKey {
  id
  name
  role
  accountId
  apiNames
  createdAt
  revokedAt
}
    `, {"fragmentName":"AccessKeyFacts"}) as unknown as TypedDocumentString<AccessKeyFactsFragment, unknown>;
export const AccountFactsFragmentDoc = new TypedDocumentString(`
    fragment AccountFacts on Account {
  id
  name
  client
  broker
  plan
  isActive
  source
}
    `, {"fragmentName":"AccountFacts"}) as unknown as TypedDocumentString<AccountFactsFragment, unknown>;
export const CooldownStateFragmentDoc = new TypedDocumentString(`
    fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}
    `, {"fragmentName":"CooldownState"}) as unknown as TypedDocumentString<CooldownStateFragment, unknown>;
export const StateOfAccountFragmentDoc = new TypedDocumentString(`
    fragment StateOfAccount on AuthState {
  accountId
  state
  primaryPresent
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownState
  }
}
    fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}`, {"fragmentName":"StateOfAccount"}) as unknown as TypedDocumentString<StateOfAccountFragment, unknown>;
export const AccountStandingFragmentDoc = new TypedDocumentString(`
    fragment AccountStanding on Account {
  ...AccountFacts
  authState {
    ...StateOfAccount
  }
}
    fragment AccountFacts on Account {
  id
  name
  client
  broker
  plan
  isActive
  source
}
fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment StateOfAccount on AuthState {
  accountId
  state
  primaryPresent
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownState
  }
}`, {"fragmentName":"AccountStanding"}) as unknown as TypedDocumentString<AccountStandingFragment, unknown>;
export const AlertFactsFragmentDoc = new TypedDocumentString(`
    fragment AlertFacts on Alert {
  id
  kind
  accountId
  title
  text
  raisedAt
  acknowledgedAt
  acknowledgedBy
  resolvedAt
  deliveries {
    id
    channelId
    channelName
    reason
    state
    dueAt
    attempts
    attemptedAt
    answer
  }
}
    `, {"fragmentName":"AlertFacts"}) as unknown as TypedDocumentString<AlertFactsFragment, unknown>;
export const AlertChannelFactsFragmentDoc = new TypedDocumentString(`
    fragment AlertChannelFacts on AlertChannel {
  id
  name
  kind
  destination
  kinds
  accountId
  afterMinutes
  quietFrom
  quietUntil
  createdAt
  pingedAt
  pingAnswer
}
    `, {"fragmentName":"AlertChannelFacts"}) as unknown as TypedDocumentString<AlertChannelFactsFragment, unknown>;
export const ApiConfigFactsFragmentDoc = new TypedDocumentString(`
    fragment ApiConfigFacts on ApiConfig {
  apiIndex
  apiName
  clientId
  redirectUri
  isPrimary
  enabled
  source
}
    `, {"fragmentName":"ApiConfigFacts"}) as unknown as TypedDocumentString<ApiConfigFactsFragment, unknown>;
export const AuditFactsFragmentDoc = new TypedDocumentString(`
    fragment AuditFacts on AuditEntry {
  id
  timestamp
  severity
  component
  kind
  message
  correlationId
  accountId
  apiName
}
    `, {"fragmentName":"AuditFacts"}) as unknown as TypedDocumentString<AuditFactsFragment, unknown>;
export const RunStateFragmentDoc = new TypedDocumentString(`
    fragment RunState on GenerationRun {
  id
  accountId
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
      message
      nextAction
      submitted
    }
  }
  endedTokens {
    apiName
    endedBy
    message
    nextAction
  }
}
    `, {"fragmentName":"RunState"}) as unknown as TypedDocumentString<RunStateFragment, unknown>;
export const StateWithRunFragmentDoc = new TypedDocumentString(`
    fragment StateWithRun on AuthState {
  ...StateOfAccount
  run {
    ...RunState
  }
}
    fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment StateOfAccount on AuthState {
  accountId
  state
  primaryPresent
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownState
  }
}
fragment RunState on GenerationRun {
  id
  accountId
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
      message
      nextAction
      submitted
    }
  }
  endedTokens {
    apiName
    endedBy
    message
    nextAction
  }
}`, {"fragmentName":"StateWithRun"}) as unknown as TypedDocumentString<StateWithRunFragment, unknown>;
export const CanaryFactsFragmentDoc = new TypedDocumentString(`
    fragment CanaryFacts on CanaryReport {
  id
  accountId
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
    `, {"fragmentName":"CanaryFacts"}) as unknown as TypedDocumentString<CanaryFactsFragment, unknown>;
export const ScheduleFactsFragmentDoc = new TypedDocumentString(`
    fragment ScheduleFacts on Schedule {
  accountId
  enabled
  startAt
  minutesBeforeBell
  jitterSeconds
  days
  catchUpUntil
  exchanges
  bellLeadMinutes
  nextOccurrence
  lastOccurrence {
    date
    plannedAt
    at
    outcome
    runId
    reason
  }
}
    `, {"fragmentName":"ScheduleFacts"}) as unknown as TypedDocumentString<ScheduleFactsFragment, unknown>;
export const ProgressFragmentDoc = new TypedDocumentString(`
    fragment Progress on TokenProgress {
  total
  generated
  missing
  runTotal
  runGenerated
  current
  step
  runId
}
    `, {"fragmentName":"Progress"}) as unknown as TypedDocumentString<ProgressFragment, unknown>;
export const TurnFragmentDoc = new TypedDocumentString(`
    fragment Turn on RunTurn {
  accountId
  apiName
  waitsFor
  since
  canGoOnAt
  run {
    id
    status
    steps {
      apiName
      status
      step
    }
  }
}
    `, {"fragmentName":"Turn"}) as unknown as TypedDocumentString<TurnFragment, unknown>;
export const TradingSessionFactsFragmentDoc = new TypedDocumentString(`
    fragment TradingSessionFacts on TradingSession {
  date
  kind
  exchange
  opensAt
  closesAt
  source
  fetchedAt
  description
}
    `, {"fragmentName":"TradingSessionFacts"}) as unknown as TypedDocumentString<TradingSessionFactsFragment, unknown>;
export const ReadinessFactsFragmentDoc = new TypedDocumentString(`
    fragment ReadinessFacts on Readiness {
  accountId
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
  session {
    ...TradingSessionFacts
  }
  computedAt
}
    fragment TradingSessionFacts on TradingSession {
  date
  kind
  exchange
  opensAt
  closesAt
  source
  fetchedAt
  description
}`, {"fragmentName":"ReadinessFacts"}) as unknown as TypedDocumentString<ReadinessFactsFragment, unknown>;
export const CapabilityFactsFragmentDoc = new TypedDocumentString(`
    fragment CapabilityFacts on Capability {
  apiName
  probe
  result
  reason
  message
  nextAction
  httpStatus
  brokerCode
  checkedAt
}
    `, {"fragmentName":"CapabilityFacts"}) as unknown as TypedDocumentString<CapabilityFactsFragment, unknown>;
export const RoleFactsFragmentDoc = new TypedDocumentString(`
    fragment RoleFacts on AccountRole {
  apiName
  credential
  sharedWith
  readOnly
  verdict
  expiresAt
  degraded
  reason
  capabilities {
    ...CapabilityFacts
  }
  plans {
    apiName
    credential
    sharedWith
    why
    needs
  }
}
    fragment CapabilityFacts on Capability {
  apiName
  probe
  result
  reason
  message
  nextAction
  httpStatus
  brokerCode
  checkedAt
}`, {"fragmentName":"RoleFacts"}) as unknown as TypedDocumentString<RoleFactsFragment, unknown>;
export const RecoveryFragmentDoc = new TypedDocumentString(`
    fragment Recovery on DbRecovery {
  dbLocked
  fallback
  autoRestart
  pendingWrites
}
    `, {"fragmentName":"Recovery"}) as unknown as TypedDocumentString<RecoveryFragment, unknown>;
export const AccessKeysDocument = new TypedDocumentString(`
    query AccessKeys {
  accessKeys {
    ...AccessKeyFacts
  }
}
    fragment AccessKeyFacts on AccessKey {
  id
  name
  role
  accountId
  apiNames
  createdAt
  revokedAt
}`) as unknown as TypedDocumentString<AccessKeysQuery, AccessKeysQueryVariables>;
export const TokenLeasesDocument = new TypedDocumentString(`
    query TokenLeases($accountId: ID) {
  tokenLeases(accountId: $accountId) {
    keyId
    keyName
    accountId
    apiName
    version
    leasedAt
    isPresent
  }
}
    `) as unknown as TypedDocumentString<TokenLeasesQuery, TokenLeasesQueryVariables>;
export const CreateAccessKeyDocument = new TypedDocumentString(`
    mutation CreateAccessKey($input: CreateAccessKeyInput!) {
  createAccessKey(input: $input) {
    key {
      ...AccessKeyFacts
    }
    secret
  }
}
    fragment AccessKeyFacts on AccessKey {
  id
  name
  role
  accountId
  apiNames
  createdAt
  revokedAt
}`) as unknown as TypedDocumentString<CreateAccessKeyMutation, CreateAccessKeyMutationVariables>;
export const RevokeAccessKeyDocument = new TypedDocumentString(`
    mutation RevokeAccessKey($id: ID!) {
  revokeAccessKey(id: $id)
}
    `) as unknown as TypedDocumentString<RevokeAccessKeyMutation, RevokeAccessKeyMutationVariables>;
export const CreateLoginLinkDocument = new TypedDocumentString(`
    mutation CreateLoginLink {
  createLoginLink {
    path
    expiresAt
  }
}
    `) as unknown as TypedDocumentString<CreateLoginLinkMutation, CreateLoginLinkMutationVariables>;
export const EndSessionsDocument = new TypedDocumentString(`
    mutation EndSessions {
  endSessions
}
    `) as unknown as TypedDocumentString<EndSessionsMutation, EndSessionsMutationVariables>;
export const LeaseTokenDocument = new TypedDocumentString(`
    mutation LeaseToken($accountId: ID, $apiName: ApiName!) {
  leaseToken(accountId: $accountId, apiName: $apiName) {
    apiName
    accessToken
    version
    expiresAt
    readOnly
  }
}
    `) as unknown as TypedDocumentString<LeaseTokenMutation, LeaseTokenMutationVariables>;
export const CallerDocument = new TypedDocumentString(`
    query Caller {
  caller {
    id
    role
  }
}
    `) as unknown as TypedDocumentString<CallerQuery, CallerQueryVariables>;
export const AccountsDocument = new TypedDocumentString(`
    query Accounts {
  accounts {
    ...AccountStanding
  }
}
    fragment AccountFacts on Account {
  id
  name
  client
  broker
  plan
  isActive
  source
}
fragment AccountStanding on Account {
  ...AccountFacts
  authState {
    ...StateOfAccount
  }
}
fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment StateOfAccount on AuthState {
  accountId
  state
  primaryPresent
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownState
  }
}`) as unknown as TypedDocumentString<AccountsQuery, AccountsQueryVariables>;
export const ActiveAccountDocument = new TypedDocumentString(`
    query ActiveAccount {
  activeAccount {
    ...AccountStanding
  }
}
    fragment AccountFacts on Account {
  id
  name
  client
  broker
  plan
  isActive
  source
}
fragment AccountStanding on Account {
  ...AccountFacts
  authState {
    ...StateOfAccount
  }
}
fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment StateOfAccount on AuthState {
  accountId
  state
  primaryPresent
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownState
  }
}`) as unknown as TypedDocumentString<ActiveAccountQuery, ActiveAccountQueryVariables>;
export const AddAccountDocument = new TypedDocumentString(`
    mutation AddAccount($input: AddAccountInput!) {
  addAccount(input: $input) {
    ...AccountStanding
  }
}
    fragment AccountFacts on Account {
  id
  name
  client
  broker
  plan
  isActive
  source
}
fragment AccountStanding on Account {
  ...AccountFacts
  authState {
    ...StateOfAccount
  }
}
fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment StateOfAccount on AuthState {
  accountId
  state
  primaryPresent
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownState
  }
}`) as unknown as TypedDocumentString<AddAccountMutation, AddAccountMutationVariables>;
export const RenameAccountDocument = new TypedDocumentString(`
    mutation RenameAccount($accountId: ID!, $name: String!) {
  renameAccount(accountId: $accountId, name: $name) {
    ...AccountStanding
  }
}
    fragment AccountFacts on Account {
  id
  name
  client
  broker
  plan
  isActive
  source
}
fragment AccountStanding on Account {
  ...AccountFacts
  authState {
    ...StateOfAccount
  }
}
fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment StateOfAccount on AuthState {
  accountId
  state
  primaryPresent
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownState
  }
}`) as unknown as TypedDocumentString<RenameAccountMutation, RenameAccountMutationVariables>;
export const UpdateAccountCredentialsDocument = new TypedDocumentString(`
    mutation UpdateAccountCredentials($input: AccountCredentialsInput!) {
  updateAccountCredentials(input: $input) {
    ...AccountStanding
  }
}
    fragment AccountFacts on Account {
  id
  name
  client
  broker
  plan
  isActive
  source
}
fragment AccountStanding on Account {
  ...AccountFacts
  authState {
    ...StateOfAccount
  }
}
fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment StateOfAccount on AuthState {
  accountId
  state
  primaryPresent
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownState
  }
}`) as unknown as TypedDocumentString<UpdateAccountCredentialsMutation, UpdateAccountCredentialsMutationVariables>;
export const SwitchAccountDocument = new TypedDocumentString(`
    mutation SwitchAccount($accountId: ID!) {
  switchAccount(accountId: $accountId) {
    ...AccountStanding
  }
}
    fragment AccountFacts on Account {
  id
  name
  client
  broker
  plan
  isActive
  source
}
fragment AccountStanding on Account {
  ...AccountFacts
  authState {
    ...StateOfAccount
  }
}
fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment StateOfAccount on AuthState {
  accountId
  state
  primaryPresent
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownState
  }
}`) as unknown as TypedDocumentString<SwitchAccountMutation, SwitchAccountMutationVariables>;
export const RemoveAccountDocument = new TypedDocumentString(`
    mutation RemoveAccount($accountId: ID!) {
  removeAccount(accountId: $accountId)
}
    `) as unknown as TypedDocumentString<RemoveAccountMutation, RemoveAccountMutationVariables>;
export const AlertsDocument = new TypedDocumentString(`
    query Alerts($first: Int, $accountId: ID) {
  alerts(first: $first, accountId: $accountId) {
    ...AlertFacts
  }
}
    fragment AlertFacts on Alert {
  id
  kind
  accountId
  title
  text
  raisedAt
  acknowledgedAt
  acknowledgedBy
  resolvedAt
  deliveries {
    id
    channelId
    channelName
    reason
    state
    dueAt
    attempts
    attemptedAt
    answer
  }
}`) as unknown as TypedDocumentString<AlertsQuery, AlertsQueryVariables>;
export const AlertChannelsDocument = new TypedDocumentString(`
    query AlertChannels {
  alertChannels {
    ...AlertChannelFacts
  }
}
    fragment AlertChannelFacts on AlertChannel {
  id
  name
  kind
  destination
  kinds
  accountId
  afterMinutes
  quietFrom
  quietUntil
  createdAt
  pingedAt
  pingAnswer
}`) as unknown as TypedDocumentString<AlertChannelsQuery, AlertChannelsQueryVariables>;
export const AcknowledgeAlertDocument = new TypedDocumentString(`
    mutation AcknowledgeAlert($id: ID!) {
  acknowledgeAlert(id: $id) {
    ...AlertFacts
  }
}
    fragment AlertFacts on Alert {
  id
  kind
  accountId
  title
  text
  raisedAt
  acknowledgedAt
  acknowledgedBy
  resolvedAt
  deliveries {
    id
    channelId
    channelName
    reason
    state
    dueAt
    attempts
    attemptedAt
    answer
  }
}`) as unknown as TypedDocumentString<AcknowledgeAlertMutation, AcknowledgeAlertMutationVariables>;
export const ResendAlertDocument = new TypedDocumentString(`
    mutation ResendAlert($id: ID!, $channelId: ID) {
  resendAlert(id: $id, channelId: $channelId) {
    ...AlertFacts
  }
}
    fragment AlertFacts on Alert {
  id
  kind
  accountId
  title
  text
  raisedAt
  acknowledgedAt
  acknowledgedBy
  resolvedAt
  deliveries {
    id
    channelId
    channelName
    reason
    state
    dueAt
    attempts
    attemptedAt
    answer
  }
}`) as unknown as TypedDocumentString<ResendAlertMutation, ResendAlertMutationVariables>;
export const SaveAlertChannelDocument = new TypedDocumentString(`
    mutation SaveAlertChannel($input: SaveAlertChannelInput!) {
  saveAlertChannel(input: $input) {
    channel {
      ...AlertChannelFacts
    }
    signingSecret
  }
}
    fragment AlertChannelFacts on AlertChannel {
  id
  name
  kind
  destination
  kinds
  accountId
  afterMinutes
  quietFrom
  quietUntil
  createdAt
  pingedAt
  pingAnswer
}`) as unknown as TypedDocumentString<SaveAlertChannelMutation, SaveAlertChannelMutationVariables>;
export const RemoveAlertChannelDocument = new TypedDocumentString(`
    mutation RemoveAlertChannel($id: ID!) {
  removeAlertChannel(id: $id)
}
    `) as unknown as TypedDocumentString<RemoveAlertChannelMutation, RemoveAlertChannelMutationVariables>;
export const TestAlertChannelDocument = new TypedDocumentString(`
    mutation TestAlertChannel($id: ID!) {
  testAlertChannel(id: $id) {
    isDelivered
    answer
  }
}
    `) as unknown as TypedDocumentString<TestAlertChannelMutation, TestAlertChannelMutationVariables>;
export const ApiConfigsDocument = new TypedDocumentString(`
    query ApiConfigs($accountId: ID) {
  apiConfigs(accountId: $accountId) {
    ...ApiConfigFacts
  }
}
    fragment ApiConfigFacts on ApiConfig {
  apiIndex
  apiName
  clientId
  redirectUri
  isPrimary
  enabled
  source
}`) as unknown as TypedDocumentString<ApiConfigsQuery, ApiConfigsQueryVariables>;
export const SaveApiConfigDocument = new TypedDocumentString(`
    mutation SaveApiConfig($input: SaveApiConfigInput!) {
  saveApiConfig(input: $input) {
    ...ApiConfigFacts
  }
}
    fragment ApiConfigFacts on ApiConfig {
  apiIndex
  apiName
  clientId
  redirectUri
  isPrimary
  enabled
  source
}`) as unknown as TypedDocumentString<SaveApiConfigMutation, SaveApiConfigMutationVariables>;
export const SetApiConfigEnabledDocument = new TypedDocumentString(`
    mutation SetApiConfigEnabled($apiName: ApiName!, $enabled: Boolean!, $accountId: ID) {
  setApiConfigEnabled(apiName: $apiName, enabled: $enabled, accountId: $accountId) {
    ...ApiConfigFacts
  }
}
    fragment ApiConfigFacts on ApiConfig {
  apiIndex
  apiName
  clientId
  redirectUri
  isPrimary
  enabled
  source
}`) as unknown as TypedDocumentString<SetApiConfigEnabledMutation, SetApiConfigEnabledMutationVariables>;
export const RemoveApiConfigDocument = new TypedDocumentString(`
    mutation RemoveApiConfig($apiName: ApiName!, $accountId: ID) {
  removeApiConfig(apiName: $apiName, accountId: $accountId)
}
    `) as unknown as TypedDocumentString<RemoveApiConfigMutation, RemoveApiConfigMutationVariables>;
export const AuditLogDocument = new TypedDocumentString(`
    query AuditLog($first: Int, $after: String, $severity: Severity, $component: AuditComponent, $correlationId: ID) {
  auditLog(
    first: $first
    after: $after
    severity: $severity
    component: $component
    correlationId: $correlationId
  ) {
    nodes {
      ...AuditFacts
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
  }
}
    fragment AuditFacts on AuditEntry {
  id
  timestamp
  severity
  component
  kind
  message
  correlationId
  accountId
  apiName
}`) as unknown as TypedDocumentString<AuditLogQuery, AuditLogQueryVariables>;
export const FollowAuditLogDocument = new TypedDocumentString(`
    subscription FollowAuditLog {
  auditLog {
    ...AuditFacts
  }
}
    fragment AuditFacts on AuditEntry {
  id
  timestamp
  severity
  component
  kind
  message
  correlationId
  accountId
  apiName
}`) as unknown as TypedDocumentString<FollowAuditLogSubscription, FollowAuditLogSubscriptionVariables>;
export const VerifyAuditDocument = new TypedDocumentString(`
    mutation VerifyAudit {
  verifyAudit {
    valid
    entries
    firstBadEntry
    reason
  }
}
    `) as unknown as TypedDocumentString<VerifyAuditMutation, VerifyAuditMutationVariables>;
export const AuthStateDocument = new TypedDocumentString(`
    query AuthState($accountId: ID) {
  authState(accountId: $accountId) {
    ...StateWithRun
  }
}
    fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment StateOfAccount on AuthState {
  accountId
  state
  primaryPresent
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownState
  }
}
fragment StateWithRun on AuthState {
  ...StateOfAccount
  run {
    ...RunState
  }
}
fragment RunState on GenerationRun {
  id
  accountId
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
      message
      nextAction
      submitted
    }
  }
  endedTokens {
    apiName
    endedBy
    message
    nextAction
  }
}`) as unknown as TypedDocumentString<AuthStateQuery, AuthStateQueryVariables>;
export const ReadyDocument = new TypedDocumentString(`
    query Ready($accountId: ID) {
  ready(accountId: $accountId)
}
    `) as unknown as TypedDocumentString<ReadyQuery, ReadyQueryVariables>;
export const AcceptPartialDocument = new TypedDocumentString(`
    mutation AcceptPartial($accountId: ID) {
  acceptPartial(accountId: $accountId) {
    ...StateOfAccount
  }
}
    fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment StateOfAccount on AuthState {
  accountId
  state
  primaryPresent
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownState
  }
}`) as unknown as TypedDocumentString<AcceptPartialMutation, AcceptPartialMutationVariables>;
export const EnterDashboardDocument = new TypedDocumentString(`
    mutation EnterDashboard($accountId: ID) {
  enterDashboard(accountId: $accountId) {
    ...StateOfAccount
  }
}
    fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment StateOfAccount on AuthState {
  accountId
  state
  primaryPresent
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownState
  }
}`) as unknown as TypedDocumentString<EnterDashboardMutation, EnterDashboardMutationVariables>;
export const ClearQuarantineDocument = new TypedDocumentString(`
    mutation ClearQuarantine($reason: String!, $accountId: ID) {
  clearQuarantine(reason: $reason, accountId: $accountId) {
    ...StateOfAccount
  }
}
    fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment StateOfAccount on AuthState {
  accountId
  state
  primaryPresent
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownState
  }
}`) as unknown as TypedDocumentString<ClearQuarantineMutation, ClearQuarantineMutationVariables>;
export const LogoutDocument = new TypedDocumentString(`
    mutation Logout($accountId: ID, $revoke: Boolean) {
  logout(accountId: $accountId, revoke: $revoke) {
    ...StateOfAccount
  }
}
    fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment StateOfAccount on AuthState {
  accountId
  state
  primaryPresent
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownState
  }
}`) as unknown as TypedDocumentString<LogoutMutation, LogoutMutationVariables>;
export const AuthStateChangesDocument = new TypedDocumentString(`
    subscription AuthStateChanges($accountId: ID) {
  authState(accountId: $accountId) {
    ...StateWithRun
  }
}
    fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment StateOfAccount on AuthState {
  accountId
  state
  primaryPresent
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownState
  }
}
fragment StateWithRun on AuthState {
  ...StateOfAccount
  run {
    ...RunState
  }
}
fragment RunState on GenerationRun {
  id
  accountId
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
      message
      nextAction
      submitted
    }
  }
  endedTokens {
    apiName
    endedBy
    message
    nextAction
  }
}`) as unknown as TypedDocumentString<AuthStateChangesSubscription, AuthStateChangesSubscriptionVariables>;
export const CooldownDocument = new TypedDocumentString(`
    subscription Cooldown($accountId: ID) {
  cooldown(accountId: $accountId) {
    ...CooldownState
  }
}
    fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}`) as unknown as TypedDocumentString<CooldownSubscription, CooldownSubscriptionVariables>;
export const AuthConfirmedDocument = new TypedDocumentString(`
    subscription AuthConfirmed($accountId: ID) {
  authConfirmed(accountId: $accountId) {
    authenticated
    redirect
  }
}
    `) as unknown as TypedDocumentString<AuthConfirmedSubscription, AuthConfirmedSubscriptionVariables>;
export const CanaryReportsDocument = new TypedDocumentString(`
    query CanaryReports($accountId: ID, $first: Int) {
  canaryReports(accountId: $accountId, first: $first) {
    ...CanaryFacts
  }
}
    fragment CanaryFacts on CanaryReport {
  id
  accountId
  apiName
  at
  origin
  verdict
  message
  nextAction
  changes
  failure
  comparedWith
}`) as unknown as TypedDocumentString<CanaryReportsQuery, CanaryReportsQueryVariables>;
export const RunCanaryDocument = new TypedDocumentString(`
    mutation RunCanary($accountId: ID, $apiNames: [ApiName!]) {
  runCanary(accountId: $accountId, apiNames: $apiNames) {
    ...CanaryFacts
  }
}
    fragment CanaryFacts on CanaryReport {
  id
  accountId
  apiName
  at
  origin
  verdict
  message
  nextAction
  changes
  failure
  comparedWith
}`) as unknown as TypedDocumentString<RunCanaryMutation, RunCanaryMutationVariables>;
export const CapabilitiesDocument = new TypedDocumentString(`
    query Capabilities($accountId: ID) {
  capabilities(accountId: $accountId) {
    ...CapabilityFacts
  }
}
    fragment CapabilityFacts on Capability {
  apiName
  probe
  result
  reason
  message
  nextAction
  httpStatus
  brokerCode
  checkedAt
}`) as unknown as TypedDocumentString<CapabilitiesQuery, CapabilitiesQueryVariables>;
export const ProbeCapabilitiesDocument = new TypedDocumentString(`
    mutation ProbeCapabilities($accountId: ID, $apiNames: [ApiName!]) {
  probeCapabilities(accountId: $accountId, apiNames: $apiNames) {
    ...CapabilityFacts
  }
}
    fragment CapabilityFacts on Capability {
  apiName
  probe
  result
  reason
  message
  nextAction
  httpStatus
  brokerCode
  checkedAt
}`) as unknown as TypedDocumentString<ProbeCapabilitiesMutation, ProbeCapabilitiesMutationVariables>;
export const TradingCalendarDocument = new TypedDocumentString(`
    query TradingCalendar($from: String!, $to: String!) {
  tradingCalendar(from: $from, to: $to) {
    ...TradingSessionFacts
  }
}
    fragment TradingSessionFacts on TradingSession {
  date
  kind
  exchange
  opensAt
  closesAt
  source
  fetchedAt
  description
}`) as unknown as TypedDocumentString<TradingCalendarQuery, TradingCalendarQueryVariables>;
export const SetTradingDayDocument = new TypedDocumentString(`
    mutation SetTradingDay($input: SetTradingDayInput!) {
  setTradingDay(input: $input) {
    ...TradingSessionFacts
  }
}
    fragment TradingSessionFacts on TradingSession {
  date
  kind
  exchange
  opensAt
  closesAt
  source
  fetchedAt
  description
}`) as unknown as TypedDocumentString<SetTradingDayMutation, SetTradingDayMutationVariables>;
export const ClearTradingDayDocument = new TypedDocumentString(`
    mutation ClearTradingDay($date: String!, $exchange: Exchange!) {
  clearTradingDay(date: $date, exchange: $exchange)
}
    `) as unknown as TypedDocumentString<ClearTradingDayMutation, ClearTradingDayMutationVariables>;
export const RefreshTradingCalendarDocument = new TypedDocumentString(`
    mutation RefreshTradingCalendar {
  refreshTradingCalendar {
    ...TradingSessionFacts
  }
}
    fragment TradingSessionFacts on TradingSession {
  date
  kind
  exchange
  opensAt
  closesAt
  source
  fetchedAt
  description
}`) as unknown as TypedDocumentString<RefreshTradingCalendarMutation, RefreshTradingCalendarMutationVariables>;
export const ScheduleDocument = new TypedDocumentString(`
    query Schedule($accountId: ID) {
  schedule(accountId: $accountId) {
    ...ScheduleFacts
  }
}
    fragment ScheduleFacts on Schedule {
  accountId
  enabled
  startAt
  minutesBeforeBell
  jitterSeconds
  days
  catchUpUntil
  exchanges
  bellLeadMinutes
  nextOccurrence
  lastOccurrence {
    date
    plannedAt
    at
    outcome
    runId
    reason
  }
}`) as unknown as TypedDocumentString<ScheduleQuery, ScheduleQueryVariables>;
export const SaveScheduleDocument = new TypedDocumentString(`
    mutation SaveSchedule($input: SaveScheduleInput!) {
  saveSchedule(input: $input) {
    ...ScheduleFacts
  }
}
    fragment ScheduleFacts on Schedule {
  accountId
  enabled
  startAt
  minutesBeforeBell
  jitterSeconds
  days
  catchUpUntil
  exchanges
  bellLeadMinutes
  nextOccurrence
  lastOccurrence {
    date
    plannedAt
    at
    outcome
    runId
    reason
  }
}`) as unknown as TypedDocumentString<SaveScheduleMutation, SaveScheduleMutationVariables>;
export const RemoveScheduleDocument = new TypedDocumentString(`
    mutation RemoveSchedule($accountId: ID) {
  removeSchedule(accountId: $accountId)
}
    `) as unknown as TypedDocumentString<RemoveScheduleMutation, RemoveScheduleMutationVariables>;
export const EventsDocument = new TypedDocumentString(`
    subscription Events($accountId: ID, $after: ID) {
  events(accountId: $accountId, after: $after) {
    __typename
    id
    at
    accountId
    ... on AuthStateEvent {
      authState {
        ...StateOfAccount
      }
    }
    ... on TokenProgressEvent {
      progress {
        ...Progress
      }
    }
    ... on CooldownEvent {
      cooldown {
        ...CooldownState
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
        ...Recovery
      }
    }
    ... on ReadinessEvent {
      readiness {
        ...ReadinessFacts
      }
    }
    ... on CanaryEvent {
      report {
        ...CanaryFacts
      }
    }
    ... on AccountSwitchedEvent {
      account {
        ...AccountFacts
      }
    }
    ... on AuditEvent {
      entry {
        ...AuditFacts
      }
    }
    ... on AuthConfirmedEvent {
      confirmation {
        authenticated
        redirect
      }
    }
  }
}
    fragment AccountFacts on Account {
  id
  name
  client
  broker
  plan
  isActive
  source
}
fragment AuditFacts on AuditEntry {
  id
  timestamp
  severity
  component
  kind
  message
  correlationId
  accountId
  apiName
}
fragment CooldownState on Cooldown {
  active
  remainingSeconds
  until
  reason
}
fragment StateOfAccount on AuthState {
  accountId
  state
  primaryPresent
  blockedBy
  since
  headline
  nextAction
  nextOperations
  cooldown {
    ...CooldownState
  }
}
fragment CanaryFacts on CanaryReport {
  id
  accountId
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
fragment TradingSessionFacts on TradingSession {
  date
  kind
  exchange
  opensAt
  closesAt
  source
  fetchedAt
  description
}
fragment Progress on TokenProgress {
  total
  generated
  missing
  runTotal
  runGenerated
  current
  step
  runId
}
fragment ReadinessFacts on Readiness {
  accountId
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
  session {
    ...TradingSessionFacts
  }
  computedAt
}
fragment Recovery on DbRecovery {
  dbLocked
  fallback
  autoRestart
  pendingWrites
}`) as unknown as TypedDocumentString<EventsSubscription, EventsSubscriptionVariables>;
export const GenerationRunDocument = new TypedDocumentString(`
    query GenerationRun($id: ID!) {
  generationRun(id: $id) {
    ...RunState
  }
}
    fragment RunState on GenerationRun {
  id
  accountId
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
      message
      nextAction
      submitted
    }
  }
  endedTokens {
    apiName
    endedBy
    message
    nextAction
  }
}`) as unknown as TypedDocumentString<GenerationRunQuery, GenerationRunQueryVariables>;
export const GenerationRunsDocument = new TypedDocumentString(`
    query GenerationRuns($accountId: ID, $first: Int) {
  generationRuns(accountId: $accountId, first: $first) {
    ...RunState
  }
}
    fragment RunState on GenerationRun {
  id
  accountId
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
      message
      nextAction
      submitted
    }
  }
  endedTokens {
    apiName
    endedBy
    message
    nextAction
  }
}`) as unknown as TypedDocumentString<GenerationRunsQuery, GenerationRunsQueryVariables>;
export const RunQueueDocument = new TypedDocumentString(`
    query RunQueue {
  runQueue {
    ...RunState
  }
}
    fragment RunState on GenerationRun {
  id
  accountId
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
      message
      nextAction
      submitted
    }
  }
  endedTokens {
    apiName
    endedBy
    message
    nextAction
  }
}`) as unknown as TypedDocumentString<RunQueueQuery, RunQueueQueryVariables>;
export const BrowserQueueDocument = new TypedDocumentString(`
    query BrowserQueue {
  browserQueue {
    holder {
      ...Turn
    }
    isTakenElsewhere
    waiting {
      ...Turn
    }
  }
}
    fragment Turn on RunTurn {
  accountId
  apiName
  waitsFor
  since
  canGoOnAt
  run {
    id
    status
    steps {
      apiName
      status
      step
    }
  }
}`) as unknown as TypedDocumentString<BrowserQueueQuery, BrowserQueueQueryVariables>;
export const StartLoginDocument = new TypedDocumentString(`
    mutation StartLogin($accountId: ID) {
  startLogin(accountId: $accountId) {
    ...RunState
  }
}
    fragment RunState on GenerationRun {
  id
  accountId
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
      message
      nextAction
      submitted
    }
  }
  endedTokens {
    apiName
    endedBy
    message
    nextAction
  }
}`) as unknown as TypedDocumentString<StartLoginMutation, StartLoginMutationVariables>;
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
    ...RunState
  }
}
    fragment RunState on GenerationRun {
  id
  accountId
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
      message
      nextAction
      submitted
    }
  }
  endedTokens {
    apiName
    endedBy
    message
    nextAction
  }
}`) as unknown as TypedDocumentString<GenerateTokensMutation, GenerateTokensMutationVariables>;
export const AbortGenerationDocument = new TypedDocumentString(`
    mutation AbortGeneration($runId: ID!) {
  abortGeneration(runId: $runId) {
    ...RunState
  }
}
    fragment RunState on GenerationRun {
  id
  accountId
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
      message
      nextAction
      submitted
    }
  }
  endedTokens {
    apiName
    endedBy
    message
    nextAction
  }
}`) as unknown as TypedDocumentString<AbortGenerationMutation, AbortGenerationMutationVariables>;
export const BeginHumanLoginDocument = new TypedDocumentString(`
    mutation BeginHumanLogin($apiName: ApiName!, $accountId: ID, $replaceValid: Boolean) {
  beginHumanLogin(
    apiName: $apiName
    accountId: $accountId
    replaceValid: $replaceValid
  ) {
    runId
    apiName
    url
    expiresAt
  }
}
    `) as unknown as TypedDocumentString<BeginHumanLoginMutation, BeginHumanLoginMutationVariables>;
export const TokenProgressDocument = new TypedDocumentString(`
    subscription TokenProgress($accountId: ID) {
  tokenProgress(accountId: $accountId) {
    ...Progress
  }
}
    fragment Progress on TokenProgress {
  total
  generated
  missing
  runTotal
  runGenerated
  current
  step
  runId
}`) as unknown as TypedDocumentString<TokenProgressSubscription, TokenProgressSubscriptionVariables>;
export const ReadinessDocument = new TypedDocumentString(`
    query Readiness($accountId: ID, $by: DateTime) {
  readiness(accountId: $accountId, by: $by) {
    ...ReadinessFacts
  }
}
    fragment TradingSessionFacts on TradingSession {
  date
  kind
  exchange
  opensAt
  closesAt
  source
  fetchedAt
  description
}
fragment ReadinessFacts on Readiness {
  accountId
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
  session {
    ...TradingSessionFacts
  }
  computedAt
}`) as unknown as TypedDocumentString<ReadinessQuery, ReadinessQueryVariables>;
export const DeskReadinessDocument = new TypedDocumentString(`
    query DeskReadiness {
  deskReadiness {
    ...ReadinessFacts
  }
}
    fragment TradingSessionFacts on TradingSession {
  date
  kind
  exchange
  opensAt
  closesAt
  source
  fetchedAt
  description
}
fragment ReadinessFacts on Readiness {
  accountId
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
  session {
    ...TradingSessionFacts
  }
  computedAt
}`) as unknown as TypedDocumentString<DeskReadinessQuery, DeskReadinessQueryVariables>;
export const ReadinessChangesDocument = new TypedDocumentString(`
    subscription ReadinessChanges($accountId: ID) {
  readiness(accountId: $accountId) {
    ...ReadinessFacts
  }
}
    fragment TradingSessionFacts on TradingSession {
  date
  kind
  exchange
  opensAt
  closesAt
  source
  fetchedAt
  description
}
fragment ReadinessFacts on Readiness {
  accountId
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
  session {
    ...TradingSessionFacts
  }
  computedAt
}`) as unknown as TypedDocumentString<ReadinessChangesSubscription, ReadinessChangesSubscriptionVariables>;
export const MorningReportDocument = new TypedDocumentString(`
    query MorningReport($accountId: ID, $date: String) {
  morningReport(accountId: $accountId, date: $date) {
    accountId
    date
    bell
    gateOpenedAt
    logins {
      apiName
      begunAt
      endedAt
      outcome
      confirmedAt
      failure {
        code
        message
        submitted
      }
    }
    waits {
      kind
      apiName
      from
      to
      reason
    }
    decisions {
      at
      apiName
      message
    }
    forecasts {
      at
      verdict
      bell
      eta
      etaWorst
      probability
      outcome
      lateMinutes
    }
    happenings {
      at
      apiName
      message
    }
    unknowns
    lines
  }
}
    `) as unknown as TypedDocumentString<MorningReportQuery, MorningReportQueryVariables>;
export const RolesDocument = new TypedDocumentString(`
    query Roles($accountId: ID) {
  roles(accountId: $accountId) {
    ...RoleFacts
  }
}
    fragment CapabilityFacts on Capability {
  apiName
  probe
  result
  reason
  message
  nextAction
  httpStatus
  brokerCode
  checkedAt
}
fragment RoleFacts on AccountRole {
  apiName
  credential
  sharedWith
  readOnly
  verdict
  expiresAt
  degraded
  reason
  capabilities {
    ...CapabilityFacts
  }
  plans {
    apiName
    credential
    sharedWith
    why
    needs
  }
}`) as unknown as TypedDocumentString<RolesQuery, RolesQueryVariables>;
export const YearlyTokensDocument = new TypedDocumentString(`
    query YearlyTokens($accountId: ID) {
  yearlyTokens(accountId: $accountId) {
    kind
    fingerprint
    expiresAt
    importedAt
    checkedAt
    version
    inTokenTable
  }
}
    `) as unknown as TypedDocumentString<YearlyTokensQuery, YearlyTokensQueryVariables>;
export const AssignRoleDocument = new TypedDocumentString(`
    mutation AssignRole($input: AssignRoleInput!) {
  assignRole(input: $input) {
    ...RoleFacts
  }
}
    fragment CapabilityFacts on Capability {
  apiName
  probe
  result
  reason
  message
  nextAction
  httpStatus
  brokerCode
  checkedAt
}
fragment RoleFacts on AccountRole {
  apiName
  credential
  sharedWith
  readOnly
  verdict
  expiresAt
  degraded
  reason
  capabilities {
    ...CapabilityFacts
  }
  plans {
    apiName
    credential
    sharedWith
    why
    needs
  }
}`) as unknown as TypedDocumentString<AssignRoleMutation, AssignRoleMutationVariables>;
export const RemoveRoleDocument = new TypedDocumentString(`
    mutation RemoveRole($apiName: ApiName!, $accountId: ID) {
  removeRole(apiName: $apiName, accountId: $accountId)
}
    `) as unknown as TypedDocumentString<RemoveRoleMutation, RemoveRoleMutationVariables>;
export const ImportTokenDocument = new TypedDocumentString(`
    mutation ImportToken($input: ImportTokenInput!) {
  importToken(input: $input) {
    ...RoleFacts
  }
}
    fragment CapabilityFacts on Capability {
  apiName
  probe
  result
  reason
  message
  nextAction
  httpStatus
  brokerCode
  checkedAt
}
fragment RoleFacts on AccountRole {
  apiName
  credential
  sharedWith
  readOnly
  verdict
  expiresAt
  degraded
  reason
  capabilities {
    ...CapabilityFacts
  }
  plans {
    apiName
    credential
    sharedWith
    why
    needs
  }
}`) as unknown as TypedDocumentString<ImportTokenMutation, ImportTokenMutationVariables>;
export const DbRecoveryDocument = new TypedDocumentString(`
    subscription DbRecovery {
  dbRecovery {
    ...Recovery
  }
}
    fragment Recovery on DbRecovery {
  dbLocked
  fallback
  autoRestart
  pendingWrites
}`) as unknown as TypedDocumentString<DbRecoverySubscription, DbRecoverySubscriptionVariables>;
export const BackUpDatabaseDocument = new TypedDocumentString(`
    mutation BackUpDatabase {
  backUpDatabase {
    name
    bytes
    madeAt
  }
}
    `) as unknown as TypedDocumentString<BackUpDatabaseMutation, BackUpDatabaseMutationVariables>;
export const SystemHealthDocument = new TypedDocumentString(`
    query SystemHealth($thorough: Boolean) {
  systemHealth(thorough: $thorough) {
    database
    api
    cache
    browser
    config
    clock
    disk
    findings {
      component
      state
      message
      nextAction
    }
    details {
      component
      text
    }
  }
}
    `) as unknown as TypedDocumentString<SystemHealthQuery, SystemHealthQueryVariables>;
export const RotateMasterKeyDocument = new TypedDocumentString(`
    mutation RotateMasterKey {
  rotateMasterKey
}
    `) as unknown as TypedDocumentString<RotateMasterKeyMutation, RotateMasterKeyMutationVariables>;
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
export const TokenStatusDocument = new TypedDocumentString(`
    query TokenStatus($accountId: ID) {
  tokenStatus(accountId: $accountId) {
    checkedAt
    valid
    invalid
    missing
    unknown
    counts {
      total
      valid
      expired
      invalid
      missing
      unknown
    }
    tokens {
      apiName
      verdict
      timeValid
      profileValid
      reason
      httpStatus
      brokerCode
    }
    choices {
      choice
      mode
      needsReplaceValid
      needsIncludeUnknown
      apis {
        apiName
        verdict
        why
      }
    }
  }
}
    `) as unknown as TypedDocumentString<TokenStatusQuery, TokenStatusQueryVariables>;
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
export const LoginSuccessDocument = new TypedDocumentString(`
    query LoginSuccess($accountId: ID, $apiName: ApiName) {
  loginSuccess(accountId: $accountId, apiName: $apiName) {
    status
    apiName
    message
    profile {
      userId
      userName
      userType
      email
      broker
      exchanges
      products
      orderTypes
      poa
      ddpi
      isActive
    }
    database {
      operation
      path
      totalActiveTokens
    }
  }
}
    `) as unknown as TypedDocumentString<LoginSuccessQuery, LoginSuccessQueryVariables>;