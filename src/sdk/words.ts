import type {
  AlertDeliveryState,
  ApiName,
  AuthPhase,
  BlockReason,
  BrowserQueueQuery,
  BrowserWait,
  CanaryVerdict,
  CapabilityResult,
  ExpiryLevel,
  HealthState,
  LoginStep,
  OccurrenceOutcome,
  Probe,
  ReadinessVerdict,
  RunStatus,
  SessionKind,
  StepStatus,
  TokenStatusQuery,
  Verdict,
} from './gql/graphql.ts';

type TokenCheck = TokenStatusQuery['tokenStatus']['tokens'][number];

/** How serious something is; every face has its own colours for it. */
export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'calm';

/** A fact as people read it: a glyph and a word that stand together, so that no colour has to be seen. */
export interface Word {
  readonly glyph: string;
  readonly word: string;
  readonly tone: Tone;
}

const word = (glyph: string, text: string, tone: Tone): Word => ({ glyph, word: text, tone });

export const VERDICT_WORDS: Readonly<Record<Verdict, Word>> = {
  VALID: word('✓', 'VALID', 'good'),
  EXPIRED: word('✕', 'EXPIRED', 'bad'),
  INVALID: word('✕', 'INVALID', 'bad'),
  UNKNOWN: word('?', 'UNKNOWN', 'warn'),
  MISSING: word('○', 'NOT FOUND', 'bad'),
};

/** Reasons that the word itself says already. */
const SAID: readonly string[] = ['NOT_FOUND', 'TIME_IS_UP'];

/** A verdict with what it rests on, such as `INVALID (401)`, `UNKNOWN (403 UDAPI1154)` or `INVALID (CLIENT CHANGED)`. */
export const verdictText = ({
  verdict,
  reason,
  httpStatus,
}: Pick<TokenCheck, 'verdict' | 'reason' | 'httpStatus'>): string => {
  const { word } = VERDICT_WORDS[verdict];
  if (verdict === 'VALID' || reason === null || SAID.includes(reason)) return word;
  // The broker's own code stands behind the reason, where there is one.
  const [, code = ''] = /^\w+( .+)/.exec(reason) ?? [];
  return `${word} (${httpStatus === null || httpStatus === 200 ? reason.replaceAll('_', ' ') : `${httpStatus}${code}`})`;
};

export const STATE_WORDS: Readonly<Record<AuthPhase, Word>> = {
  IDLE: word('○', 'IDLE', 'calm'),
  LOGIN_STARTED: word('▶', 'LOGIN STARTED', 'busy'),
  TOKEN_GENERATION: word('▶', 'MAKING TOKENS', 'busy'),
  PARTIAL_AUTH: word('◐', 'PARTIAL', 'warn'),
  COOLDOWN: word('◷', 'COOLDOWN', 'warn'),
  RESUME_GENERATION: word('▶', 'RESUMING', 'busy'),
  PRIMARY_VALIDATED: word('◑', 'PRIMARY VALIDATED', 'warn'),
  AUTH_CONFIRMED: word('✓', 'CONFIRMED', 'good'),
  DASHBOARD: word('✓', 'DASHBOARD', 'good'),
};

export const BLOCK_WORDS: Readonly<Record<BlockReason, Word>> = {
  CAPTCHA: word('⚠', 'CAPTCHA', 'bad'),
  COOLDOWN: word('◷', 'COOLDOWN', 'warn'),
  CREDENTIALS_REJECTED: word('⚠', 'QUARANTINE', 'bad'),
  APP_REJECTED: word('⚠', 'APP REJECTED', 'bad'),
  PAGE_CHANGED: word('⚠', 'PAGE CHANGED', 'bad'),
  BROKER_UNREACHABLE: word('⚠', 'BROKER UNREACHABLE', 'bad'),
  DATABASE: word('⚠', 'DATABASE', 'bad'),
  BROWSER_BUSY: word('⚠', 'BROWSER BUSY', 'warn'),
  ACTION_REQUIRED: word('⚠', 'ACTION REQUIRED', 'bad'),
  MOBILE_REJECTED: word('⚠', 'MOBILE REJECTED', 'bad'),
  MAINTENANCE: word('⚠', 'MAINTENANCE', 'warn'),
  TOKENS_END_EACH_OTHER: word('⚠', 'ONE TOKEN ONLY', 'bad'),
};

