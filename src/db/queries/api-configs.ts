import type { Selectable } from 'kysely';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import { type ApiName, isApiName } from '../../domain/account/api-name.ts';
import { Secret } from '../../domain/secret.ts';
import type { Queryable } from '../queryable.ts';
import type { UpstoxApiConfigsTable } from '../schema/tables.ts';
import { configSecretPlace, type Vault } from '../secrets/vault.ts';

/** The account's API apps; those of the predecessor without a redirect URI get `redirectUri`. */
export const findApiConfigs = async (
  db: Queryable,
  accountNumber: number,
  vault: Vault,
  redirectUri: string,
): Promise<readonly ApiConfig[]> => {
  const rows = await db
    .selectFrom('upstox_api_configs')
    .selectAll()
    .where('account_number', '=', accountNumber)
    .orderBy('api_index')
    .execute();
  return rows.flatMap((row) => toApiConfig(row, vault, redirectUri) ?? []);
};

export interface ApiConfigChange extends Pick<ApiConfig, 'apiName' | 'apiIndex' | 'clientId' | 'enabled'> {
  /** Null keeps the one that is stored. */
  readonly clientSecret: Secret | null;
  readonly redirectUri: string | null;
}

export const saveApiConfig = async (
  trx: Queryable,
  accountNumber: number,
  change: ApiConfigChange,
  vault: Vault,
  now: Date,
): Promise<void> => {
  const place = configSecretPlace(accountNumber, change.apiName);
  const values = {
    api_index: change.apiIndex,
    client_id: change.clientId,
    redirect_uri: change.redirectUri,
    is_primary: change.apiName === 'PRIMARY' ? 1 : 0,
    enabled: change.enabled ? 1 : 0,
    updated_at: now.getTime(),
  };
  const secret =
    change.clientSecret === null ? {} : { client_secret: vault.seal(change.clientSecret, place) };
  const updated = await trx
    .updateTable('upstox_api_configs')
    .set({ ...values, ...secret })
    .where('account_number', '=', accountNumber)
    .where('api_name', '=', change.apiName)
    .executeTakeFirst();
  if (updated.numUpdatedRows > 0n) return;
  await trx
    .insertInto('upstox_api_configs')
    .values({
      ...values,
      client_secret: '',
      ...secret,
      api_name: change.apiName,
      created_at: now.getTime(),
      account_number: accountNumber,
    })
    .execute();
};

/** True when there was one. */
export const removeApiConfig = async (
  trx: Queryable,
  accountNumber: number,
  apiName: ApiName,
): Promise<boolean> => {
  const removed = await trx
    .deleteFrom('upstox_api_configs')
    .where('account_number', '=', accountNumber)
    .where('api_name', '=', apiName)
    .executeTakeFirst();
  return removed.numDeletedRows > 0n;
};

const toApiConfig = (
  row: Selectable<UpstoxApiConfigsTable>,
  vault: Vault,
  redirectUri: string,
): ApiConfig | null => {
  if (!isApiName(row.api_name)) return null;
  const place = configSecretPlace(row.account_number, row.api_name);
  return {
    apiIndex: row.api_index,
    apiName: row.api_name,
    clientId: row.client_id,
    clientSecret: new Secret(() => vault.open(row.client_secret, place).reveal()),
    redirectUri: row.redirect_uri ?? redirectUri,
    isPrimary: row.api_name === 'PRIMARY',
    enabled: row.enabled !== 0,
    source: 'DATABASE',
  };
};
