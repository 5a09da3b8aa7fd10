import type { ApiName } from '../../domain/account/api-name.ts';
import type { Queryable } from '../queryable.ts';

/** The last version of a token that was leased to a key. */
export interface LeaseRecord {
  readonly keyId: string;
  readonly accountId: string;
  readonly apiName: ApiName;
  readonly version: number;
  readonly leasedAt: Date;
}

export const recordLease = async (trx: Queryable, lease: LeaseRecord): Promise<void> => {
  const { keyId, accountId, apiName, version, leasedAt } = lease;
  await trx
    .insertInto('vega_token_leases')
    .values({
      key_id: keyId,
      account_id: accountId,
      api_name: apiName,
      version,
      leased_at: leasedAt.getTime(),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['key_id', 'account_id', 'api_name'])
        .doUpdateSet({ version, leased_at: leasedAt.getTime() }),
    )
    .execute();
};

export const findLeases = async (db: Queryable, accountId: string): Promise<readonly LeaseRecord[]> => {
  const rows = await db
    .selectFrom('vega_token_leases')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('leased_at')
    .orderBy('key_id')
    .orderBy('api_name')
    .execute();
  return rows.map((row) => ({
    keyId: row.key_id,
    accountId: row.account_id,
    apiName: row.api_name as ApiName,
    version: row.version,
    leasedAt: new Date(row.leased_at),
  }));
};
