import type { Frame, Page, Request, Response } from 'playwright';
import type { SeenDialog } from '../../../domain/canary/canary-report.ts';
import type { FailureCode } from '../../../domain/run/failure.ts';
import { LoginFailure } from '../login-failure.ts';
import type { BrowserWay, LoginPlace } from '../login-request.ts';
import { LoginTraffic } from '../login-traffic.ts';
import type { PageKind } from '../page/page-kind.ts';
import { PageReader, type PageState } from '../page/page-reader.ts';
import type { PageWatch } from '../page/page-watch.ts';
import { isBlankOrBusy, strangePage } from '../page/strange-page.ts';
import { type LandmarkReading, readLandmarks } from './read-landmarks.ts';

export interface LookRequest {
  readonly dialogUrl: string;
  readonly redirectUri: string;
  /** How long the page may take to become one that is known. */
  readonly stepTimeoutMs: number;
  /** A page that is known has to stand for so long. */
  readonly standsMs: number;
  /** A page that is not known has to stand unchanged for so long after it was loaded. */
  readonly quietMs: number;
  readonly signal: AbortSignal;
}

/** What says nothing about the page: the broker is closed, does not answer, or counts attempts. */
const PASSING: readonly FailureCode[] = ['MAINTENANCE', 'BROKER_UNREACHABLE', 'THROTTLED'];

interface Settled extends PageState {
  readonly found: LandmarkReading | null;
}

/**
 * One look at the login dialog with the login's own eyes. It types nothing, presses nothing and dismisses nothing; what
 * comes after the first page it cannot see.
 */
export class DialogLook implements Disposable {
  readonly #page: Page;
  readonly #way: BrowserWay;
  readonly #request: LookRequest;
  readonly #watch: PageWatch;
  readonly #traffic: LoginTraffic;
  readonly #reader: PageReader;
  readonly #scripts = { hosts: new Set<string>(), hasFailed: false };
  #isLoaded = false;
  /** Another document was asked for in the page; a change of its address alone asks for none. */
  #isLeaving = false;

