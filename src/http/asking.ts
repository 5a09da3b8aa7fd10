import type { IncomingMessage } from 'node:http';

/** As much of a request as has to be known to let it in, whether it came over a socket or from this process. */
export interface Asking {
  readonly method: string;
  readonly url: string;
  readonly headers: Pick<Headers, 'get' | 'has'>;
  /** Where it comes from. A proxy in between is all that is seen of whom it speaks for. */
  readonly address: string;
}

/** The address of a caller that does not come over a socket. */
export const THIS_PROCESS = 'this process';

export const fromRequest = ({ method, url, headers }: Request, address = THIS_PROCESS): Asking => ({
  method,
  url,
  headers,
  address,
});

export const fromMessage = (message: IncomingMessage): Asking => {
  const get = (name: string): string | null => {
    const value = message.headers[name.toLowerCase()];
    return (Array.isArray(value) ? value.join(', ') : value) ?? null;
  };
  return {
    method: message.method ?? 'GET',
    url: `http://${message.headers.host ?? 'unnamed.invalid'}${message.url ?? '/'}`,
    headers: { get, has: (name) => get(name) !== null },
    address: addressOf(message),
  };
};

export const addressOf = ({ socket }: IncomingMessage): string => socket.remoteAddress ?? 'unknown';

/** The path of an address, without what it would cost to read the rest of it. */
export const pathOf = (url: string): string => {
  const start = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('//') + 2);
  const end = url.slice(Math.max(start, 0)).search(/[?#]/);
  return start < 0 ? '/' : end < 0 ? url.slice(start) : url.slice(start, start + end);
};
