import type { Database } from '../../db/database.ts';
import { hasSlot } from '../../db/queries/canary.ts';
import type { Account } from '../../domain/account/account.ts';
import { dueSlot } from '../../domain/canary/canary-slot.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { NextStart } from '../../domain/schedule/occurrence-plan.ts';
import type { Logger } from '../../log.ts';
import { listAccounts } from '../accounts/accounts.ts';
import type { Clock } from '../clock.ts';
import type { Canary } from './canary.ts';

interface Options {
  readonly database: Database;
  readonly schedules: { next(accountId: string, at: Date): Promise<NextStart | null> };
  readonly canary: Canary;
  /** Whether VEGA_CANARY is on. */
  readonly isOn: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

const TICK_MS = 30_000;
/** What could not be opened is not tried with every tick: each try leaves a report. */
const RETRY_MS = 5 * 60_000;

/** Looks at the login dialog of every account with a schedule: the evening before a start, and in the hour before it. */
export class CanaryWatch implements AsyncDisposable {
  readonly #options: Options;
  /** When a look was last begun, by account. */
  readonly #begun = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #ticking: Promise<void> | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** From now on the clock is looked at. */
  begin(): void {
    if (!this.#options.isOn) return;
    this.#timer ??= setInterval(() => void this.tick(), TICK_MS).unref();
    void this.tick();
  }

  /** One look at the clock. Calls during a look share it. */
  tick(): Promise<void> {
    this.#ticking ??= this.#tick()
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'the canary could not be started'))
      .finally(() => {
        this.#ticking = null;
      });
    return this.#ticking;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    // What it looks at ends first, else this would wait for it.
    await this.#options.canary[Symbol.asyncDispose]();
    await this.#ticking;
  }

  async #tick(): Promise<void> {
    const { database } = this.#options;
    // Memory cannot keep two processes apart.
    if (database.recovery.dbLocked) return;
    for (const account of await listAccounts(database)) await this.#look(account);
  }

  async #look(account: Account): Promise<void> {
    const { database, schedules, canary, clock, log } = this.#options;
    const next = await schedules.next(account.id, clock());
    const slot = next === null ? null : dueSlot(next, clock());
    if (slot === null || (await hasSlot(database.read, account.id, slot))) return;
    const now = clock().getTime();
    if (now - (this.#begun.get(account.id) ?? 0) < RETRY_MS) return;
    try {
      const [report] = await canary.run(account, null, 'SCHEDULE', slot);
      if (report !== undefined) this.#begun.set(account.id, now);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      log.info({ account: account.id, reason: error.code }, 'the scheduled look at the dialog waits');
    }
  }
}
