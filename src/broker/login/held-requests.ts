import type { Request } from 'playwright';
import type { BrowserWay } from './login-request.ts';

/** The requests of one login that are held to leave once, until each has its answer. */
export class HeldRequests implements Disposable {
  readonly #hold: BrowserWay['hold'];
  readonly #held = new Map<Request, { release(): void }>();
  #isOver = false;

  constructor(hold: BrowserWay['hold']) {
    this.#hold = hold;
  }

  /** It may leave when this returns. */
  async add(request: Request): Promise<void> {
    const held = await this.#hold(request.url());
    // A login that has ended meanwhile would never release it.
    if (this.#isOver) held.release();
    else this.#held.set(request, held);
  }

  release(request: Request): void {
    this.#held.get(request)?.release();
    this.#held.delete(request);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const held of this.#held.values()) held.release();
    this.#held.clear();
  }
}
