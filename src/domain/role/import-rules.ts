import type { Account } from '../account/account.ts';
import { isSameUser } from '../account/broker-user-id.ts';
import { Refusal } from '../refusal.ts';
import { isExpired } from '../token/expiry.ts';
import type { TokenClaims } from '../token/jwt.ts';
import type { MarketDataResult, ProbeResult } from '../token/profile.ts';
import type { RoleCredential } from './role.ts';

export const IMPORTED_CREDENTIALS = ['PASTED', 'ANALYTICS', 'EXTENDED'] as const satisfies RoleCredential[];
export type ImportedCredential = (typeof IMPORTED_CREDENTIALS)[number];

const DAY_MS = 86_400_000;

/** Refuses a token by what it says of itself, before the broker is asked. */
export const refuseByClaims = (
  claims: TokenClaims,
  credential: ImportedCredential,
  { brokerUserId }: Pick<Account, 'brokerUserId'>,
  now: Date,
): void => {
  const { expiresAt, issuedAt, userId } = claims;
  if (brokerUserId !== null && userId !== null && !isSameUser(userId, brokerUserId)) throw foreignToken();
  if (expiresAt === null) return;
  if (isExpired(expiresAt, now))
    throw new Refusal('TOKEN_NOT_VALID', 'The time of this token is up.', 'Make a new one at the broker.');
  const lastsMs = expiresAt.getTime() - (issuedAt ?? now).getTime();
  // A token for trading ends at the next 03:30 IST; the read-only ones live for a year.
  if (credential === 'PASTED' && lastsMs > 2 * DAY_MS)
    throw new Refusal(
      'CREDENTIAL_NOT_ALLOWED',
      'This token lives longer than a day, so it is a read-only one.',
      'Import it as ANALYTICS or EXTENDED.',
    );
  if (credential !== 'PASTED' && lastsMs <= 2 * DAY_MS)
    throw new Refusal(
      'CREDENTIAL_NOT_ALLOWED',
      `This token ends within a day, so it is no ${credential} token: orders could be placed with it.`,
      'Import it as PASTED.',
    );
};

/** What the broker said has to confirm the token; nothing counts before it is verified. */
export const refuseByProbe = (
  probe: ProbeResult | MarketDataResult,
  claims: TokenClaims,
  { brokerUserId }: Pick<Account, 'brokerUserId'>,
): void => {
  switch (probe.kind) {
    case 'SERVED':
      return;
    case 'ALIVE': {
      const expected = brokerUserId ?? claims.userId;
      if (expected !== null && !isSameUser(probe.profile.userId, expected)) throw foreignToken();
      return;
    }
    case 'DEAD':
      throw new Refusal(
        'TOKEN_NOT_VALID',
        'The broker says that this token is not valid.',
        'Make a new one at the broker.',
      );
    case 'UNKNOWN':
      throw new Refusal(
        'TOKEN_NOT_VERIFIED',
        `The broker did not say whether this token works (${[probe.reason, probe.httpStatus, probe.brokerCode].filter((part) => part !== null).join(' ')}). It is not stored.`,
        'Import it again once the broker answers.',
      );
  }
};

export const foreignToken = (): Refusal =>
  new Refusal(
    'WRONG_ACCOUNT',
    'This token belongs to another user of the broker. It is not stored.',
    'Import the token of this account’s own user.',
  );
