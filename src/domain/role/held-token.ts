import type { Account } from '../account/account.ts';
import type { ApiName } from '../account/api-name.ts';
import { isSameUser } from '../account/broker-user-id.ts';
import type { Secret } from '../secret.ts';
import type { TokenClaims } from '../token/jwt.ts';
import type { StoredToken, TokenMark } from '../token/token.ts';
import { isConfirmationOver, type TokenCheck } from '../token/verdict.ts';
import type { HeldKind } from './role.ts';

/** What the last market-data call said of a held token. */
export const HELD_VERDICTS = ['VALID', 'INVALID', 'UNKNOWN'] as const;
export type HeldVerdict = (typeof HELD_VERDICTS)[number];

/** A token that lives for a year; it is kept apart from the tokens of logins. */
export interface HeldToken {
  readonly kind: HeldKind;
  readonly accessToken: Secret;
  readonly fingerprint: string;
  readonly claims: TokenClaims;
  /** Null where the token does not say. */
  readonly expiresAt: Date | null;
  readonly importedAt: Date;
  readonly checkedAt: Date | null;
  readonly verdict: HeldVerdict;
  readonly httpStatus: number | null;
  readonly version: number;
  /** The operator wants it in `upstox_tokens`, too. */
  readonly isInTokenTable: boolean;
}

/** As a token of a login stands in its table, so that both are judged alike. */
export const asStoredToken = (
  held: HeldToken,
  apiName: ApiName,
  account: Pick<Account, 'number' | 'brokerUserId'>,
): StoredToken => ({
  accountNumber: account.number,
  apiName,
  accessToken: held.accessToken,
  fingerprint: held.fingerprint,
  claims: held.claims,
  clientId: null,
  generatedAt: held.claims.issuedAt ?? held.importedAt,
  validUntil: held.expiresAt,
  isActive: held.verdict !== 'INVALID',
  mark: markOf(held, account.brokerUserId),
  version: held.version,
  storage: 'DATABASE',
});

/** The user id may become known only after the import. */
const markOf = ({ claims, verdict, httpStatus }: HeldToken, userId: string | null): TokenMark | null => {
  if (userId !== null && claims.userId !== null && !isSameUser(claims.userId, userId))
    return { reason: 'WRONG_ACCOUNT', httpStatus: null };
  return verdict === 'INVALID' ? { reason: 'REJECTED', httpStatus } : null;
};

/** What was stored of the last call holds where nothing overrules it, and no longer than a profile call's answer would. */
export const asRecorded = (held: HeldToken, check: TokenCheck, now: Date): TokenCheck => {
  const isConfirmed =
    check.reason === 'NOT_CHECKED' &&
    held.verdict === 'VALID' &&
    held.checkedAt !== null &&
    !isConfirmationOver(held.checkedAt, now);
  return isConfirmed ? { ...check, verdict: 'VALID', reason: null, httpStatus: held.httpStatus } : check;
};
