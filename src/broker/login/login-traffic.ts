import { setTimeout as delay } from 'node:timers/promises';
import type { BrowserContext, Frame, Page, Request, Response, Route } from 'playwright';
import type { Secret } from '../../domain/secret.ts';
import { BodyRedirects, senderOf, takesBodyAlong } from './body-redirects.ts';
import { failureOfDocument, readServerTime } from './document-answer.ts';
import { HeldRequests } from './held-requests.ts';
import { BODY_TIMEOUT_MS, BROKEN_OFF, LED_ON, type ReadAnswer, readAnswerTo } from './login-answer.ts';
import type { BrowserWay } from './login-request.ts';
import type { SeenFailure } from './page/page-kind.ts';
import { type FieldName, isCaptchaAddress } from './page/page-reading.ts';
import { isRedirect } from './redirect.ts';
import { SubmissionGuard } from './submission-guard.ts';
import { STATUS_GRACE_MS, Submissions } from './submissions.ts';
import { isOwnSite, UnreadRequests } from './unread-requests.ts';

interface Options {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly redirectUri: string;
  /** Throws when a value that is typed already has to stay here; null where it has left, or something that may hold it. */
  readonly refuseLeaving: (unsent: FieldName | null) => void;
  readonly onSubmitted: (field: FieldName) => void;
  readonly hold: BrowserWay['hold'];
  /** The broker wants so much time between this OTP request and the next. */
  readonly onOtpInterval: (milliseconds: number) => Promise<void>;
  /** Something has happened that the page may not show. */
  readonly onChange: () => void;
}

/**
 * What goes over the wire during one login. It listens, stops repetitions, and catches the redirect; it never sends a
 * request of its own.
 */
export class LoginTraffic {
  /** Frames that a CAPTCHA was loaded into. */
  readonly captchaFrames = new Set<Frame>();
  readonly #options: Options;
  readonly #guard = new SubmissionGuard();
  /** What may have carried a value that is not found in it. */
  readonly unread = new UnreadRequests();
  readonly #submissions = new Submissions();
  /** Requests with a value that have an answer, though perhaps not its body yet. */
  readonly #responded = new WeakSet<Request>();
  /** The button of the step has been pressed, or the Enter key. */
  #isPressed = false;
  #armed: FieldName | null = null;
  /** Since then something has left that may hold its value. */
  #hasStirred = false;
  /** Why a value had to stay here; undefined where none had to. */
  #keptBack: unknown;
  readonly #held: HeldRequests;
  readonly #redirects: BodyRedirects;
  #said: string[] = [];
  #redirect: string | null = null;
  #document: Response | null = null;
  #documentFailure: SeenFailure | null = null;
  #hasAsked = false;
  #serverTime: Date | null = null;

  private constructor(options: Options, redirects: BodyRedirects) {
    this.#options = options;
    this.#redirects = redirects;
    this.#held = new HeldRequests(options.hold);
  }

