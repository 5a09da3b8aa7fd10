import { findAssignments, saveAssignment } from '../../db/queries/roles.ts';
import { findSourceVersions } from '../../db/queries/token-facts.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import type { RoleAssignment } from '../../domain/role/role.ts';
import { nextVersionBase } from '../../domain/role/role-versions.ts';
import type { StoredToken } from '../../domain/token/token.ts';
import type { Roles } from '../accounts/roles.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { EventLog } from '../events/event-log.ts';
import { refuseOutage } from '../storage/backups.ts';
import { findAllTokens, tokenOf } from '../tokens/found-tokens.ts';

interface Parts extends AuditedWrites {
  readonly roles: Roles;
  readonly events: EventLog;
}

type RoleToken = Pick<StoredToken, 'apiName' | 'fingerprint' | 'version'>;

/**
 * Runs `work` in one transaction, and publishes of every role whose token is another one behind it that it is, once. Refused
 * during an outage: written later, it would replace what another process has assigned since.
 */
export const changeRoles = async <Result>(
  parts: Parts,
  account: Account,
  work: (transaction: Queryable) => Promise<Result>,
): Promise<Result> => {
  const { database, events } = parts;
  refuseOutage(database);
  let changed: readonly RoleToken[] = [];
  const result = await database.write(
    async (transaction) => {
      const before = await tokensOfRoles(transaction, parts, account);
      const done = await work(transaction);
      const after = await tokensOfRoles(transaction, parts, account);
      changed = after.filter((token) => !before.some((one) => isSame(one, token)));
      return done;
    },
    { mustLast: true },
  );
  for (const { apiName, version } of changed)
    events.publish(account.id, { kind: 'TOKEN_STORED', stored: { apiName, version } });
  return result;
};

const tokensOfRoles = async (
  transaction: Queryable,
  { roles, database }: Parts,
  account: Account,
): Promise<readonly RoleToken[]> => {
  const found = await findAllTokens(transaction, account, database);
  return (await roles.listIn(transaction, account)).flatMap((role) => {
    const token = tokenOf(role, found, account);
    return token === undefined ? [] : { ...token, apiName: role.apiName };
  });
};

const isSame = (one: RoleToken, other: RoleToken): boolean =>
  one.apiName === other.apiName && one.fingerprint === other.fingerprint && one.version === other.version;

/** Stores what serves a role from now on. Its versions go on rising when its token comes from elsewhere. */
export const storeAssignment = async (
  transaction: Queryable,
  { database, clock }: Pick<AuditedWrites, 'database' | 'clock'>,
  { number }: Account,
  wish: Omit<RoleAssignment, 'versionBase'>,
  by: string,
): Promise<void> => {
  const assignments = await findAssignments(transaction, number);
  const versions = await findSourceVersions(transaction, number, database);
  const versionBase = nextVersionBase(wish, assignments, versions);
  await saveAssignment(transaction, number, { ...wish, versionBase }, { at: clock(), by });
};
