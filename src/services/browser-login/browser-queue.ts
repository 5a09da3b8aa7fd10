import { type BrowserLock, isBrowserTaken, takeBrowserLock } from '../../db/files/browser-lock.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Clock } from '../clock.ts';
import { pause } from '../pause.ts';

/** How often the first run in the queue tries to take the browser from another process. */
const LOCK_RETRY_MS = 1000;

interface Options {
  /** The file that stands for the machine's one browser. */
  readonly browserLock: string;
  /** Shown to other processes that find the browser taken. */
  readonly place: string;
  readonly clock: Clock;
}

/** The queue of this process's runs for the machine's one browser. */
export class BrowserQueue {
  readonly #options: Options;
  #places: BrowserPlace[] = [];
  #onMoved: () => void = () => undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Calls back whenever a run has left the queue and those behind it have moved up. */
  onMoved(listener: () => void): void {
    this.#onMoved = listener;
  }

  /** Adds a run at the end. The first one may take the browser. */
  join(runId: string): BrowserPlace {
    const place: BrowserPlace = new BrowserPlace(runId, {
      isFirst: () => this.#places[0] === place,
      take: () => this.#take(),
      leave: () => this.#leave(place),
    });
    this.#places.push(place);
    return place;
  }

  get waiting(): readonly string[] {
    return this.#places.slice(1).map(({ runId }) => runId);
  }

  /** Another process has the browser, as far as can be seen without asking for it. */
  get isTakenElsewhere(): boolean {
    return !this.#places.some(({ hasBrowser }) => hasBrowser) && isBrowserTaken(this.#options.browserLock);
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

  #leave(left: BrowserPlace): void {
    this.#places = this.#places.filter((other) => other !== left);
    this.#places[0]?.wake();
    this.#onMoved();
  }
}

interface QueueAccess {
  readonly isFirst: () => boolean;
  readonly take: () => BrowserLock;
  readonly leave: () => void;
}

/** One run's place in the queue, and the browser once it is first; `dispose` releases both. */
export class BrowserPlace implements Disposable {
  readonly runId: string;
  readonly #queue: QueueAccess;
  #lock: BrowserLock | null = null;
  #hasLeft = false;
  #wake: () => void = () => undefined;

  constructor(runId: string, queue: QueueAccess) {
    this.runId = runId;
    this.#queue = queue;
  }

  get isFirst(): boolean {
    return this.#queue.isFirst();
  }

  get hasBrowser(): boolean {
    return this.#lock !== null && !this.#hasLeft;
  }

  /** Refused with BROWSER_BUSY while another process has the browser. */
  take(): void {
    this.#lock ??= this.#queue.take();
  }

  /** Waits for the browser; false when the signal ends before. Calls `onTaken` once if another process has it. */
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
    this.#queue.leave();
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
