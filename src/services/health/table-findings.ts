import type { Database } from '../../db/database.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
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
  const unfit = await database.findUnfitTable({ account, configs, now });
  if (unfit === null) return [];
  return [{ component: 'DATABASE', state: 'DOWN', message: unfit.message, nextAction: unfit.cure }];
};

/** Rows that another program wrote so that they are nobody's token: without a word their tokens would be MISSING. */
export const foreignRowFindings = async (database: Database): Promise<readonly Finding[]> => {
  const { apiNames, textUserIds } = await database.findForeignTokenRows();
  const finding = (message: string, nextAction: string): Finding => ({
    component: 'DATABASE',
    state: 'DEGRADED',
    message,
    nextAction,
  });
  return [
    ...apiNames.map((name) =>
      finding(
        `upstox_tokens has a row of api_name ${JSON.stringify(name)}, which is no API's name.`,
        `Have the program that writes it say ${name.trim().toUpperCase()}; until then the row is not read.`,
      ),
    ),
    ...(textUserIds === 0
      ? []
      : [
          finding(
            `upstox_tokens has ${textUserIds} ${textUserIds === 1 ? 'row' : 'rows'} whose user_id is text.`,
            "user_id is the account's number (1 for the first one, or NULL); until then the rows are not read.",
          ),
        ]),
  ];
};

interface Needs {
  readonly database: Database;
  readonly apiConfigs: ApiConfigs;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The tables are the same for all accounts, and each trial keeps other writes waiting. */
const MOST_TRIED = 10;

/** Says at the start what would otherwise be found by the first run. What is valid is leased all the same. */
export const reportUnfitTables = async ({ database, apiConfigs, clock, log }: Needs): Promise<void> => {
  for (const account of (await listAccounts(database)).slice(0, MOST_TRIED)) {
    const configs = await apiConfigs.enabled(account);
    const [finding] = await tableFindings(database, account, configs, clock());
    if (finding === undefined) continue;
    const { message, nextAction } = finding;
    log.error({ account: account.id, nextAction }, `no run is begun: ${message}`);
    return;
  }
};
