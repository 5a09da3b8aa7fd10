import type { BrowserOptions } from '../broker/broker-browser.ts';
import type { Database } from '../db/database.ts';
import type { ApiConfigs } from './api-configs.ts';
import type { Clock } from './clock.ts';
import type { EventLog } from './event-log.ts';
import type { TokenGeneration } from './token-generation.ts';
import type { TokenTruth } from './token-truth.ts';

/** What a request may call; `app.ts` puts it together. */
export interface Services {
  readonly database: Database;
  readonly apiConfigs: ApiConfigs;
  readonly truth: TokenTruth;
  readonly generation: TokenGeneration;
  readonly events: EventLog;
  readonly browser: BrowserOptions;
  readonly clock: Clock;
}
