import type { Browser } from 'playwright-core';
import { ChromiumMissing, findChromium } from './chromium.ts';
import { LoginFailure } from './login-failure.ts';
import { LoginSession } from './login-session.ts';

export interface BrowserOptions {
  readonly headless: boolean;
  readonly chromiumPath: string | null;
}

/** One Chromium. It goes away with everything it started when it is disposed of. */
export class BrokerBrowser {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async launch(options: BrowserOptions): Promise<BrokerBrowser> {
    const executablePath = locate(options);
    // Loading Playwright takes longer than everything else at start, and most commands need no browser.
    const { chromium } = await import('playwright-core');
    try {
      return new BrokerBrowser(await chromium.launch({ executablePath, headless: options.headless }));
    } catch (error) {
      throw new LoginFailure('BROWSER_FAILED', `The browser ${executablePath} does not start.`, {
        cause: error,
      });
    }
  }

  /** A context of its own: no cookie, no storage of an earlier run, and none kept afterwards. */
  async openSession(): Promise<LoginSession> {
    return LoginSession.open(await this.#browser.newContext({ serviceWorkers: 'block' }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

const locate = (options: BrowserOptions): string => {
  try {
    const found = findChromium({
      headless: options.headless,
      chromiumPath: options.chromiumPath ?? undefined,
    });
    if (found === undefined) throw new ChromiumMissing(options.headless);
    return found.executablePath;
  } catch (error) {
    throw new LoginFailure(
      'BROWSER_FAILED',
      error instanceof Error ? error.message : 'No browser was found.',
    );
  }
};
