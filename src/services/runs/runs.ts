import type { Database } from '../../db/database.ts';
import { findLatestRun, findLatestRuns, findRun } from '../../db/queries/generation-runs.ts';
import { type GenerationRun, isOver } from '../../domain/run/generation-run.ts';
import type { LiveRun } from './live-run.ts';

/** Generation runs as they are: those under way from memory, the others from the database. */
export class Runs {
  readonly #database: Database;
  readonly #live = new Map<string, LiveRun>();
  /** Ids of runs that would go on if another process let go of the browser. */
  readonly #awaitingBrowser = new Set<string>();
  #revision = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Differs whenever what is known in memory does. */
  get revision(): string {
    return `${this.#revision} ${[...this.#live.values()].map(({ revision }) => revision).join()}`;
  }

  /** From now on this is the account's run, until the next one. */
  follow(run: LiveRun): void {
    this.#live.set(run.state.accountId, run);
    this.#revision += 1;
  }

  /** The account's run that this process has executed last. */
  live(accountId: string): GenerationRun | null {
    return this.#live.get(accountId)?.state ?? null;
  }

  /** Another process has the browser that the run needs now, until `isTaken` is false. */
  noteBrowser(runId: string, isTaken: boolean): void {
    if (isTaken) this.#awaitingBrowser.add(runId);
    else this.#awaitingBrowser.delete(runId);
    this.#revision += 1;
  }

  awaitsBrowser(runId: string): boolean {
    return this.#awaitingBrowser.has(runId);
  }

  /** A run that has ended is read from the database from now on. */
  forgetEnded(accountId: string): void {
    const run = this.live(accountId);
    if (run !== null && isOver(run)) this.forget(accountId);
  }

  forget(accountId: string): void {
    this.#live.delete(accountId);
    this.#revision += 1;
  }

  async find(id: string): Promise<GenerationRun | null> {
    const live = [...this.#live.values()].find(({ state }) => state.id === id);
    return live?.state ?? findRun(this.#database.read, id);
  }

  /** The account's last runs, the newest first. */
  async last(accountId: string, first: number): Promise<readonly GenerationRun[]> {
    const runs = await findLatestRuns(this.#database.read, accountId, first);
    const live = this.live(accountId);
    return runs.map((run) => (run.id === live?.id ? live : run));
  }

  /** The run under way, else the account's last one. */
  async latest(accountId: string): Promise<GenerationRun | null> {
    const live = this.live(accountId);
    if (live !== null && !isOver(live)) return live;
    // Another process on this database may have begun one since.
    return this.#database.cached(`latest run of ${accountId}`, (db) => findLatestRun(db, accountId));
  }
}
