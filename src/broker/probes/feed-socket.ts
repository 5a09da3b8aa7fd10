import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type Handshake, isRefusal, noHandshake, noting } from './handshake.ts';

/** A socket is waited for and listened to for so long, and has so long to close: together 5 s. */
const LISTEN_MS = 4000;
const CLOSE_MS = 1000;

/** What came first: a message, the end of the socket or of the time for it, or no socket at all. */
export interface FeedEnd extends Readonly<Omit<Handshake, 'socket'>> {
  readonly kind: 'MESSAGE' | 'CLOSED' | 'TIMEOUT' | 'REFUSED';
}

/** Opens one socket, through the proxy where there is one, and answers what came first. It is closed when this returns. */
export const openFeedSocket = async (
  address: URL,
  proxy: URL | null,
  signal: AbortSignal,
): Promise<FeedEnd> => {
  const { Agent, ProxyAgent, WebSocket, DecoratorHandler } = await import('undici');
  const handshake = noHandshake();
  const agent = proxy === null ? new Agent() : new ProxyAgent(proxy.href);
  const dispatcher = agent.compose(
    (dispatch) => (options, handler) => dispatch(options, noting(new DecoratorHandler(handler), handshake)),
  );
  const socket = new WebSocket(address, { dispatcher });
  const closed = new Promise<'CLOSED'>((resolve) => {
    socket.addEventListener('close', () => resolve('CLOSED'));
  });
  const message = new Promise<'MESSAGE'>((resolve) => {
    socket.addEventListener('message', () => resolve('MESSAGE'));
  });
  const done = new AbortController();
  const isOver = AbortSignal.any([signal, done.signal]);
  const time = delay(LISTEN_MS, undefined, { signal: isOver }).catch(() => undefined);
  try {
    const kind = await Promise.race([message, closed, time.then(() => 'TIMEOUT' as const)]);
    const { httpStatus, contentType, body } = handshake;
    const isRefused = isRefusal(handshake) || (kind === 'CLOSED' && httpStatus === null);
    return { kind: isRefused ? 'REFUSED' : kind, httpStatus, contentType, body };
  } finally {
    done.abort();
    socket.close();
    await Promise.race([closed, delay(CLOSE_MS)]);
    await endOf(handshake.socket);
    await agent.destroy();
  }
};

const endOf = async (socket: Duplex | null): Promise<void> => {
  if (socket === null || socket.closed) return;
  const closed = once(socket, 'close');
  socket.destroy();
  await closed;
};
