import type { Database } from '../../db/database.ts';
import { ensureAuthRecord, findAuthRecords } from '../../db/queries/auth-states.ts';
import type { Account } from '../../domain/account/account.ts';
import type { Clock } from '../clock.ts';

/** Makes the states of accounts that have none yet. */
export const openStates = async (
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  accounts: readonly Account[],
): Promise<void> => {
  const known = await findAuthRecords(database.read);
  const missing = accounts.filter(({ id }) => !known.has(id));
  if (missing.length === 0) return;
  await database.write(async (transaction) => {
    for (const { id } of missing) await ensureAuthRecord(transaction, id, clock());
  });
};
