import type { Database } from '../db/database.ts';
import { nextExpiry } from '../domain/token/expiry.ts';
import { listAccounts } from './accounts/accounts.ts';
import type { AuthStates } from './auth-state/auth-states.ts';
import type { TokenGeneration } from './generation/token-generation.ts';
import type { Runs } from './runs/runs.ts';
import type { TokenVerifier } from './tokens/token-verifier.ts';

interface Options {
  readonly database: Database;
  readonly verifier: TokenVerifier;
  readonly runs: Runs;
  readonly states: AuthStates;
  readonly generation: TokenGeneration;
}

/**
 * Says whether any answer may have changed: by what is stored, by what is known in memory, or by time alone. While the
 * database cannot be written there is no revision, and everything is read again.
 */
export class StateRevision {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Differs whenever anything has been written, here or by another process, or is known otherwise in memory. */
  get current(): string | null {
    const { database, verifier, runs, generation } = this.#options;
    const stored = database.revision;
    if (stored === null) return null;
    const waiting = generation.waiting
      .map(({ runId, canGoOnAt }) => `${runId}@${canGoOnAt.getTime()}`)
      .join();
    return `${stored} ${verifier.revision} ${runs.revision} ${waiting}`;
  }

  /** The next instant after `since` at which something reads otherwise though nothing is written: an end, a cooldown's second. */
  async nextChange(since: Date): Promise<Date> {
    const { database, states } = this.#options;
    const instants = [nextExpiry(since).getTime()];
    for (const account of await listAccounts(database))
      instants.push((await states.nextChange(account, since)).getTime());
    return new Date(Math.min(...instants));
  }
}
