import { countActiveTokens, findOperation } from '../../db/queries/token-facts.ts';
import type { Account } from '../../domain/account.ts';
import type { ApiName } from '../../domain/api-name.ts';
import { type ExpiryLevel, expiryLevel, remainingSeconds } from '../../domain/expiry.ts';
import type { Profile } from '../../domain/profile.ts';
import type { StoreOperation } from '../../domain/token.ts';
import type { TokenStatusReport } from '../../domain/token-status.ts';
import { endOf } from '../../domain/verdict.ts';
import type { Services } from '../services.ts';

type Facts = Pick<Services, 'database' | 'verifier' | 'apiConfigs' | 'clock' | 'states' | 'databaseLabel'>;

/** Asks both layers about every enabled API. */
export const readTokenStatus = async (services: Facts, account: Account): Promise<TokenStatusReport> => {
  const known = await services.verifier.check(account, await services.apiConfigs.enabled(account));
  await services.states.settle(account);
  return { checkedAt: services.clock(), tokens: known.map(({ check }) => check) };
};

export interface TokenExpiry {
  readonly apiName: ApiName;
  readonly expiresAt: Date;
  readonly remainingSeconds: number;
  readonly level: ExpiryLevel;
}

/** When the tokens of the enabled APIs end, by the server's clock. Reads the database and nothing else. */
export const readTokenExpiry = async (services: Facts, account: Account): Promise<readonly TokenExpiry[]> => {
  const known = await services.verifier.lastKnown(account, await services.apiConfigs.enabled(account));
  const now = services.clock();
  return known.flatMap(({ config, token }) => {
    const expiresAt = token === undefined ? null : endOf(token);
    if (expiresAt === null) return [];
    return {
      apiName: config.apiName,
      expiresAt,
      remainingSeconds: remainingSeconds(expiresAt, now),
      level: expiryLevel(expiresAt, now),
    };
  });
};

/** A login that worked: whose token it is, and what storing it did. */
export interface LoginSuccess {
  readonly apiName: ApiName;
  readonly databaseLabel: string;
  readonly operation: StoreOperation;
  readonly totalActiveTokens: number;
  readonly profile: Profile;
}

/** The facts of one API's login, if its token is valid: the broker is asked unless it was asked before. Else null. */
export const readLoginSuccess = async (
  services: Facts,
  account: Account,
  apiName: ApiName,
): Promise<LoginSuccess | null> => {
  const configs = (await services.apiConfigs.enabled(account)).filter((config) => config.apiName === apiName);
  const [before] = await services.verifier.lastKnown(account, configs);
  const [known] =
    before?.check.verdict === 'VALID' ? [before] : await services.verifier.check(account, configs);
  if (known?.token === undefined || known.check.verdict !== 'VALID') return null;
  const profile = services.verifier.profileOf(account, known.token);
  if (profile === null) return null;
  const { database, databaseLabel } = services;
  return {
    apiName,
    databaseLabel,
    operation: await findOperation(database.read, known.token),
    totalActiveTokens: await countActiveTokens(database.read, account.number),
    profile,
  };
};
