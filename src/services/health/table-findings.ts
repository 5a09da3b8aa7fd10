import type { Database } from '../../db/database.ts';
import { findUnfitTable } from '../../db/schema/table-trial.ts';
import type { Account } from '../../domain/account.ts';
import type { ApiConfig } from '../../domain/api-config.ts';
import type { Finding } from '../../domain/health.ts';
import type { Logger } from '../../log.ts';
import { listAccounts } from '../accounts/accounts.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import type { Clock } from '../clock.ts';

/** Whether the tables take what a run of the account would write: tried, and taken back. */
export const tableFindings = async (
  database: Database,
  account: Account,
  configs: readonly ApiConfig[],
  now: Date,
): Promise<readonly Finding[]> => {
  const unfit = await findUnfitTable(database, { account, configs, now });
  if (unfit === null) return [];
  return [{ component: 'DATABASE', state: 'DOWN', message: unfit.message, nextAction: unfit.cure }];
};

interface Needs {
  readonly database: Database;
  readonly apiConfigs: ApiConfigs;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Says at the start what would otherwise be found by the first run. What is valid is leased all the same. */
export const reportUnfitTables = async ({ database, apiConfigs, clock, log }: Needs): Promise<void> => {
  for (const account of await listAccounts(database)) {
    const configs = await apiConfigs.enabled(account);
    const [finding] = await tableFindings(database, account, configs, clock());
    if (finding === undefined) continue;
    const { message, nextAction } = finding;
    log.error({ account: account.id, nextAction }, `no run is begun: ${message}`);
    return;
  }
};
