import { setTimeout as delay } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright';
import type { SeenDialog } from '../../domain/canary/canary-report.ts';
import type { Secret } from '../../domain/secret.ts';
import { atMost } from '../at-most.ts';
import { DialogLook, type LookRequest } from './canary/dialog-look.ts';
import { offerInertWorkers } from './inert-workers.ts';
import { Login } from './login.ts';
import { LoginFailure } from './login-failure.ts';
import type { BrowserWay, LoginListener, LoginPlace, LoginRequest } from './login-request.ts';
import { PageWatch } from './page/page-watch.ts';
import { RequestFence } from './request-fence.ts';

/** The broker may have been away for a moment. Only before anything was submitted, and only once. */
const SECOND_TRY_AFTER_MS = 5000;

/** A redirect that was not called off may still be on its way, and a page closed in its middle can hang. */
const CLOSE_TIMEOUT_MS = 2000;

/** One browser context, in which the logins of a run follow each other; a broker may remember the earlier ones. */
export class LoginSession {
  readonly #context: BrowserContext;
  readonly #watch: PageWatch;
  readonly #fence: RequestFence;
  readonly #way: BrowserWay;
  #isOpen = true;

  private constructor(context: BrowserContext, watch: PageWatch, fence: RequestFence, way: BrowserWay) {
    this.#context = context;
    this.#watch = watch;
    this.#fence = fence;
    this.#way = way;
    context.once('close', () => {
      this.#isOpen = false;
    });
  }

  static async open(context: BrowserContext, way: BrowserWay): Promise<LoginSession> {
    const [watch, fence] = await Promise.all([
      PageWatch.attach(context),
      RequestFence.attach(context, way),
      offerInertWorkers(context),
    ]);
    return new LoginSession(context, watch, fence, way);
  }

  /** False once it was closed, or its browser has died. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Logs in for one app and returns the code of its redirect. */
  async logIn(request: LoginRequest, listener: LoginListener): Promise<Secret> {
    let isUntouched = true;
    const touched =
      <Given extends readonly unknown[], Answer>(tell: (...given: Given) => Answer) =>
      (...given: Given): Answer => {
        isUntouched = false;
        return tell(...given);
      };
    // What is about to leave may have left, whether that was seen or not.
    const watching: LoginListener = {
      ...listener,
      beforeOtpRequest: touched(listener.beforeOtpRequest),
      takeOtp: touched(listener.takeOtp),
      beforePin: touched(listener.beforePin),
      onSubmitted: touched(listener.onSubmitted),
    };
    try {
      return await this.#logInOnce(request, watching);
    } catch (error) {
      const isWorthATry =
        error instanceof LoginFailure &&
        error.code === 'BROKER_UNREACHABLE' &&
        isUntouched &&
        (error.restMs ?? 0) <= SECOND_TRY_AFTER_MS;
      if (!isWorthATry) throw error;
    }
    await delay(SECOND_TRY_AFTER_MS, undefined, { signal: request.signal }).catch(() => undefined);
    return this.#logInOnce(request, watching);
  }

  /** Looks at the login dialog once, and touches nothing in it. */
  async look(request: LookRequest): Promise<SeenDialog> {
    const page = await this.#fence.openPage(request);
    try {
      using look = await DialogLook.open(this.#placeOf(page), request);
      await this.#fence.raise();
      return await look.run();
    } finally {
      this.#fence.lower();
      await closePage(page);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await atMost(CLOSE_TIMEOUT_MS, this.#context.close());
  }

  #placeOf(page: Page): LoginPlace {
    return { context: this.#context, page, watch: this.#watch, way: this.#way };
  }

  async #logInOnce(request: LoginRequest, listener: LoginListener): Promise<Secret> {
    const page = await this.#fence.openPage(request);
    try {
      using login = await Login.open(this.#placeOf(page), request, listener);
      await this.#fence.raise();
      return await login.run();
    } finally {
      this.#fence.lower();
      await closePage(page);
    }
  }
}

const closePage = async (page: Page): Promise<void> => {
  await page.waitForLoadState('domcontentloaded', { timeout: CLOSE_TIMEOUT_MS }).catch(() => undefined);
  await atMost(CLOSE_TIMEOUT_MS, page.close());
};
