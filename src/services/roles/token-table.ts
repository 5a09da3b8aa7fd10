import type { Database } from '../../db/database.ts';
import { replaceToken } from '../../db/queries/token-replacement.ts';
import { findTokens, removeToken } from '../../db/queries/tokens.ts';
import type { Queryable } from '../../db/queryable.ts';
import { fingerprint } from '../../db/secrets/fingerprint.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import { API_NAMES, type ApiName } from '../../domain/account/api-name.ts';
import type { HeldToken } from '../../domain/role/held-token.ts';
import type { Secret } from '../../domain/secret.ts';

/** What `upstox_tokens` says of a token that no login of ours made: the app's columns are empty where there is no app. */
export const rowFor = (
  account: Account,
  apiName: ApiName,
  apps: readonly ApiConfig[],
  token: { readonly accessToken: Secret; readonly issuedAt: Date; readonly expiresAt: Date },
) => {
  const app = apps.find((one) => one.apiName === apiName);
  return {
    ...token,
    accountNumber: account.number,
    apiName,
    isPrimary: apiName === 'PRIMARY',
    apiIndex: app?.apiIndex ?? API_NAMES.indexOf(apiName),
    clientId: app?.clientId ?? null,
    clientSecret: app?.clientSecret ?? null,
    redirectUri: app?.redirectUri ?? null,
  };
};

/** Writes a yearly token where other programs look for a role's token; the operator has to want that. */
export const writeHeldToTable = async (
  trx: Queryable,
  database: Database,
  account: Account,
  {
    apiNames,
    apps,
    held,
    now,
  }: {
    readonly apiNames: readonly ApiName[];
    readonly apps: readonly ApiConfig[];
    readonly held: Pick<HeldToken, 'accessToken' | 'expiresAt' | 'importedAt'>;
    readonly now: Date;
  },
): Promise<void> => {
  const { accessToken, importedAt } = held;
  const expiresAt = held.expiresAt ?? new Date(importedAt.getTime() + YEAR_MS);
  for (const apiName of apiNames) {
    const row = rowFor(account, apiName, apps, { accessToken, issuedAt: importedAt, expiresAt });
    await replaceToken(trx, row, database, now);
  }
};

const YEAR_MS = 365 * 86_400_000;

/** Takes yearly tokens out of the table again: from one API, or from all of them. */
export const removeHeldFromTable = async (
  trx: Queryable,
  database: Database,
  account: Account,
  held: readonly Pick<HeldToken, 'fingerprint'>[],
  apiName: ApiName | null = null,
): Promise<void> => {
  for (const token of await findTokens(trx, account.number, database)) {
    const isHeld = held.some((one) => one.fingerprint === fingerprint(token.accessToken));
    if (isHeld && (apiName === null || token.apiName === apiName)) await removeToken(trx, token, database);
  }
};
