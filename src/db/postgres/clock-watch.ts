import type { ServerClock } from './server-clock.ts';

const LOOK_MS = 1000;
/** An older answer may come from before a pause of the whole machine that none of its clocks shows. */
const MAX_AGE_MS = 3000;

interface Options {
  readonly clock: ServerClock;
  /** Asks the server what time it is. */
  readonly read: () => Promise<void>;
}

/** Has the server asked what time it is: when a local clock has jumped, and when its last answer has grown old. */
export class ClockWatch implements Disposable {
  readonly #options: Options;
  readonly #timer: NodeJS.Timeout;
  #reading: Promise<void> | null = null;

  constructor(options: Options) {
    this.#options = options;
    options.clock.onJump = () => this.#read();
    this.#timer = setInterval(() => {
      if (options.clock.ageMs > MAX_AGE_MS) this.#read();
    }, LOOK_MS).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#options.clock.onJump = () => undefined;
  }

  /** Where the server cannot be asked, the next look asks again. */
  #read(): void {
    this.#reading ??= this.#options
      .read()
      .catch(() => undefined)
      .finally(() => {
        this.#reading = null;
      });
  }
}
