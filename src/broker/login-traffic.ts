import { setTimeout as delay } from 'node:timers/promises';
import type { BrowserContext, Frame, Page, Request, Response, Route } from 'playwright-core';
import type { Secret } from '../domain/secret.ts';
import { isOfEdge } from './broker-answer.ts';
import { CAPTCHA, failureInStatus, failureInText, refusalInText, type SeenFailure } from './page-kind.ts';
import { type FieldName, isCaptchaAddress } from './page-reading.ts';
import { isRedirect } from './redirect.ts';
import { SubmissionGuard } from './submission-guard.ts';

interface Options {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly redirectUri: string;
  readonly onSubmitted: (field: FieldName) => void;
  /** Something has happened that the page may not show. */
  readonly onChange: () => void;
}

/** Of a refusal that is longer the beginning is read. */
const MAX_TOLD = 10_000;

/** How long the body of an answer may take; a body that never ends tells nothing. */
const BODY_PATIENCE_MS = 2000;

/**
 * What goes over the wire during one login. It listens, stops repetitions, and catches the redirect; it never sends a
 * request of its own.
 */
export class LoginTraffic {
  /** Frames that a CAPTCHA was loaded into. */
  readonly captchaFrames = new Set<Frame>();
  readonly #options: Options;
  readonly #guard = new SubmissionGuard();
  readonly #pending = new Map<Request, FieldName>();
  readonly #left = new Set<FieldName>();
  readonly #answered = new Set<FieldName>();
  readonly #accepted = new Set<FieldName>();
  readonly #refused = new Set<FieldName>();
  readonly #said: string[] = [];
  #redirect: string | null = null;
  #failure: SeenFailure | null = null;
  #document: Response | null = null;
  #documentFailure: SeenFailure | null = null;
  readonly #stirring = new Set<Request>();
  #stirs = 0;
  #hasAsked = false;
  #serverTime: Date | null = null;

  private constructor(options: Options) {
    this.#options = options;
  }

