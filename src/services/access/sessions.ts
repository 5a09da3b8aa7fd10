import { createHash, randomBytes } from 'node:crypto';
import {
  deleteSessions,
  findSessions,
  insertSession,
  type SessionRecord,
} from '../../db/queries/sessions.ts';
import type { Queryable } from '../../db/queryable.ts';
import { type Caller, callerIdOf, callerOfKey, UNBOUND } from '../../domain/account/access-key.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { hashSecret, isSameHash } from '../secret-hash.ts';
import type { AccessKeys } from './access-keys.ts';

/** How long a session lasts: one that begins in the morning still shows the tokens expire at 03:30 IST. */
export const SESSION_SECONDS = 24 * 3600;

/** How long a link that nobody has opened is good. */
const LINK_SECONDS = 3600;

interface Options extends AuditedWrites {
  readonly keys: AccessKeys;
}

/** What lets one browser in. */
export interface LoginLink {
  readonly secret: string;
  readonly expiresAt: Date;
}

/**
 * A session in two halves, of which neither opens anything that matters: what the cookie holds, and what the page keeps
 * in its origin's storage.
 */
export interface OpenedSession {
  readonly cookie: string;
  readonly pageKey: string;
}

export const loginPath = ({ secret }: LoginLink): string => `/login?link=${secret}`;

/**
 * The browsers that were let in, by a link that works once or by a key: for a day, or until they are logged out. They are
 * stored in the database, so that a restart logs nobody out.
 */
export class Sessions implements Disposable {
  readonly #options: Options;
  /** Hashes of the links that have not been used yet, and when each ends. */
  readonly #links = new Map<string, Date>();
  /** Ends what a session has open when its time is up. */
  readonly #timers = new Map<string, NodeJS.Timeout>();
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

  /** A new session, if the link is good; it is used up by this. */
  async redeemLink(link: string): Promise<OpenedSession | null> {
    const hash = hashSecret(link);
    const end = this.#links.get(hash);
    this.#links.delete(hash);
    return end === undefined || this.#options.clock() >= end ? null : this.open(null);
  }

  /** A new session: the operator's, or that of a key's holder, which ends with the key. */
  async open(keyId: string | null): Promise<OpenedSession> {
    const { database, audit, clock } = this.#options;
    const [random, pageKey] = [randomSecret(), randomSecret()];
    const cookie = `${random}${proofOf(random, pageKey)}`;
    const now = clock();
    const endsAt = new Date(now.getTime() + SESSION_SECONDS * 1000);
    const session = { secretHash: hashSecret(cookie), keyId, endsAt };
    await database.write(async (transaction) => {
      await insertSession(transaction, session, now);
      await audit.note(transaction, 'SESSION_OPENED', {});
    });
    return { cookie, pageKey };
  }

  /** Who sends both halves; null when they are not of one session, or it or the key it was opened with has ended. */
  async find(cookie: string, pageKey: string): Promise<Caller | null> {
    return belongsTo(cookie, pageKey) ? this.#find(cookie) : null;
  }

  /** Who sends the cookie alone: somebody who may read, whatever the session may do. */
  async findReader(cookie: string): Promise<Caller | null> {
    const caller = await this.#find(cookie);
    return caller === null ? null : { ...caller, role: 'VIEWER' };
  }

  /** Whether the key or the session of a caller still opens anything; another process may have ended it. */
  async isLive({ id, keyId }: Caller): Promise<boolean> {
    if (keyId !== null) return (await this.#options.keys.findById(keyId)) !== null;
    return !isSession(id) || (await this.#all()).some((session) => idOf(session.secretHash, null) === id);
  }

  /** Logs one browser out, with what it has open. */
  async end(cookie: string, pageKey: string): Promise<void> {
    if (!belongsTo(cookie, pageKey)) return;
    const hash = hashSecret(cookie);
    const sessions = (await this.#all()).filter(({ secretHash }) => secretHash === hash);
    if (sessions.length === 0) return;
    await this.#end(sessions, async (transaction) => {
      await this.#options.audit.note(transaction, 'SESSIONS_ENDED', { count: 1 });
    });
  }

  async #find(cookie: string): Promise<Caller | null> {
    const hash = hashSecret(cookie);
    const session = (await this.#all()).find(({ secretHash }) => secretHash === hash);
    const left = session === undefined ? 0 : session.endsAt.getTime() - this.#options.clock().getTime();
    if (session === undefined || left <= 0) return null;
    const caller = await this.#callerOf(session);
    if (caller !== null && !this.#timers.has(hash)) {
      const end = () => {
        this.#timers.delete(hash);
        this.#notify(caller.id);
      };
      this.#timers.set(hash, setTimeout(end, left).unref());
    }
    return caller;
  }

  /** Logs every browser out, and answers how many there were. */
  async endAll(): Promise<number> {
    const now = this.#options.clock();
    const live = (await this.#all()).filter(({ endsAt }) => endsAt > now);
    await this.#end(live, async (transaction) => {
      await this.#options.audit.note(transaction, 'SESSIONS_ENDED', { count: live.length });
    });
    return live.length;
  }

  /** Logs out the browsers that were logged in with a key. */
  async endOf(keyId: string): Promise<void> {
    await this.#end((await this.#all()).filter((session) => session.keyId === keyId));
  }

  onEnded(listener: (callerId: string) => void): void {
    this.#listeners.add(listener);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  async #end(
    sessions: readonly SessionRecord[],
    note: (transaction: Queryable) => Promise<void> = async () => undefined,
  ): Promise<void> {
    const hashes = sessions.map(({ secretHash }) => secretHash);
    await this.#options.database.write(async (transaction) => {
      await deleteSessions(transaction, hashes);
      await note(transaction);
    });
    for (const hash of hashes) {
      clearTimeout(this.#timers.get(hash));
      this.#timers.delete(hash);
    }
    for (const { secretHash, keyId } of sessions) this.#notify(idOf(secretHash, keyId));
  }

  async #callerOf({ secretHash, keyId }: SessionRecord): Promise<Caller | null> {
    if (keyId === null) return { id: idOf(secretHash, null), keyId, role: 'OPERATOR', bounds: UNBOUND };
    const key = await this.#options.keys.findById(keyId);
    return key === null ? null : callerOfKey(key);
  }

  #notify(callerId: string): void {
    for (const listener of this.#listeners) listener(callerId);
  }

  #all(): Promise<readonly SessionRecord[]> {
    return this.#options.database.cached('sessions', findSessions);
  }
}

const randomSecret = (): string => randomBytes(32).toString('base64url');
const SECRET_LENGTH = 43;
const COOKIE = /^[\w-]{86}$/;

/** Stands in the cookie, so that it names its page key without holding it. */
const proofOf = (random: string, pageKey: string): string =>
  createHash('sha256').update(`${random}.${pageKey}`).digest('base64url');

const belongsTo = (cookie: string, pageKey: string): boolean =>
  COOKIE.test(cookie) &&
  isSameHash(cookie.slice(SECRET_LENGTH), proofOf(cookie.slice(0, SECRET_LENGTH), pageKey));

/** What a session has open is known by its key, where it has one. */
const idOf = (secretHash: string, keyId: string | null): string =>
  keyId === null ? `session ${secretHash.slice(0, 16)}` : callerIdOf(keyId);

const isSession = (callerId: string): boolean => callerId.startsWith('session ');
