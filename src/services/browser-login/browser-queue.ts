import { type BrowserLock, isBrowserTaken, takeBrowserLock } from '../../db/files/browser-lock.ts';
import { Refusal } from '../../domain/refusal.ts';
import { nextTurn, turnOrder } from '../../domain/run/browser-turns.ts';
import type { Clock } from '../clock.ts';
import { BrowserPlace } from './browser-place.ts';

/** How often the run whose turn it is tries to take the browser from another process. */
const LOCK_RETRY_MS = 1000;

interface Options {
  /** The file that stands for the machine's one browser. */
  readonly browserLock: string;
  /** Shown to other processes that find the browser taken. */
  readonly place: string;
  readonly clock: Clock;
}

/** A run that waits for the browser. */
export interface WaitingRun {
  readonly runId: string;
  /** From when it can go on; the past when it only waits for other runs. */
  readonly canGoOnAt: Date;
}

/** The queue of this process's runs for the machine's one browser: one run at a time has it, and whoever waits has not. */
export class BrowserQueue {
  readonly #options: Options;
  readonly #places = new Set<BrowserPlace>();
  #holder: BrowserPlace | null = null;
  /** Called when a run takes the browser while something beside the runs uses it. */
  readonly #guests = new Set<() => void>();
  /**
   * Kept while a run has the browser, has a page open that waits, or has stepped aside for a moment: another process would
   * end the session in which the broker remembers the first factor.
   */
  #lock: BrowserLock | null = null;
  #timer: NodeJS.Timeout | undefined;
  #onMoved: () => void = () => undefined;
  #latestSafeStart: (accountId: string) => Date | null = () => null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Calls back whenever the order of those who wait may have changed. */
  onMoved(listener: () => void): void {
    this.#onMoved = listener;
  }

  /** Sets how long an account can wait without missing its bell; null where that is not known. */
  rankBy(latestSafeStart: (accountId: string) => Date | null): void {
    this.#latestSafeStart = latestSafeStart;
  }

  /** Adds a run that can go on. */
  join(runId: string, accountId: string): BrowserPlace {
    const place: BrowserPlace = new BrowserPlace(runId, accountId, {
      latestSafeStart: () => this.#latestSafeStart(accountId)?.getTime() ?? null,
      holder: () => this.#holder,
      isNext: () => this.#holder === null && this.#next() === place,
      take: () => this.#take(place),
      giveBack: () => this.#giveBack(place),
      leave: () => this.#leave(place),
      settle: () => this.#settle(),
      clock: this.#options.clock,
    });
    place.release();
    this.#places.add(place);
    this.#onMoved();
    return place;
  }

  /** The runs that wait, in the order in which they are expected to get the browser. */
  get waiting(): readonly WaitingRun[] {
    const places = [...this.#places].filter(
      (place) => place !== this.#holder && !place.isAside && !this.#isAlone(place),
    );
    return turnOrder(places, performance.now());
  }

  /** Who has the browser, and who waits for it or for another process that has it, in the expected order. */
  get places(): { readonly holder: BrowserPlace | null; readonly waiting: readonly BrowserPlace[] } {
    const holder = this.#holder;
    // One that is next and does not wait is about to take it.
    const waiting = [...this.#places].filter(
      (place) =>
        place !== holder && !place.isAside && (place.isAwaited || place.isHeld || !this.#isAlone(place)),
    );
    return { holder, waiting: turnOrder(waiting, performance.now()) };
  }

  /** Another process has the browser, as far as can be seen without asking for it. */
  get isTakenElsewhere(): boolean {
    return this.#lock === null && isBrowserTaken(this.#options.browserLock);
  }

  /**
   * Lets something that types nothing use the browser while no run wants it: null while one does, or another process. A run
   * that takes the browser does not wait for it; `onWanted` is called then, and it has to end. It keeps no other process out.
   */
  admitGuest(onWanted: () => void): Disposable | null {
    if (this.#holder !== null || this.#next() !== null || this.#hasAside) return null;
    if (this.isTakenElsewhere) return null;
    const guest = () => onWanted();
    this.#guests.add(guest);
    return { [Symbol.dispose]: () => void this.#guests.delete(guest) };
  }

  /** It could go on at once, if another process had not the browser. */
  #isAlone(place: BrowserPlace): boolean {
    return this.#holder === null && this.#next() === place;
  }

  /** A run of this process is about to want the browser again. */
  get #hasAside(): boolean {
    return [...this.#places].some(({ isAside }) => isAside);
  }

  #next(): BrowserPlace | null {
    return nextTurn([...this.#places], performance.now());
  }

  #take(place: BrowserPlace): void {
    if (this.#holder === place) return;
    this.#lock ??= this.#takeLock();
    this.#holder = place;
    place.noteTaken();
    for (const onWanted of this.#guests) onWanted();
  }

  #takeLock(): BrowserLock {
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

  #giveBack(place: BrowserPlace): void {
    if (this.#holder === place) this.#holder = null;
    this.#settle();
    this.#onMoved();
  }

  #leave(place: BrowserPlace): void {
    this.#places.delete(place);
    this.#giveBack(place);
  }

  /** Gives the free browser to whose turn it is; else looks again when the next one can go on. */
  #settle(): void {
    clearTimeout(this.#timer);
    if (this.#holder !== null) return;
    const places = [...this.#places];
    const next = this.#next();
    if (next === null && !this.#hasAside && !places.some(({ holdsPage }) => holdsPage)) this.#releaseLock();
    if (next !== null && (!next.isAwaited || this.#grant(next))) return;
    const moments = places.filter(({ isHeld }) => !isHeld).map(({ readyAt }) => readyAt);
    const restMs = Math.min(...moments) - performance.now();
    const lookIn = next === null ? Math.max(1, restMs) : LOCK_RETRY_MS;
    if (Number.isFinite(lookIn)) this.#timer = setTimeout(() => this.#settle(), lookIn);
  }

  /** False while another process has the browser. */
  #grant(place: BrowserPlace): boolean {
    try {
      this.#take(place);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      place.notifyTaken();
      return false;
    }
    place.grant();
    this.#onMoved();
    return true;
  }

  #releaseLock(): void {
    this.#lock?.[Symbol.dispose]();
    this.#lock = null;
  }
}
