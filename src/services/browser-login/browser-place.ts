import type { TurnRequest } from '../../domain/run/browser-turns.ts';
import type { BrowserWait, LoginWait } from '../../domain/run/browser-wait.ts';
import type { Clock } from '../clock.ts';

interface QueueAccess {
  readonly latestSafeStart: () => number | null;
  readonly holder: () => BrowserPlace | null;
  readonly isNext: () => boolean;
  readonly take: () => void;
  readonly giveBack: () => void;
  readonly leave: () => void;
  readonly settle: () => void;
  readonly clock: Clock;
}

/** A wait for the browser that is under way. */
interface Waiter {
  readonly grant: () => void;
  readonly onTaken: () => void;
}

/** For what a run gives the browser away. */
export interface Lending {
  readonly waitsFor: LoginWait;
  /** Its page stays open and waits; else it is closed already. */
  readonly keepsPage: boolean;
}

/** One run's place in the queue, and the browser when it is its turn; `dispose` gives both back. */
export class BrowserPlace implements TurnRequest, Disposable {
  readonly runId: string;
  readonly accountId: string;
  readonly #queue: QueueAccess;
  #readyAt = 0;
  #canGoOnAt = new Date(0);
  #holdsPage = false;
  #isHeld = false;
  #isAside = false;
  #waitsFor: BrowserWait = 'TURN';
  #isTakenElsewhere = false;
  #since: Date;
  #hasLeft = false;
  #waiter: Waiter | null = null;

  constructor(runId: string, accountId: string, queue: QueueAccess) {
    this.runId = runId;
    this.accountId = accountId;
    this.#queue = queue;
    this.#since = queue.clock();
  }

  /** On the monotonic clock (`performance.now()`), so that a wall clock that is set moves nobody's turn. */
  get readyAt(): number {
    return this.#readyAt;
  }

  /** The same moment by the wall clock, for people. */
  get canGoOnAt(): Date {
    return this.#canGoOnAt;
  }

  /** Since when it has the browser, or waits for it. */
  get since(): Date {
    return this.#since;
  }

  /** Null while it has the browser. */
  get waitsFor(): BrowserWait | null {
    if (this.hasBrowser) return null;
    if (this.#isHeld || performance.now() < this.#readyAt) return this.#waitsFor;
    return this.#isTakenElsewhere ? 'OTHER_PROCESS' : 'TURN';
  }

  get latestSafeStart(): number | null {
    return this.#queue.latestSafeStart();
  }

  get holdsPage(): boolean {
    return this.#holdsPage;
  }

  get isHeld(): boolean {
    return this.#isHeld || this.#isAside;
  }

  /** The run is at work without the browser, and asks for it when it needs it again. */
  get isAside(): boolean {
    return this.#isAside;
  }

  get isNext(): boolean {
    return this.#queue.isNext();
  }

  get hasBrowser(): boolean {
    return this.#queue.holder() === this;
  }

  /** The run waits at this moment: until then the browser is not given to it. */
  get isAwaited(): boolean {
    return this.#waiter !== null;
  }

  /** Refused with BROWSER_BUSY while another process has the browser. */
  take(): void {
    this.#queue.take();
  }

  /** The run waits for more than the time: about `until` it says by `waitFor` that it can go on. Meanwhile it holds nobody up. */
  hold(until: Date): void {
    this.#wait(until.getTime() - this.#queue.clock().getTime(), false, 'COOLDOWN');
    this.#isHeld = true;
    this.#queue.settle();
  }

  /** Gives the browser to others while the run is at work without it; `wait` asks for it again. */
  stepAside(): void {
    this.release();
    this.#isAside = true;
    this.#queue.giveBack();
  }

  /** The run can go on at once, without a page. */
  release(): void {
    this.#wait(0, false, 'TURN');
  }

  #wait(restMs: number, holdsPage: boolean, waitsFor: BrowserWait): void {
    this.#waitsFor = waitsFor;
    this.#readyAt = performance.now() + restMs;
    this.#canGoOnAt = new Date(this.#queue.clock().getTime() + restMs);
    this.#holdsPage = holdsPage;
    this.#isHeld = false;
    this.#isAside = false;
  }

  /** Gives the browser to others for as long as the run has to wait; false when the signal ends meanwhile. */
  async lend(restMs: number, { waitsFor, keepsPage }: Lending, signal: AbortSignal): Promise<boolean> {
    this.#wait(restMs, keepsPage, waitsFor);
    this.#since = this.#queue.clock();
    this.#queue.giveBack();
    return this.wait(signal);
  }

  /** Waits for the browser; false when the signal ends before. Calls `onTaken` once if another process has it. */
  wait(signal: AbortSignal, onTaken: () => void = () => undefined): Promise<boolean> {
    if (this.hasBrowser) return Promise.resolve(true);
    if (signal.aborted) return Promise.resolve(false);
    if (this.#isAside) this.#returnToQueue();
    return new Promise((resolve) => {
      let isNotified = false;
      const end = (hasBrowser: boolean) => {
        signal.removeEventListener('abort', aborted);
        this.#waiter = null;
        this.#isTakenElsewhere = false;
        resolve(hasBrowser);
      };
      const aborted = () => end(false);
      signal.addEventListener('abort', aborted, { once: true });
      this.#waiter = {
        grant: () => end(true),
        onTaken: () => {
          this.#isTakenElsewhere = true;
          if (!isNotified) onTaken();
          isNotified = true;
        },
      };
      this.#queue.settle();
    });
  }

  #returnToQueue(): void {
    this.release();
    this.#since = this.#queue.clock();
  }

  noteTaken(): void {
    this.#since = this.#queue.clock();
  }

  grant(): void {
    this.#waiter?.grant();
  }

  notifyTaken(): void {
    this.#waiter?.onTaken();
  }

  [Symbol.dispose](): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#queue.leave();
  }
}
