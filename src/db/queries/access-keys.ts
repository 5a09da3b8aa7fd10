import type { Selectable } from 'kysely';
import type { AccessKey, AccessRole } from '../../domain/account/access-key.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import type { Queryable } from '../queryable.ts';
import type { AccessKeysTable } from '../schema/tables.ts';

export interface StoredAccessKey extends AccessKey {
  readonly secretHash: string;
}

export const insertAccessKey = async (trx: Queryable, key: StoredAccessKey): Promise<void> => {
  await trx
    .insertInto('vega_access_keys')
    .values({
      id: key.id,
      name: key.name,
      role: key.role,
      secret_hash: key.secretHash,
      account_id: key.bounds.accountId,
      api_names: key.bounds.apiNames?.join(' ') ?? null,
      created_at: key.createdAt.getTime(),
      revoked_at: null,
    })
    .execute();
};

/** Every key, revoked ones included, the oldest first. */
export const findAccessKeys = async (db: Queryable): Promise<readonly StoredAccessKey[]> => {
  const rows = await db
    .selectFrom('vega_access_keys')
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(toAccessKey);
};

/** Revokes a key for good, and deletes its leases. False when it was revoked before. */
export const markRevoked = async (trx: Queryable, id: string, now: Date): Promise<boolean> => {
  const changed = await trx
    .updateTable('vega_access_keys')
    .set({ revoked_at: now.getTime() })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (changed.numUpdatedRows === 0n) return false;
  await trx.deleteFrom('vega_token_leases').where('key_id', '=', id).execute();
  return true;
};

/** Whether a key may still be used. */
export const isLiveKey = async (db: Queryable, id: string): Promise<boolean> => {
  const row = await db
    .selectFrom('vega_access_keys')
    .select('id')
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
};

const toAccessKey = (row: Selectable<AccessKeysTable>): StoredAccessKey => ({
  id: row.id,
  name: row.name,
  role: row.role as AccessRole,
  bounds: {
    accountId: row.account_id,
    apiNames: row.api_names === null ? null : (row.api_names.split(' ') as ApiName[]),
  },
  createdAt: new Date(row.created_at),
  revokedAt: row.revoked_at === null ? null : new Date(row.revoked_at),
  secretHash: row.secret_hash,
});
