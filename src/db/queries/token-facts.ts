import type { StoredToken, StoreOperation } from '../../domain/token/token.ts';
import type { Queryable } from '../queryable.ts';
import { ofAccount } from './tokens.ts';

export const countActiveTokens = async (db: Queryable, accountNumber: number): Promise<number> => {
  const { count } = await db
    .selectFrom('upstox_tokens')
    .select((row) => row.fn.countAll<number>().as('count'))
    .where(ofAccount(accountNumber))
    .where('is_active', '=', 1)
    .executeTakeFirstOrThrow();
  return Number(count);
};

/** Whether storing this token replaced another one. One that another program wrote counts as inserted. */
export const findOperation = async (
  db: Queryable,
  token: Pick<StoredToken, 'accountNumber' | 'apiName' | 'fingerprint'>,
): Promise<StoreOperation> => {
  const row = await db
    .selectFrom('vega_token_versions')
    .select('operation')
    .where('account_number', '=', token.accountNumber)
    .where('api_name', '=', token.apiName)
    .where('fingerprint', '=', token.fingerprint)
    .executeTakeFirst();
  return row?.operation === 'REPLACED' ? 'REPLACED' : 'INSERTED';
};
