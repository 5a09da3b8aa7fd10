import type { StoredToken, StoreOperation } from '../../domain/token/token.ts';
import type { Queryable } from '../queryable.ts';
import { findTokens, ofAccount, type TokenFormat } from './tokens.ts';

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

/** How many versions the tokens of each API and of each yearly kind have had, also of those that are gone. */
export const findSourceVersions = async (
  db: Queryable,
  accountNumber: number,
  format: TokenFormat,
): Promise<ReadonlyMap<string, number>> => {
  const recorded = await db
    .selectFrom('vega_token_versions')
    .select(['api_name', 'version'])
    .where('account_number', '=', accountNumber)
    .execute();
  const held = await db
    .selectFrom('vega_held_tokens')
    .select(['kind', 'version'])
    .where('account_number', '=', accountNumber)
    .execute();
  const present = await findTokens(db, accountNumber, format);
  return new Map([
    ...recorded.map(({ api_name, version }): [string, number] => [api_name, version]),
    ...present.map(({ apiName, version }): [string, number] => [apiName, version]),
    ...held.map(({ kind, version }): [string, number] => [kind, version]),
  ]);
};
