import { randomBytes } from 'node:crypto';
import type { Database } from '../../db/database.ts';
import { isDeadWriter, markOf } from '../../db/files/process-mark.ts';
import { deleteFeedHold, type FeedHold, findFeedHold, storeFeedHold } from '../../db/queries/capabilities.ts';
import { notKnown, type ProbeAnswer } from '../../domain/capability/capability.ts';
import type { Clock } from '../clock.ts';
import { KeyedMutex } from '../keyed-mutex.ts';
import { pause } from '../pause.ts';

/** So much longer than an authorization: the socket takes 5 s, and the rest is for a busy machine. */
const SOCKET_MS = 10_000;
/** No process holds for longer: VEGA_PROFILE_TIMEOUT_MS is 60 s at most. */
const LONGEST_HOLD_MS = 60_000 + SOCKET_MS;
/** Another process is waited for so long. */
const WAIT_MS = 30_000;
const LOOK_MS = 200;

interface Options {
  readonly database: Database;
  readonly clock: Clock;
  /** An authorization takes so long at most. */
  readonly profileTimeoutMs: number;
}

/**
 * Lets one feed socket of a user be open at a time: the broker is believed to count them by user. Within this process
 * by a mutex, between the processes of one database by a row that ends by itself.
 */
export class FeedHolds {
  readonly #options: Options;
  readonly #holder = randomBytes(9).toString('hex');
  readonly #process = markOf(process.pid);
  readonly #mutex = new KeyedMutex();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Runs `work` while nobody else does for that user; NOT_KNOWN where that cannot be made sure of. */
  run(userKey: string, signal: AbortSignal, work: () => Promise<ProbeAnswer>): Promise<ProbeAnswer> {
    return this.#mutex.run(userKey, async () => {
      const refusal = await this.#take(userKey, signal);
      if (refusal !== null) return notKnown(refusal);
      try {
        return await work();
      } finally {
        await this.#options.database.write((trx) => deleteFeedHold(trx, userKey, this.#holder));
      }
    });
  }

  async #take(userKey: string, signal: AbortSignal): Promise<'FEED_BUSY' | 'DATABASE' | null> {
    const end = performance.now() + WAIT_MS;
    for (;;) {
      const refusal = await this.#tryTake(userKey);
      if (refusal !== 'FEED_BUSY' || signal.aborted || performance.now() >= end) return refusal;
      await pause(LOOK_MS, signal);
    }
  }

  #tryTake(userKey: string): Promise<'FEED_BUSY' | 'DATABASE' | null> {
    const { database, clock, profileTimeoutMs } = this.#options;
    return database.write(async (trx) => {
      // Memory cannot keep two processes apart.
      if (database.recovery.dbLocked) return 'DATABASE';
      const now = clock().getTime();
      const present = await findFeedHold(trx, userKey);
      if (present !== null && this.#isHeld(present, now)) return 'FEED_BUSY';
      const until = new Date(now + profileTimeoutMs + SOCKET_MS);
      const hold = { holder: this.#holder, process: this.#process, until };
      await storeFeedHold(trx, userKey, hold);
      return null;
    });
  }

  /** A hold further ahead than holds are made is of a clock that was set back. */
  #isHeld({ holder, process, until }: FeedHold, now: number): boolean {
    const left = until.getTime() - now;
    return (
      holder !== this.#holder &&
      left > 0 &&
      left <= LONGEST_HOLD_MS &&
      !isDeadWriter(process, this.#options.database)
    );
  }
}
