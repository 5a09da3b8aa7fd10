import type { Page } from 'playwright';
import type { Secret } from '../../domain/secret.ts';
import { MAX_CLOCK_SKEW_MS, skewOf } from '../api/clock-skew.ts';
import { readLandmarks } from './canary/read-landmarks.ts';
import { LoginActions } from './login-actions.ts';
import { LoginFailure } from './login-failure.ts';
import type { BrowserWay, LoginListener, LoginPlace, LoginRequest } from './login-request.ts';
import { LoginTraffic } from './login-traffic.ts';
import type { PageKind, SeenFailure } from './page/page-kind.ts';
import type { ButtonReading } from './page/page-parts.ts';
import { PageReader } from './page/page-reader.ts';
import type { FieldName } from './page/page-reading.ts';
import { readRedirect } from './redirect.ts';

/** An offer is turned down only when it has stood there for so long. */
const OFFER_STANDS_MS = 1000;
/** A page that makes one offer after the other is left to a person. */
const MAX_DISMISSALS = 3;

type View = Exclude<PageKind, { kind: 'UNKNOWN' }> | { readonly kind: 'REDIRECT' };

/** One login for one app. The page is read after every change; nothing is assumed about the order of its steps. */
export class Login implements Disposable {
  readonly #page: Page;
  readonly #way: BrowserWay;
  readonly #request: LoginRequest;
  readonly #listener: LoginListener;
  readonly #traffic: LoginTraffic;
  readonly #reader: PageReader;
  readonly #actions: LoginActions;
  readonly #submitted = new Set<FieldName>();
  readonly #dismissed = new Set<string>();

  private constructor(
    { page, watch, way }: LoginPlace,
    request: LoginRequest,
    listener: LoginListener,
    traffic: LoginTraffic,
  ) {
    this.#page = page;
    this.#way = way;
    this.#request = request;
    this.#listener = listener;
    this.#traffic = traffic;
    const { stepTimeoutMs } = request;
    const reader = new PageReader({ page, watch, traffic, request, submitted: this.#submitted });
    this.#reader = reader;
    this.#actions = new LoginActions({ page, reader, traffic, stepTimeoutMs });
  }

  static async open(place: LoginPlace, request: LoginRequest, listener: LoginListener): Promise<Login> {
    const { context, page, watch, way } = place;
    const traffic = await LoginTraffic.follow({
      context,
      page,
      hold: (address) => way.hold(address),
      redirectUri: request.redirectUri,
      refuseLeaving: (unsent) => {
        request.refuseLeaving?.();
        if (unsent === 'MOBILE') request.refuseLate?.(true);
      },
      onSubmitted: (field) => listener.onSubmitted(field),
      onOtpInterval: (milliseconds) => listener.onOtpInterval(milliseconds),
      onChange: () => watch.notify(),
    });
    watch.follow(page);
    return new Login(place, request, listener, traffic);
  }

  [Symbol.dispose](): void {
    this.#traffic.unfollow();
  }

  /** Answers the code of the redirect. */
  async run(): Promise<Secret> {
    await this.#listener.onStep('DIALOG');
    await this.#open();
    for (let isFirst = true; ; isFirst = false) {
      const view = await this.#nextView();
      if (isFirst) await this.#noteDialog();
      if (view.kind === 'REDIRECT') break;
      if (view.kind === 'FAILURE') await this.#fail(view);
      if (view.kind === 'DISMISSAL') await this.#dismiss(view.button);
      if (view.kind === 'FIELD') await this.#submit(view.field);
    }
    await this.#listener.onStep('REDIRECT');
    return readRedirect(this.#traffic.redirect ?? '', this.#request.state);
  }

  /** The browser itself only knows that its way ended. */
  #unreached(): string | null {
    return this.#way.unreached(new URL(this.#request.dialogUrl).host);
  }

  /** What is not read in time is not told: the login goes on. */
  async #noteDialog(): Promise<void> {
    if (this.#listener.onDialog === undefined || this.#traffic.redirect !== null) return;
    const { reading, kind } = await this.#reader.read();
    if (reading === null) return;
    const scripts = { hosts: new Set<string>(), hasFailed: false };
    const found = await this.#reader.unlessStuck(readLandmarks(this.#page, reading, kind, scripts));
    if (found?.landmarks.step === 'MOBILE') this.#listener.onDialog(found.landmarks);
  }

  async #open(): Promise<void> {
    const openedAt = this.#request.now();
    try {
      await this.#page.goto(this.#request.dialogUrl, {
        waitUntil: 'commit',
        timeout: this.#request.stepTimeoutMs,
      });
    } catch (error) {
      if (this.#traffic.redirect !== null) return;
      this.#reader.throwIfOver();
      throw new LoginFailure(
        'BROKER_UNREACHABLE',
        `The login dialog cannot be opened: ${this.#unreached() ?? networkReason(error)}.`,
      );
    }
    this.#refuseSkewedClock(openedAt);
  }

