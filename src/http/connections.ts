import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../log.ts';

/** How many connections there may be, and how long one may take to ask for something, in milliseconds. */
export const CONNECTION_LIMITS = {
  total: 4000,
  perAddress: 3000,
  /** From the connection to its first byte. */
  silenceMs: 5000,
  /** From the first byte of a request to the end of its headers. */
  headersMs: 10_000,
  /** From the first byte of a request to its last. An answer, such as an event stream, may take for ever. */
  requestMs: 30_000,
  /** Between two looks for requests that take too long. */
  checkEveryMs: 2000,
};
export type ConnectionLimits = Readonly<typeof CONNECTION_LIMITS>;

const WARN_EVERY_MS = 60_000;

/**
 * Holds a server to its limits. Where there are too many connections, the one that has waited longest without a request
 * under way makes room; where every one is busy, the new one is closed at once. So nobody who only connects keeps out
 * somebody who asks.
 */
export const limitConnections = (server: Server, limits: ConnectionLimits, log: Logger): void => {
  /** Where each comes from: a socket that is closed does not know it any more. */
  const open = new Map<Socket, string>();
  /** Those without a request under way, the longest first. */
  const waiting = new Set<Socket>();
  let closed = 0;
  let warnedAt = Number.NEGATIVE_INFINITY;

  const forget = (socket: Socket): void => {
    open.delete(socket);
    waiting.delete(socket);
  };

  const close = (socket: Socket): void => {
    forget(socket);
    socket.destroy();
    closed += 1;
    if (performance.now() - warnedAt < WARN_EVERY_MS) return;
    warnedAt = performance.now();
    log.warn({ connections: open.size, closed }, 'there are too many connections; some are closed');
  };

  const makeRoom = (address: string): boolean => {
    const isCrowded =
      open.size >= limits.perAddress &&
      [...open.values()].filter((other) => other === address).length >= limits.perAddress;
    if (!isCrowded && open.size < limits.total) return true;
    const longest = [...waiting].find((socket) => !isCrowded || open.get(socket) === address);
    if (longest !== undefined) close(longest);
    return longest !== undefined;
  };

  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? 'unknown';
    if (!makeRoom(address)) return close(socket);
    open.set(socket, address);
    waiting.add(socket);
    const silence = setTimeout(() => {
      if (socket.bytesRead === 0) socket.destroy();
    }, limits.silenceMs).unref();
    return socket.once('close', () => {
      clearTimeout(silence);
      forget(socket);
    });
  });

  server.on('request', ({ socket }, response) => {
    waiting.delete(socket);
    response.once('close', () => {
      if (open.has(socket)) waiting.add(socket);
    });
  });
};
