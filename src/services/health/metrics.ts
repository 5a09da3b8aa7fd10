import type { Database } from '../../db/database.ts';
import { countRuns } from '../../db/queries/generation-runs.ts';
import type { Account } from '../../domain/account/account.ts';
import type { AuthState } from '../../domain/auth/auth-state.ts';
import type { Capability } from '../../domain/capability/capability.ts';
import type { Readiness } from '../../domain/readiness/readiness.ts';
import { remainingSeconds } from '../../domain/token/expiry.ts';
import { endOf } from '../../domain/token/verdict.ts';
import { listAccounts } from '../accounts/accounts.ts';
import type { Roles } from '../accounts/roles.ts';
import { countUndeliveredAlerts } from '../alerts/alert-history.ts';
import type { Clock } from '../clock.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';
import { type AccountMetrics, type Figure, figuresOf } from './figures.ts';

interface Parts {
  readonly database: Database;
  readonly roles: Roles;
  readonly verifier: TokenVerifier;
  readonly states: {
    read(account: Account): Promise<AuthState>;
    ready(account: Account): Promise<boolean>;
  };
  readonly readiness: { desk(): Promise<readonly Readiness[]> };
  readonly probes: { read(account: Account): Promise<readonly Capability[]> };
  readonly events: { readonly readers: number };
  readonly clock: Clock;
}

/** The program in figures, as far as it knows without asking the broker. */
export const readMetrics = async (parts: Parts): Promise<readonly Figure[]> => {
  const accounts = await listAccounts(parts.database);
  const desk = await parts.readiness.desk();
  const forecastOf = ({ id }: Account) => desk.find(({ accountId }) => accountId === id) ?? null;
  const measured = await Promise.all(accounts.map((account) => measure(parts, account, forecastOf(account))));
  return figuresOf(measured, {
    eventReaders: parts.events.readers,
    alertsUndelivered: await countUndeliveredAlerts(parts),
  });
};

const measure = async (
  { roles, clock, database, probes, states, verifier }: Parts,
  account: Account,
  forecast: Readiness | null,
): Promise<AccountMetrics> => {
  const { state, cooldown } = await states.read(account);
  const known = await verifier.lastKnown(account, await roles.list(account));
  const now = clock();
  return {
    accountId: account.id,
    isReady: await states.ready(account),
    phase: state,
    cooldownSeconds: cooldown.remainingSeconds,
    tokens: known.map(({ role, token, check }) => {
      const end = token === undefined ? null : endOf(token);
      const secondsLeft = end === null ? null : remainingSeconds(end, now);
      return { apiName: role.apiName, verdict: check.verdict, secondsLeft };
    }),
    runs: await countRuns(database.read, account.id),
    readiness: forecast?.verdict ?? null,
    capabilities: await probes.read(account),
    etaSeconds: etaSecondsOf(forecast, now),
  };
};

const etaSecondsOf = (forecast: Readiness | null, now: Date): number | null => {
  if (forecast?.verdict === 'READY') return 0;
  return forecast?.eta == null ? null : remainingSeconds(forecast.eta, now);
};
