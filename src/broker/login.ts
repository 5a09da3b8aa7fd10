import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { Secret } from '../domain/secret.ts';
import { MAX_CLOCK_SKEW_MS, skewOf } from './clock-skew.ts';
import { LoginFailure } from './login-failure.ts';
import type { LoginListener, LoginRequest } from './login-request.ts';
import { LoginTraffic } from './login-traffic.ts';
import { classifyPage, type PageKind, type SeenFailure } from './page-kind.ts';
import { BUTTONS, FIELDS, type FieldName, type PageReading, readPage } from './page-reading.ts';
import type { PageWatch } from './page-watch.ts';
import { Patience } from './patience.ts';
import { enterQuickly } from './quick-hands.ts';
import { readRedirect } from './redirect.ts';

/** A button for consent is pressed only when the page has been quiet for so long, or a PIN was given before. */
const CONSENT_QUIET_MS = 1000;
/** How long a value that has left by itself is given to take effect before the button is pressed all the same. */
const SELF_SUBMIT_MS = 700;
/** How long a reading may take while the browser waits for an answer; the page is read again after it. */
const READING_PATIENCE_MS = 1000;
/** How long a click may take to show an effect before the page is taken to want it another way. */
const CLICK_EFFECT_MS = 3000;
/** A button that cannot be pressed by then moves or is covered. */
const CLICK_PATIENCE_MS = 2000;

type View = Exclude<PageKind, { kind: 'UNKNOWN' }> | { readonly kind: 'REDIRECT' };

/** One login for one app. The page is read after every change; nothing is assumed about the order of its steps. */
export class Login implements Disposable {
  readonly #page: Page;
  readonly #watch: PageWatch;
  readonly #request: LoginRequest;
  readonly #listener: LoginListener;
  readonly #traffic: LoginTraffic;
  readonly #submitted = new Set<FieldName>();
  readonly #consented = new Set<string>();
  #hasCrashed = false;

  private constructor(
    page: Page,
    watch: PageWatch,
    request: LoginRequest,
    listener: LoginListener,
    traffic: LoginTraffic,
  ) {
    this.#page = page;
    this.#watch = watch;
    this.#request = request;
    this.#listener = listener;
    this.#traffic = traffic;
  }

  static async open(
    context: BrowserContext,
    page: Page,
    watch: PageWatch,
    request: LoginRequest,
    listener: LoginListener,
  ): Promise<Login> {
    const traffic = await LoginTraffic.follow({
      context,
      page,
      redirectUri: request.redirectUri,
      onSubmitted: (field) => listener.onSubmitted(field),
      onChange: () => watch.notify(),
    });
    watch.follow(page);
    return new Login(page, watch, request, listener, traffic);
  }

  [Symbol.dispose](): void {
    this.#traffic.unfollow();
  }

