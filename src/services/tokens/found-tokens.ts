import type { Database } from '../../db/database.ts';
import { findHeldTokens } from '../../db/queries/roles.ts';
import { findTokens } from '../../db/queries/tokens.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import { asStoredToken, type HeldToken } from '../../domain/role/held-token.ts';
import type { Role } from '../../domain/role/role.ts';
import type { StoredToken } from '../../domain/token/token.ts';

/** The tokens of an account, wherever they are stored. */
export interface FoundTokens {
  readonly table: readonly StoredToken[];
  readonly held: readonly HeldToken[];
}

export const findAllTokens = async (
  db: Queryable,
  { number }: Pick<Account, 'number'>,
  database: Database,
): Promise<FoundTokens> => ({
  table: await findTokens(db, number, database),
  held: await findHeldTokens(db, number, database.vault),
});

/** The yearly token that serves a role. */
export const heldTokenOf = ({ source }: Role, { held }: FoundTokens): HeldToken | undefined =>
  source?.kind === 'HELD' ? held.find(({ kind }) => kind === source.held) : undefined;

/** The token that serves a role, in the role's own version. */
export const tokenOf = (role: Role, tokens: FoundTokens, account: Account): StoredToken | undefined => {
  const held = heldTokenOf(role, tokens);
  const token = held === undefined ? inTable(role, tokens) : asStoredToken(held, role.apiName, account);
  return token && { ...token, version: token.version + role.versionBase };
};

/** A yearly token is in the table only for other programs, and never serves a role from there. */
const inTable = ({ source }: Role, { table, held }: FoundTokens): StoredToken | undefined => {
  if (source?.kind !== 'TABLE') return undefined;
  const token = table.find(({ apiName }) => apiName === source.apiName);
  return held.some(({ fingerprint }) => fingerprint === token?.fingerprint) ? undefined : token;
};
