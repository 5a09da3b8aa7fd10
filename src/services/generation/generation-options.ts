import type { BrowserOptions } from '../../broker/chromium/broker-browser.ts';
import type { Database } from '../../db/database.ts';
import type { Logger } from '../../log.ts';
import type { AccountCredentials } from '../accounts/account-credentials.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import type { Acquisitions } from '../acquisitions/acquisitions.ts';
import type { Audit } from '../audit/audit.ts';
import type { AuthStates } from '../auth-state/auth-states.ts';
import type { Clock } from '../clock.ts';
import type { EventLog } from '../events/event-log.ts';
import type { CheckpointObserver } from '../runs/checkpoints.ts';
import type { LoginTimes } from '../runs/make-token.ts';
import type { Runs } from '../runs/runs.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';

/** What a generation run is carried with. */
export interface GenerationOptions {
  readonly database: Database;
  readonly events: EventLog;
  readonly audit: Audit;
  readonly verifier: TokenVerifier;
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
  readonly onCheckpoint: CheckpointObserver;
  readonly log: Logger;
}
