import { isDeepStrictEqual } from 'node:util';
import { isLiveKey } from '../../db/queries/access-keys.ts';
import { findLeases, type LeaseRecord, recordLease } from '../../db/queries/token-leases.ts';
import type { Queryable } from '../../db/queryable.ts';
import { type Caller, mayUseApi } from '../../domain/account/access-key.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import type { LeaseRefusal } from '../../domain/events/desk-acts.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Role } from '../../domain/role/role.ts';
import type { Secret } from '../../domain/secret.ts';
import { nextExpiry } from '../../domain/token/expiry.ts';
import { checkTime, endOf, reasonText, type Verdict } from '../../domain/token/verdict.ts';
import type { AccessKeys } from '../access/access-keys.ts';
import type { Roles } from '../accounts/roles.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { Refusals } from '../audit/refusal-audit.ts';
import { findAllTokens, tokenOf } from './found-tokens.ts';
import type { KnownToken, TokenVerifier } from './token-verifier.ts';

/** A token's value in the hands of a program. */
export interface TokenLease {
  readonly apiName: ApiName;
  readonly accessToken: Secret;
  readonly version: number;
  readonly expiresAt: Date;
  /** No order can be placed with it. */
  readonly readOnly: boolean;
}

/** Which key runs on which version of a token. */
export interface LeaseHolder extends LeaseRecord {
  readonly keyName: string;
  /** It is the version that a lease of now would hand out. */
  readonly isPresent: boolean;
}

interface LeaseParts extends AuditedWrites {
  readonly roles: Roles;
  readonly verifier: TokenVerifier;
  readonly refusals: Refusals;
}

/** After an answer that told nothing the broker is left alone for so long, however often a program asks. */
const ASK_AGAIN_MS = 10_000;
/** A token may be replaced, or its role given another credential, while its lease is being written down. */
const ATTEMPTS = 3;

const NEXT_ACTIONS: Readonly<Record<Exclude<Verdict, 'VALID'>, string>> = {
  EXPIRED: 'Have it made anew with generateTokens, and wait for its TokenStoredEvent.',
  INVALID: 'Have it made anew with generateTokens, and wait for its TokenStoredEvent.',
  MISSING: 'Have it made with generateTokens, and wait for its TokenStoredEvent.',
  UNKNOWN: `The broker did not say whether it works; try again in ${ASK_AGAIN_MS / 1000} seconds.`,
};

/** Hands a token to a SERVICE key. Nothing leaves before it is written down that it does. */
export const leaseToken = async (
  parts: LeaseParts,
  caller: Caller,
  account: Account,
  apiName: ApiName,
): Promise<TokenLease> => {
  const { keyId } = caller;
  if (keyId === null) throw outOfBounds('Only a SERVICE key is handed tokens.');
  const refuse = (reason: LeaseRefusal): void =>
    parts.refusals.note('LEASE_REFUSED', { keyId, api: apiName, reason });
  const { accountId } = caller.bounds;
  if ((accountId !== null && accountId !== account.id) || !mayUseApi(caller.bounds, apiName)) {
    refuse('OUT_OF_BOUNDS');
    throw outOfBounds(`This key is not made for ${apiName} of ${account.id}.`);
  }
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const role = await parts.roles.get(account, apiName).catch((error: unknown) => {
      if (error instanceof Refusal) refuse('API_NOT_CONFIGURED');
      throw error;
    });
    const known = await judge(parts, account, role);
    if (known.token === undefined || known.check.verdict !== 'VALID') {
      const verdict = known.check.verdict === 'VALID' ? 'MISSING' : known.check.verdict;
      refuse(verdict);
      const retryableAt = verdict === 'UNKNOWN' ? after(parts, ASK_AGAIN_MS) : null;
      throw new Refusal(
        'TOKEN_NOT_VALID',
        `The token of ${apiName} is ${verdict}${verdict === 'UNKNOWN' ? ` (${reasonText(known.check)})` : ''}.`,
        NEXT_ACTIONS[verdict],
        retryableAt,
      );
    }
    const { accessToken, version } = known.token;
    const lease = { keyId, accountId: account.id, apiName, version, leasedAt: parts.clock() };
    if (await writeDown(parts, lease, account, known)) {
      const expiresAt = endOf(known.token) ?? nextExpiry(parts.clock());
      return { apiName, accessToken, version, expiresAt, readOnly: role.isReadOnly };
    }
  }
  throw new Refusal(
    'WRONG_STATE',
    'The token is being replaced right now.',
    'Try again in a second.',
    after(parts, 1000),
  );
};

