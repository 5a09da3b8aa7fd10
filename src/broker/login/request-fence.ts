import type { BrowserContext, Page, Request, Route } from 'playwright';
import { isPrivateHost } from '../../domain/net/private-address.ts';
import type { BrowserWay } from './login-request.ts';
import { isRedirect } from './redirect.ts';

/** How long a window that a page opens may take to say where it goes; it may be the redirect. */
const POPUP_MS = 300;

/** Where the login leads: the dialog's host is the broker's, the redirect is caught and never asked for. */
export interface Bounds {
  readonly dialogUrl: string;
  readonly redirectUri: string;
}

/**
 * Keeps the pages of one context away from this machine and its network: requests and WebSockets to private addresses
 * are called off, except those to the broker itself. Windows that a page opens are closed, and nothing is asked for in
 * them; one that goes to the redirect URI is seen by the login as any other redirect.
 *
 * It judges addresses as they are asked for. What it does not see, the way that makes the browser's connections refuses:
 * redirects, public names of private addresses, what workers ask for. Left is WebRTC.
 */
export class RequestFence {
  readonly #context: BrowserContext;
  readonly #way: BrowserWay;
  readonly #popups = new Set<Page>();
  /** Hosts of the broker, with their ports. */
  readonly #hosts = new Set<string>();
  #bounds: Bounds | null = null;
  #page: Page | null = null;
  #isOpening = false;

  private constructor(context: BrowserContext, way: BrowserWay) {
    this.#context = context;
    this.#way = way;
  }

  static async attach(context: BrowserContext, way: BrowserWay): Promise<RequestFence> {
    const fence = new RequestFence(context, way);
    context.on('page', fence.#onPage);
    context.on('request', fence.#onRequest);
    await context.routeWebSocket(
      (url) => fence.#isForbidden(url),
      (socket) => void socket.close().catch(() => undefined),
    );
    return fence;
  }

  /** The page of a login; every other one is a popup. */
  async openPage({ dialogUrl, redirectUri }: Bounds): Promise<Page> {
    this.#bounds = { dialogUrl, redirectUri };
    this.#hosts.clear();
    this.#admit(dialogUrl);
    this.#isOpening = true;
    try {
      this.#page = await this.#context.newPage();
      return this.#page;
    } finally {
      this.#isOpening = false;
    }
  }

  /** From here on requests are judged, before any handler that was there earlier gets them. */
  async raise(): Promise<void> {
    await this.#context.route('**/*', this.#onRoute);
  }

  /** Taking the route away can hang while a page waits for an answer, so nobody waits for that. */
  lower(): void {
    void this.#context.unroute('**/*', this.#onRoute).catch(() => undefined);
    for (const popup of this.#popups) close(popup);
  }

  readonly #onRoute = async (route: Route): Promise<void> => {
    const request = route.request();
    const isPopup = pageOf(request) !== this.#page;
    if (isPopup) {
      setImmediate(() => {
        for (const popup of this.#popups) close(popup);
      });
    }
    if (this.#isTheRedirect(request)) return route.fallback();
    if (isPopup || this.#isForbidden(new URL(request.url()))) return route.abort('blockedbyclient');
    return route.fallback();
  };

  readonly #onPage = (page: Page): void => {
    if (this.#isOpening || page === this.#page) return;
    this.#popups.add(page);
    page.once('close', () => this.#popups.delete(page));
    // One that has gone somewhere was stopped there; one that is still empty may be about to.
    setTimeout(() => close(page), page.url() === 'about:blank' ? POPUP_MS : 0).unref();
  };

  /** A broker on this machine may lie on several ports: the dialog's own redirects tell which. */
  readonly #onRequest = (request: Request): void => {
    if (this.#bounds === null || request.redirectedFrom() === null) return;
    const { dialogUrl } = this.#bounds;
    if (!isPrivateHost(new URL(dialogUrl).hostname) || originOf(request).url() !== dialogUrl) return;
    if (!this.#isTheRedirect(request)) this.#admit(request.url());
  };

  #admit(address: string): void {
    const { host } = new URL(address);
    this.#hosts.add(host);
    this.#way.allow(host);
  }

  #isTheRedirect(request: Request): boolean {
    return (
      this.#bounds !== null &&
      request.isNavigationRequest() &&
      isRedirect(request.url(), this.#bounds.redirectUri)
    );
  }

  #isForbidden({ protocol, hostname, host }: URL): boolean {
    if (!/^(?:https?|wss?):$/.test(protocol)) return true;
    return isPrivateHost(hostname) && !this.#hosts.has(host);
  }
}

/** The request at which a chain of redirects began. */
const originOf = (request: Request): Request => {
  const before = request.redirectedFrom();
  return before === null ? request : originOf(before);
};

/** The page that asks; null for the first request of a popup, which has none yet. */
const pageOf = (request: Request): Page | null => {
  try {
    return request.frame().page();
  } catch {
    return null;
  }
};

const close = (page: Page): void => void page.close().catch(() => undefined);
