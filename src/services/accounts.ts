import { ensureAccount, findAccounts } from '../db/accounts.ts';
import type { Database } from '../db/database.ts';
import { type Account, DEFAULT_ACCOUNT } from '../domain/account.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Clock } from './clock.ts';

/** Writes down the account that the environment describes, at its first start. */
export const openAccounts = async (database: Database, clock: Clock): Promise<void> =>
  database.write((transaction) => ensureAccount(transaction, DEFAULT_ACCOUNT, clock()));

export const listAccounts = (database: Database): Promise<readonly Account[]> =>
  database.recall('accounts', findAccounts);

/** The account of that id; without one, the active account. */
export const getAccount = async (
  database: Database,
  accountId: string | null | undefined,
): Promise<Account> => {
  const wanted = accountId ?? DEFAULT_ACCOUNT.id;
  const account = (await listAccounts(database)).find(({ id }) => id === wanted);
  if (account !== undefined) return account;
  throw new Refusal('NOT_FOUND', `There is no account ${wanted}.`, 'Ask `accounts` for the ids there are.');
};
