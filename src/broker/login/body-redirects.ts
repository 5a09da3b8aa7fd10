import type { BrowserContext, CDPSession, Page, Request, Response } from 'playwright';
import { isRedirect } from './redirect.ts';
import { siteOf } from './unread-requests.ts';

/** Of Chromium's protocol, as far as it is used here. */
interface Paused {
  readonly requestId: string;
  /** The same for every request of one chain of redirects. */
  readonly networkId?: string;
  readonly resourceType: string;
  readonly request: { readonly url: string; readonly method: string; readonly hasPostData?: boolean };
  readonly responseStatusCode?: number;
  readonly responseHeaders?: readonly { readonly name: string; readonly value: string }[];
}

/** The kinds of requests that have bodies. */
const TYPES = ['Document', 'XHR', 'Fetch', 'Ping', 'Other'] as const;

/** A body may be led on to one other place of the same site, such as the same path with a slash at its end. */
const MOST_PLACES = 2;

/**
 * Some redirects have the browser send the body again: a broker that leads in a circle would get a PIN 21 times. They are
 * followed once, to another place of the site, and the one that ends the login is caught without its body. Playwright tells
 * of a redirect when it is being followed, so the answers are looked at in between. Source: Fetch, 4.4 HTTP-redirect fetch; Chrome DevTools Protocol, `Fetch.enable`.
 */
export class BodyRedirects {
  readonly #session: CDPSession;
  readonly #redirectUri: string;
  /** Called with the address at which the login ends. */
  onCaught: (address: string) => void = () => undefined;
  readonly #chains = new Map<string, Set<string>>();
  readonly #refused = new Set<string>();

  private constructor(session: CDPSession, redirectUri: string) {
    this.#session = session;
    this.#redirectUri = redirectUri;
  }

  static async watch(context: BrowserContext, page: Page, redirectUri: string): Promise<BodyRedirects> {
    const session = await context.newCDPSession(page);
    const redirects = new BodyRedirects(session, redirectUri);
    session.on('Fetch.requestPaused', redirects.#onPaused);
    await session.send('Fetch.enable', {
      patterns: TYPES.map((resourceType) => ({
        urlPattern: '*',
        resourceType,
        requestStage: 'Response' as const,
      })),
    });
    return redirects;
  }

  /** Whether a request to this address was led on and stopped. */
  hasRefused(address: string): boolean {
    return this.#refused.has(address);
  }

  readonly #onPaused = (paused: Paused): void => {
    const { requestId, request } = paused;
    const isFollowed = this.#isFollowed(paused);
    if (!isFollowed) this.#refused.add(request.url);
    const sent = isFollowed
      ? this.#session.send('Fetch.continueRequest', { requestId })
      : this.#session.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' });
    // The page may be gone meanwhile.
    void sent.catch(() => undefined);
  };

  #isFollowed(paused: Paused): boolean {
    const { networkId, request } = paused;
    const next = keptBodyTo(paused);
    if (next === null || networkId === undefined) return true;
    if (paused.resourceType === 'Document' && isRedirect(next.href, this.#redirectUri)) {
      this.onCaught(next.href);
      return false;
    }
    const places = this.#chains.get(networkId) ?? new Set([placeOf(new URL(request.url))]);
    this.#chains.set(networkId, places);
    const isElsewhere = siteOf(next.href) !== siteOf(request.url);
    if (isElsewhere || places.size >= MOST_PLACES || places.has(placeOf(next))) return false;
    places.add(placeOf(next));
    return true;
  }
}

const placeOf = ({ host, pathname }: URL): string => `${host}${pathname}`;

/** Where the answer leads the body; null where it leads nowhere, or the body stays behind. */
const keptBodyTo = ({ request, responseStatusCode, responseHeaders = [] }: Paused): URL | null => {
  if (request.hasPostData !== true || !keepsBody(responseStatusCode, request.method)) return null;
  const location = responseHeaders.find(({ name }) => name.toLowerCase() === 'location')?.value;
  return location !== undefined && URL.canParse(location, request.url)
    ? new URL(location, request.url)
    : null;
};

/** Whether the answer leads its request on with its body. */
export const takesBodyAlong = (response: Response): boolean => {
  const request = response.request();
  return (
    request.postDataBuffer() !== null &&
    keepsBody(response.status(), request.method()) &&
    response.headers().location !== undefined
  );
};

/** The request that first carried the body; itself where no redirect took one along. */
export const senderOf = (request: Request): Request => {
  const before = request.redirectedFrom();
  return before === null || request.postDataBuffer() === null ? request : senderOf(before);
};

/** A 301 and a 302 turn a POST into a GET, and nothing else. */
const keepsBody = (status: number | undefined, method: string): boolean =>
  status === 307 || status === 308 || ((status === 301 || status === 302) && method !== 'POST');
