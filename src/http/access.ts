import { timingSafeEqual } from 'node:crypto';
import { type Caller, callerOfKey, isGuessable, STRONG_KEY_LENGTH, UNBOUND } from '../domain/access-key.ts';
import type { Secret } from '../domain/secret.ts';
import type { AccessKeys } from '../services/access/access-keys.ts';
import type { OpenedSession, Sessions } from '../services/access/sessions.ts';
import { hashSecret } from '../services/secret-hash.ts';
import type { Asking } from './asking.ts';
import { clientAddressOf } from './client-address.ts';
import { type Denial, forbidden } from './denial.ts';
import { KeyGuessLimiter } from './key-guess-limiter.ts';
import { PAGE_KEY_HEADER } from './page-key.ts';
import { checkPlace } from './place.ts';
import { cookieOf, sessionCookiesOf } from './session-cookie.ts';

/** A browser that was just let in: the header of its cookie, and the half of the session that its page keeps. */
export interface LoggedIn {
  readonly cookie: string;
  readonly pageKey: string;
}

interface Options {
  readonly operatorKey: Secret;
  readonly keys: AccessKeys;
  readonly sessions: Sessions;
  /** Host names besides those of the loopback interface. */
  readonly allowedHosts: readonly string[];
  /** Whether every request comes through a reverse proxy that says for whom it speaks. */
  readonly trustsProxy: boolean;
  /** Told of a key or a link that was not good. */
  readonly onRefused: (kind: 'KEY_REFUSED' | 'LINK_REFUSED') => void;
}

export const OPERATOR: Caller = { id: 'the operator’s key', keyId: null, role: 'OPERATOR', bounds: UNBOUND };

/**
 * Who may come in. Every request names a host and, where a browser sends one, an origin that are ours, and carries the
 * operator's key, a key that the operator has made, or both halves of a session: its cookie and its page key.
 */
export class Access {
  readonly #options: Options;
  readonly #operatorHash: Buffer;
  readonly #isOperatorKeyGuessable: boolean;
  /** Apart, so that whoever guesses links, for which it takes no key, slows nobody who sends one. */
  readonly #wrongKeys = new KeyGuessLimiter();
  readonly #wrongLinks = new KeyGuessLimiter();

  constructor(options: Options) {
    this.#options = options;
    const operatorKey = options.operatorKey.reveal();
    this.#operatorHash = Buffer.from(hashSecret(operatorKey));
    this.#isOperatorKeyGuessable = isGuessable(operatorKey);
  }

  /** A new session, if the link is good; it is used up by this. */
  async redeemLink(link: string, asking: Asking): Promise<LoggedIn | Denial> {
    const session = await this.#options.sessions.redeemLink(link);
    if (session !== null) return this.#logIn(session, asking);
    const denial = this.#count(this.#wrongLinks, link, asking) ?? UNKNOWN_LINK;
    if (denial === UNKNOWN_LINK) this.#options.onRefused('LINK_REFUSED');
    return denial;
  }

  /** A new session for the holder of a key; it ends with the key. No session makes another: it would never end. */
  async redeemKey(request: Asking): Promise<LoggedIn | Denial> {
    if (bearerOf(request) === undefined) return UNAUTHENTICATED;
    const caller = await this.identify(request);
    if ('status' in caller) return caller;
    if (caller.role === 'SERVICE') return SERVICE_KEY;
    return this.#logIn(await this.#options.sessions.open(caller.keyId), request);
  }

  /** Ends the session that a request carries both halves of; answers the header that takes its cookie back. */
  async logOut(request: Asking): Promise<string> {
    const { sessions, trustsProxy } = this.#options;
    const pageKey = request.headers.get(PAGE_KEY_HEADER) ?? '';
    for (const cookie of sessionCookiesOf(request, trustsProxy)) await sessions.end(cookie, pageKey);
    return cookieOf(null, request, trustsProxy);
  }

