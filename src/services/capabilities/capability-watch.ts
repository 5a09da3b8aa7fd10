import type { Database } from '../../db/database.ts';
import type { Account } from '../../domain/account/account.ts';
import type { Bell } from '../../domain/calendar/bell.ts';
import { dueRoles } from '../../domain/capability/due.ts';
import type { EventPayload } from '../../domain/events/event.ts';
import { type GenerationRun, isUnderWay } from '../../domain/run/generation-run.ts';
import type { Logger } from '../../log.ts';
import { listAccounts } from '../accounts/accounts.ts';
import type { Clock } from '../clock.ts';
import type { CapabilityProbes } from './capability-probes.ts';

/** The wall clock is looked at, so that a sleep of the machine does no harm. */
const TICK_MS = 10_000;
/** After a failure of the program itself an account is left alone for so long. */
const HOLD_MS = 60_000;

interface Options {
  readonly database: Database;
  readonly probes: CapabilityProbes;
  readonly runs: { latest(accountId: string): Promise<GenerationRun | null> };
  readonly calendar: { nextBell(accountId: string, at: Date): Promise<Bell | null> };
  readonly events: { onPublished(listener: (payload: EventPayload) => void): () => void };
  readonly clock: Clock;
  readonly log: Logger;
}

/** Probes by itself, in the server's process: tokens that a run has made, and every token once more before the bell. */
export class CapabilityWatch implements AsyncDisposable {
  readonly #options: Options;
  readonly #failedAt = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #stopListening: () => void = () => undefined;
  #ticking: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** From now on; where the operator has not opted in, nothing happens. */
  begin(): void {
    const { probes, events } = this.#options;
    if (!probes.isOptedIn || this.#timer !== null) return;
    this.#timer = setInterval(() => void this.tick(), TICK_MS).unref();
    this.#stopListening = events.onPublished(({ kind }) => {
      if (kind === 'AUTH_CONFIRMED') void this.tick();
    });
    void this.tick();
  }

  /** One look at every account. Calls during a look share it. */
  tick(): Promise<void> {
    this.#ticking ??= this.#tick()
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'a look at the probes failed'))
      .finally(() => {
        this.#ticking = null;
      });
    return this.#ticking;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#stopListening();
    await this.#options.probes[Symbol.asyncDispose]();
    await this.#ticking;
  }

  async #tick(): Promise<void> {
    const { database, log } = this.#options;
    for (const account of await listAccounts(database)) {
      if (this.#isStopped) return;
      const failedAt = this.#failedAt.get(account.id) ?? Number.NEGATIVE_INFINITY;
      if (database.recovery.dbLocked || performance.now() - failedAt < HOLD_MS) continue;
      await this.#look(account).catch((error: unknown) => {
        if (this.#isStopped) return;
        this.#failedAt.set(account.id, performance.now());
        log.error({ err: error, account: account.id }, 'the roles could not be probed');
      });
    }
  }

  async #look(account: Account): Promise<void> {
    const { probes, runs, calendar, clock } = this.#options;
    const run = await runs.latest(account.id);
    // A run may still replace what it has made.
    if (run !== null && isUnderWay(run)) return;
    const bell = await calendar.nextBell(account.id, clock());
    const [roles, kept] = [await probes.roles(account), await probes.kept(account)];
    const due = dueRoles(roles, kept, bell?.at ?? null, clock());
    if (due.length > 0) await probes.probe(account, due);
  }
}
