import type { Database } from '../../db/database.ts';
import type { EndedToken } from '../../domain/run/generation-run.ts';
import { findEndedTokens } from '../../domain/token/ended-token.ts';
import { getAccount } from '../accounts/accounts.ts';
import type { Roles } from '../accounts/roles.ts';
import type { Job } from '../runs/job.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';

interface Needs {
  readonly database: Database;
  readonly verifier: TokenVerifier;
  readonly roles: Roles;
}

/**
 * Asks the broker once more about every enabled token that was last asked about before the run's last one was made: a broker
 * that keeps one token per user has ended it. Answers the tokens that this run has ended.
 */
export const recheckTokens = async (
  { live, account: { id }, validBefore }: Job,
  { database, verifier, roles }: Needs,
): Promise<readonly EndedToken[]> => {
  const account = await getAccount(database, id);
  const present = await roles.list(account);
  const known =
    live.madeAt === 0
      ? await verifier.lastKnown(account, present)
      : await verifier.checkSince(account, present, live.madeAt);
  const isSame = validBefore.filter(({ apiName, fingerprint }) =>
    known.some(({ role, token }) => role.apiName === apiName && token?.fingerprint === fingerprint),
  );
  return findEndedTokens(
    live.state,
    isSame.map(({ apiName }) => apiName),
    known.map(({ check }) => check),
  );
};
