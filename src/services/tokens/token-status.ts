import type { Database } from '../../db/database.ts';
import { countActiveTokens, findOperation } from '../../db/queries/token-facts.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import { type ExpiryLevel, expiryLevel, remainingSeconds } from '../../domain/token/expiry.ts';
import type { Profile } from '../../domain/token/profile.ts';
import type { StoreOperation } from '../../domain/token/token.ts';
import type { TokenStatusReport } from '../../domain/token/token-status.ts';
import { endOf } from '../../domain/token/verdict.ts';
import type { Roles } from '../accounts/roles.ts';
import type { Clock } from '../clock.ts';
import type { TokenVerifier } from './token-verifier.ts';
import { findOrUnknown } from './unread-tokens.ts';

export interface TokenParts {
  readonly database: Database;
  readonly roles: Roles;
  readonly verifier: TokenVerifier;
  readonly states: { settle(account: Account): Promise<unknown> };
  readonly clock: Clock;
}

export const readTokenStatus = async (parts: TokenParts, account: Account): Promise<TokenStatusReport> => {
  const known = await findOrUnknown(parts, account, async (roles) => {
    const checked = await parts.verifier.check(account, roles);
    await parts.states.settle(account);
    return checked;
  });
  return { checkedAt: parts.clock(), tokens: known.map(({ check }) => check) };
};

export interface TokenExpiry {
  readonly apiName: ApiName;
  readonly expiresAt: Date;
  readonly remainingSeconds: number;
  readonly level: ExpiryLevel;
}

/** When the tokens of the roles end, by the server's clock. Reads the database and nothing else. */
export const readTokenExpiry = async (
  parts: TokenParts,
  account: Account,
): Promise<readonly TokenExpiry[]> => {
  const known = await parts.verifier.lastKnown(account, await parts.roles.list(account));
  const now = parts.clock();
  return known.flatMap(({ role, token }) => {
    const expiresAt = token === undefined ? null : endOf(token);
    if (expiresAt === null) return [];
    return {
      apiName: role.apiName,
      expiresAt,
      remainingSeconds: remainingSeconds(expiresAt, now),
      level: expiryLevel(expiresAt, now),
    };
  });
};

/** A login that worked: whose token it is, and what storing it did. */
export interface LoginSuccess {
  readonly apiName: ApiName;
  readonly databaseLabel: string;
  readonly operation: StoreOperation;
  readonly totalActiveTokens: number;
  readonly profile: Profile;
}

/** The facts of one API's login, if its token is valid: the broker is asked unless it was asked before. Else null. */
export const readLoginSuccess = async (
  parts: TokenParts & { readonly databaseLabel: string },
  account: Account,
  apiName: ApiName,
): Promise<LoginSuccess | null> => {
  const roles = (await parts.roles.list(account)).filter((role) => role.apiName === apiName);
  const [before] = await parts.verifier.lastKnown(account, roles);
  const [known] = before?.check.verdict === 'VALID' ? [before] : await parts.verifier.check(account, roles);
  if (known?.token === undefined || known.check.verdict !== 'VALID') return null;
  const profile = parts.verifier.profileOf(account, known);
  if (profile === null) return null;
  const { database, databaseLabel } = parts;
  return {
    apiName,
    databaseLabel,
    operation: await findOperation(database.read, known.token),
    totalActiveTokens: await countActiveTokens(database.read, account.number),
    profile,
  };
};