  static async follow(options: Options): Promise<LoginTraffic> {
    const traffic = new LoginTraffic(options);
    const { context, page } = options;
    context.on('request', traffic.#onRequest);
    context.on('response', traffic.#onResponse);
    context.on('requestfailed', traffic.#onFailed);
    await context.route('**/*', traffic.#onRoute);
    page.on('dialog', (dialog) => {
      traffic.#said.push(dialog.message());
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
    void context.unroute('**/*', this.#onRoute).catch(() => undefined);
  }

  /** Where the broker has redirected to; null as long as it has not. */
  get redirect(): string | null {
    return this.#redirect;
  }

  /** The failure that an answer to a submission, or a dialog box, has told of. */
  get failure(): SeenFailure | null {
    return this.#failure ?? failureInText(this.#said.join('\n'));
  }

  /** The failure that the status of the page itself tells of; the page's text says it better where it says anything. */
  get documentFailure(): SeenFailure | null {
    return this.#documentFailure;
  }

  /** How many requests have left for the broker that may have carried what was typed, though it is not found in them. */
  get stirs(): number {
    return this.#stirs;
  }

  /** One of those is not answered yet. */
  get isStirring(): boolean {
    return this.#stirring.size > 0;
  }

  /** The page has asked something that was not agreed to. */
  get hasAsked(): boolean {
    return this.#hasAsked;
  }

  /** The broker's clock as its last page told it. */
  get serverTime(): Date | null {
    return this.#serverTime;
  }

  /** A submission is on its way and not answered yet. */
  get isPending(): boolean {
    return this.#pending.size > 0;
  }

  arm(field: FieldName, value: Secret): void {
    this.#guard.arm(field, value);
  }

  hasLeft(field: FieldName): boolean {
    return this.#left.has(field);
  }

  /** The value has left for the broker, or the login is over. */
  isGone(field: FieldName): boolean {
    return this.hasLeft(field) || this.#redirect !== null;
  }

  isAnswered(field: FieldName): boolean {
    return this.#answered.has(field);
  }

  /** The value may have left in a form that is not known here, such as a hash of it: from now on it has. */
  countAsLeft(field: FieldName): void {
    if (this.#left.has(field)) return;
    this.#left.add(field);
    this.#options.onSubmitted(field);
  }

  /** The answer has refused the value, in words that are not known here. */
  isRefused(field: FieldName): boolean {
    return this.#refused.has(field);
  }

  /** The answer has said in so many words that the value was right. */
  isAccepted(field: FieldName): boolean {
    return this.#accepted.has(field);
  }

  readonly #onRoute = async (route: Route): Promise<void> => {
    const request = route.request();
    // A page that is closed in the middle of a navigation can hang, so the one to the redirect URI is called off.
    if (this.#noticeRedirect(request)) return route.abort('aborted');
    const ruling = this.#guard.rule(request);
    if (ruling.kind === 'REPEATED') return route.abort('blockedbyclient');
    if (ruling.kind === 'FIRST') {
      this.#left.add(ruling.field);
      this.#pending.set(request, ruling.field);
      this.#options.onSubmitted(ruling.field);
    }
    const mayHaveLeft = ruling.kind === 'FREE' && mayCarry(request, this.#options.page);
    if (mayHaveLeft) {
      this.#stirs += 1;
      this.#stirring.add(request);
    }
    if (mayHaveLeft || ruling.kind === 'FIRST') this.#options.onChange();
    return route.continue();
  };

  readonly #onRequest = (request: Request): void => {
    this.#noticeRedirect(request);
    const frame = frameOf(request);
    if (frame === null || isTopLevel(request) || !request.isNavigationRequest()) return;
    if (!isCaptchaAddress(request.url())) return;
    this.captchaFrames.add(frame);
    this.#options.onChange();
  };

  readonly #onResponse = (response: Response): void => {
    const request = response.request();
    if (isOwnNavigation(request, this.#options.page)) {
      this.#serverTime = readServerTime(response);
      void this.#judgeDocument(response);
    }
    this.#calm(request);
    const field = this.#pending.get(request);
    if (field !== undefined) void this.#settle(request, field, () => readOutcome(response, field));
  };

  readonly #onFailed = (request: Request): void => {
    this.#calm(request);
    const field = this.#pending.get(request);
    if (field === undefined || this.#redirect !== null) return;
    const message = 'The connection to the broker broke off.';
    void this.#settle(request, field, async () => ({ kind: 'FAILURE', code: 'BROKER_UNREACHABLE', message }));
  };

  #calm(request: Request): void {
    if (this.#stirring.delete(request)) this.#options.onChange();
  }

  /** An error page says in its text what it is about, so it is shown first. */
  async #judgeDocument(response: Response): Promise<void> {
    const { page, onChange } = this.#options;
    const isChallenge = response.headers()['cf-mitigated'] === 'challenge';
    const failure = isChallenge ? CAPTCHA : failureInStatus(response.status());
    this.#document = response;
    this.#documentFailure = null;
    if (failure !== null) {
      const patience = { timeout: BODY_PATIENCE_MS };
      const shown = response.finished().then(() => page.waitForLoadState('domcontentloaded', patience));
      await Promise.race([shown.catch(() => undefined), delay(BODY_PATIENCE_MS)]);
    }
    if (this.#document === response) this.#documentFailure = failure;
    onChange();
  }

  async #settle(request: Request, field: FieldName, read: () => Promise<Outcome>): Promise<void> {
    const outcome = await read().catch(() => null);
    if (outcome === 'ACCEPTED') this.#accepted.add(field);
    else if (outcome === 'REFUSED') this.#refused.add(field);
    else this.#failure ??= outcome;
    this.#pending.delete(request);
    this.#answered.add(field);
    this.#guard.release(field);
    this.#options.onChange();
  }

  #noticeRedirect(request: Request): boolean {
    if (!request.isNavigationRequest() || !isTopLevel(request)) return false;
    if (!isRedirect(request.url(), this.#options.redirectUri)) return false;
    this.#redirect ??= request.url();
    this.#options.onChange();
    return true;
  }
}

/** It goes to the page's own site, and may hold something. */
const mayCarry = (request: Request, page: Page): boolean =>
  request.method() !== 'GET' &&
  ['document', 'xhr', 'fetch'].includes(request.resourceType()) &&
  siteOf(request.url()) === siteOf(page.url());

const siteOf = (address: string): string => {
  const { hostname } = new URL(address);
  return /[a-z]$/.test(hostname) ? hostname.split('.').slice(-2).join('.') : hostname;
};

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

/** What came of a submission; null where the answer does not tell. */
type Outcome = SeenFailure | 'ACCEPTED' | 'REFUSED' | null;

/**
 * Reads `{"success": true, …}` or `{"success": false, "error": {"code": 1017069, …}}`, the status, and failing that the
 * words. A page that comes in answer is read like every page.
 */
const readOutcome = async (response: Response, field: FieldName): Promise<Outcome> => {
  const status = response.status();
  const byStatus = failureInStatus(status);
  if (status === 429) return byStatus;
  if (response.request().isNavigationRequest()) return null;
  const body = await bodyOf(response);
  const { success, status: word, error } = envelopeIn(body);
  if (success === true) return byStatus ?? 'ACCEPTED';
  if (success !== false && word !== 'error' && status < 400) return byStatus;
  if (status >= 500 || isOfEdge(body, response.headers()['content-type'] ?? '')) return byStatus;
  // A number may be carried along by what has nothing to do with the login: then only the broker's own words count.
  const words = field === 'MOBILE' ? '' : body.slice(0, MAX_TOLD);
  const refusal = refusalInText(error == null ? words : `${error.message ?? ''} [${error.code ?? ''}]`);
  return refusal === 'UNKNOWN' ? 'REFUSED' : (refusal ?? byStatus);
};

const bodyOf = async (response: Response): Promise<string> => {
  const patience = AbortSignal.timeout(BODY_PATIENCE_MS);
  const given = new Promise<string>((resolve) => patience.addEventListener('abort', () => resolve('')));
  return Promise.race([response.text().catch(() => ''), given]);
};

interface Envelope {
  readonly success?: unknown;
  readonly status?: unknown;
  readonly error?: { readonly code?: unknown; readonly message?: unknown } | null;
}

const envelopeIn = (body: string): Envelope => {
  try {
    return { ...(JSON.parse(body) as Envelope | null) };
  } catch {
    return {};
  }
};

/** The `Date` header, older by what a cache on the way says it has kept the page for. */
const readServerTime = (response: Response): Date | null => {
  const { date, age } = response.headers();
  const sent = Date.parse(date ?? '');
  return Number.isNaN(sent) ? null : new Date(sent + (Number(age ?? 0) || 0) * 1000);
};
