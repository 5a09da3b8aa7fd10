import type { ApiName } from '../account/api-name.ts';
import { apisOfMode } from '../run/decision.ts';
import type { GenerationMode } from '../run/generation-run.ts';
import type { TokenCheck, Verdict, VerdictReason } from './verdict.ts';

/** What the operator can choose after having seen the status. */
export const CHOICES = ['ALL', 'INVALID_ONLY', 'SELECTED', 'ABORT'] as const;
export type Choice = (typeof CHOICES)[number];

/** One API of a choice, with the reason in words why it would be made. */
export interface ChosenApi {
  readonly apiName: ApiName;
  readonly verdict: Verdict;
  readonly why: string;
}

export interface GenerationChoice {
  readonly choice: Choice;
  /** What `generateTokens` wants; null for ABORT. */
  readonly mode: GenerationMode | null;
  readonly apis: readonly ChosenApi[];
  /** Valid tokens are among them, so it needs `replaceValid`. */
  readonly needsReplaceValid: boolean;
  /** Tokens nobody knows about are among them, so it needs `includeUnknown` or `replaceValid`. */
  readonly needsIncludeUnknown: boolean;
}

export interface TokenCounts {
  readonly total: number;
  readonly valid: number;
  readonly expired: number;
  readonly invalid: number;
  readonly missing: number;
  readonly unknown: number;
}

/** Both layers asked of every enabled API. */
export interface TokenStatusReport {
  readonly checkedAt: Date;
  readonly tokens: readonly TokenCheck[];
}

/** The four lists of a report. Every enabled API stands in exactly one; `invalid` holds the EXPIRED ones too. */
export const listOf = (
  report: TokenStatusReport,
  list: 'valid' | 'invalid' | 'missing' | 'unknown',
): readonly ApiName[] =>
  report.tokens.filter(({ verdict }) => LISTS[verdict] === list).map(({ apiName }) => apiName);

const LISTS = {
  VALID: 'valid',
  EXPIRED: 'invalid',
  INVALID: 'invalid',
  MISSING: 'missing',
  UNKNOWN: 'unknown',
} as const satisfies Record<Verdict, string>;

export const countsOf = ({ tokens }: TokenStatusReport): TokenCounts => {
  const count = (verdict: Verdict) => tokens.filter((token) => token.verdict === verdict).length;
  return {
    total: tokens.length,
    valid: count('VALID'),
    expired: count('EXPIRED'),
    invalid: count('INVALID'),
    missing: count('MISSING'),
    unknown: count('UNKNOWN'),
  };
};

/** What each choice would do on the facts of a report. */
export const choicesOf = ({ tokens }: TokenStatusReport): readonly GenerationChoice[] => {
  const names = tokens.map(({ apiName }) => apiName);
  const chosen = (mode: GenerationMode) =>
    apisOfMode({ mode, apiNames: names, replaceValid: false, includeUnknown: false }, tokens);
  return [
    toChoice('ALL', 'ALL', chosen('ALL')),
    toChoice('INVALID_ONLY', 'INVALID_ONLY', chosen('INVALID_ONLY')),
    toChoice('SELECTED', 'PARTIAL', chosen('PARTIAL')),
    toChoice('ABORT', null, []),
  ];
};

const toChoice = (
  choice: Choice,
  mode: GenerationMode | null,
  checks: readonly TokenCheck[],
): GenerationChoice => ({
  choice,
  mode,
  apis: checks.map((check) => ({ apiName: check.apiName, verdict: check.verdict, why: inWords(check) })),
  needsReplaceValid: checks.some(({ verdict }) => verdict === 'VALID'),
  needsIncludeUnknown: checks.some(({ verdict }) => verdict === 'UNKNOWN'),
});

const WORDS: Readonly<Record<VerdictReason, string>> = {
  NOT_FOUND: 'there is none',
  TIME_IS_UP: 'its time is up',
  CLIENT_CHANGED: 'it was made for another client id',
  INACTIVE: 'it was marked inactive',
  REJECTED: 'the broker says that it is not valid',
  REVOKED: 'it was ended at the broker at a logout',
  WRONG_ACCOUNT: 'it belongs to another user of the broker',
  DATABASE_UNAVAILABLE: 'the database cannot be read at present',
  NOT_CHECKED: 'nobody has asked the broker yet',
  TIMEOUT: 'the broker did not answer in time',
  NETWORK: 'the broker could not be reached',
  RATE_LIMITED: 'the broker answered that there were too many requests',
  BROKER_ERROR: 'the broker refused the call, and not because of the token',
  NOT_A_PROFILE: 'the broker answered with something that is not a profile',
  NOT_MARKET_DATA: 'the broker answered with something that is no market data',
};

const inWords = ({ reason, brokerCode }: TokenCheck): string => {
  if (reason === null) return 'it is valid';
  return `${WORDS[reason]}${brokerCode === undefined ? '' : ` (${brokerCode})`}`;
};
