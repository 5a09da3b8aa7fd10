import { yearlyTokenExpiring } from '../../domain/alert/alert-drafts.ts';
import { warningOf } from '../../domain/role/yearly-warning.ts';
import type { Logger } from '../../log.ts';
import { listAccounts } from '../accounts/accounts.ts';
import { raiseAlert } from '../alerts/raise-alert.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';

const LOOK_MS = 60_000;

interface Options extends AuditedWrites {
  readonly verifier: TokenVerifier;
  readonly log: Logger;
}

/** Warns of the ends of yearly tokens, 30, 7 and 1 days before. */
export class YearlyEnds implements AsyncDisposable {
  readonly #options: Options;
  readonly #timer: NodeJS.Timeout;
  /** What this process has warned of; the alert itself says it once, also over restarts. */
  readonly #told = new Set<string>();
  #looking: Promise<void>;

  constructor(options: Options) {
    this.#options = options;
    this.#timer = setInterval(() => this.#begin(), LOOK_MS).unref();
    this.#looking = this.#lookQuietly();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  #begin(): void {
    this.#looking = this.#looking.then(() => this.#lookQuietly());
  }

  #lookQuietly(): Promise<void> {
    return this.#look().catch((error: unknown) =>
      this.#options.log.error({ err: error }, 'the ends of yearly tokens could not be looked at'),
    );
  }

  async #look(): Promise<void> {
    const { database, verifier, clock } = this.#options;
    const now = clock();
    for (const account of await listAccounts(database)) {
      for (const { kind, fingerprint, expiresAt } of await verifier.heldTokens(account)) {
        const days = expiresAt === null ? null : warningOf(expiresAt, now);
        if (expiresAt === null || days === null) continue;
        const draft = yearlyTokenExpiring(account.id, { kind, fingerprint, expiresAt }, days);
        if (this.#told.has(draft.fact)) continue;
        await database.write((trx) => raiseAlert(trx, draft, now));
        this.#told.add(draft.fact);
      }
    }
  }
}
