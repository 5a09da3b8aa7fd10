import { timingSafeEqual } from 'node:crypto';
import { type Caller, callerOfKey, UNBOUND } from '../domain/access-key.ts';
import type { Secret } from '../domain/secret.ts';
import type { AccessKeys } from '../services/access/access-keys.ts';
import { SESSION_SECONDS, type Sessions } from '../services/access/sessions.ts';
import { hashSecret } from '../services/secret-hash.ts';
import { Guesses } from './guesses.ts';
import type { Incoming } from './incoming.ts';

const SESSION_COOKIE = 'vega_session';
const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

/** Why a request is not let in. */
export interface Denial {
  readonly status: 401 | 403 | 415 | 429;
  readonly code: 'UNAUTHENTICATED' | 'FORBIDDEN' | 'UNSUPPORTED_MEDIA_TYPE' | 'TOO_MANY_GUESSES';
  readonly message: string;
  readonly nextAction: string;
  /** Set where time heals. */
  readonly retryAfterSeconds?: number;
}

/** As much of a request as has to be known. */
export type Asking = Pick<Incoming, 'method' | 'url' | 'headers' | 'address'>;

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

const OPERATOR: Caller = { id: 'the operator’s key', keyId: null, role: 'OPERATOR', bounds: UNBOUND };

/**
 * Who may come in. Every request names a host and, where a browser sends one, an origin that are ours (a foreign name
 * that points here is a rebinding attack), and carries the operator's key, a key that the operator has made, or a
 * session that a one-time link has opened.
 */
export class Access {
  readonly #options: Options;
  readonly #operatorHash: Buffer;
  readonly #guesses = new Guesses();

  constructor(options: Options) {
    this.#options = options;
    this.#operatorHash = Buffer.from(hashSecret(options.operatorKey.reveal()));
  }

  /** The cookie of a new session, if the link is good; it is used up by this. */
  async redeemLink(link: string, asking: Asking): Promise<string | Denial> {
    const address = this.#addressOf(asking);
    const denial = this.#slow(address);
    if (denial !== null) return denial;
    const session = await this.#options.sessions.redeemLink(link);
    if (session !== null) return this.#cookieOf(session, asking);
    this.#guesses.noteWrong(address, hashSecret(link));
    this.#options.onRefused('LINK_REFUSED');
    return UNKNOWN_LINK;
  }

  /** The cookie of a new session for the holder of a key; it ends with the key. No session makes another: it would never end. */
  async redeemKey(request: Asking): Promise<string | Denial> {
    if (bearerOf(request) === undefined) return UNAUTHENTICATED;
    const caller = await this.identify(request);
    if ('status' in caller) return caller;
    if (caller.role === 'SERVICE') return SERVICE_KEY;
    return this.#cookieOf(await this.#options.sessions.open(caller.keyId), request);
  }

  /** Null when host and origin are ours. */
  checkPlace(request: Asking): Denial | null {
    const host = request.headers.get('host') ?? new URL(request.url).host;
    if (!this.#isAllowed(hostnameOf(host))) {
      return forbidden(
        'This host name is not served.',
        'Use 127.0.0.1, or list the name in VEGA_ALLOWED_HOSTS.',
      );
    }
    const origin = request.headers.get('origin');
    if (origin === null) return null;
    const originHost = URL.canParse(origin) ? new URL(origin) : null;
    const isOurs =
      originHost !== null &&
      (originHost.host === host || this.#options.allowedHosts.includes(originHost.hostname));
    return isOurs
      ? null
      : forbidden(
          'Requests from this origin are not accepted.',
          'Have one server pass on both the page and vega-auth (the README shows how); where it changes the Host header, list the page’s host in VEGA_ALLOWED_HOSTS.',
        );
  }

  /** Who asks, if the request carries a good key or a live session. */
  async identify(request: Asking): Promise<Caller | Denial> {
    const caller = await this.#judge(request);
    if (caller === UNAUTHENTICATED) this.#options.onRefused('KEY_REFUSED');
    return caller;
  }

  async #judge(request: Asking): Promise<Caller | Denial> {
    const bearer = bearerOf(request);
    if (bearer !== undefined) return this.#judgeKey(bearer, this.#addressOf(request));
    const session = sessionOf(request);
    const caller = session === undefined ? null : await this.#options.sessions.find(session);
    if (caller === null) return UNAUTHENTICATED;
    // A cookie comes by itself, so a request that acts must also say that it comes from our page.
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    return isReading || request.headers.has('origin')
      ? caller
      : forbidden(
          'A request with the session cookie needs an Origin header.',
          'Send it from a browser, or use the key.',
        );
  }