  /** Null when host and origin are ours. */
  checkPlace(request: Asking): Denial | null {
    return checkPlace(request, this.#options.allowedHosts);
  }

  /** Who asks, if the request carries a good key or a live session. */
  async identify(request: Asking): Promise<Caller | Denial> {
    return this.#remember(await this.#judge(request));
  }

  /**
   * Who asks where an EventSource or a new tab cannot send the page key: the cookie alone makes a reader. Whoever has
   * stolen it can read so much, so this is for the event stream, and for pages that hold no data.
   */
  async identifyReader(request: Asking): Promise<Caller | Denial> {
    if (bearerOf(request) !== undefined || request.headers.has(PAGE_KEY_HEADER))
      return this.identify(request);
    const site = request.headers.get('sec-fetch-site');
    if (site !== null && site !== 'same-origin' && site !== 'none') return OTHER_SITE;
    for (const cookie of sessionCookiesOf(request, this.#options.trustsProxy)) {
      const caller = await this.#options.sessions.findReader(cookie);
      if (caller !== null) return caller;
    }
    return this.#remember(UNAUTHENTICATED);
  }

  #remember(caller: Caller | Denial): Caller | Denial {
    if (caller === UNAUTHENTICATED || caller === COOKIE_ALONE) this.#options.onRefused('KEY_REFUSED');
    return caller;
  }

  async #judge(request: Asking): Promise<Caller | Denial> {
    const bearer = bearerOf(request);
    if (bearer !== undefined) return this.#judgeKey(bearer, request);
    const cookies = sessionCookiesOf(request, this.#options.trustsProxy);
    const pageKey = request.headers.get(PAGE_KEY_HEADER);
    if (pageKey === null || pageKey === '') return cookies.length === 0 ? UNAUTHENTICATED : COOKIE_ALONE;
    for (const cookie of cookies) {
      const caller = await this.#options.sessions.find(cookie, pageKey);
      if (caller !== null) return caller;
    }
    return UNAUTHENTICATED;
  }

  /**
   * Compared first: a right key is let in, however many wrong ones came from the same address. An operator's key that is
   * short enough to be guessed is not: it gets the answer that a wrong one gets, or guessing would have no limit.
   */
  async #judgeKey(bearer: string, request: Asking): Promise<Caller | Denial> {
    if (timingSafeEqual(Buffer.from(hashSecret(bearer)), this.#operatorHash))
      return this.#holdBack(request) ?? OPERATOR;
    const key = await this.#options.keys.find(bearer);
    if (key !== null) return callerOfKey(key);
    return this.#count(this.#wrongKeys, bearer, request) ?? UNAUTHENTICATED;
  }

  #holdBack(request: Asking): Denial | null {
    if (!this.#isOperatorKeyGuessable) return null;
    const address = clientAddressOf(request, this.#options.trustsProxy);
    return this.#tooMany(this.#wrongKeys.secondsHeldBack(address));
  }

  #count(guesses: KeyGuessLimiter, wrong: string, request: Asking): Denial | null {
    const address = clientAddressOf(request, this.#options.trustsProxy);
    const seconds = guesses.noteWrong(address, hashSecret(wrong));
    return this.#tooMany(seconds);
  }

  #tooMany(seconds: number): Denial | null {
    if (seconds === 0) return null;
    const denial = this.#isOperatorKeyGuessable ? GUESSABLE_KEY_WAITS : TOO_MANY_GUESSES;
    return { ...denial, retryAfterSeconds: seconds };
  }

  #logIn({ cookie, pageKey }: OpenedSession, request: Asking): LoggedIn {
    return { cookie: cookieOf(cookie, request, this.#options.trustsProxy), pageKey };
  }
}

const bearerOf = ({ headers }: Asking): string | undefined =>
  /^Bearer\s+(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];

const UNAUTHENTICATED: Denial = {
  status: 401,
  code: 'UNAUTHENTICATED',
  message: 'This request carries no valid key.',
  nextAction:
    'Send "Authorization: Bearer" with the key from .vega/operator.key, or open the link that the server printed.',
};

const COOKIE_ALONE: Denial = {
  status: 401,
  code: 'UNAUTHENTICATED',
  message: 'The cookie of a session opens nothing without the page key.',
  nextAction:
    'Send the page key from localStorage beside it, as the header X-Vega-Page-Key (docs/clients.md shows how), or open the link that the server printed.',
};

const SERVICE_KEY = forbidden(
  'A SERVICE key is for programs; it opens no page.',
  'Use a key of the role OPERATOR or VIEWER.',
);

const OTHER_SITE = forbidden(
  'Only a page of this server may use the session for this.',
  'Open it from the server’s own address, or send a key.',
);

const UNKNOWN_LINK: Denial = {
  status: 401,
  code: 'UNAUTHENTICATED',
  message: 'This link has been used, is too old, or is not ours.',
  nextAction: 'Have the operator make a new one with createLoginLink, or restart the server.',
};

const TOO_MANY_GUESSES: Denial = {
  status: 429,
  code: 'TOO_MANY_GUESSES',
  message: 'Too many different wrong keys came from this address.',
  nextAction: 'Stop the program that sends them; a right key is let in all the same.',
};

const GUESSABLE_KEY_WAITS: Denial = {
  ...TOO_MANY_GUESSES,
  nextAction: `Stop the program that sends them and wait; give VEGA_OPERATOR_KEY at least ${STRONG_KEY_LENGTH} characters, so that it never waits.`,
};
