import type { Account } from '../../domain/account/account.ts';
import { sourceKey } from '../../domain/role/role.ts';
import type { Roles } from '../accounts/roles.ts';
import type { EventLog } from '../events/event-log.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';

interface Parts {
  readonly roles: Roles;
  readonly verifier: TokenVerifier;
  readonly events: EventLog;
}

/** Publishes of every role with that token that it has another one; `source` is an API, or the kind of a held token. */
export const announceToken = async (
  { roles, verifier, events }: Parts,
  account: Account,
  source: string,
): Promise<void> => {
  const known = await verifier.lastKnown(account, await roles.list(account));
  for (const { role, token } of known) {
    if (sourceKey(role) !== source || token === undefined) continue;
    const stored = { apiName: role.apiName, version: token.version };
    events.publish(account.id, { kind: 'TOKEN_STORED', stored });
  }
};
