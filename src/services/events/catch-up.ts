import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventReader } from './event-reader.ts';

/** How many readers catch up at the same time; later ones begin when one of them has finished. */
const AT_ONCE = 16;

interface Waiting {
  readonly reader: EventReader;
  readonly go: () => void;
}

/**
 * Lets readers that are behind read the history a portion at a time, with a turn of the event loop between two
 * portions: a thousand that resume at once delay other work by no more than one portion.
 */
export class CatchUp {
  readonly #newcomers: Waiting[] = [];
  /** Those that have read a portion and ask for the next. */
  readonly #begun: Waiting[] = [];
  #midway = new WeakSet<EventReader>();
  #isRunning = false;

  /** Returns when the reader may read its next portion. */
  turn(reader: EventReader): Promise<void> {
    return new Promise((go) => {
      const queue = this.#midway.has(reader) ? this.#begun : this.#newcomers;
      queue.push({ reader, go });
      if (!this.#isRunning) void this.#run();
    });
  }

  /** The reader has caught up; when it falls behind again, it is a newcomer. */
  leave(reader: EventReader): void {
    this.#midway.delete(reader);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (;;) {
      await nextTurn();
      const next = this.#next();
      if (next === undefined) break;
      this.#midway.add(next.reader);
      next.go();
    }
    this.#isRunning = false;
  }

  #next(): Waiting | undefined {
    const isFull = this.#begun.length >= AT_ONCE;
    return (isFull ? undefined : this.#newcomers.shift()) ?? this.#begun.shift();
  }
}
