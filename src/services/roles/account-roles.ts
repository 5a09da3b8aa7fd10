import type { Account } from '../../domain/account/account.ts';
import type { HeldToken } from '../../domain/role/held-token.ts';
import { lossOf } from '../../domain/role/loss.ts';
import { plansFor, type RolePlan } from '../../domain/role/role-plan.ts';
import { reasonText } from '../../domain/token/verdict.ts';
import type { Roles } from '../accounts/roles.ts';
import type { Runs } from '../runs/runs.ts';
import type { KnownToken, TokenVerifier } from '../tokens/token-verifier.ts';

/** So many runs say whether the broker rejects an app. */
const RUNS_READ = 5;

/** A role as clients see it. */
export interface AccountRole extends KnownToken {
  readonly accountId: string;
  readonly isDegraded: boolean;
  /** What it cannot do, and why its token is not VALID; null where neither is so. */
  readonly reason: string | null;
  readonly plans: readonly RolePlan[];
}

export interface ListParts {
  readonly roles: Roles;
  readonly verifier: TokenVerifier;
  readonly runs: Runs;
}

/** The roles of an account, PRIMARY first; the broker is not asked. */
export const listAccountRoles = async (
  { roles, verifier, runs }: ListParts,
  account: Account,
): Promise<readonly AccountRole[]> => {
  const known = await verifier.lastKnown(account, await roles.list(account));
  const held = await verifier.heldTokens(account);
  const last = await runs.last(account.id, RUNS_READ);
  return known.map((one) => {
    const loss = lossOf(one.role);
    const why = reasonText(one.check);
    const said = [loss, why === null ? null : `Its token is ${one.check.verdict} (${why}).`];
    const reason = said.filter((text) => text !== null).join(' ');
    return {
      ...one,
      accountId: account.id,
      isDegraded: loss !== null,
      reason: reason === '' ? null : reason,
      plans: plansFor(one.role, last, held),
    };
  });
};

export const listHeldTokens = (
  { verifier }: Pick<ListParts, 'verifier'>,
  account: Account,
): Promise<readonly HeldToken[]> => verifier.heldTokens(account);
