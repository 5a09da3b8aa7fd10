import type { Account } from '../../domain/account/account.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import type { StoredToken } from '../../domain/token/token.ts';
import type { Logger } from '../../log.ts';
import type { LiveRun } from './live-run.ts';

export interface Job {
  readonly live: LiveRun;
  readonly account: Account;
  readonly configs: readonly ApiConfig[];
  /** The enabled tokens that worked when the run began. */
  readonly validBefore: readonly Pick<StoredToken, 'apiName' | 'fingerprint'>[];
  readonly abort: AbortController;
  /** The program stops, and another one carries the run on: it ends nothing, and begins nothing. */
  readonly leave: AbortSignal;
  readonly log: Logger;
  /** Settles when nothing of the run is under way any more. */
  end: Promise<void>;
}
