import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { BrokerLog } from '../broker-log.ts';
import type { Faults, FeedFault } from '../faults.ts';

export const FEED_PATH = '/market-data-feeder/v3/upstox-developer-api/feeds';
/** From RFC 6455: what the answer to a handshake is made of beside its key. */
const HANDSHAKE_UUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const CLOSE_FRAME = Buffer.from([0x88, 0]);
const CLOSE_OPCODE = 8;

/** How many sockets of one user are open, and were at most. */
export interface FeedSockets {
  open: number;
  maxOpen: number;
  total: number;
}

interface Parts {
  readonly log: BrokerLog;
  readonly faults: Faults;
}

interface Permit {
  readonly clientId: string;
  readonly userId: string;
  readonly mayOpen: boolean;
}

/** The market data feed: real handshakes, one message when it opens, and the counts of its sockets by user. */
export class Feeds {
  readonly sockets = new Map<string, FeedSockets>();
  readonly #parts: Parts;
  readonly #permits = new Map<string, Permit>();
  readonly #connections = new Set<Duplex>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  permit(permit: Permit): string {
    const code = randomUUID();
    this.#permits.set(code, permit);
    return code;
  }

  open({ url, headers }: IncomingMessage, socket: Duplex): void {
    this.#connections.add(socket);
    socket.on('close', () => this.#connections.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.destroy());
    const { pathname, searchParams } = new URL(url ?? '/', 'http://feed');
    const code = searchParams.get('code') ?? '';
    const permit = pathname === FEED_PATH ? this.#permits.get(code) : undefined;
    this.#permits.delete(code);
    const fault = this.#faultOf(permit);
    const refusal = refusals[fault];
    const tell = (accepted: boolean, reason?: string) =>
      this.#parts.log.add('FEED', { accepted, code: reason, clientId: permit?.clientId });
    if (permit === undefined) {
      tell(false, 'unknown-code');
      refuse(socket, { status: FORBIDDEN });
    } else if (refusal !== undefined) {
      tell(false, fault);
      refuse(socket, refusal);
    } else if (fault === 'hang') {
      tell(false, fault);
    } else {
      tell(true, fault === 'none' ? undefined : fault);
      this.#accept(socket, headers['sec-websocket-key'] ?? '', permit, fault);
    }
  }

  /** Ends every socket. */
  end(): void {
    for (const socket of this.#connections) socket.destroy();
  }

  #faultOf(permit: Permit | undefined): FeedFault {
    const { feed, feedByClient } = this.#parts.faults;
    if (permit === undefined) return feed;
    if (!permit.mayOpen) return 'handshake-forbidden';
    return feedByClient.get(permit.clientId) ?? feed;
  }

  #accept(socket: Duplex, key: string, { userId, clientId }: Permit, fault: FeedFault): void {
    const counts = this.sockets.get(userId) ?? { open: 0, maxOpen: 0, total: 0 };
    this.sockets.set(userId, counts);
    counts.open += 1;
    counts.total += 1;
    counts.maxOpen = Math.max(counts.maxOpen, counts.open);
    socket.on('close', () => {
      counts.open -= 1;
      this.#parts.log.add('FEED_CLOSED', { accepted: true, clientId });
    });
    const accept = createHash('sha1').update(`${key}${HANDSHAKE_UUID}`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.on('data', (frame: Buffer) => {
      const isClose = ((frame[0] ?? 0) & 0x0f) === CLOSE_OPCODE;
      if (isClose && fault !== 'never-closes' && fault !== 'close-at-once') socket.end(CLOSE_FRAME);
    });
    if (fault === 'close-at-once') socket.end(CLOSE_FRAME);
    // A feed of a closed market has nothing to send.
    else if (fault === 'none') socket.write(marketInfo());
  }
}

interface Refusal {
  readonly status: string;
  readonly type?: string;
  readonly body?: string;
  /** How much longer the body is said to be than what is sent of it. */
  readonly missing?: number;
}

const FORBIDDEN = '403 Forbidden';

/** Those with a body are of what stands in front of the feed, before it was asked; but for the envelope. */
const refusals: Readonly<Partial<Record<FeedFault, Refusal>>> = {
  'handshake-forbidden': { status: FORBIDDEN },
  'handshake-error': { status: '503 Service Unavailable' },
  'handshake-page': { status: FORBIDDEN, type: 'text/html' },
  'handshake-gateway-text': { status: FORBIDDEN, type: 'text/plain', body: 'error code: 1010' },
  'handshake-gateway-json': {
    status: '401 Unauthorized',
    ...{ type: 'application/json', body: '{"message":"Forbidden"}' },
  },
  'handshake-problem': {
    status: FORBIDDEN,
    ...{ type: 'application/problem+json', body: '{"type":"about:blank","title":"Access denied"}' },
  },
  'handshake-envelope': {
    status: FORBIDDEN,
    type: 'application/json',
    body: '{"status":"error","errors":[{"error_code":"UDAPI100067"}]}',
  },
  'handshake-unfinished': { status: FORBIDDEN, missing: 1 },
  'handshake-endless': { status: FORBIDDEN, type: 'text/plain', body: ' '.repeat(50_000), missing: 1 },
};

/** The body comes in a packet of its own, as it does from afar. */
function refuse(socket: Duplex, { status, type, body = '', missing = 0 }: Refusal): void {
  const typed = type === undefined ? '' : `Content-Type: ${type}\r\n`;
  const length = Buffer.byteLength(body) + missing;
  socket.write(`HTTP/1.1 ${status}\r\n${typed}Content-Length: ${length}\r\nConnection: close\r\n\r\n`);
  setTimeout(() => (missing === 0 ? socket.end(body) : socket.write(body)), 20);
}

/** The first message of the feed says how the market's segments stand; here as text in a binary frame. */
function marketInfo(): Buffer {
  const text = Buffer.from('market_info');
  return Buffer.concat([Buffer.from([0x82, text.length]), text]);
}
