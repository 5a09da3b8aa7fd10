import type { Database } from '../../db/database.ts';
import { SealError } from '../../db/secrets/vault.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import { Refusal } from '../../domain/refusal.ts';
import { isByLogin, type Role } from '../../domain/role/role.ts';
import type { GenerationRequest } from '../../domain/run/decision.ts';

/** A login would replace a token that comes from elsewhere. */
export const refuseNeedlessLogins = (request: GenerationRequest, roles: readonly Role[]): void => {
  const needless = roles.filter((role) => request.apiNames.includes(role.apiName) && !isByLogin(role));
  if (needless.length === 0) return;
  const said = needless.map(({ apiName, credential }) => `${apiName} is ${credential}`).join(', ');
  throw new Refusal(
    'ROLE_NEEDS_NO_LOGIN',
    `No login makes the token of a role with another credential: ${said}.`,
    'Leave it out, or assign LOGIN to it with assignRole first.',
  );
};

export const refuseUnknownNames = (request: GenerationRequest, enabled: readonly ApiConfig[]): void => {
  const unknown = request.apiNames.filter((name) => !enabled.some(({ apiName }) => apiName === name));
  // An account without apps gets a refusal of its own.
  if (unknown.length === 0 || enabled.length === 0) return;
  throw new Refusal(
    'BAD_USER_INPUT',
    `${unknown.join(', ')} is not configured or not enabled.`,
    `Use one of ${enabled.map(({ apiName }) => apiName).join(', ')}, or configure it.`,
  );
};

/** A client secret that does not open would be found out only after an OTP and a PIN were spent. */
export const refuseUnreadable = (apis: readonly ApiConfig[]): void => {
  for (const { apiName, clientSecret } of apis) {
    try {
      clientSecret.reveal();
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      throw new Refusal(
        'SECRET_UNREADABLE',
        `The client secret of ${apiName} cannot be opened: ${error.message}`,
        'Save the client secret again with saveApiConfig.',
      );
    }
  }
};

/** A table that would refuse the tokens is found out before the run is stored. */
export const refuseUnfitTables = async (
  database: Database,
  account: Account,
  apis: readonly ApiConfig[],
  now: Date,
): Promise<void> => {
  const unfit = await database.findUnfitTable({ account, configs: apis, now });
  if (unfit !== null) throw new Refusal('DATABASE_UNAVAILABLE', unfit.message, unfit.cure);
};
