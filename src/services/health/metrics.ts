import { countRuns } from '../../db/queries/generation-runs.ts';
import type { Account } from '../../domain/account.ts';
import type { ApiName } from '../../domain/api-name.ts';
import type { AuthPhase } from '../../domain/auth-phase.ts';
import { remainingSeconds } from '../../domain/expiry.ts';
import type { RunStatus } from '../../domain/generation-run.ts';
import { endOf, type Verdict } from '../../domain/verdict.ts';
import { listAccounts } from '../accounts/accounts.ts';
import type { Services } from '../services.ts';

/** One account in figures. */
export interface AccountMetrics {
  readonly accountId: string;
  readonly isReady: boolean;
  readonly phase: AuthPhase;
  readonly cooldownSeconds: number;
  readonly tokens: readonly {
    readonly apiName: ApiName;
    readonly verdict: Verdict;
    /** Null when there is no readable end. */
    readonly secondsLeft: number | null;
  }[];
  /** Every run there ever was; a status without one is left out. */
  readonly runs: ReadonlyMap<RunStatus, number>;
}

/** The program in figures, as far as it knows without asking the broker. */
export interface Metrics {
  readonly accounts: readonly AccountMetrics[];
  readonly eventReaders: number;
}

export const readMetrics = async (services: Services): Promise<Metrics> => {
  const accounts = await listAccounts(services.database);
  return {
    accounts: await Promise.all(accounts.map((account) => measure(services, account))),
    eventReaders: services.events.readers,
  };
};

const measure = async (services: Services, account: Account): Promise<AccountMetrics> => {
  const { apiConfigs, clock, database, states, verifier } = services;
  const { state, cooldown } = await states.read(account);
  const known = await verifier.lastKnown(account, await apiConfigs.enabled(account));
  const now = clock();
  return {
    accountId: account.id,
    isReady: await states.ready(account),
    phase: state,
    cooldownSeconds: cooldown.remainingSeconds,
    tokens: known.map(({ config, token, check }) => {
      const end = token === undefined ? null : endOf(token);
      const secondsLeft = end === null ? null : remainingSeconds(end, now);
      return { apiName: config.apiName, verdict: check.verdict, secondsLeft };
    }),
    runs: await countRuns(database.read, account.id),
  };
};
