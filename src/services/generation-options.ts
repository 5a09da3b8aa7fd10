import type { BrowserOptions } from '../broker/broker-browser.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../log.ts';
import type { AccountCredentials } from './account-credentials.ts';
import type { Acquisitions } from './acquisitions.ts';
import type { ApiConfigs } from './api-configs.ts';
import type { Audit } from './audit.ts';
import type { AuthStates } from './auth-states.ts';
import type { Reach } from './checkpoints.ts';
import type { Clock } from './clock.ts';
import type { EventLog } from './event-log.ts';
import type { LoginTimes } from './make-token.ts';
import type { Runs } from './runs.ts';
import type { TokenTruth } from './token-truth.ts';

/** What a generation run is carried with. */
export interface GenerationOptions {
  readonly database: Database;
  readonly events: EventLog;
  readonly audit: Audit;
  readonly truth: TokenTruth;
  readonly states: AuthStates;
  readonly runs: Runs;
  readonly apiConfigs: ApiConfigs;
  readonly acquisitions: Acquisitions;
  readonly credentials: AccountCredentials;
  readonly apiBaseUrl: string;
  readonly browser: BrowserOptions;
  /** The file that stands for the machine's one browser. */
  readonly browserLock: string;
  /** Shown to whoever finds the browser taken. */
  readonly place: string;
  readonly times: LoginTimes;
  readonly clock: Clock;
  readonly reach: Reach;
  readonly log: Logger;
}
