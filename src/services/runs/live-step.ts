import type { Account } from '../../domain/account/account.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import type { Logger } from '../../log.ts';
import type { LiveRun } from './live-run.ts';

/** One API of a run under way: whose token is made, for which app. */
export interface LiveStep {
  readonly live: LiveRun;
  readonly account: Account;
  readonly config: ApiConfig;
  readonly log: Logger;
}