  #refuseSkewedClock(openedAt: Date): void {
    const { serverTime } = this.#traffic;
    if (serverTime === null) return;
    const { milliseconds, direction } = skewOf(serverTime, openedAt, this.#request.now());
    if (milliseconds <= MAX_CLOCK_SKEW_MS) return;
    throw new LoginFailure(
      'CLOCK_SKEW',
      `This machine's clock is ${Math.round(milliseconds / 1000)} s ${direction} the broker's; nothing was typed.`,
    );
  }

  /** The next page on which something is to be done. */
  async #nextView(): Promise<View> {
    const openedAt = performance.now();
    const view = await this.#reader.until<View>(this.#reader.deadline(), ({ kind }) => {
      if (this.#traffic.redirect !== null) return { kind: 'REDIRECT' };
      const stands = performance.now() - openedAt >= OFFER_STANDS_MS;
      const isEarly = kind.kind === 'DISMISSAL' && (!stands || !this.#mayDismiss(kind.button));
      // The next secret is typed only after the broker has answered the one before.
      const isUnanswered = this.#traffic.submissions.isPending && kind.kind !== 'FAILURE';
      return kind.kind === 'UNKNOWN' || isEarly || isUnanswered ? undefined : kind;
    });
    if (view === null) throw this.#reader.stuck();
    return view;
  }

  /** A CAPTCHA in a window is left to the person in front of it; everything else ends the login. */
  async #fail(failure: SeenFailure): Promise<void> {
    const { captchaWaitMs, now } = this.#request;
    if (failure.code !== 'CAPTCHA' || captchaWaitMs === 0)
      throw new LoginFailure(failure.code, failure.message, { restMs: failure.restMs ?? null });
    const deadline = AbortSignal.timeout(captchaWaitMs);
    await this.#listener.onCaptcha(new Date(now().getTime() + captchaWaitMs));
    const isSolved = await this.#reader.until(deadline, ({ kind }) => {
      const isStillThere = kind.kind === 'UNKNOWN' || (kind.kind === 'FAILURE' && kind.code === 'CAPTCHA');
      return this.#traffic.redirect !== null || !isStillThere ? true : undefined;
    });
    if (isSolved === null) throw new LoginFailure('CAPTCHA', 'Nobody solved the CAPTCHA in time.');
    await this.#listener.onCaptcha(null);
  }

  async #submit(field: FieldName): Promise<void> {
    const value = await this.#valueFor(field);
    if (value === null) return;
    await this.#listener.onStep(field);
    this.#reader.beginFilling(field);
    this.#traffic.arm(field, value);
    // From here on the field counts as submitted, whatever happens: it is never filled a second time.
    this.#submitted.add(field);
    this.#request.refuseLeaving?.();
    if (field === 'MOBILE') this.#request.refuseLate?.(false);
    await this.#actions.submit(field, value);
  }

  /** The value to type; null when the page has changed while it was waited for. */
  async #valueFor(field: FieldName): Promise<Secret | null> {
    const { credentials } = this.#request;
    if (field === 'MOBILE') await this.#listener.awaitOtpRequest(this.#submitted.size > 0);
    if (field === 'OTP') await this.#listener.awaitTimeStep();
    if (!(await this.#isStillShown(field))) return null;
    if (field === 'OTP') return this.#listener.takeOtp();
    if (field === 'MOBILE') await this.#listener.beforeOtpRequest();
    if (field === 'PIN') await this.#listener.beforePin();
    return field === 'MOBILE' ? credentials.mobileNumber : credentials.pin;
  }

  async #isStillShown(field: FieldName): Promise<boolean> {
    const { kind } = await this.#reader.read();
    return kind.kind === 'FIELD' && kind.field === field;
  }

  #mayDismiss({ label }: ButtonReading): boolean {
    return !this.#dismissed.has(label) && this.#dismissed.size < MAX_DISMISSALS;
  }

  /** Turns down an offer, once, after that was written down. */
  async #dismiss(button: ButtonReading): Promise<void> {
    this.#dismissed.add(button.label);
    await this.#listener.onDismissal(button.label);
    // Read anew, because writing it down took its time.
    const { kind } = await this.#reader.read();
    if (kind.kind === 'DISMISSAL' && kind.button.label === button.label)
      await this.#actions.dismiss(kind.button);
  }
}

/** The browser's short name of a network error, such as ERR_CONNECTION_REFUSED; addresses are left out. */
const networkReason = (error: unknown): string =>
  /net::(\w+)/.exec(error instanceof Error ? error.message : '')?.[1] ?? 'no answer in time';
