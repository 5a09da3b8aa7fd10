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

/** The answer has come when the tunnel ends after it; how long until the page's side knows. */
const GRACE_MS = 2000;

interface Tunnel {
  readonly host: string;
  readonly client: Duplex;
  readonly far: Duplex;
  movedAt: number;
}

interface Held {
  readonly host: string;
  readonly place: string;
  /** Of requests that were forwarded as plain http. */
  readonly sent: Set<string>;
  readonly released: Promise<void>;
  /** The tunnels of before are gone: from here on one that ends counts. */
  isReady: boolean;
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
   * Ends the tunnels that lead to the host: a browser repeats nothing that was sent over a new one. They are let finish what
   * is under way, for a moment.
   */
  async hold(target: URL): Promise<Hold> {
    const host = hostOf(target);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const place = placeOf(target);
    const held: Held = { host, place, sent: new Set(), released, isReady: false, isLost: false };
    const earlier = [...this.#holds].filter((one) => one.host === host);
    this.#holds.add(held);
    await Promise.race([
      Promise.all(earlier.map((one) => one.released)),
      delay(MOST_QUIET_MS, undefined, { ref: false }),
    ]);
    // What is held already must not lose its own connection.
    const isAlone = !earlier.some((one) => this.#holds.has(one));
    if (target.protocol === 'https:' && isAlone) await this.#endTunnels(host);
    held.isReady = true;
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
    const tunnel: Tunnel = { host: hostOf(target), client, far, movedAt: performance.now() };
    const moved = () => {
      tunnel.movedAt = performance.now();
    };
    this.#tunnels.add(tunnel);
    client.on('data', moved);
    far.on('data', moved);
    const forget = () => this.#tunnels.delete(tunnel);
    // What the browser itself ends is not lost.
    client.once('end', forget).once('close', forget);
    return () => {
      if (!this.#tunnels.delete(tunnel)) return;
      const holds = [...this.#holds].filter(({ host, isReady }) => isReady && host === tunnel.host);
      for (const held of holds) held.isLost = true;
      if (holds.length > 0) this.#destroy(tunnel.host);
    };
  }

  async #endTunnels(host: string): Promise<void> {
    const endsAt = performance.now() + MOST_QUIET_MS;
    const isMoving = ({ movedAt }: Tunnel) => performance.now() - movedAt < QUIET_MS;
    while (performance.now() < endsAt && this.#to(host).some(isMoving))
      await delay(QUIET_MS / 3, undefined, { ref: false });
    this.#destroy(host);
  }

  #to(host: string): readonly Tunnel[] {
    return [...this.#tunnels].filter((tunnel) => tunnel.host === host);
  }

  #destroy(host: string): void {
    for (const tunnel of this.#to(host)) {
      this.#tunnels.delete(tunnel);
      tunnel.client.destroy();
      tunnel.far.destroy();
    }
  }
}
