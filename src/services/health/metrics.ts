import type { Database } from '../../db/database.ts';
import { countRuns } from '../../db/queries/generation-runs.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import type { AuthPhase } from '../../domain/auth/auth-phase.ts';
import type { AuthState } from '../../domain/auth/auth-state.ts';
import type { Readiness, ReadinessVerdict } from '../../domain/readiness/readiness.ts';
import type { RunStatus } from '../../domain/run/generation-run.ts';
import { remainingSeconds } from '../../domain/token/expiry.ts';
import { endOf, type Verdict } from '../../domain/token/verdict.ts';
import { listAccounts } from '../accounts/accounts.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import type { Clock } from '../clock.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';

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
  readonly readiness: ReadinessVerdict;
  /** Until the last token is there: 0 when it is, null where nothing makes it. */
  readonly etaSeconds: number | null;
}

/** The program in figures, as far as it knows without asking the broker. */
export interface Metrics {
  readonly accounts: readonly AccountMetrics[];
  readonly eventReaders: number;
}

interface Parts {
  readonly database: Database;
  readonly apiConfigs: ApiConfigs;
  readonly verifier: TokenVerifier;
  readonly states: {
    read(account: Account): Promise<AuthState>;
    ready(account: Account): Promise<boolean>;
  };
  readonly readiness: { desk(): Promise<readonly Readiness[]> };
  readonly events: { readonly readers: number };
  readonly clock: Clock;
}

export const readMetrics = async (parts: Parts): Promise<Metrics> => {
  const accounts = await listAccounts(parts.database);
  const desk = await parts.readiness.desk();
  const forecastOf = ({ id }: Account) => desk.find(({ accountId }) => accountId === id) ?? null;
  return {
    accounts: await Promise.all(accounts.map((account) => measure(parts, account, forecastOf(account)))),
    eventReaders: parts.events.readers,
  };
};

const measure = async (
  { apiConfigs, clock, database, states, verifier }: Parts,
  account: Account,
  forecast: Readiness | null,
): Promise<AccountMetrics> => {
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
    readiness: forecast?.verdict ?? 'NO_SESSION',
    etaSeconds: etaSecondsOf(forecast, now),
  };
};

const etaSecondsOf = (forecast: Readiness | null, now: Date): number | null => {
  if (forecast?.verdict === 'READY') return 0;
  return forecast?.eta == null ? null : remainingSeconds(forecast.eta, now);
};
