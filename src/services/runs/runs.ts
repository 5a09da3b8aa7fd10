import type { Database } from '../../db/database.ts';
import { isSurelyDead } from '../../db/files/process-mark.ts';
import { findAcquisitions } from '../../db/queries/approvals.ts';
import {
  findLatestRun,
  findLatestRuns,
  findRun,
  findUnfinishedRuns,
} from '../../db/queries/generation-runs.ts';
import type { Queryable } from '../../db/queryable.ts';
import { earliestEnd } from '../../domain/run/acquisition.ts';
import { type GenerationRun, isOver } from '../../domain/run/generation-run.ts';
import type { LiveRun } from './live-run.ts';

/** Generation runs as they are: those under way from memory, the others from the database. */
export class Runs {
  readonly #database: Database;
  readonly #isVisit: boolean;
  readonly #live = new Map<string, LiveRun>();
  /** Ids of runs that would go on if another process let go of the browser. */
  readonly #awaitingBrowser = new Set<string>();
  #revision = 0;

  constructor(database: Database, { isVisit = false }: { readonly isVisit?: boolean } = {}) {
    this.#database = database;
    this.#isVisit = isVisit;
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

  /**
   * Whether its program has died without it and nobody goes on with it. Only a short look finds such a run: a program that
   * stays takes it up, and workers find it themselves.
   */
  async isInterrupted(run: GenerationRun | null): Promise<boolean> {
    if (!this.#isVisit || run === null || isOver(run) || this.#database.looks !== null) return false;
    const unfinished = await findUnfinishedRuns(this.#database.read);
    return unfinished.some(({ run: { id }, owner }) => id === run.id && isSurelyDead(owner));
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
    if (live !== undefined) return live.state;
    const { read } = this.#database;
    const run = await findRun(read, id);
    return run === null ? null : withWait(read, run);
  }

  /** The account's last runs, the newest first. */
  async last(accountId: string, first: number): Promise<readonly GenerationRun[]> {
    const { read } = this.#database;
    const runs = await findLatestRuns(read, accountId, first);
    const live = this.live(accountId);
    return Promise.all(runs.map((run) => (run.id === live?.id ? live : withWait(read, run))));
  }

  /** The run under way, else the account's last one. */
  async latest(accountId: string): Promise<GenerationRun | null> {
    const live = this.live(accountId);
    if (live !== null && !isOver(live)) return live;
    // Another process on this database may have begun one since.
    const read = async (db: Queryable) => {
      const run = await findLatestRun(db, accountId);
      return run === null ? null : withWait(db, run);
    };
    return this.#database.cached(`latest run of ${accountId}`, read, { of: accountId });
  }
}

/** A run that another process has left waiting: for a CAPTCHA, only the process with its window knows until when. */
const withWait = async (db: Queryable, run: GenerationRun): Promise<GenerationRun> => {
  if (run.status !== 'WAITING_OPERATOR') return run;
  const open = (await findAcquisitions(db, run.id)).filter(({ settledAt }) => settledAt === null);
  return { ...run, waitingUntil: earliestEnd(open) };
};
