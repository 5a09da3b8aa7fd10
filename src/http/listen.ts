import type { RequestListener } from 'node:http';
import type { Logger } from '../log.ts';
import { CONNECTION_LIMITS, type ConnectionLimits, limitConnections } from './connections.ts';

/** Longer than clients keep one themselves: whoever closes first must be the one who would send next. */
const KEEP_ALIVE_MS = 15_000;

/** A server that listens. Disposing of it ends every connection, open event streams included. */
export interface Listening extends AsyncDisposable {
  readonly url: string;
}

/** The port is taken or may not be used. */
export class ListenError extends Error {
  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    const why = cause.code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${cause.code})`;
    super(`Port ${port} on ${host} ${why}. Stop the other program, or set VEGA_PORT to another port.`, {
      cause,
    });
    this.name = 'ListenError';
  }
}

export const listen = async (
  listener: RequestListener,
  { host, port }: { readonly host: string; readonly port: number },
  given: Partial<ConnectionLimits> | undefined,
  log: Logger,
): Promise<Listening> => {
  const limits = { ...CONNECTION_LIMITS, ...given };
  const { createServer } = await import('node:http');
  const timeouts = {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const server = createServer(timeouts, listener);
  limitConnections(server, limits, log);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new ListenError(host, port, error)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
