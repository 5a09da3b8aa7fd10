import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../log.ts';

/** How many connections there may be, and how long one may take to ask for something. */
export interface ConnectionLimits {
  readonly total: number;
  readonly perAddress: number;
  /** From the connection to its first byte. */
  readonly silenceMs: number;
  /** From the first byte of a request to the end of its headers. */
  readonly headersMs: number;
  /** From the first byte of a request to its last. An answer, such as an event stream, may take for ever. */
  readonly requestMs: number;
  /** Between two looks for requests that take too long. */
  readonly checkEveryMs: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  total: 4000,
  perAddress: 3000,
  silenceMs: 5000,
  headersMs: 10_000,
  requestMs: 30_000,
  checkEveryMs: 2000,
};

/** Longer than clients keep one themselves: whoever closes first must be the one who would send next. */
const KEEP_ALIVE_MS = 15_000;
const WARN_EVERY_MS = 60_000;

/** The limits that `node:http` keeps by itself. */
export const timeoutsOf = ({ headersMs, requestMs, checkEveryMs }: ConnectionLimits) => ({
  headersTimeout: headersMs,
  requestTimeout: requestMs,
  connectionsCheckingInterval: checkEveryMs,
  keepAliveTimeout: KEEP_ALIVE_MS,
});

/**
 * Holds a server to its limits. Where there are too many connections, the one that has waited longest without a request
 * under way makes room; where every one is busy, the new one is closed at once. So nobody who only connects keeps out
 * somebody who asks.
 */
export const limitConnections = (server: Server, limits: ConnectionLimits, log: Logger): void => {
  const connections = new Map<string, Set<Socket>>();
  /** Those without a request under way, the longest first. */
  const waiting = new Set<Socket>();
  let total = 0;
  let closed = 0;
  let warnedAt = Number.NEGATIVE_INFINITY;

  const forget = (socket: Socket, address: string): void => {
    const known = connections.get(address);
    if (known?.delete(socket) !== true) return;
    if (known.size === 0) connections.delete(address);
    waiting.delete(socket);
    total -= 1;
  };

  const close = (socket: Socket): void => {
    socket.destroy();
    closed += 1;
    const now = performance.now();
    if (now - warnedAt < WARN_EVERY_MS) return;
    warnedAt = now;
    log.warn({ connections: total, closed }, 'there are too many connections; some are closed');
  };

  const makeRoom = (address: string): boolean => {
    const own = connections.get(address);
    const isCrowded = (own?.size ?? 0) >= limits.perAddress;
    if (!isCrowded && total < limits.total) return true;
    for (const socket of waiting) {
      if (isCrowded && own?.has(socket) !== true) continue;
      forget(socket, addressOf(socket));
      close(socket);
      return true;
    }
    return false;
  };

  server.on('connection', (socket) => {
    const address = addressOf(socket);
    if (!makeRoom(address)) {
      close(socket);
      return;
    }
    const own = connections.get(address) ?? new Set();
    connections.set(address, own.add(socket));
    waiting.add(socket);
    total += 1;
    const silence = setTimeout(() => {
      if (socket.bytesRead === 0) socket.destroy();
    }, limits.silenceMs).unref();
    socket.once('close', () => {
      clearTimeout(silence);
      forget(socket, address);
    });
  });

  server.on('request', ({ socket }, response) => {
    waiting.delete(socket);
    response.once('close', () => {
      if (connections.get(addressOf(socket))?.has(socket) === true) waiting.add(socket);
    });
  });
};

/** Kept, because a socket that is closed does not know it any more. */
const addresses = new WeakMap<Socket, string>();

const addressOf = (socket: Socket): string => {
  const address = addresses.get(socket) ?? socket.remoteAddress ?? 'unknown';
  addresses.set(socket, address);
  return address;
};
