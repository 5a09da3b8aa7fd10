import type { DatabaseOptions } from '../db/sqlite/opening.ts';
import type { ConnectionLimits } from '../http/connections.ts';
import type { DestinationStream, Logger } from '../log.ts';
import type { Clock } from '../services/clock.ts';
import type { CheckpointObserver } from '../services/runs/checkpoints.ts';

export interface AppOptions {
  readonly clock?: Clock;
  readonly log?: Logger;
  /** Takes the lines of the log; standard error if left out. */
  readonly logTo?: DestinationStream | undefined;
  /** The file that stands for the machine's one browser. */
  readonly browserLock?: string;
  /** Told of every checkpoint of a run. */
  readonly onCheckpoint?: CheckpointObserver;
  /** A PostgreSQL database in place of the file. */
  readonly databaseUrl?: string | undefined;
  /** Told of every statement before the database file gets it; what it throws, the statement fails with. */
  readonly beforeStatement?: DatabaseOptions['beforeStatement'];
  /** How long a dead worker keeps an account from the others, in milliseconds. */
  readonly leaseMs?: number;
  readonly limits?: {
    readonly subscriptionsPerKey?: number;
    readonly streamsPerKey?: number;
    /** How much memory cached answers may take; 0 caches none. */
    readonly answerCacheBytes?: number;
    readonly connections?: Partial<ConnectionLimits>;
  };
  /** Where `.vega` and the database lie unless they are told otherwise. */
  readonly workingDirectory?: string;
  /** A short look: what an earlier process has left under way stays as it is, and the broker is not asked beforehand. */
  readonly isVisit?: boolean;
  /** A rehearsal with a simulated broker: it has a database of its own, which nothing else opens. */
  readonly isDemo?: boolean;
  /** It only executes runs: what a server does beside them is left to the servers. */
  readonly isWorker?: boolean;
}
