import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventReader } from './event-reader.ts';

/** How many entries are published before the readers take them: fewer than may wait for one reader. */
const PUBLISHED_AT_ONCE = 64;
/** After so many readers, or so long, the event loop goes on with other work. */
const [WOKEN_AT_ONCE, WAKING_MS] = [100, 10];

interface Options<Entry> {
  readonly readers: ReadonlySet<EventReader>;
  /** False while the entry, and all after it, have to wait. */
  readonly isDue: (entry: Entry) => boolean;
  readonly publish: (entry: Entry) => void;
}

/** What is to be published, in order, and the loop that publishes it without blocking the event loop. */
export class PublishLoop<Entry> {
  readonly #options: Options<Entry>;
  readonly #entries: Entry[] = [];
  #isRunning = false;
  #isWanted = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: Options<Entry>) {
    this.#options = options;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** Publishes what is due, and returns when it was delivered to the readers. */
  run(): Promise<void> {
    this.#isWanted = true;
    if (!this.#isRunning) this.#running = this.#runInSlices();
    return this.#running;
  }

  async #runInSlices(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        this.#publishDue();
        await this.#wakeReaders();
        if (!this.#isAnyDue()) continue;
        this.#isWanted = true;
        await nextTurn();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  #publishDue(): void {
    for (let left = PUBLISHED_AT_ONCE; left > 0 && this.#isAnyDue(); left -= 1) {
      const entry = this.#entries.shift();
      if (entry !== undefined) this.#options.publish(entry);
    }
  }

  #isAnyDue(): boolean {
    const [entry] = this.#entries;
    return entry !== undefined && this.#options.isDue(entry);
  }

  async #wakeReaders(): Promise<void> {
    const { readers } = this.#options;
    let [woken, begun] = [0, performance.now()];
    for (const reader of [...readers]) {
      reader.wake();
      woken += 1;
      if (woken < WOKEN_AT_ONCE && performance.now() - begun < WAKING_MS) continue;
      await nextTurn();
      [woken, begun] = [0, performance.now()];
    }
    if (readers.size === 0) return;
    // What was published is sent by the end of the next turn: that belongs to the time that publishing takes.
    await nextTurn();
    await nextTurn();
  }
}
