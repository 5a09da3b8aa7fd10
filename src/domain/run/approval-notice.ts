import type { Account } from '../account/account.ts';
import { isSameUser } from '../account/broker-user-id.ts';
import type { Secret } from '../secret.ts';
import { nextExpiry } from '../token/expiry.ts';
import { readClaims } from '../token/jwt.ts';
import { type Acquisition, isLapsed } from './acquisition.ts';

/** What came to the notifier webhook. It is unsigned, so nothing in it is believed for its own sake. */
export interface ApprovalNotice {
  readonly clientId: string;
  readonly userId: string;
  readonly accessToken: Secret;
  readonly tokenType: string;
  readonly messageType: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** What of a notice itself speaks against it. */
type NoticeFault =
  | 'LAPSED'
  | 'TOO_MANY_PROBES'
  | 'OTHER_MESSAGE'
  | 'OTHER_TOKEN_TYPE'
  | 'ISSUED_IN_THE_FUTURE'
  | 'ISSUED_BEFORE_THE_REQUEST'
  | 'EXPIRED'
  | 'LIVES_TOO_LONG'
  | 'OTHER_USER';

/** Why a notice is not taken; for the log, never for its sender. */
export type NoticeRefusal =
  | NoticeFault
  | 'UNREADABLE'
  | 'NOT_ASKED_FOR'
  | 'SETTLED'
  | 'DEAD_TOKEN'
  | 'TOKEN_OF_ANOTHER_USER';

/** How far the broker's clock and ours may differ. */
const SKEW_MS = 60_000;

/** After so many tokens that were none, the broker is not asked about another one for the same request. */
const MAX_FAILED_PROBES = 5;

/** Everything that can be told without asking the broker; null when nothing speaks against the notice. */
export const faultOf = (
  notice: ApprovalNotice,
  acquisition: Acquisition,
  account: Pick<Account, 'brokerUserId'>,
  now: Date,
): NoticeFault | null => {
  const { issuedAt, expiresAt, userId } = notice;
  if (isLapsed(acquisition, now)) return 'LAPSED';
  if (acquisition.failedProbes >= MAX_FAILED_PROBES) return 'TOO_MANY_PROBES';
  if (notice.messageType !== 'access_token') return 'OTHER_MESSAGE';
  if (notice.tokenType.toLowerCase() !== 'bearer') return 'OTHER_TOKEN_TYPE';
  if (issuedAt.getTime() > now.getTime() + SKEW_MS) return 'ISSUED_IN_THE_FUTURE';
  if (issuedAt.getTime() < (acquisition.requestedAt ?? now).getTime() - SKEW_MS)
    return 'ISSUED_BEFORE_THE_REQUEST';
  if (now >= expiresAt) return 'EXPIRED';
  if (expiresAt.getTime() > nextExpiry(now).getTime() + SKEW_MS) return 'LIVES_TOO_LONG';
  const named = [account.brokerUserId, readClaims(notice.accessToken.reveal()).userId];
  return named.some((id) => id !== null && !isSameUser(id, userId)) ? 'OTHER_USER' : null;
};
