import type { Database } from '../db/database.ts';
import { levelChanges, nextExpiry } from '../domain/token/expiry.ts';
import { endOf } from '../domain/token/verdict.ts';
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
    const instants: (Date | null)[] = [nextExpiry(since)];
    for (const account of await listAccounts(database)) {
      const { cooldown, acceptedUntil } = await states.record(account);
      const tokens = await this.#options.verifier.tokens(account);
      const held = await this.#options.verifier.heldTokens(account);
      instants.push(...held.flatMap(({ expiresAt }) => levelChanges(expiresAt)));
      instants.push(acceptedUntil, ...tokens.flatMap((token) => levelChanges(endOf(token))));
      if (cooldown !== null) instants.push(nextSecondOf(cooldown.until, since));
    }
    const ahead = instants.flatMap((instant) =>
      instant !== null && instant > since ? [instant.getTime()] : [],
    );
    return new Date(Math.min(...ahead));
  }
}

/** When one second less is left until then; whole seconds are told, rounded up. */
const nextSecondOf = (until: Date, now: Date): Date => {
  const left = Math.ceil((until.getTime() - now.getTime()) / 1000);
  return new Date(until.getTime() - (left - 1) * 1000);
};
