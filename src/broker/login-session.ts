import { setTimeout as delay } from 'node:timers/promises';
import type { BrowserContext, Locator, Page, Request } from 'playwright-core';
import type { Credentials } from '../domain/account.ts';
import type { Submission } from '../domain/failure.ts';
import type { LoginStep } from '../domain/generation-run.ts';
import type { Secret } from '../domain/secret.ts';
import { LoginFailure } from './login-failure.ts';
import { classifyPage, type PageKind } from './page-kind.ts';
import { CONSENT_TEXT, FIELDS, type FieldName, type PageReading, readPage } from './page-reading.ts';
import { PageWatch } from './page-watch.ts';
import { isRedirect, readRedirect } from './redirect.ts';
import { SubmissionGuard } from './submission-guard.ts';

export interface LoginRequest {
  /** The authorization dialog's address, with `state` in it. */
  readonly dialogUrl: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly credentials: Credentials;
  /** How long one page may take to become the next. */
  readonly stepTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** What the caller is told of, and asked for, on the way. A rejected promise ends the login before the submission. */
export interface LoginListener {
  onStep(step: LoginStep): Promise<void>;
  /** The mobile step is shown and is about to ask for an OTP: wait for the spacing, write it down. */
  beforeOtpRequest(): Promise<void>;
  /** The OTP step is shown: a code of a time step that was never used. */
  nextOtp(): Promise<Secret>;
  /** The PIN step is shown: write it down. */
  beforePin(): Promise<void>;
  /** Something has left for the broker. */
  onSubmitted(what: Submission): void;
}

const SUBMISSION_OF: Readonly<Record<FieldName, Submission>> = { MOBILE: 'MOBILE', OTP: 'OTP', PIN: 'PIN' };

/** One browser context, in which the logins of a run follow each other; a broker may remember the earlier ones. */
export class LoginSession {
  readonly #context: BrowserContext;
  readonly #watch: PageWatch;

  private constructor(context: BrowserContext, watch: PageWatch) {
    this.#context = context;
    this.#watch = watch;
  }

  static async open(context: BrowserContext): Promise<LoginSession> {
    return new LoginSession(context, await PageWatch.attach(context));
  }

  /** Logs in for one app and returns the code of its redirect. */
  async logIn(request: LoginRequest, listener: LoginListener): Promise<Secret> {
    const page = await this.#context.newPage();
    const login = new Login(page, this.#watch, request, listener);
    try {
      return await login.run();
    } finally {
      await closePage(page);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close().catch(() => undefined);
  }
}

/** A redirect that was not called off may still be on its way, and a page closed in its middle can hang. */
const CLOSE_PATIENCE_MS = 2000;

const closePage = async (page: Page): Promise<void> => {
  await page.waitForLoadState('domcontentloaded', { timeout: CLOSE_PATIENCE_MS }).catch(() => undefined);
  const timer = new AbortController();
  await Promise.race([page.close(), delay(CLOSE_PATIENCE_MS, undefined, { signal: timer.signal })]).catch(
    () => undefined,
  );
  timer.abort();
};

/** One login for one app. The page is read after every change; nothing is assumed about the order of its steps. */
class Login {
  readonly #page: Page;
  readonly #watch: PageWatch;
  readonly #request: LoginRequest;
  readonly #listener: LoginListener;
  readonly #guard: SubmissionGuard;
  readonly #submitted = new Set<FieldName>();
  #consented = false;
  #redirect: string | null = null;
  #crashed = false;

  constructor(page: Page, watch: PageWatch, request: LoginRequest, listener: LoginListener) {
    this.#page = page;
    this.#watch = watch;
    this.#request = request;
    this.#listener = listener;
    this.#guard = new SubmissionGuard((field) => {
      listener.onSubmitted(SUBMISSION_OF[field]);
      watch.notify();
    });
  }