  async #judgeKey(bearer: string, address: string): Promise<Caller | Denial> {
    const denial = this.#slow(address);
    if (denial !== null) return denial;
    const hash = hashSecret(bearer);
    if (timingSafeEqual(Buffer.from(hash), this.#operatorHash)) return OPERATOR;
    // Taken for wrong until it is found, so that many at once are not all looked at.
    this.#guesses.noteWrong(address, hash);
    const key = await this.#options.keys.find(bearer);
    if (key === null) return UNAUTHENTICATED;
    this.#guesses.forgive(address, hash);
    return callerOfKey(key);
  }

  /** A proxy adds whom it was asked by at the end; what stands before that anybody can write. */
  #addressOf({ address, headers }: Asking): string {
    if (!this.#options.trustsProxy) return address;
    return headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() || address;
  }

  #cookieOf(session: string, { headers }: Asking): string {
    const isEncrypted = this.#options.trustsProxy && headers.get('x-forwarded-proto') === 'https';
    const cookie = `${SESSION_COOKIE}=${session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${SESSION_SECONDS}`;
    return isEncrypted ? `${cookie}; Secure` : cookie;
  }

  #slow(address: string): Denial | null {
    const seconds = this.#guesses.waitSeconds(address);
    if (seconds === 0) return null;
    return {
      status: 429,
      code: 'TOO_MANY_GUESSES',
      message: 'Too many wrong keys came from this address.',
      nextAction: 'Stop the program that sends a wrong key, then try again in a while.',
      retryAfterSeconds: seconds,
    };
  }

  #isAllowed(hostname: string): boolean {
    return LOOPBACK_HOSTS.includes(hostname) || this.#options.allowedHosts.includes(hostname);
  }
}

/** The headers that go with a denial. */
export const denialHeaders = ({ status, retryAfterSeconds }: Denial): Record<string, string> => ({
  ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
});

const bearerOf = ({ headers }: Asking): string | undefined =>
  /^Bearer\s+(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];

const sessionOf = ({ headers }: Asking): string | undefined =>
  (headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${SESSION_COOKIE}=`))
    ?.slice(SESSION_COOKIE.length + 1);

const UNAUTHENTICATED: Denial = {
  status: 401,
  code: 'UNAUTHENTICATED',
  message: 'This request carries no valid key.',
  nextAction:
    'Send "Authorization: Bearer" with the key from .vega/operator.key, or open the link that the server printed.',
};

const SERVICE_KEY: Denial = {
  status: 403,
  code: 'FORBIDDEN',
  message: 'A SERVICE key is for programs; it opens no page.',
  nextAction: 'Use a key of the role OPERATOR or VIEWER.',
};

const UNKNOWN_LINK: Denial = {
  status: 401,
  code: 'UNAUTHENTICATED',
  message: 'This link has been used, is too old, or is not ours.',
  nextAction: 'Have the operator make a new one with createLoginLink, or restart the server.',
};

const forbidden = (message: string, nextAction: string): Denial => ({
  status: 403,
  code: 'FORBIDDEN',
  message,
  nextAction,
});

const hostnameOf = (host: string): string => {
  const address = `http://${host}`;
  return URL.canParse(address) ? new URL(address).hostname.toLowerCase() : '';
};