  /** Answers the code of the redirect. */
  async run(): Promise<Secret> {
    this.#page.on('crash', () => {
      this.#hasCrashed = true;
    });
    await this.#listener.onStep('DIALOG');
    await this.#open();
    for (;;) {
      const view = await this.#nextView();
      if (view.kind === 'REDIRECT') break;
      if (view.kind === 'FAILURE') await this.#fail(view);
      if (view.kind === 'CONSENT') await this.#consent(view.label);
      if (view.kind === 'FIELD') await this.#submit(view.field);
    }
    await this.#listener.onStep('REDIRECT');
    return readRedirect(this.#traffic.redirect ?? '', this.#request.state);
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
      this.#throwIfOver();
      throw new LoginFailure(
        'BROKER_UNREACHABLE',
        `The login dialog cannot be opened: ${networkReason(error)}.`,
      );
    }
    this.#refuseSkewedClock(openedAt);
    // An error page says in its text what it is about; its status alone says less.
    if (this.#traffic.documentFailure !== null) await this.#page.waitForLoadState().catch(() => undefined);
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
    const deadline = this.#deadline();
    const openedAt = performance.now();
    for (;;) {
      const mark = this.#watch.mark();
      const { reading, kind } = await this.#look(deadline);
      if (this.#traffic.redirect !== null) return { kind: 'REDIRECT' };
      const isQuiet = performance.now() - openedAt >= CONSENT_QUIET_MS || this.#submitted.has('PIN');
      const isEarly = kind.kind === 'CONSENT' && (!isQuiet || this.#consented.has(kind.label));
      // The next secret is typed only after the broker has answered the one before.
      const isUnanswered = this.#traffic.isPending && kind.kind !== 'FAILURE';
      if (kind.kind !== 'UNKNOWN' && !isEarly && !isUnanswered) return kind;
      if (deadline.aborted) throw this.#stuck(reading);
      await this.#watch.changedSince(mark, deadline, this.#request.signal);
    }
  }

  /** Reads the page and says what it is; what went over the wire counts before what the page shows. */
  async #look(deadline: AbortSignal): Promise<{ reading: PageReading | null; kind: PageKind }> {
    this.#throwIfOver();
    const reading = await this.#read(deadline);
    this.#throwIfOver();
    const failure = this.#traffic.failure;
    if (failure !== null) return { reading, kind: failure };
    const kind: PageKind = reading === null ? { kind: 'UNKNOWN' } : classifyPage(reading, this.#submitted);
    if (kind.kind !== 'UNKNOWN') return { reading, kind };
    return { reading, kind: this.#traffic.documentFailure ?? kind };
  }

  #read(deadline: AbortSignal): Promise<PageReading | null> {
    return this.#unlessStuck(readPage(this.#page, this.#traffic.captchaFrames), deadline);
  }

  /** A browser that waits for an answer does not answer either, so what is asked of it is given up after a while. */
  async #unlessStuck<Answer>(asked: Promise<Answer>, deadline: AbortSignal): Promise<Answer | null> {
    using patience = new Patience(READING_PATIENCE_MS, deadline, this.#request.signal);
    const { signal } = patience;
    const givenUp = new Promise<null>((resolve) => {
      if (signal.aborted) setImmediate(() => resolve(null));
      signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    return await Promise.race([asked.catch(() => null), givenUp]);
  }

  /** A CAPTCHA in a window is left to the person in front of it; everything else ends the login. */
  async #fail(failure: SeenFailure): Promise<void> {
    const { captchaWaitMs, now, signal } = this.#request;
    if (failure.code !== 'CAPTCHA' || captchaWaitMs === 0)
      throw new LoginFailure(failure.code, failure.message);
    const deadline = AbortSignal.timeout(captchaWaitMs);
    await this.#listener.onCaptcha(new Date(now().getTime() + captchaWaitMs));
    for (;;) {
      const mark = this.#watch.mark();
      const { kind } = await this.#look(deadline);
      const isStillThere = kind.kind === 'UNKNOWN' || (kind.kind === 'FAILURE' && kind.code === 'CAPTCHA');
      if (this.#traffic.redirect !== null || !isStillThere) break;
      if (deadline.aborted) throw new LoginFailure('CAPTCHA', 'Nobody solved the CAPTCHA in time.');
      await this.#watch.changedSince(mark, deadline, signal);
    }
    await this.#listener.onCaptcha(null);
  }

  async #submit(field: FieldName): Promise<void> {
    const value = await this.#valueFor(field);
    if (value === null) return;
    await this.#listener.onStep(field);
    this.#traffic.arm(field, value);
    // From here on the field counts as submitted, whatever happens: it is never filled a second time.
    this.#submitted.add(field);
    if (await this.#submitQuickly(field, value)) return;
    await this.#type(field, value);
    await this.#press(field);
  }

  /** All digits in one go and one click, as most pages take it. False when nothing came of it: then carefully. */
  async #submitQuickly(field: FieldName, value: Secret): Promise<boolean> {
    const typed = value.reveal();
    const typing = AbortSignal.timeout(SELF_SUBMIT_MS);
    const shown = await this.#unlessStuck(
      enterQuickly(this.#page, FIELDS[field].input, typed, typing),
      typing,
    );
    if (shown?.replace(/\D/g, '') !== typed && !this.#isGone(field)) return false;
    const button = await this.#awaitButton(field, typing);
    if (this.#isGone(field)) {
      // It left by itself, perhaps not yet to where it belongs.
      await this.#press(field);
      return true;
    }
    if (button === null) return false;
    const pressing = AbortSignal.timeout(CLICK_EFFECT_MS);
    await this.#unlessStuck(this.#page.mouse.click(button.x, button.y), pressing);
    return this.#hasEffect(field, pressing);
  }

  /** Where the step's button can be pressed; null when it cannot in time, or when the value has left already. */
  async #awaitButton(field: FieldName, deadline: AbortSignal): Promise<{ x: number; y: number } | null> {
    for (;;) {
      const mark = this.#watch.mark();
      const { reading, kind } = await this.#look(deadline);
      if (this.#isGone(field) || kind.kind === 'FAILURE') return null;
      const at = reading?.fields[field]?.buttonAt ?? null;
      if (at !== null || deadline.aborted) return at;
      await this.#watch.changedSince(mark, deadline, this.#request.signal);
    }
  }

  /** Pressing has made the page send the value, or show something else. */
  async #hasEffect(field: FieldName, deadline: AbortSignal): Promise<boolean> {
    for (;;) {
      const mark = this.#watch.mark();
      if (this.#isGone(field)) return true;
      const { reading, kind } = await this.#look(deadline);
      const hasMovedOn = reading !== null && reading.fields[field] === undefined;
      if (this.#isGone(field) || kind.kind === 'FAILURE' || hasMovedOn) return true;
      if (deadline.aborted) return false;
      await this.#watch.changedSince(mark, deadline, this.#request.signal);
    }
  }

  /** The value to type; null when the page has changed while it was waited for. */
  async #valueFor(field: FieldName): Promise<Secret | null> {
    const { credentials } = this.#request;
    if (field === 'MOBILE') await this.#listener.awaitOtpRequest();
    if (field === 'OTP') await this.#listener.awaitTimeStep();
    if (!(await this.#isStillShown(field))) return null;
    if (field === 'OTP') return this.#listener.takeOtp();
    if (field === 'MOBILE') await this.#listener.beforeOtpRequest();
    if (field === 'PIN') await this.#listener.beforePin();
    return field === 'MOBILE' ? credentials.mobileNumber : credentials.pin;
  }

  async #isStillShown(field: FieldName): Promise<boolean> {
    const { kind } = await this.#look(this.#deadline());
    return kind.kind === 'FIELD' && kind.field === field;
  }

  /** Types a secret where `submitQuickly` could not. Key events, because the page masks its inputs while one types. */
  async #type(field: FieldName, value: Secret): Promise<void> {
    const input = this.#visible(FIELDS[field].input);
    const timeout = this.#request.stepTimeoutMs;
    const typed = value.reveal();
    try {
      // Some pages keep an input read-only until it is entered, against programs that fill in passwords.
      await input.focus({ timeout });
      await input.fill('', { timeout });
      await input.pressSequentially(typed, { timeout });
      if (this.#isGone(field)) return;
      // A page may react to the last key by taking the input away.
      const shown = await input.inputValue({ timeout: 1000 });
      if (shown.replace(/\D/g, '') === typed || this.#isGone(field)) return;
    } catch {
      // The browser's own message quotes what was being typed, so neither message nor cause goes on.
      this.#throwIfOver();
      if (this.#isGone(field) || !(await this.#isInput(field))) return;
      throw new LoginFailure('PAGE_CHANGED', `The ${field} field could not be filled.`);
    }
    throw new LoginFailure(
      'PAGE_CHANGED',
      `The ${field} field did not take what was typed; its button was not pressed.`,
    );
  }

  /** Presses the step's button once it can be pressed, unless the page has sent the value by itself. */
  async #press(field: FieldName): Promise<void> {
    const deadline = this.#deadline();
    const typedAt = performance.now();
    for (;;) {
      const mark = this.#watch.mark();
      const { reading, kind } = await this.#look(deadline);
      if (this.#traffic.redirect !== null || kind.kind === 'FAILURE') return;
      const shown = reading?.fields[field];
      if (reading !== null && shown === undefined) return;
      const mayHaveLeft =
        this.#isGone(field) && (this.#traffic.isPending || performance.now() - typedAt < SELF_SUBMIT_MS);
      if (!mayHaveLeft && shown?.buttonEnabled === true) break;
      if (!mayHaveLeft && shown?.hasButton === false) return this.#pressEnter(field);
      if (deadline.aborted)
        throw new LoginFailure('PAGE_CHANGED', `The button of the ${field} step stayed locked.`);
      // Some pages unlock the button when the input is left.
      if (shown?.buttonEnabled === false)
        await this.#visible(FIELDS[field].input)
          .blur({ timeout: 1000 })
          .catch(() => undefined);
      await this.#watch.changedSince(mark, deadline, this.#request.signal);
    }
    await this.#click(this.#visible(FIELDS[field].button), () => this.#isGone(field));
  }

  async #pressEnter(field: FieldName): Promise<void> {
    await this.#visible(FIELDS[field].input)
      .press('Enter', { timeout: 1000, noWaitAfter: true })
      .catch(() => undefined);
  }

  async #consent(label: string): Promise<void> {
    await this.#listener.onStep('CONSENT');
    this.#consented.add(label);
    const button = this.#page.locator(BUTTONS).filter({ hasText: label, visible: true }).first();
    await this.#click(button, () => this.#traffic.redirect !== null);
  }

  /** Presses as a person would; a button that never stands still or is covered is pressed from within the page. */
  async #click(button: Locator, hasWorked: () => boolean): Promise<void> {
    try {
      return await button.click({ timeout: CLICK_PATIENCE_MS, noWaitAfter: true });
    } catch {
      this.#throwIfOver();
    }
    const { kind } = await this.#look(this.#deadline());
    if (hasWorked() || kind.kind === 'FAILURE') return;
    try {
      await button.dispatchEvent('click', {}, { timeout: CLICK_PATIENCE_MS });
    } catch {
      this.#throwIfOver();
      if (hasWorked()) return;
      throw new LoginFailure('PAGE_CHANGED', 'A button of the login page could not be pressed.');
    }
  }

  /** The value has left for the broker, or the login is over. */
  #isGone(field: FieldName): boolean {
    return this.#traffic.hasLeft(field) || this.#traffic.redirect !== null;
  }

  async #isInput(field: FieldName): Promise<boolean> {
    const { reading } = await this.#look(this.#deadline());
    return reading?.fields[field] !== undefined;
  }

  #visible(selector: string): Locator {
    return this.#page.locator(selector).filter({ visible: true }).first();
  }

  #deadline(): AbortSignal {
    return AbortSignal.timeout(this.#request.stepTimeoutMs);
  }

  #throwIfOver(): void {
    if (this.#traffic.redirect !== null) return;
    if (this.#request.signal.aborted) throw new LoginFailure('ABORTED', 'The run was aborted.');
    if (this.#hasCrashed || this.#page.isClosed())
      throw new LoginFailure('BROWSER_FAILED', 'The browser page has died.');
  }

  /** Which failure it is when no known page appears in time depends on what was sent and what came back. */
  #stuck(reading: PageReading | null): LoginFailure {
    const { PIN, OTP } = reading?.fields ?? {};
    const isRefused = (field: FieldName) =>
      this.#traffic.isAnswered(field) && reading?.fields[field] !== undefined;
    if (isRefused('PIN') || isRefused('OTP')) {
      const what = PIN === undefined ? 'OTP' : 'PIN';
      return new LoginFailure(
        'CREDENTIALS_REJECTED',
        `The broker took the ${what} and went on asking for it.`,
      );
    }
    if (this.#submitted.has('PIN') && this.#traffic.isAnswered('PIN')) {
      return new LoginFailure('THROTTLED', 'The PIN was taken and no redirect followed in time.');
    }
    if (OTP?.enabled === false) return new LoginFailure('THROTTLED', 'The broker has locked the OTP field.');
    if ([...this.#submitted].some((field) => this.#traffic.hasLeft(field))) {
      return new LoginFailure('BROKER_UNREACHABLE', 'The broker did not answer what was sent.');
    }
    const what = this.#submitted.size === 0 ? 'nothing was typed' : 'nothing was sent';
    return new LoginFailure('PAGE_CHANGED', `The login page does not do what is known of it; ${what}.`);
  }
}

/** The browser's short name of a network error, such as ERR_CONNECTION_REFUSED; addresses are left out. */
const networkReason = (error: unknown): string =>
  /net::(\w+)/.exec(error instanceof Error ? error.message : '')?.[1] ?? 'no answer in time';