  async run(): Promise<Secret> {
    await this.#prepare();
    await this.#listener.onStep('DIALOG');
    await this.#open();
    for (;;) {
      const view = await this.#nextView();
      if (view === 'REDIRECT') break;
      if (view.kind === 'FAILURE') throw new LoginFailure(view.code, view.message);
      if (view.kind === 'CONSENT') await this.#consent();
      if (view.kind === 'FIELD') await this.#submit(view.field);
    }
    await this.#listener.onStep('REDIRECT');
    return readRedirect(this.#redirect ?? '', this.#request.state);
  }

  async #prepare(): Promise<void> {
    const page = this.#page;
    this.#watch.follow(page);
    page.on('crash', () => {
      this.#crashed = true;
    });
    // The redirect is caught as a request, wherever it leads: nobody has to serve that address.
    page.on('request', (request) => this.#noticeRedirect(request));
    await page.route('**/*', (route) => {
      // A page that is closed in the middle of a navigation can hang, so this one is called off.
      if (this.#noticeRedirect(route.request())) return route.abort('aborted');
      return this.#guard.handle(route);
    });
  }

  #noticeRedirect(request: Request): boolean {
    const isPageItself = request.isNavigationRequest() && request.frame() === this.#page.mainFrame();
    if (!isPageItself || !isRedirect(request.url(), this.#request.redirectUri)) return false;
    this.#redirect ??= request.url();
    this.#watch.notify();
    return true;
  }

  async #open(): Promise<void> {
    try {
      const response = await this.#page.goto(this.#request.dialogUrl, {
        waitUntil: 'commit',
        timeout: this.#request.stepTimeoutMs,
      });
      if (response?.status() === 429) throw new LoginFailure('THROTTLED', 'The broker answered 429.');
      if (response !== null && response.status() >= 500) {
        throw new LoginFailure('BROKER_UNREACHABLE', `The broker answered ${response.status()}.`);
      }
    } catch (error) {
      if (this.#redirect !== null) return;
      if (error instanceof LoginFailure) throw error;
      throw new LoginFailure(
        'BROKER_UNREACHABLE',
        `The login dialog cannot be opened: ${networkReason(error)}.`,
      );
    }
  }

  /** The next page on which something is to be done. */
  async #nextView(): Promise<PageKind | 'REDIRECT'> {
    const deadline = this.#deadline();
    for (;;) {
      const mark = this.#watch.mark();
      this.#throwIfOver();
      if (this.#redirect !== null) return 'REDIRECT';
      const reading = await readPage(this.#page).catch(() => null);
      const kind: PageKind = reading === null ? { kind: 'UNKNOWN' } : classifyPage(reading, this.#submitted);
      const isDone = kind.kind === 'CONSENT' && this.#consented;
      if (kind.kind !== 'UNKNOWN' && !isDone && this.#redirect === null) return kind;
      if (deadline.aborted) throw this.#stuck(reading);
      await this.#watch.changedSince(mark, AbortSignal.any([deadline, this.#request.signal]));
    }
  }

  async #submit(field: FieldName): Promise<void> {
    const value = await this.#valueFor(field);
    this.#throwIfOver();
    await this.#listener.onStep(field);
    this.#guard.arm(field, value);
    // From here on the field counts as submitted, whatever happens: it is never filled a second time.
    this.#submitted.add(field);
    await this.#type(field, value);
    await this.#press(field);
  }

  async #valueFor(field: FieldName): Promise<Secret> {
    if (field === 'MOBILE') {
      await this.#listener.beforeOtpRequest();
      return this.#request.credentials.mobileNumber;
    }
    if (field === 'OTP') return this.#listener.nextOtp();
    await this.#listener.beforePin();
    return this.#request.credentials.pin;
  }

  /** The only place where a secret meets the page. Key events, because the page masks its inputs while one types. */
  async #type(field: FieldName, value: Secret): Promise<void> {
    const input = this.#page.locator(FIELDS[field].input);
    try {
      await input.fill('', { timeout: this.#request.stepTimeoutMs });
      await input.pressSequentially(value.reveal(), { timeout: this.#request.stepTimeoutMs });
      if (this.#guard.hasLeft(field)) return;
      if ((await digitsIn(input)) === value.reveal()) return;
    } catch (error) {
      if (this.#guard.hasLeft(field) || this.#redirect !== null) return;
      if (error instanceof LoginFailure) throw error;
      // The browser's own message quotes what was being typed, so neither message nor cause goes on.
      throw new LoginFailure('PAGE_CHANGED', `The ${field} field could not be filled.`);
    }
    throw new LoginFailure(
      'PAGE_CHANGED',
      `The ${field} field did not take what was typed; nothing was sent.`,
    );
  }

  /** Presses the step's button once it can be pressed, unless the page has sent the value by itself. */
  async #press(field: FieldName): Promise<void> {
    const deadline = this.#deadline();
    for (;;) {
      const mark = this.#watch.mark();
      this.#throwIfOver();
      if (this.#guard.hasLeft(field) || this.#redirect !== null) return;
      const reading = await readPage(this.#page);
      if (reading?.fields[field]?.buttonEnabled === true) break;
      const kind: PageKind = reading === null ? { kind: 'UNKNOWN' } : classifyPage(reading, this.#submitted);
      if (kind.kind === 'FAILURE') throw new LoginFailure(kind.code, kind.message);
      if (deadline.aborted)
        throw new LoginFailure('PAGE_CHANGED', `The button of the ${field} step stayed locked.`);
      await this.#watch.changedSince(mark, AbortSignal.any([deadline, this.#request.signal]));
    }
    await this.#click(this.#page.locator(FIELDS[field].button), () => this.#guard.hasLeft(field));
  }

  async #consent(): Promise<void> {
    await this.#listener.onStep('CONSENT');
    this.#consented = true;
    const button = this.#page
      .locator('button, a, input[type=submit], [role=button]')
      .filter({ hasText: CONSENT_TEXT, visible: true })
      .first();
    await this.#click(button, () => this.#redirect !== null);
  }

  async #click(button: Locator, hasWorked: () => boolean): Promise<void> {
    try {
      await button.click({ timeout: this.#request.stepTimeoutMs, noWaitAfter: true });
    } catch {
      if (hasWorked() || this.#redirect !== null) return;
      throw new LoginFailure('PAGE_CHANGED', 'A button of the login page could not be pressed.');
    }
  }

  #deadline(): AbortSignal {
    return AbortSignal.timeout(this.#request.stepTimeoutMs);
  }

  #throwIfOver(): void {
    if (this.#request.signal.aborted) throw new LoginFailure('ABORTED', 'The run was aborted.');
    if (this.#crashed || this.#page.isClosed())
      throw new LoginFailure('BROWSER_FAILED', 'The browser page has died.');
  }

  /** Which failure it is when no known page appears in time depends on what has been sent. */
  #stuck(reading: PageReading | null): LoginFailure {
    if (this.#submitted.has('PIN')) {
      return new LoginFailure('THROTTLED', 'The PIN was taken and no redirect followed in time.');
    }
    if (reading?.fields.OTP?.enabled === false) {
      return new LoginFailure('THROTTLED', 'The broker has locked the OTP field.');
    }
    if (this.#submitted.size > 0) {
      return new LoginFailure('BROKER_UNREACHABLE', 'The broker did not answer what was sent.');
    }
    return new LoginFailure('PAGE_CHANGED', 'The login page is none of the known ones; nothing was typed.');
  }
}

const digitsIn = async (input: Locator): Promise<string> => (await input.inputValue()).replace(/\D/g, '');

/** The browser's short name of a network error, such as ERR_CONNECTION_REFUSED; addresses are left out. */
const networkReason = (error: unknown): string =>
  /net::(\w+)/.exec(error instanceof Error ? error.message : '')?.[1] ?? 'no answer in time';