const after = ({ clock }: LeaseParts, milliseconds: number): Date =>
  new Date(clock().getTime() + milliseconds);

/** Who holds what, of the keys that still may. */
export const listLeases = async (
  { database, verifier, roles, accessKeys }: LeaseParts & { readonly accessKeys: AccessKeys },
  account: Account,
): Promise<readonly LeaseHolder[]> => {
  const known = await verifier.lastKnown(account, await roles.list(account));
  const leases = await findLeases(database.read, account.id);
  const keys = await accessKeys.list();
  return leases.flatMap((lease) => {
    const key = keys.find(({ id }) => id === lease.keyId);
    if (key === undefined || key.revokedAt !== null) return [];
    const token = known.find(({ role }) => role.apiName === lease.apiName)?.token;
    return [{ ...lease, keyName: key.name, isPresent: token?.version === lease.version }];
  });
};

/** What is known; the broker is asked where that is not enough. */
const judge = async ({ verifier, clock }: LeaseParts, account: Account, role: Role): Promise<KnownToken> => {
  const [known] = await verifier.lastKnown(account, [role]);
  if (known === undefined) throw new Error('There is an answer for each API.');
  const { check, checkedAt } = known;
  const age = checkedAt === null ? Number.POSITIVE_INFINITY : clock().getTime() - checkedAt.getTime();
  // A clock that was set back makes it old.
  const wasAskedJustNow = age >= 0 && age < ASK_AGAIN_MS;
  if (check.verdict !== 'UNKNOWN' || wasAskedJustNow) return known;
  const [asked] = await verifier.check(account, [role]);
  return asked ?? known;
};

/** False when the role or its token is not the present one any more: then nothing was written. */
const writeDown = (
  parts: LeaseParts,
  lease: LeaseRecord,
  account: Account,
  known: KnownToken,
): Promise<boolean> =>
  parts.database.write(
    async (transaction) => {
      const { audit } = parts;
      const { role } = known;
      if (!(await isPresent(transaction, parts, account, known))) return false;
      if (!(await isLiveKey(transaction, lease.keyId))) throw outOfBounds('This key is revoked.');
      const { keyId, accountId, apiName, version } = lease;
      await recordLease(transaction, lease);
      const facts = { keyId, version, credential: role.credential };
      await audit.note(transaction, 'TOKEN_LEASED', facts, { accountId, apiName });
      return true;
    },
    { mustLast: true },
  );

/** The role still has this very token, in the same transaction that writes down its lease. */
const isPresent = async (
  transaction: Queryable,
  { database, roles, clock }: LeaseParts,
  account: Account,
  { role, token }: KnownToken,
): Promise<boolean> => {
  const present = (await roles.listIn(transaction, account)).find(({ apiName }) => apiName === role.apiName);
  if (present === undefined || !isDeepStrictEqual(present, role)) return false;
  const found = tokenOf(present, await findAllTokens(transaction, account, database), account);
  if (found === undefined || found.fingerprint !== token?.fingerprint) return false;
  // It may have ended, or died, since it was judged.
  const clientId = role.source?.kind === 'TABLE' ? role.source.clientId : null;
  return checkTime({ apiName: role.apiName, clientId }, found, clock()).verdict === 'UNKNOWN';
};

const outOfBounds = (message: string): Refusal =>
  new Refusal('FORBIDDEN', message, 'Have the operator make a SERVICE key for it with createAccessKey.');
