import type { Database } from '../../db/database.ts';
import { ensureAccount, findAccounts } from '../../db/queries/accounts.ts';
import { type Account, DEFAULT_ACCOUNT } from '../../domain/account.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Clock } from '../clock.ts';

/** Writes down the accounts that the environment describes, at their first start. */
export const openAccounts = async (
  database: Database,
  described: readonly { readonly id: string }[],
  clock: Clock,
): Promise<void> =>
  database.write(async (transaction) => {
    for (const { id } of described) {
      const number = Number(/\d+$/.exec(id)?.[0] ?? DEFAULT_ACCOUNT.number);
      await ensureAccount(transaction, { id, number }, clock());
    }
  });

export const listAccounts = (database: Database): Promise<readonly Account[]> =>
  database.cached('accounts', findAccounts);

/** The account of that id; without one, the active account. */
export const getAccount = async (
  database: Database,
  accountId: string | null | undefined,
): Promise<Account> => {
  const accounts = await listAccounts(database);
  const account = accounts.find(({ id, isActive }) => (accountId == null ? isActive : id === accountId));
  if (account !== undefined) return account;
  const wanted = accountId ?? 'that is active';
  throw new Refusal('NOT_FOUND', `There is no account ${wanted}.`, 'Ask `accounts` for the ids there are.');
};
