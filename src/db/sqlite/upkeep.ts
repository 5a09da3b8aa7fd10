import { SharedWork } from '../shared-work.ts';
import type { Failover } from './failover/failover.ts';
import { releaseFreePages } from './files/free-space.ts';
import { type DatabaseOptions, replayLeft } from './opening.ts';

const FREE_SPACE_CHECK_MS = 60_000;
const LEFT_SPILLS_CHECK_MS = 5000;
/** While nothing is written. */
const FILE_CHECK_MS = 1000;

/** What is seen to at intervals while the file is open. */
export class Upkeep implements AsyncDisposable {
  readonly #options: DatabaseOptions;
  readonly #failover: Failover;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #release = new SharedWork<boolean>();
  readonly #replay = new SharedWork<void>();
  #isOver = false;

  constructor(options: DatabaseOptions, failover: Failover) {
    this.#options = options;
    this.#failover = failover;
    this.#every(FILE_CHECK_MS, () => this.checkFile());
    if (options.isBrief === true) return;
    this.#every(FREE_SPACE_CHECK_MS, () => void this.releaseFreeSpace().catch(() => undefined));
    this.#every(LEFT_SPILLS_CHECK_MS, () => void this.#replayLeft().catch(() => undefined));
  }

  /** Begins an outage where the path does not lead to the open file any more. */
  checkFile(): void {
    const { change } = this.#failover.file;
    if (change !== null) this.#failover.begin(change);
  }

  /** Returns unused room in the file to the disk; false when there is little of it. */
  releaseFreeSpace(): Promise<boolean> {
    const { file } = this.#failover;
    const isWanted = (): boolean => this.#isWritable && this.#failover.file === file;
    return this.#release.run(async () => isWanted() && releaseFreePages(file, isWanted));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#release.settled();
    await this.#replay.settled();
  }

  /** A program may have ended while what it wrote was in its spill file. What is refused now is tried again. */
  #replayLeft(): Promise<void> {
    return this.#replay.run(async () => {
      if (this.#isWritable) await replayLeft({ ...this.#options, now: new Date() });
    });
  }

  get #isWritable(): boolean {
    return !this.#isOver && this.#failover.outage === null && this.#failover.file.change === null;
  }

  #every(milliseconds: number, work: () => void): void {
    this.#timers.push(setInterval(work, milliseconds).unref());
  }
}
