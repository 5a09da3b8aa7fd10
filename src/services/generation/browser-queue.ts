import { type BrowserLock, isBrowserTaken, takeBrowserLock } from '../../db/files/browser-lock.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Clock } from '../clock.ts';
import { pause } from '../pause.ts';

/** How often whoever is first asks whether another process has let go of the browser. */
const LOCK_RETRY_MS = 1000;

interface Options {
  /** The file that stands for the machine's one browser. */
  readonly browserLock: string;
  /** Shown to whoever finds the browser taken. */
  readonly place: string;
  readonly clock: Clock;
  /** Somebody has left: those behind have moved up. */
  readonly onMoved: () => void;
}

/** Runs of this process take turns at the machine's one browser, in the order in which they came. */
export class BrowserQueue {
  readonly #options: Options;
  #turns: BrowserTurn[] = [];

  constructor(options: Options) {
    this.#options = options;
  }

  /** Behind everybody who is there. The first one may take the browser. */
  join(runId: string): BrowserTurn {
    const turn: BrowserTurn = new BrowserTurn(runId, {
      isFirst: () => this.#turns[0] === turn,
      take: () => this.#take(),
      leave: () => this.#leave(turn),
    });
    this.#turns.push(turn);
    return turn;
  }

  /** The runs that wait, in order. */
  get waiting(): readonly string[] {
    return this.#turns.slice(1).map(({ runId }) => runId);
  }

  /** Another process has the browser, as far as can be seen without asking for it. */
  get isTakenElsewhere(): boolean {
    return !this.#turns.some(({ hasBrowser }) => hasBrowser) && isBrowserTaken(this.#options.browserLock);
  }

  #take(): BrowserLock {
    const { browserLock, place, clock } = this.#options;
    const taken = takeBrowserLock(browserLock, place, clock());
    if (taken.kind === 'HELD') return taken.lock;
    const who =
      taken.owner === null
        ? 'another user of this machine'
        : `process ${taken.owner.processId} in ${taken.owner.place}, since ${taken.owner.since.toISOString()}`;
    throw new Refusal(
      'BROWSER_BUSY',
      `The browser is taken by ${who}.`,
      'Wait until that run ends, or stop that process.',
    );
  }

  #leave(turn: BrowserTurn): void {
    this.#turns = this.#turns.filter((other) => other !== turn);
    this.#turns[0]?.wake();
    this.#options.onMoved();
  }
}

interface Place {
  readonly isFirst: () => boolean;
  readonly take: () => BrowserLock;
  readonly leave: () => void;
}

/** One run's place in the queue, and the browser once it is its turn; both end with `dispose`. */
export class BrowserTurn implements Disposable {
  readonly runId: string;
  readonly #place: Place;
  #lock: BrowserLock | null = null;
  #hasLeft = false;
  #wake: () => void = () => undefined;

  constructor(runId: string, place: Place) {
    this.runId = runId;
    this.#place = place;
  }

  get isFirst(): boolean {
    return this.#place.isFirst();
  }

  get hasBrowser(): boolean {
    return this.#lock !== null && !this.#hasLeft;
  }

  /** Refused with BROWSER_BUSY while another process has the browser. */
  take(): void {
    this.#lock ??= this.#place.take();
  }

  /** Waits for the browser; false when the signal ends before. Tells once when another process has it. */
  async wait(signal: AbortSignal, onTaken: () => void = () => undefined): Promise<boolean> {
    let isNotified = false;
    while (this.#lock === null) {
      if (signal.aborted) return false;
      if (!this.isFirst) await this.#moved(signal);
      else if (!this.#canTake()) {
        if (!isNotified) onTaken();
        isNotified = true;
        await pause(LOCK_RETRY_MS, signal);
      }
    }
    return true;
  }

  wake(): void {
    this.#wake();
  }

  [Symbol.dispose](): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#lock?.[Symbol.dispose]();
    this.#place.leave();
  }

  #canTake(): boolean {
    try {
      this.take();
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return false;
    }
  }

  #moved(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