  private constructor({ page, watch, way }: LoginPlace, request: LookRequest, traffic: LoginTraffic) {
    this.#page = page;
    this.#way = way;
    this.#watch = watch;
    this.#request = request;
    this.#traffic = traffic;
    this.#reader = new PageReader({ page, watch, traffic, request, submitted: new Set() });
    page.on('load', () => {
      this.#isLoaded = true;
    });
    page.on('pageerror', () => {
      this.#scripts.hasFailed = true;
    });
    page.on('request', this.#onRequest);
    page.on('framenavigated', this.#onNavigated);
    page.on('response', this.#onResponse);
    page.on('requestfailed', this.#onFailed);
  }

  static async open(place: LoginPlace, request: LookRequest): Promise<DialogLook> {
    const { context, page, watch } = place;
    const traffic = await LoginTraffic.follow({
      ...{ context, page, redirectUri: request.redirectUri },
      refuseLeaving: () => {
        throw new Error('A look submits nothing.');
      },
      hold: async () => ({ release: () => undefined }),
      onSubmitted: () => undefined,
      onOtpInterval: async () => undefined,
      onChange: () => watch.notify(),
    });
    watch.follow(page);
    return new DialogLook(place, request, traffic);
  }

  [Symbol.dispose](): void {
    this.#traffic.unfollow();
  }

  /** Rejects with the reason of the signal where that ends it. */
  async run(): Promise<SeenDialog> {
    const { dialogUrl, stepTimeoutMs, signal } = this.#request;
    try {
      await this.#page.goto(dialogUrl, { waitUntil: 'commit', timeout: stepTimeoutMs });
    } catch {
      signal.throwIfAborted();
      const seen = notSeen('The login dialog cannot be opened.');
      const isUnopened = this.#way.unreached(new URL(dialogUrl).host) !== null;
      if (this.#traffic.redirect === null) return isUnopened ? { ...seen, isUnopened } : seen;
    }
    try {
      return this.#judge(await this.#settle());
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof LoginFailure)) throw error;
      return notSeen(error.message);
    }
  }

  /** Reads the page until it stays as it is, or time is up. */
  async #settle(): Promise<Settled> {
    const { stepTimeoutMs, standsMs, quietMs, signal } = this.#request;
    const deadline = AbortSignal.timeout(stepTimeoutMs);
    let shown = '';
    let since = performance.now();
    for (;;) {
      const mark = this.#watch.mark();
      const state = await this.#reader.read();
      const found = await this.#landmarksOf(state);
      const now = JSON.stringify([state.kind.kind, found]);
      if (now !== shown) since = performance.now();
      shown = now;
      const stands = performance.now() - since;
      const isKnown = state.kind.kind !== 'UNKNOWN';
      const isQuiet = isKnown ? stands >= standsMs : this.#isLoaded && stands >= quietMs;
      const isRead = state.reading !== null && found !== null;
      if (this.#traffic.redirect !== null || deadline.aborted || (isQuiet && isRead))
        return { ...state, found };
      await this.#watch.changedSince(
        mark,
        deadline,
        signal,
        AbortSignal.timeout(isKnown ? standsMs : quietMs),
      );
    }
  }

  async #landmarksOf({ reading, kind }: PageState): Promise<LandmarkReading | null> {
    if (reading === null) return null;
    return this.#reader.unlessStuck(readLandmarks(this.#page, reading, kind, this.#scripts));
  }

  #judge({ reading, kind, found }: Settled): SeenDialog {
    if (this.#traffic.redirect !== null) return { kind: 'PAGE', landmarks: NONE, failure: LED_AWAY };
    if (kind.kind === 'FAILURE' && PASSING.includes(kind.code)) return notSeen(kind.message);
    if (reading === null || found === null) return notSeen('The browser could not read the login dialog.');
    const { landmarks, fault } = found;
    if (kind.kind === 'FIELD' || (kind.kind === 'DISMISSAL' && landmarks.step !== null)) {
      const failure = fault === null ? notFirst(kind) : ({ code: 'PAGE_CHANGED', message: fault } as const);
      return { kind: 'PAGE', landmarks, failure };
    }
    if (kind.kind === 'FAILURE') {
      const { code, message } = kind;
      return { kind: 'PAGE', landmarks, failure: { code, message } };
    }
    // What is still on its way when time is up may become anything.
    if (!this.#isLoaded && isBlankOrBusy(reading)) return notSeen('The login dialog was not loaded in time.');
    const { code, message } = strangePage(reading, new Set());
    return { kind: 'PAGE', landmarks, failure: { code, message } };
  }

  readonly #onRequest = (request: Request): void => {
    if (request.isNavigationRequest() && request.frame() === this.#page.mainFrame()) this.#isLeaving = true;
  };

  /** What the scripts of the document before it have done says nothing about this one. */
  readonly #onNavigated = (frame: Frame): void => {
    if (frame !== this.#page.mainFrame() || !this.#isLeaving) return;
    this.#isLeaving = false;
    this.#scripts.hosts.clear();
    this.#scripts.hasFailed = false;
  };

  readonly #onResponse = (response: Response): void => {
    if (response.request().resourceType() !== 'script') return;
    if (response.ok()) this.#scripts.hosts.add(new URL(response.url()).hostname);
    // A redirect is followed by an answer of its own.
    if (response.status() >= 400) this.#scripts.hasFailed = true;
  };

  readonly #onFailed = (request: Request): void => {
    // The page itself has called it off, or is being left.
    const isCalledOff = request.failure()?.errorText === 'net::ERR_ABORTED';
    if (request.resourceType() === 'script' && !isCalledOff) this.#scripts.hasFailed = true;
  };
}

/** In a fresh session the login begins with the mobile number. */
const notFirst = (kind: PageKind) =>
  kind.kind !== 'FIELD' || kind.field === 'MOBILE'
    ? null
    : ({
        code: 'PAGE_CHANGED',
        message: `The login dialog begins with the ${kind.field} step, not with the mobile number.`,
      } as const);

const notSeen = (message: string) => ({ kind: 'NOT_SEEN', message }) as const;

const LED_AWAY = {
  code: 'APP_REJECTED',
  message: 'The login dialog leads back to the redirect URI at once, without a login.',
} as const;

const NONE = {
  ...{ step: null, own: [], words: [], scripts: [], inputs: [], buttons: [], headings: [], frames: [] },
} as const;