  static async follow(options: Options): Promise<LoginTraffic> {
    const { context, page, redirectUri } = options;
    const redirects = await BodyRedirects.watch(context, page, redirectUri);
    const traffic = new LoginTraffic(options, redirects);
    redirects.onCaught = (address) => traffic.#endAt(address);
    context.on('request', traffic.#onRequest);
    context.on('response', traffic.#onResponse);
    context.on('requestfailed', traffic.#onFailed);
    await context.route('**/*', traffic.#onRoute);
    traffic.unread.listen(
      page,
      () => traffic.#armed !== null,
      () => {
        traffic.#hasStirred = true;
        options.onChange();
      },
    );
    page.on('dialog', (dialog) => {
      const armed = traffic.#armed;
      if (armed !== null && traffic.#submissions.hasLeft(armed)) traffic.#said.push(dialog.message());
      // What a page only says is acknowledged, and leaving it allowed; what it asks is not agreed to.
      const isQuestion = dialog.type() === 'confirm' || dialog.type() === 'prompt';
      if (isQuestion) traffic.#hasAsked = true;
      void (isQuestion ? dialog.dismiss() : dialog.accept()).catch(() => undefined);
      options.onChange();
    });
    return traffic;
  }

  /** Listens no more. Taking the route away can hang while the page waits for an answer, so nobody waits for that. */
  unfollow(): void {
    const { context } = this.#options;
    context.off('request', this.#onRequest);
    context.off('response', this.#onResponse);
    context.off('requestfailed', this.#onFailed);
    this.#held[Symbol.dispose]();
    void context.unroute('**/*', this.#onRoute).catch(() => undefined);
  }

  /** Where the broker has redirected to; null as long as it has not. */
  get redirect(): string | null {
    return this.#redirect;
  }

  /** The values that have left, and their answers. */
  get submissions(): Omit<Submissions, 'add' | 'settle'> {
    return this.#submissions;
  }

  /** What boxes of the page have said since the last value left. */
  get said(): readonly string[] {
    return this.#said;
  }

  /** The failure that the status of the page itself tells of; the page's text says it better where it says anything. */
  get documentFailure(): SeenFailure | null {
    return this.#documentFailure;
  }

  /** Since the last value was about to be typed the page has asked something that was not agreed to. */
  get hasAsked(): boolean {
    return this.#hasAsked;
  }

  /** The broker's clock as its last page told it. */
  get serverTime(): Date | null {
    return this.#serverTime;
  }

  arm(field: FieldName, value: Secret): void {
    this.#guard.arm(field, value);
    this.unread.begin();
    this.#armed = field;
    this.#hasStirred = false;
    this.#isPressed = false;
    this.#said = [];
    this.#hasAsked = false;
  }

  /** What was typed has not left, and does not leave any more. */
  throwIfKeptBack(): void {
    if (this.#keptBack !== undefined) throw this.#keptBack;
  }

  notePress(): void {
    this.#isPressed = true;
  }

  /** The value has left for the broker, or the login is over. */
  isGone(field: FieldName): boolean {
    return this.#submissions.hasLeft(field) || this.#redirect !== null;
  }

  /** The value may have left in a form that is not known here, such as a hash of it: from now on it has. */
  countAsLeft(field: FieldName): void {
    if (this.#submissions.countAsLeft(field)) this.#options.onSubmitted(field);
  }

  readonly #onRoute = async (route: Route): Promise<void> => {
    const request = route.request();
    // A page that is closed in the middle of a navigation can hang, so the one to the redirect URI is called off.
    if (this.#noticeRedirect(request)) return route.abort('aborted');
    const ruling = this.#guard.rule(request);
    if (ruling.kind === 'REPEATED') return route.abort('blockedbyclient');
    // Also what holds the value in a form that nobody can read.
    if (!this.#mayLeave(ruling.kind === 'FIRST')) return route.abort('blockedbyclient');
    if (ruling.kind === 'FIRST') {
      this.#submissions.add(request, ruling.field, !this.#isPressed);
      this.unread.excuse(request);
      this.#options.onSubmitted(ruling.field);
    }
    if (this.#armed === null) this.unread.noteBefore(request);
    const isUnread = ruling.kind === 'FREE' && this.unread.note(request, this.#options.page);
    this.#hasStirred ||= isUnread;
    if (isUnread || ruling.kind === 'FIRST') this.#options.onChange();
    if (ruling.kind !== 'FIRST' && !(isUnread && this.#isAwaited())) return route.continue();
    // That takes a moment, in which the right to send it may be lost, and the login may end.
    if ((await this.#held.add(route)) && this.#mayStillLeave()) return route.continue();
    return route.abort('aborted').catch(() => undefined);
  };

  #mayLeave(isReadable: boolean): boolean {
    if (this.#armed === null) return true;
    const isUnsent = !this.#submissions.hasLeft(this.#armed) && (isReadable || !this.#hasStirred);
    try {
      this.#options.refuseLeaving(isUnsent ? this.#armed : null);
      return true;
    } catch (error) {
      // Of what has left the answer is still waited for.
      if (isUnsent) this.#keptBack = error;
      this.#options.onChange();
      return false;
    }
  }

  /** The right to send anything may be lost. */
  #mayStillLeave(): boolean {
    try {
      this.#options.refuseLeaving(null);
      return true;
    } catch (error) {
      this.#keptBack = error;
      this.#options.onChange();
      return false;
    }
  }

  readonly #onRequest = (request: Request): void => {
    this.#noticeRedirect(request);
    const frame = frameOf(request);
    if (frame === null || isTopLevel(request) || !request.isNavigationRequest()) return;
    if (!isCaptchaAddress(request.url())) return;
    this.captchaFrames.add(frame);
    this.#options.onChange();
  };

  readonly #onResponse = (response: Response): void => {
    const last = response.request();
    if (isOwnNavigation(last, this.#options.page)) {
      this.#serverTime = readServerTime(response);
      void this.#judgeDocument(response);
    }
    // Who is led on is answered where he comes to.
    if (takesBodyAlong(response)) return;
    const request = senderOf(last);
    this.#held.release(request);
    if (this.unread.settle(request)) this.#options.onChange();
    const field = this.#submissions.pendingField(request);
    if (field === undefined) return;
    this.#responded.add(request);
    const isOwn = isOwnSite(last, this.#options.page);
    void this.#settle(request, field, () => readAnswerTo(field, response, isOwn));
  };

  readonly #onFailed = (last: Request): void => {
    const request = senderOf(last);
    this.#held.release(request);
    if (this.unread.settle(request)) this.#options.onChange();
    const field = this.#submissions.pendingField(request);
    // A page may drop the body of an answer unread: the answer has come all the same.
    if (field === undefined || this.#redirect !== null || this.#responded.has(request)) return;
    const failure = this.#redirects.hasRefused(last.url()) ? LED_ON : BROKEN_OFF;
    const brokenOff = isOwnSite(last, this.#options.page) ? failure : null;
    void this.#settle(request, field, async () => ({ outcome: brokenOff, otpIntervalMs: null }));
  };

  /** An error page says in its text what it is about, so it is shown first. */
  async #judgeDocument(response: Response): Promise<void> {
    const { page, onChange } = this.#options;
    const failure = failureOfDocument(response);
    this.#document = response;
    this.#documentFailure = null;
    if (failure !== null) {
      const within = { timeout: BODY_TIMEOUT_MS };
      const shown = response.finished().then(() => page.waitForLoadState('domcontentloaded', within));
      await Promise.race([shown.catch(() => undefined), delay(BODY_TIMEOUT_MS)]);
    }
    if (this.#document === response) this.#documentFailure = failure;
    onChange();
  }

  async #settle(request: Request, field: FieldName, read: () => Promise<ReadAnswer>): Promise<void> {
    const { outcome, otpIntervalMs } = await read().catch(() => ({ outcome: null, otpIntervalMs: null }));
    if (otpIntervalMs !== null) await this.#options.onOtpInterval(otpIntervalMs).catch(() => undefined);
    this.#submissions.settle(request, outcome);
    this.#guard.release(field);
    this.#options.onChange();
    // A bare status that has stood for a while is an answer, though nothing else has changed.
    setTimeout(this.#options.onChange, STATUS_GRACE_MS + 10).unref();
  }

  /** What is typed has not left yet, so that a request that nobody can read may carry it. */
  #isAwaited(): boolean {
    return this.#armed !== null && !this.#submissions.hasLeft(this.#armed);
  }

  #noticeRedirect(request: Request): boolean {
    if (!request.isNavigationRequest() || !isTopLevel(request)) return false;
    if (!isRedirect(request.url(), this.#options.redirectUri)) return false;
    this.#endAt(request.url());
    return true;
  }

  #endAt(address: string): void {
    this.#redirect ??= address;
    this.#options.onChange();
  }
}

const isOwnNavigation = (request: Request, page: Page): boolean =>
  request.isNavigationRequest() && frameOf(request) === page.mainFrame();

const isTopLevel = (request: Request): boolean =>
  frameOf(request)?.parentFrame() === null || frameOf(request) === null;

/** The frame that asks; null for the first request of a popup, which has none yet. */
const frameOf = (request: Request): Frame | null => {
  try {
    return request.frame();
  } catch {
    return null;
  }
};
