import type { BrowserOptions } from '../broker/broker-browser.ts';
import type { Database } from '../db/database.ts';
import type { AccessKeys } from './access-keys.ts';
import type { AccountCredentials } from './account-credentials.ts';
import type { AccountSwitch } from './account-switch.ts';
import type { ApiConfigs } from './api-configs.ts';
import type { AppInspection } from './app-inspection.ts';
import type { Audit } from './audit.ts';
import type { AuthStates } from './auth-states.ts';
import type { Clock } from './clock.ts';
import type { EventLog } from './event-log.ts';
import type { Refusals } from './refusals.ts';
import type { Runs } from './runs.ts';
import type { Sessions } from './sessions.ts';
import type { TokenGeneration } from './token-generation.ts';
import type { TokenTruth } from './token-truth.ts';

/** What a request may call; `app.ts` puts it together. */
export interface Services {
  readonly database: Database;
  readonly credentials: AccountCredentials;
  readonly accountSwitch: AccountSwitch;
  readonly apiConfigs: ApiConfigs;
  readonly truth: TokenTruth;
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
  readonly clock: Clock;
}
