import { AsyncLocalStorage } from 'node:async_hooks';
import type { Job } from '../runs/job.ts';
import { Semaphore } from '../semaphore.ts';

/** A run whose tokens come from outside. */
export type OutsideRun = Pick<Job, 'live' | 'account' | 'configs' | 'log'>;

/** Runs `work` with a run that no process executes at present; null where another one has its account all the time. */
export type OpenRun = <Result>(
  accountId: string,
  runId: string,
  work: (run: OutsideRun) => Promise<Result>,
) => Promise<Result | null>;

interface Attended {
  readonly run: OutsideRun;
  readonly mutex: Semaphore;
  /** Runs work in the async context of whoever attends: under the account's lease. */
  readonly within: <Result>(work: () => Result) => Result;
}

/** The runs into which this process takes what comes from outside, one thing at a time. */
export class AttendedRuns {
  readonly #attended = new Map<string, Attended>();
  #openRun: OpenRun | null = null;

  /** Sets how a run is opened for what comes in while no process executes it. */
  openBy(openRun: OpenRun): void {
    this.#openRun = openRun;
  }

  /** Runs `work` while the run is attended; `one` orders it with what comes in meanwhile. */
  async attend<Result>(
    run: OutsideRun,
    work: (one: <Part>(part: () => Promise<Part>) => Promise<Part>) => Promise<Result>,
  ): Promise<Result> {
    const mutex = new Semaphore(1);
    const { id } = run.live.state;
    this.#attended.set(id, { run, mutex, within: AsyncLocalStorage.snapshot() });
    try {
      return await work((part) => mutex.run(part));
    } finally {
      // After whatever is being taken in right now.
      await mutex.run(async () => this.#attended.delete(id));
    }
  }

  /** Runs `work` with the run, as the only one; NOT_HERE where another process has it. */
  async with<Result>(
    accountId: string,
    runId: string,
    work: (run: OutsideRun) => Promise<Result>,
  ): Promise<Result | 'NOT_HERE'> {
    const attended = this.#attended.get(runId);
    if (attended !== undefined) return attended.mutex.run(() => attended.within(() => work(attended.run)));
    if (this.#openRun === null) return 'NOT_HERE';
    const result = await this.#openRun(accountId, runId, (run) =>
      this.attend(run, (one) => one(() => work(run))),
    );
    return result ?? 'NOT_HERE';
  }
}
