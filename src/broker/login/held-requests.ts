import type { Request, Route } from 'playwright';
import type { BrowserWay } from './login-request.ts';

/** The requests of one login that are held to leave once, until each has its answer. */
export class HeldRequests implements Disposable {
  readonly #hold: BrowserWay['hold'];
  readonly #waiting = new Set<Route>();
  readonly #held = new Map<Request, { release(): void }>();
  /** Broken off by the page while they waited. */
  readonly #gone = new WeakSet<Request>();
  #isOver = false;

  constructor(hold: BrowserWay['hold']) {
    this.#hold = hold;
  }

  /** Whether it may leave, once that is known: not where the login has ended or the page has broken it off meanwhile. */
  async add(route: Route): Promise<boolean> {
    const request = route.request();
    if (this.#isOver) return false;
    this.#waiting.add(route);
    const held = await this.#hold(request.url());
    this.#waiting.delete(route);
    if (this.#isOver || this.#gone.has(request)) {
      held.release();
      return false;
    }
    this.#held.set(request, held);
    return true;
  }

  release(request: Request): void {
    this.#gone.add(request);
    this.#held.get(request)?.release();
    this.#held.delete(request);
  }

  /** What waits is called off: it would leave as soon as nobody stops requests any more. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const route of this.#waiting) void route.abort('aborted').catch(() => undefined);
    for (const held of this.#held.values()) held.release();
    this.#held.clear();
  }
}
