import { findHeldTokens, removeAssignment, saveAssignment } from '../../db/queries/roles.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import { Refusal } from '../../domain/refusal.ts';
import { type AssignmentWish, refuseAssignment } from '../../domain/role/assignment-rules.ts';
import { type Role, type RoleAssignment, rolesOf, sourceKey } from '../../domain/role/role.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import type { Roles } from '../accounts/roles.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { AuthStates } from '../auth-state/auth-states.ts';
import type { EventLog } from '../events/event-log.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';
import { type AccountRole, type ListParts, listAccountRoles } from './account-roles.ts';
import { announceToken } from './announce-token.ts';
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
  const apps = await apiConfigs.list(account);
  refuseAssignment(wish, await roles.list(account), apps);
  const assignment = await plannedAssignment(parts, account, { ...wish, endsAt: null });
  await database.write(async (trx) => {
    await saveAssignment(trx, account.number, assignment, { at: clock(), by });
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
  await announceToken(parts, account, sourceKey(role));
  await settleRoles(parts, account);
  return findRole(parts, account, wish.apiName);
};

/** Ends a role that has no app; false when it had no assignment. */
export const removeRole = async (
  parts: RoleParts,
  account: Account,
  apiName: ApiName,
  by: string,
): Promise<boolean> => {
  const { apiConfigs, database, audit, roles } = parts;
  if ((await apiConfigs.enabled(account)).some((app) => app.apiName === apiName))
    throw new Refusal(
      'WRONG_STATE',
      `${apiName} has an API app that is enabled, so the role stays.`,
      'Assign LOGIN to it, or switch its app off first with setApiConfigEnabled.',
    );
  const sharing = (await roles.list(account)).filter((role) => role.sharedWith === apiName);
  if (sharing.length > 0)
    throw new Refusal(
      'WRONG_STATE',
      `${sharing.map((role) => role.apiName).join(', ')} shares its token.`,
      'Assign another credential to them first.',
    );
  const isRemoved = await database.write(async (trx) => {
    if (!(await removeAssignment(trx, account.number, apiName))) return false;
    const held = await findHeldTokens(trx, account.number, database.vault);
    await removeHeldFromTable(trx, database, account, held, apiName);
    await audit.note(trx, 'ROLE_REMOVED', { by }, { accountId: account.id, apiName });
    return true;
  });
  await settleRoles(parts, account);
  return isRemoved;
};

/** The versions of a role go on rising when its token comes from elsewhere: programs tell a new token by its version. */
export const plannedAssignment = async (
  { roles, apiConfigs, verifier, clock }: RoleParts,
  account: Account,
  wish: Omit<RoleAssignment, 'versionBase'>,
): Promise<RoleAssignment> => {
  const before = (await roles.list(account)).find(({ apiName }) => apiName === wish.apiName);
  const [known] = before === undefined ? [] : await verifier.lastKnown(account, [before]);
  const assigned = await roles.assignments(account);
  const draft: RoleAssignment = { ...wish, versionBase: 0 };
  const others = assigned.filter(({ apiName }) => apiName !== wish.apiName);
  const after = rolesOf(await apiConfigs.list(account), [...others, draft], clock());
  const [next] = await verifier.lastKnown(
    account,
    after.filter(({ apiName }) => apiName === wish.apiName),
  );
  const isSame = before !== undefined && next !== undefined && isSameSource(before, next.role);
  const base = before?.versionBase ?? 0;
  const last = known?.token?.version ?? base;
  return { ...draft, versionBase: isSame ? base : last + 1 - (next?.token?.version ?? 0) };
};

const isSameSource = (one: Role, other: Role): boolean => sourceKey(one) === sourceKey(other);

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
