import type { Caller } from '../domain/account/access-key.ts';
import { isLoopback, readHost } from '../domain/net/host-name.ts';
import { Identification, TooManyGuesses } from '../services/access/identification.ts';
import type { OpenedSession } from '../services/access/sessions.ts';
import { clientAddressOf } from './client-address.ts';
import { forbidden, HttpError, unauthenticated } from './http-error.ts';
import type { HttpRequest } from './http-request.ts';
import { PAGE_KEY_HEADER } from './page-key.ts';
import type { ServerOptions } from './server-options.ts';
import { cookieOf, sessionCookiesOf } from './session-cookie.ts';

/** A browser that was just let in: the header of its cookie, and the half of the session that its page keeps. */
export interface LoggedIn {
  readonly cookie: string;
  readonly pageKey: string;
}

type Options = Pick<ServerOptions, 'operatorKey' | 'allowedHosts' | 'trustsProxy' | 'services'>;

/**
 * Who may come in. Every request names a host and, where a browser sends one, an origin that are ours, and carries the
 * operator's key, a key that the operator has made, or both halves of a session: its cookie and its page key.
 */
export class Access {
  readonly #options: Options;
  readonly #identification: Identification;

  constructor(options: Options) {
    this.#options = options;
    this.#identification = new Identification({ ...options.services, operatorKey: options.operatorKey });
  }

  /**
   * Throws unless host and origin are ours: a foreign name that points here is a rebinding attack. What may be listened
   * on may be asked for: both are judged by `isLoopback`.
   */
  checkPlace(request: HttpRequest): void {
    const { allowedHosts } = this.#options;
    const host = readHost(request.header('host') ?? '');
    if (host === null || !(isLoopback(host.name) || allowedHosts.includes(host.name)))
      throw forbidden(
        'This host name is not served.',
        'Use 127.0.0.1, or list the name in VEGA_ALLOWED_HOSTS.',
      );
    const given = request.header('origin');
    if (given === null) return;
    const origin = URL.canParse(given) ? readHost(new URL(given).host) : null;
    if (origin === null || (origin.host !== host.host && !allowedHosts.includes(origin.name)))
      throw forbidden(
        'Requests from this origin are not accepted.',
        'Have one server pass on both the page and vega-auth (docs/clients.md shows how); where it changes the Host header, list the page’s host in VEGA_ALLOWED_HOSTS.',
      );
  }

  /** A new session, if the link is good; it is used up by this. */
  async redeemLink(link: string, request: HttpRequest): Promise<LoggedIn> {
    const session = await this.#identification.redeemLink(link, this.#addressOf(request)).catch(holdBack);
    if (session !== null) return this.#logIn(session, request);
    throw unauthenticated(
      'This link has been used, is too old, or is not ours.',
      'Open the link that the server prints when it starts, or make a new one in its folder: npx vega-auth keys link',
    );
  }

  /** A new session for the holder of a key; it ends with the key. No session makes another: it would never end. */
  async redeemKey(request: HttpRequest): Promise<LoggedIn> {
    const bearer = bearerOf(request);
    if (bearer === undefined) throw noKey();
    const { keyId, role } = await this.#findKey(bearer, request);
    if (role === 'SERVICE')
      throw forbidden(
        'A SERVICE key is for programs; it opens no page.',
        'Use a key of the role OPERATOR or VIEWER.',
      );
    return this.#logIn(await this.#options.services.sessions.open(keyId), request);
  }

  /** Ends the session that a request carries both halves of; answers the header that takes its cookie back. */
  async logOut(request: HttpRequest): Promise<string> {
    const { services, trustsProxy } = this.#options;
    const pageKey = request.header(PAGE_KEY_HEADER) ?? '';
    for (const cookie of sessionCookiesOf(request, trustsProxy)) await services.sessions.end(cookie, pageKey);
    return cookieOf(null, request, trustsProxy);
  }

  /** Who asks, if the request carries a good key or a live session. */
  async identify(request: HttpRequest): Promise<Caller> {
    const bearer = bearerOf(request);
    if (bearer !== undefined) return this.#findKey(bearer, request);
    const pageKey = request.header(PAGE_KEY_HEADER) ?? '';
    const cookies = sessionCookiesOf(request, this.#options.trustsProxy);
    for (const cookie of pageKey === '' ? [] : cookies) {
      const caller = await this.#options.services.sessions.find(cookie, pageKey);
      if (caller !== null) return caller;
    }
    throw this.#refused(pageKey === '' && cookies.length > 0 ? cookieAlone() : noKey());
  }

  /**
   * Who asks where an EventSource or a new tab cannot send the page key: the cookie alone makes a reader. Whoever has
   * stolen it can read so much, so this is for the event stream, and for pages that hold no data.
   */
  async identifyReader(request: HttpRequest): Promise<Caller> {
    if (bearerOf(request) !== undefined || request.header(PAGE_KEY_HEADER) !== null)
      return this.identify(request);
    if (!['same-origin', 'none'].includes(request.header('sec-fetch-site') ?? 'none'))
      throw forbidden(
        'Only a page of this server may use the session for this.',
        'Open it from the server’s own address, or send a key.',
      );
    for (const cookie of sessionCookiesOf(request, this.#options.trustsProxy)) {
      const caller = await this.#options.services.sessions.findReader(cookie);
      if (caller !== null) return caller;
    }
    throw this.#refused(noKey());
  }

  async #findKey(bearer: string, request: HttpRequest): Promise<Caller> {
    const caller = await this.#identification.findKey(bearer, this.#addressOf(request)).catch(holdBack);
    if (caller === null) throw noKey();
    return caller;
  }

  #refused(error: HttpError): HttpError {
    this.#options.services.refusals.note('KEY_REFUSED', {});
    return error;
  }

  #addressOf(request: HttpRequest): string {
    return clientAddressOf(request, this.#options.trustsProxy);
  }

  #logIn({ cookie, pageKey }: OpenedSession, request: HttpRequest): LoggedIn {
    return { cookie: cookieOf(cookie, request, this.#options.trustsProxy), pageKey };
  }
}

const bearerOf = (request: HttpRequest): string | undefined =>
  /^Bearer\s+(\S+)$/i.exec(request.header('authorization') ?? '')?.[1];

const holdBack = (error: unknown): never => {
  if (!(error instanceof TooManyGuesses)) throw error;
  const { message, nextAction, seconds } = error;
  throw new HttpError(429, 'TOO_MANY_GUESSES', message, nextAction, { 'retry-after': String(seconds) });
};

const noKey = (): HttpError =>
  unauthenticated(
    'This request carries no valid key.',
    'Send "Authorization: Bearer" with the key from .vega/operator.key, or open the link that the server printed.',
  );

const cookieAlone = (): HttpError =>
  unauthenticated(
    'The cookie of a session opens nothing without the page key.',
    'Send the page key from localStorage beside it, as the header X-Vega-Page-Key (docs/clients.md shows how), or open the link that the server printed.',
  );
