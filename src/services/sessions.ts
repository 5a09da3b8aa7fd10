import { randomBytes } from 'node:crypto';
import { type Caller, UNBOUND } from '../domain/access-key.ts';
import type { Audit } from './audit.ts';
import type { Clock } from './clock.ts';
import { hashSecret } from './secret-hash.ts';

/** How long a session lasts: whoever begins in the morning still sees the tokens die at 03:30 IST. */
export const SESSION_SECONDS = 24 * 3600;

/** How long a link that nobody has opened is good. */
const LINK_SECONDS = 3600;

interface Options {
  readonly audit: Audit;
  readonly clock: Clock;
}

/** What lets one browser in. */
export interface LoginLink {
  readonly secret: string;
  readonly expiresAt: Date;
}

/** Where the link leads. */
export const loginPath = ({ secret }: LoginLink): string => `/login?link=${secret}`;

interface Session {
  readonly caller: Caller;
  readonly end: number;
  readonly timer: NodeJS.Timeout;
}

/** The browsers that were let in, by a link that works once or by a key: for a day, or until they are sent away. */
export class Sessions implements Disposable {
  readonly #options: Options;
  /** Hashes of the links that have not been used yet, and when each ends. */
  readonly #links = new Map<string, Date>();
  readonly #sessions = new Map<string, Session>();
  readonly #listeners = new Set<(callerId: string) => void>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Logs one browser in, once, within the hour. */
  issueLink(): LoginLink {
    const now = this.#options.clock().getTime();
    for (const [hash, end] of this.#links) if (end.getTime() <= now) this.#links.delete(hash);
    const link = {
      secret: randomBytes(24).toString('base64url'),
      expiresAt: new Date(now + LINK_SECONDS * 1000),
    };
    this.#links.set(hashSecret(link.secret), link.expiresAt);
    return link;
  }

  /** The secret of a new session, if the link is good; it is used up by this. */
  redeemLink(link: string): string | null {
    const hash = hashSecret(link);
    const end = this.#links.get(hash);
    this.#links.delete(hash);
    return end === undefined || this.#options.clock() >= end ? null : this.open(null);
  }

  /** The secret of a new session: the operator's, or that of a key's holder, which ends with the key. */
  open(holder: Caller | null): string {
    const { audit, clock } = this.#options;
    void audit.record('SESSION_OPENED', {}).catch(() => undefined);
    const secret = randomBytes(32).toString('base64url');
    const hash = hashSecret(secret);
    const caller: Caller = holder ?? {
      id: `session ${hash.slice(0, 16)}`,
      keyId: null,
      role: 'OPERATOR',
      bounds: UNBOUND,
    };
    const timer = setTimeout(() => this.#end(hash), SESSION_SECONDS * 1000).unref();
    this.#sessions.set(hash, { caller, end: clock().getTime() + SESSION_SECONDS * 1000, timer });
    return secret;
  }

  find(secret: string): Caller | null {
    const session = this.#sessions.get(hashSecret(secret));
    if (session === undefined || this.#options.clock().getTime() >= session.end) return null;
    return session.caller;
  }

  /** Sends every browser away, and answers how many there were. */
  async endAll(): Promise<number> {
    const hashes = [...this.#sessions.keys()];
    for (const hash of hashes) this.#end(hash);
    await this.#options.audit.record('SESSIONS_ENDED', { count: hashes.length });
    return hashes.length;
  }

  /** Sends the browsers of one caller away. */
  endOf(callerId: string): void {
    for (const [hash, { caller }] of this.#sessions) if (caller.id === callerId) this.#end(hash);
  }

  /** Told whose session has ended. */
  onEnded(listener: (callerId: string) => void): void {
    this.#listeners.add(listener);
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#sessions.values()) clearTimeout(timer);
  }

  #end(hash: string): void {
    const session = this.#sessions.get(hash);
    if (session === undefined) return;
    clearTimeout(session.timer);
    this.#sessions.delete(hash);
    for (const listener of this.#listeners) listener(session.caller.id);
  }
}
