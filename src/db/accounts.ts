import type { Account } from '../domain/account.ts';
import type { Queryable } from './queryable.ts';

/** Makes the account's row if there is none yet. */
export const ensureAccount = async (
  transaction: Queryable,
  account: Pick<Account, 'id' | 'number'>,
  now: Date,
): Promise<void> => {
  await transaction
    .insertInto('accounts')
    .values({
      number: account.number,
      id: account.id,
      name: account.id,
      broker_user_id: null,
      created_at: now.getTime(),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
};

export const findAccounts = async (db: Queryable): Promise<readonly Account[]> => {
  const rows = await db.selectFrom('accounts').selectAll().orderBy('number').execute();
  return rows.map((row) => ({
    id: row.id,
    number: row.number,
    name: row.name,
    brokerUserId: row.broker_user_id,
  }));
};

/** Learns whose login this is; what is known already stays. */
export const rememberBrokerUser = async (
  transaction: Queryable,
  accountId: string,
  brokerUserId: string,
): Promise<void> => {
  await transaction
    .updateTable('accounts')
    .set({ broker_user_id: brokerUserId })
    .where('id', '=', accountId)
    .where('broker_user_id', 'is', null)
    .execute();
};