export const GATE_WORDS = {
  open: word('✓', 'GATE OPEN', 'good'),
  shut: word('⊘', 'GATE SHUT', 'bad'),
} as const satisfies Record<string, Word>;

export const READINESS_WORDS: Readonly<Record<ReadinessVerdict, Word>> = {
  READY: word('✓', 'READY', 'good'),
  ON_TRACK: word('●', 'ON TRACK', 'good'),
  AT_RISK: word('▲', 'AT RISK', 'warn'),
  TOO_LATE: word('✕', 'TOO LATE', 'bad'),
  NO_SESSION: word('–', 'NO SESSION', 'calm'),
};

export const CANARY_WORDS: Readonly<Record<CanaryVerdict, Word>> = {
  SAME: word('✓', 'AS IT WAS', 'good'),
  CHANGED: word('●', 'CHANGED, LOGIN FINDS ITS WAY', 'calm'),
  DRIFT: word('✕', 'DRIFT', 'bad'),
  NOT_KNOWN: word('?', 'NOT KNOWN', 'warn'),
};

export const CAPABILITY_WORDS: Readonly<Record<CapabilityResult, Word>> = {
  CAPABLE: word('✓', 'CAPABLE', 'good'),
  NOT_CAPABLE: word('✕', 'NOT CAPABLE', 'bad'),
  NOT_KNOWN: word('?', 'NOT KNOWN', 'calm'),
};

/** What is asked for, as people call it. */
export const PROBE_WORDS: Readonly<Record<Probe, string>> = {
  FUNDS: 'funds',
  FEED: 'market feed',
  OPTION_CHAIN: 'option chain',
};

export const EXPIRY_WORDS: Readonly<Record<ExpiryLevel, Word>> = {
  GREEN: word('●', 'GREEN', 'good'),
  AMBER: word('▲', 'AMBER', 'warn'),
  RED: word('■', 'RED', 'bad'),
  EXPIRED: word('✕', 'EXPIRED', 'bad'),
};

export const ALERT_STATE_WORDS: Readonly<Record<AlertDeliveryState, Word>> = {
  PENDING: word('◷', 'PENDING', 'warn'),
  DELIVERED: word('✓', 'DELIVERED', 'good'),
  FAILED: word('✕', 'GIVEN UP', 'bad'),
  CANCELLED: word('–', 'NOT SENT', 'calm'),
};

export const HEALTH_WORDS: Readonly<Record<HealthState, Word>> = {
  OK: word('✓', 'OK', 'good'),
  DEGRADED: word('⚠', 'DEGRADED', 'warn'),
  DOWN: word('✕', 'DOWN', 'bad'),
  UNKNOWN: word('?', 'UNKNOWN', 'calm'),
};

export const RUN_WORDS: Readonly<Record<RunStatus, Word>> = {
  RUNNING: word('▶', 'RUNNING', 'busy'),
  WAITING_OPERATOR: word('⚠', 'WAITING FOR YOU', 'bad'),
  COOLDOWN: word('◷', 'COOLDOWN', 'warn'),
  QUEUED: word('◷', 'QUEUED', 'busy'),
  COMPLETED: word('✓', 'COMPLETED', 'good'),
  STOPPED: word('✕', 'STOPPED', 'bad'),
  ABORTED: word('✕', 'ABORTED', 'warn'),
};

export const SESSION_WORDS: Readonly<Record<SessionKind, Word>> = {
  NORMAL: word('●', 'TRADING DAY', 'good'),
  SPECIAL: word('◆', 'SPECIAL HOURS', 'good'),
  MUHURAT: word('◆', 'MUHURAT', 'good'),
  HOLIDAY: word('–', 'CLOSED', 'calm'),
  UNCERTAIN: word('?', 'UNCERTAIN', 'warn'),
};

export const OUTCOME_WORDS: Readonly<Record<OccurrenceOutcome, Word>> = {
  STARTED: word('▶', 'STARTED A RUN', 'good'),
  NOTHING_TO_DO: word('✓', 'NOTHING TO DO', 'good'),
  JOINED: word('▶', 'A RUN WAS UNDER WAY', 'good'),
  REFUSED: word('⊘', 'LEFT TO A PERSON', 'warn'),
  MISSED: word('✕', 'MISSED', 'bad'),
};

