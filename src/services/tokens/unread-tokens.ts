import type { Database } from '../../db/database.ts';
import { DatabaseUnavailable } from '../../db/database-error.ts';
import type { Account } from '../../domain/account/account.ts';
import type { Role } from '../../domain/role/role.ts';
import type { Roles } from '../accounts/roles.ts';
import type { KnownToken, TokenVerifier } from './token-verifier.ts';

interface Parts {
  readonly database: Database;
  readonly roles: Roles;
  readonly verifier: TokenVerifier;
}

/** What `ask` finds of the tokens of an account's roles. While the database cannot be read each of them is UNKNOWN. */
export const findOrUnknown = async (
  { database, roles }: Pick<Parts, 'database' | 'roles'>,
  account: Account,
  ask: (roles: readonly Role[]) => Promise<readonly KnownToken[]>,
): Promise<readonly KnownToken[]> => {
  try {
    return await ask(await roles.list(account));
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable)) throw error;
    const known = await roles.listKnown(account);
    return known.map((role) => unreadToken(role, database.storageOf(account.number, role.apiName)));
  }
};

/** The tokens of the roles without asking the broker. */
export const readTokens = (parts: Parts, account: Account): Promise<readonly KnownToken[]> =>
  findOrUnknown(parts, account, (roles) => parts.verifier.lastKnown(account, roles));

const unreadToken = (role: Role, storage: KnownToken['storage']): KnownToken => ({
  role,
  token: undefined,
  check: {
    apiName: role.apiName,
    verdict: 'UNKNOWN',
    timeValid: false,
    profileValid: null,
    reason: 'DATABASE_UNAVAILABLE',
    httpStatus: null,
  },
  checkedAt: null,
  ...(storage === undefined ? {} : { storage }),
});
