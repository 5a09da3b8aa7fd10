import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../domain/secret.ts';

const SESSION_COOKIE = 'vega_session';
const SESSION_SECONDS = 12 * 3600;
const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

/** Why a request is not let in. */
export interface Denial {
  readonly status: 401 | 403 | 415;
  readonly code: 'UNAUTHENTICATED' | 'FORBIDDEN' | 'UNSUPPORTED_MEDIA_TYPE';
  readonly message: string;
  readonly nextAction: string;
}

/** As much of a request as has to be known. */
export interface Asking {
  readonly method: string;
  readonly url: string;
  readonly headers: Pick<Headers, 'get' | 'has'>;
}

interface Options {
  readonly operatorKey: Secret;
  /** Host names besides those of the loopback interface. */
  readonly allowedHosts: readonly string[];
  readonly now: () => Date;
  /** Told of a key or a link that was not good. */
  readonly onRefused: (kind: 'KEY_REFUSED' | 'LINK_REFUSED') => void;
  readonly onSession: () => void;
}

/**
 * Who may come in. Every request names a host and, where a browser sends one, an origin that are ours (a foreign name
 * that points here is a rebinding attack), and carries the operator's key or a session that a one-time link has opened.
 */
export class Access {
  readonly #options: Options;
  /** Hashes of the links that have not been used yet, and of the sessions with their ends. */
  readonly #links = new Set<string>();
  readonly #sessions = new Map<string, number>();
  readonly #operatorHash: Buffer;

  constructor(options: Options) {
    this.#options = options;
    this.#operatorHash = Buffer.from(hash(options.operatorKey.reveal()));
  }

  /** The secret part of a link that logs one browser in, once. */
  issueLink(): string {
    const secret = randomBytes(24).toString('base64url');
    this.#links.add(hash(secret));
    return secret;
  }

  /** The cookie of a new session, if the link is good; it is used up by this. */
  redeemLink(secret: string): string | null {
    if (!this.#links.delete(hash(secret))) {
      this.#options.onRefused('LINK_REFUSED');
      return null;
    }
    this.#options.onSession();
    const session = randomBytes(32).toString('base64url');
    this.#sessions.set(hash(session), this.#options.now().getTime() + SESSION_SECONDS * 1000);
    return `${SESSION_COOKIE}=${session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${SESSION_SECONDS}`;
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
          'Call from the page itself, or list its host in VEGA_ALLOWED_HOSTS.',
        );
  }

  /** Null when the request carries the key or a live session. */
  checkKey(request: Asking): Denial | null {
    const denial = this.#judge(request);
    if (denial === UNAUTHENTICATED) this.#options.onRefused('KEY_REFUSED');
    return denial;
  }

  #judge(request: Asking): Denial | null {
    const bearer = bearerOf(request);
    if (bearer !== undefined)
      return timingSafeEqual(Buffer.from(hash(bearer)), this.#operatorHash) ? null : UNAUTHENTICATED;
    if (!this.#hasSession(request)) return UNAUTHENTICATED;
    // A cookie comes by itself, so a request that acts must also say that it comes from our page.
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    return isReading || request.headers.has('origin')
      ? null
      : forbidden(
          'A request with the session cookie needs an Origin header.',
          'Send it from a browser, or use the key.',
        );
  }

  /** The same text for all requests with the same key or session; it tells neither. */
  callerOf(request: Asking): string {
    const bearer = bearerOf(request);
    return hash(bearer === undefined ? `session ${sessionOf(request)}` : `key ${bearer}`);
  }

  #hasSession(request: Asking): boolean {
    const session = sessionOf(request);
    if (session === undefined) return false;
    const end = this.#sessions.get(hash(session));
    return end !== undefined && this.#options.now().getTime() < end;
  }

  #isAllowed(hostname: string): boolean {
    return LOOPBACK_HOSTS.includes(hostname) || this.#options.allowedHosts.includes(hostname);
  }
}

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

const hash = (secret: string): string => createHash('sha256').update(secret).digest('hex');
