import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** While it lasts, what is held to one host is not sent to it a second time. */
export interface Hold {
  release(): void;
}

/** How long a tunnel has to be silent before it counts as idle, and how long that is waited for. */
const QUIET_MS = 60;
const MOST_QUIET_MS = 1000;
/** Less that comes down after something went up is no answer yet: a TLS server sends that much after its handshake. */
const LEAST_ANSWER_BYTES = 1500;
/** What a browser sends after the first bytes of the server belongs to the handshake, up to this. */
const MOST_HANDSHAKE_BYTES = 200;

/** The answer has come when the tunnel ends after it; how long until the page's side knows. */
const GRACE_MS = 2000;

interface Tunnel {
  readonly host: string;
  readonly client: Duplex;
  readonly far: Duplex;
  movedAt: number;
  /** How much has gone up since the server's first bytes. */
  bytesSent: number;
  /** When something of a request has last gone up; minus infinity before the first. */
  sentAt: number;
  bytesSinceSent: number;
  hasGreeted: boolean;
}

interface Held {
  readonly host: string;
  readonly place: string;
  /** Of requests that were forwarded as plain http. */
  readonly sent: Set<string>;
  readonly released: Promise<void>;
  /** Since when one that ends counts: the idle tunnels of before are gone. On the clock of `performance.now()`; null until then. */
  readyAt: number | null;
  /** A tunnel to the host has ended since: a browser would send again through another. */
  isLost: boolean;
}

const hostOf = ({ hostname, port, protocol }: URL): string =>
  `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;

const placeOf = (target: URL): string => `${hostOf(target)}${target.pathname}`;

/** Which connections and requests of a browser may go on while something is held to leave once. */
export class SingleUse {
  readonly #tunnels = new Set<Tunnel>();
  readonly #holds = new Set<Held>();

  /**
   * Ends the idle tunnels that lead to the host: a browser repeats nothing that was sent over a new one. What is under way
   * is let finish, for a moment, and not cut off.
   */
  async hold(target: URL): Promise<Hold> {
    const host = hostOf(target);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const place = placeOf(target);
    const held: Held = { host, place, sent: new Set(), released, readyAt: null, isLost: false };
    const earlier = [...this.#holds].filter((one) => one.host === host);
    this.#holds.add(held);
    await Promise.race([
      Promise.all(earlier.map((one) => one.released)),
      delay(MOST_QUIET_MS, undefined, { ref: false }),
    ]);
    // What is held already must not lose its own connection.
    const isAlone = !earlier.some((one) => this.#holds.has(one));
    if (target.protocol === 'https:' && isAlone) await this.#endTunnels(host);
    held.readyAt = performance.now();
    return {
      release: () => {
        this.#holds.delete(held);
        release();
      },
    };
  }

  /** Whether a plain request may be forwarded: the same one not twice during a hold. */
  admits(target: URL, method: string, body: Buffer): boolean {
    const holds = [...this.#holds].filter(({ place }) => place === placeOf(target));
    if (holds.length === 0) return true;
    const mark = createHash('sha256').update(`${method} ${target.href}\n`).update(body).digest('hex');
    if (holds.some(({ sent }) => sent.has(mark))) return false;
    for (const { sent } of holds) sent.add(mark);
    return true;
  }

  /** Whether a further tunnel may be made: not in the place of one that ended before the answer. */
  async admitsTunnel(target: URL): Promise<boolean> {
    const lost = [...this.#holds].find(({ host, isLost }) => isLost && host === hostOf(target));
    if (lost === undefined) return true;
    await Promise.race([lost.released, delay(GRACE_MS, undefined, { ref: false })]);
    return !this.#holds.has(lost);
  }

  /** Answers what is to be called when the far end is over, before the browser learns it. */
  track(target: URL, client: Duplex, far: Duplex): () => void {
    const tunnel: Tunnel = {
      ...{ host: hostOf(target), client, far, movedAt: performance.now() },
      ...{ bytesSent: 0, sentAt: Number.NEGATIVE_INFINITY, bytesSinceSent: 0, hasGreeted: false },
    };
    this.#tunnels.add(tunnel);
    client.on('data', ({ length }: Buffer) => {
      tunnel.movedAt = performance.now();
      if (tunnel.hasGreeted) tunnel.bytesSent += length;
      if (tunnel.bytesSent <= MOST_HANDSHAKE_BYTES) return;
      tunnel.sentAt = tunnel.movedAt;
      tunnel.bytesSinceSent = 0;
    });
    far.on('data', ({ length }: Buffer) => {
      tunnel.movedAt = performance.now();
      tunnel.hasGreeted = true;
      tunnel.bytesSinceSent += length;
    });
    const lost = () => this.#lose(tunnel);
    // The browser, too, ends a tunnel whose request it is about to send again through another.
    client.once('end', lost).once('close', lost);
    return lost;
  }

  /** What is held may have gone through it, unless nothing has since. Another one may carry what is held: it stays. */
  #lose(tunnel: Tunnel): void {
    if (!this.#tunnels.delete(tunnel)) return;
    const holds = [...this.#holds].filter(
      ({ host, readyAt }) => host === tunnel.host && readyAt !== null && tunnel.sentAt > readyAt,
    );
    for (const held of holds) {
      held.isLost = true;
      this.#destroy(this.#to(held.host).filter(({ sentAt }) => sentAt <= (held.readyAt ?? 0)));
    }
  }

  async #endTunnels(host: string): Promise<void> {
    const endsAt = performance.now() + MOST_QUIET_MS;
    while (performance.now() < endsAt && this.#to(host).some(isBusy))
      await delay(QUIET_MS / 3, undefined, { ref: false });
    this.#destroy(this.#to(host).filter((tunnel) => !isBusy(tunnel)));
  }

  #to(host: string): readonly Tunnel[] {
    return [...this.#tunnels].filter((tunnel) => tunnel.host === host);
  }

  #destroy(tunnels: readonly Tunnel[]): void {
    for (const tunnel of tunnels) {
      this.#tunnels.delete(tunnel);
      tunnel.client.destroy();
      tunnel.far.destroy();
    }
  }
}

/** Something moves in it, or what was sent a moment ago has no answer yet. */
const isBusy = ({ movedAt, sentAt, bytesSinceSent }: Tunnel): boolean => {
  const now = performance.now();
  const isAnswered = bytesSinceSent >= LEAST_ANSWER_BYTES || now - sentAt >= MOST_QUIET_MS;
  return now - movedAt < QUIET_MS || !isAnswered;
};
