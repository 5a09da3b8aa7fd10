import type { BrowserOptions } from '../broker/chromium/broker-browser.ts';
import type { Database } from '../db/database.ts';
import type { AccessKeys } from './access/access-keys.ts';
import type { Sessions } from './access/sessions.ts';
import type { AccountCredentials } from './accounts/account-credentials.ts';
import type { ApiConfigs } from './accounts/api-configs.ts';
import type { Audit } from './audit/audit.ts';
import type { Refusals } from './audit/refusal-audit.ts';
import type { AccountSwitch } from './auth-state/account-switch.ts';
import type { AuthStates } from './auth-state/auth-states.ts';
import type { Clock } from './clock.ts';
import type { EventLog } from './events/event-log.ts';
import type { TokenGeneration } from './generation/token-generation.ts';
import type { AppInspection } from './health/app-inspection.ts';
import type { Runs } from './runs/runs.ts';
import type { TokenVerifier } from './tokens/token-verifier.ts';

/** What a request may call; `app.ts` puts it together. */
export interface Services {
  readonly database: Database;
  readonly credentials: AccountCredentials;
  readonly accountSwitch: AccountSwitch;
  readonly apiConfigs: ApiConfigs;
  readonly verifier: TokenVerifier;
  readonly generation: TokenGeneration;
  readonly runs: Runs;
  readonly states: AuthStates;
  readonly events: EventLog;
  readonly audit: Audit;
  readonly apps: AppInspection;
  readonly accessKeys: AccessKeys;
  readonly sessions: Sessions;
  readonly refusals: Refusals;
  readonly browser: BrowserOptions;
  readonly broker: { readonly apiBaseUrl: string; readonly timeoutMs: number };
  /** The database's path as people may see it: relative to the working directory. */
  readonly databaseLabel: string;
  /** VEGA_OPERATOR_KEY is short enough to be found by trying. */
  readonly isOperatorKeyGuessable: boolean;
  readonly clock: Clock;
}
