import { LoginFailure } from '../../broker/login/login-failure.ts';
import { findAssignments } from '../../db/queries/roles.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import { credentialAt, type RoleAssignment } from '../../domain/role/role.ts';
import type { LiveStep } from '../runs/live-step.ts';

/** Why a login for the role is not needed any more; null where it is. */
export const needlessLogin = (
  apiName: ApiName,
  assignments: readonly RoleAssignment[],
  now: Date,
): LoginFailure | null => {
  const credential = credentialAt(apiName, assignments, now);
  if (credential === 'LOGIN') return null;
  return new LoginFailure(
    'ROLE_NEEDS_NO_LOGIN',
    `${apiName} is ${credential} by now: no login makes its token.`,
  );
};

/** As it is stored now. */
export const findNeedlessLogin = async (
  db: Queryable,
  { number }: Pick<Account, 'number'>,
  apiName: ApiName,
  now: Date,
): Promise<LoginFailure | null> => needlessLogin(apiName, await findAssignments(db, number), now);

/** Ends the login of a role that another credential serves by now. */
export const refuseNeedlessLogin = async (
  db: Queryable,
  { account, config }: Pick<LiveStep, 'account' | 'config'>,
  now: Date,
): Promise<void> => {
  const needless = await findNeedlessLogin(db, account, config.apiName, now);
  if (needless !== null) throw needless;
};
