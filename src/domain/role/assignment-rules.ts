import type { ApiName } from '../account/api-name.ts';
import { Refusal } from '../refusal.ts';
import type { Role, RoleCredential } from './role.ts';

/** What the operator wants a role to be served by. */
export interface AssignmentWish {
  readonly apiName: ApiName;
  readonly credential: RoleCredential;
  readonly sharedWith: ApiName | null;
}

/** Refuses what would leave PRIMARY without orders, or a role without a token that could ever be there. */
export const refuseAssignment = (
  { apiName, credential, sharedWith }: AssignmentWish,
  roles: readonly Role[],
  apps: readonly { readonly apiName: ApiName; readonly enabled: boolean }[],
): void => {
  if (apiName === 'PRIMARY' && credential !== 'LOGIN' && credential !== 'PASTED')
    throw notAllowed(`PRIMARY places the orders: ${credential} is not for it.`, 'Use LOGIN or PASTED.');
  if ((credential === 'SHARED') !== (sharedWith !== null))
    throw new Refusal(
      'BAD_USER_INPUT',
      'sharedWith goes with SHARED, and with nothing else.',
      credential === 'SHARED' ? 'Name the role whose token it shares.' : 'Leave sharedWith out.',
    );
  if (credential === 'LOGIN' && !apps.some((app) => app.apiName === apiName && app.enabled))
    throw new Refusal(
      'API_NOT_CONFIGURED',
      `${apiName} has no API app that is enabled, so no login makes its token.`,
      'Store one with saveApiConfig, or choose another credential; removeRole ends the role.',
    );
  if (credential === 'SHARED') refuseSharing(apiName, sharedWith, roles);
};

const refuseSharing = (apiName: ApiName, sharedWith: ApiName | null, roles: readonly Role[]): void => {
  const other = roles.find((role) => role.apiName === sharedWith);
  if (sharedWith === apiName) throw notAllowed(`${apiName} cannot share with itself.`, OWN_TOKEN);
  if (other === undefined) throw notAllowed(`The account has no role ${sharedWith}.`, OWN_TOKEN);
  if (other.credential === 'SHARED')
    throw notAllowed(`${sharedWith} has no token of its own: it shares with ${other.sharedWith}.`, OWN_TOKEN);
  const sharing = roles.filter((role) => role.sharedWith === apiName).map((role) => role.apiName);
  if (sharing.length > 0)
    throw notAllowed(
      `${sharing.join(', ')} shares the token of ${apiName}, which then has none.`,
      `Assign another credential to ${sharing.join(', ')} first.`,
    );
};

const OWN_TOKEN = 'Name a role that has a token of its own, such as PRIMARY.';

const notAllowed = (message: string, nextAction: string): Refusal =>
  new Refusal('CREDENTIAL_NOT_ALLOWED', message, nextAction);
