import { BrokerBrowser, type BrowserOptions } from '../../broker/chromium/broker-browser.ts';
import type { LoginSession } from '../../broker/login/login-session.ts';
import { outsideFence } from '../../db/fence.ts';
import type { Logger } from '../../log.ts';
import type { CheckpointObserver } from '../runs/checkpoints.ts';
import { Semaphore } from '../semaphore.ts';
import type { BrowserQueue } from './browser-queue.ts';

/** How often a browser that is kept for paused runs checks whether another process has taken the machine's one. */
const LOOK_MS = 1000;

interface Options {
  readonly browser: BrowserOptions;
  readonly queue: BrowserQueue;
  readonly onCheckpoint: CheckpointObserver;
  readonly log: Logger;
}

/**
 * The one Chromium of this process. It is launched for the first session and closed with the last one, so that a paused
 * run keeps its session while other runs of this process open theirs, in contexts that share nothing. When another
 * process takes the machine's browser meanwhile, everything is closed within a second: two browsers at work would be two
 * logins that know nothing of each other. The paused run then loses only what the broker has remembered of its session.
 */
export class BrowserHost implements AsyncDisposable {
  readonly #options: Options;
  /** Orders opening and closing: a browser that is about to close opens no new session. */
  readonly #mutex = new Semaphore(1);
  readonly #sessions = new Set<LoginSession>();
  #browser: BrokerBrowser | null = null;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The kept session if it is still open, else a new one. The caller holds the browser. */
  open(kept: LoginSession | null): Promise<LoginSession> {
    return this.#mutex.run(async () => {
      if (kept?.isOpen) return kept;
      if (kept !== null) this.#sessions.delete(kept);
      const browser = await this.#living();
      try {
        const session = await browser.openSession();
        this.#sessions.add(session);
        this.#options.onCheckpoint('SESSION_OPENED');
        return session;
      } finally {
        await this.#quitWhenUnused();
      }
    });
  }

  close(session: LoginSession): Promise<void> {
    return this.#mutex.run(async () => {
      this.#sessions.delete(session);
      // Closing the browser closes the context, too, and does not wait for a page that hangs.
      if (this.#sessions.size > 0) await session[Symbol.asyncDispose]();
      await this.#quitWhenUnused();
    });
  }

  /** Closes the browser with all sessions that are left. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#mutex.run(() => this.#quit());
  }

  async #living(): Promise<BrokerBrowser> {
    if (this.#browser?.isAlive) return this.#browser;
    await this.#quit();
    const { browser, onCheckpoint } = this.#options;
    // What the pages of later runs call back for happens in the async context of the launch: it is of no account.
    this.#browser = await outsideFence(() => BrokerBrowser.launch(browser));
    this.#watch = setInterval(() => this.#quitIfTaken(), LOOK_MS).unref();
    onCheckpoint('BROWSER_LAUNCHED');
    return this.#browser;
  }

  #quitIfTaken(): void {
    const { queue, log } = this.#options;
    if (!queue.isTakenElsewhere) return;
    this.#mutex
      .run(async () => {
        // Asked again: a run of this process may have got the browser while this waited.
        if (this.#browser === null || !queue.isTakenElsewhere) return;
        log.info('another process has the browser: the sessions of paused runs are closed');
        await this.#quit();
      })
      .catch((error: unknown) => log.error({ err: error }, 'the browser could not be closed'));
  }

  async #quitWhenUnused(): Promise<void> {
    if (this.#sessions.size === 0) await this.#quit();
  }

  async #quit(): Promise<void> {
    clearInterval(this.#watch);
    this.#sessions.clear();
    const browser = this.#browser;
    this.#browser = null;
    await browser?.[Symbol.asyncDispose]();
  }
}
