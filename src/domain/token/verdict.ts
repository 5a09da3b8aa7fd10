import type { ApiName } from '../account/api-name.ts';
import { isSameUser } from '../account/broker-user-id.ts';
import { isExpired, nextExpiry } from './expiry.ts';
import type { MarketDataResult, ProbeResult, UnknownReason } from './profile.ts';
import { MARK_REASONS, type MarkReason, type StoredToken, type TokenMark } from './token.ts';

export const VERDICTS = ['VALID', 'EXPIRED', 'INVALID', 'UNKNOWN', 'MISSING'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Why a verdict is what it is; null for VALID. */
export type VerdictReason =
  | 'NOT_FOUND'
  | 'TIME_IS_UP'
  | 'INACTIVE'
  | MarkReason
  | 'NOT_CHECKED'
  | 'DATABASE_UNAVAILABLE'
  | UnknownReason;

/** What is known of one API's token. */
export interface TokenCheck {
  readonly apiName: ApiName;
  readonly verdict: Verdict;
  readonly timeValid: boolean;
  /** Null when the profile call was not made or told nothing. */
  readonly profileValid: boolean | null;
  readonly reason: VerdictReason | null;
  /** The profile call's status; null when no call was made or none was answered. */
  readonly httpStatus: number | null;
  /** The broker's own code, where it answered with one that means something else than the token. */
  readonly brokerCode?: string;
}

/**
 * When a stored token ends: the earlier of what the table and the token itself say, so that it never looks valid for
 * longer than either. Null where neither says anything: EXPIRED would be a claim, so the broker decides.
 */
export const endOf = ({ validUntil, claims: { expiresAt } }: StoredToken): Date | null => {
  if (validUntil === null || expiresAt === null) return validUntil ?? expiresAt;
  return expiresAt < validUntil ? expiresAt : validUntil;
};

/** What the broker has confirmed holds until the next 03:30 IST at most, whatever the table says. */
export const isConfirmationOver = (confirmedAt: Date, now: Date): boolean =>
  isExpired(nextExpiry(confirmedAt), now);

/** The table and the token itself disagree about the end by more than the second that the table is exact to. */
export const hasExpiryConflict = (token: StoredToken): boolean => {
  const { expiresAt } = token.claims;
  if (expiresAt === null || token.validUntil === null) return false;
  return Math.abs(expiresAt.getTime() - token.validUntil.getTime()) >= 1000;
};

/**
 * The first layer: what is known without asking the broker. `UNKNOWN` (NOT_CHECKED) means: ask. Without a client id the token
 * may be of any app.
 */
export const checkTime = (
  role: { readonly apiName: ApiName; readonly clientId: string | null },
  token: StoredToken | undefined,
  now: Date,
): TokenCheck => {
  const dead = (verdict: Verdict, reason: VerdictReason, timeValid = false): TokenCheck => ({
    apiName: role.apiName,
    verdict,
    timeValid,
    profileValid: null,
    reason,
    httpStatus: null,
  });
  if (token === undefined) return dead('MISSING', 'NOT_FOUND');
  const end = endOf(token);
  if (end !== null && isExpired(end, now)) return dead('EXPIRED', 'TIME_IS_UP');
  if (token.clientId !== null && role.clientId !== null && token.clientId !== role.clientId)
    return dead('INVALID', 'CLIENT_CHANGED', true);
  if (token.mark !== null)
    return {
      ...dead('INVALID', token.mark.reason, true),
      ...token.mark,
      profileValid: profileOf(token.mark),
    };
  if (!token.isActive) return dead('INVALID', 'INACTIVE', true);
  return dead('UNKNOWN', 'NOT_CHECKED', true);
};

/** What the profile call had said when the mark was made. */
const profileOf = ({ httpStatus }: TokenMark): false | null => (httpStatus === null ? null : false);

/** The mark that a verdict leaves on its token; null where it leaves none. */
export const markFor = ({ verdict, reason, httpStatus, brokerCode }: TokenCheck): TokenMark | null => {
  const kept = MARK_REASONS.find((each) => each === reason);
  if (verdict !== 'INVALID' || kept === undefined) return null;
  return { reason: kept, httpStatus, ...(brokerCode === undefined ? {} : { brokerCode }) };
};

/** The second layer: what the broker's answer told of a token that passed the first. */
export const checkProfile = (
  apiName: ApiName,
  probe: ProbeResult | MarketDataResult,
  expectedUserId: string | null,
): TokenCheck => {
  const base = { apiName, timeValid: true, profileValid: false };
  if (probe.kind === 'SERVED')
    return { ...base, profileValid: null, verdict: 'VALID', reason: null, httpStatus: 200 };
  if (probe.kind === 'DEAD')
    return { ...base, verdict: 'INVALID', reason: 'REJECTED', httpStatus: probe.httpStatus };
  if (probe.kind === 'UNKNOWN')
    return {
      ...base,
      profileValid: null,
      verdict: 'UNKNOWN',
      reason: probe.reason,
      httpStatus: probe.httpStatus,
      ...(probe.brokerCode == null ? {} : { brokerCode: probe.brokerCode }),
    };
  if (expectedUserId !== null && !isSameUser(probe.profile.userId, expectedUserId)) {
    return { ...base, verdict: 'INVALID', reason: 'WRONG_ACCOUNT', httpStatus: 200 };
  }
  return { ...base, profileValid: true, verdict: 'VALID', reason: null, httpStatus: 200 };
};

/** What the broker has told another machine of the token, where time says nothing against it and the day is not over. */
export const asConfirmed = (check: TokenCheck, confirmedAt: Date | null, now: Date): TokenCheck | null =>
  check.reason !== 'NOT_CHECKED' || confirmedAt === null || isConfirmationOver(confirmedAt, now)
    ? null
    : {
        apiName: check.apiName,
        timeValid: true,
        profileValid: true,
        verdict: 'VALID',
        reason: null,
        httpStatus: 200,
      };

/** Codes that say no more than the reason which they come with: an error of the broker's, and too many requests. */
const SAID_BY_REASON: readonly string[] = ['UDAPI100500', 'UDAPI10005'];

/** Why a verdict is what it is, with the broker's code where that tells more: `BROKER_ERROR UDAPI1154`. Null for VALID. */
export const reasonText = ({
  reason,
  brokerCode,
}: Pick<TokenCheck, 'reason' | 'brokerCode'>): string | null =>
  reason === null || brokerCode === undefined || SAID_BY_REASON.includes(brokerCode)
    ? reason
    : `${reason} ${brokerCode}`;