export const STEP_WORDS: Readonly<Record<StepStatus, Word>> = {
  PENDING: word('·', 'waits', 'calm'),
  RUNNING: word('▶', 'now', 'busy'),
  DONE: word('✓', 'made', 'good'),
  FAILED: word('✕', 'failed', 'bad'),
  SKIPPED: word('–', 'not tried', 'calm'),
};

/** What is being done for one API, as "WEBSOCKET1: typing the PIN". */
export const LOGIN_STEP_WORDS: Readonly<Record<LoginStep, string>> = {
  DIALOG: 'opening the broker’s dialog',
  MOBILE: 'typing the mobile number',
  OTP_SPACING: 'waiting between two OTPs',
  TOTP_WAIT: 'waiting for a fresh TOTP code',
  OTP: 'typing the TOTP code',
  PIN: 'typing the PIN',
  CONSENT: 'giving consent',
  REDIRECT: 'taking the broker’s redirect',
  EXCHANGE: 'trading the code for a token',
  STORE: 'writing the token down',
  VERIFY: 'asking the broker whether it works',
  APPROVAL_REQUEST: 'asking for approval on the phone',
  APPROVAL_WAIT: 'waiting for approval on the phone',
  HUMAN_LOGIN: 'waiting for a person to log in',
};

/** What a run waits for before it goes on with the browser, after "waits for". */
export const BROWSER_WAIT_WORDS: Readonly<Record<BrowserWait, string>> = {
  TURN: 'its turn',
  OTP_SPACING: 'the OTP spacing',
  TOTP_STEP: 'the next TOTP code',
  COOLDOWN: 'the end of its cooldown',
  PERSON: 'a person in front of it',
  OTHER_PROCESS: 'another process',
};

/** What the run that has the browser does with it, such as `WEBSOCKET1: typing the PIN`. */
export const workText = ({
  apiName,
  waitsFor,
  run,
}: NonNullable<BrowserQueueQuery['browserQueue']['holder']>): string => {
  const step = run.steps.find((each) => each.apiName === apiName)?.step ?? null;
  const work = step === null ? 'opening a page' : LOGIN_STEP_WORDS[step];
  const doing = waitsFor === null ? work : `waits for ${BROWSER_WAIT_WORDS[waitsFor]}`;
  return apiName === null ? doing : `${apiName}: ${doing}`;
};

/** What an account stands as, of its facts as the API tells them. */
export interface StandingFacts {
  readonly state: AuthPhase;
  readonly blockedBy?: BlockReason | null | undefined;
  readonly ready: boolean;
  readonly run?:
    | { readonly status: RunStatus; readonly queuePosition?: number | null | undefined }
    | null
    | undefined;
  /** How near the ends of the tokens are. */
  readonly expiry?: readonly { readonly level: ExpiryLevel }[] | undefined;
}

/** One word for where an account stands: what blocks it comes first, and what is about to end is no good news. */
export const standingWord = ({ state, blockedBy, ready, run, expiry = [] }: StandingFacts): Word => {
  if (run?.status === 'QUEUED')
    return { ...RUN_WORDS.QUEUED, word: `QUEUED (NUMBER ${run.queuePosition ?? 1})` };
  if (blockedBy != null && blockedBy !== 'COOLDOWN') return BLOCK_WORDS[blockedBy];
  const stands = STATE_WORDS[state];
  if (state !== 'AUTH_CONFIRMED' && state !== 'DASHBOARD') return stands;
  if (!ready) return { ...stands, tone: 'warn', glyph: '◐' };
  return expiry.some(({ level }) => level === 'AMBER' || level === 'RED')
    ? { ...stands, tone: 'warn' }
    : stands;
};

type Verdicts = readonly { readonly apiName: ApiName; readonly verdict: Verdict }[];

/** What making these tokens would replace although it works or may work, in words; empty when there is nothing of the kind. */
export const wouldReplaceIn = (tokens: Verdicts): string => {
  const among = (wanted: Verdict): string =>
    tokens.flatMap(({ apiName, verdict }) => (verdict === wanted ? apiName : [])).join(', ');
  const [valid, unknown] = [among('VALID'), among('UNKNOWN')];
  return [
    ...(valid === '' ? [] : [`${valid}, although valid`]),
    ...(unknown === '' ? [] : [`${unknown}, although nobody knows whether it works`]),
  ].join('; ');
};
