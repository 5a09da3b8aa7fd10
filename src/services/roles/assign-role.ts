import { findHeldTokens } from '../../db/queries/roles.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import { Refusal } from '../../domain/refusal.ts';
import { type AssignmentWish, refuseAssignment } from '../../domain/role/assignment-rules.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import type { Roles } from '../accounts/roles.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { AuthStates } from '../auth-state/auth-states.ts';
import type { EventLog } from '../events/event-log.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';
import { type AccountRole, type ListParts, listAccountRoles } from './account-roles.ts';
import { changeRoles, storeAssignment } from './change-roles.ts';
import { removeHeldFromTable, writeHeldToTable } from './token-table.ts';

export interface RoleParts extends AuditedWrites, ListParts {
  readonly roles: Roles;
  readonly apiConfigs: ApiConfigs;
  readonly verifier: TokenVerifier;
  readonly states: AuthStates;
  readonly events: EventLog;
}

/** The operator chooses what serves a role. Nothing is asked of the broker before the role's token is. */
export const assignRole = async (
  parts: RoleParts,
  account: Account,
  wish: AssignmentWish,
  by: string,
): Promise<AccountRole> => {
  const { roles, apiConfigs, database, audit, clock } = parts;
  await changeRoles(parts, account, async (trx) => {
    const apps = await apiConfigs.listIn(trx, account);
    refuseAssignment(wish, await roles.listIn(trx, account), apps);
    await storeAssignment(trx, parts, account, { ...wish, endsAt: null }, by);
    const held = await findHeldTokens(trx, account.number, database.vault);
    await removeHeldFromTable(trx, database, account, held, wish.apiName);
    const written = held.find(({ kind, isInTokenTable }) => kind === wish.credential && isInTokenTable);
    if (written !== undefined)
      await writeHeldToTable(trx, database, account, {
        ...{ apiNames: [wish.apiName], apps, held: written, now: clock() },
      });
    const { credential, sharedWith } = wish;
    const facts = { credential, sharedWith, until: null, by };
    await audit.note(trx, 'ROLE_ASSIGNED', facts, { accountId: account.id, apiName: wish.apiName });
  });
  const role = await roles.get(account, wish.apiName);
  const [known] = await parts.verifier.lastKnown(account, [role]);
  if (known?.check.verdict === 'UNKNOWN') await parts.verifier.check(account, [role]);
  await settleRoles(parts, account);
  return findRole(parts, account, wish.apiName);
};

/** Ends a role that has no app; false when it had no assignment. What is left of it keeps its versions. */
export const removeRole = async (
  parts: RoleParts,
  account: Account,
  apiName: ApiName,
  by: string,
): Promise<boolean> => {
  const { database, audit } = parts;
  const isRemoved = await changeRoles(parts, account, async (trx) => {
    if (!(await isRemovable(trx, parts, account, apiName))) return false;
    const byLogin = { apiName, credential: 'LOGIN', sharedWith: null, endsAt: null } as const;
    await storeAssignment(trx, parts, account, byLogin, by);
    const held = await findHeldTokens(trx, account.number, database.vault);
    await removeHeldFromTable(trx, database, account, held, apiName);
    await audit.note(trx, 'ROLE_REMOVED', { by }, { accountId: account.id, apiName });
    return true;
  });
  await settleRoles(parts, account);
  return isRemoved;
};

/** False where the account has no such role; refused where it has to stay. */
const isRemovable = async (
  trx: Queryable,
  { apiConfigs, roles }: RoleParts,
  account: Account,
  apiName: ApiName,
): Promise<boolean> => {
  if ((await apiConfigs.listIn(trx, account)).some((app) => app.apiName === apiName && app.enabled))
    throw new Refusal(
      'WRONG_STATE',
      `${apiName} has an API app that is enabled, so the role stays.`,
      'Assign LOGIN to it, or switch its app off first with setApiConfigEnabled.',
    );
  const present = await roles.listIn(trx, account);
  const sharing = present.filter((role) => role.sharedWith === apiName);
  if (sharing.length > 0)
    throw new Refusal(
      'WRONG_STATE',
      `${sharing.map((role) => role.apiName).join(', ')} shares its token.`,
      'Assign another credential to them first.',
    );
  return present.some((role) => role.apiName === apiName);
};

export const settleRoles = async ({ states }: Pick<RoleParts, 'states'>, account: Account): Promise<void> => {
  await states.settle(account);
  await states.publishChanges(account);
  await states.publishProgress(account);
};

export const findRole = async (
  parts: RoleParts,
  account: Account,
  apiName: ApiName,
): Promise<AccountRole> => {
  const found = (await listAccountRoles(parts, account)).find(({ role }) => role.apiName === apiName);
  if (found !== undefined) return found;
  throw new Refusal('NOT_FOUND', `The account has no role ${apiName}.`, 'Ask `roles` for those there are.');
};
