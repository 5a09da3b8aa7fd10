import type { Account } from '../../domain/account/account.ts';
import { lossOf } from '../../domain/role/loss.ts';
import { reasonText } from '../../domain/token/verdict.ts';
import type { KnownToken, TokenVerifier } from '../tokens/token-verifier.ts';
import type { Roles } from './roles.ts';

/** A role as clients see it. */
export interface AccountRole extends KnownToken {
  readonly accountId: string;
  /** What it cannot do, and why its token is not VALID; null where neither is so. */
  readonly reason: string | null;
  readonly isDegraded: boolean;
}

interface Parts {
  readonly roles: Roles;
  readonly verifier: TokenVerifier;
}

/** The roles of an account, PRIMARY first; the broker is not asked. */
export const listAccountRoles = async (
  { roles, verifier }: Parts,
  account: Account,
): Promise<readonly AccountRole[]> => {
  const known = await verifier.lastKnown(account, await roles.list(account));
  return known.map((one) => {
    const loss = lossOf(one.role);
    const said = [loss, reasonText(one.check)].filter((text) => text !== null);
    return {
      ...one,
      accountId: account.id,
      isDegraded: loss !== null,
      reason: said.length === 0 ? null : said.join(' '),
    };
  });
};
