import type { IncomingMessage } from 'node:http';
import { readBody } from './read-body.ts';

/** A request, whether it came over a socket or from a caller in this process. */
export interface Incoming {
  readonly method: string;
  readonly url: string;
  readonly headers: Pick<Headers, 'get' | 'has'>;
  /** Where it comes from. A proxy in between is all that is seen of whom it speaks for. */
  readonly address: string;
  /** The body; null when it is longer than that. */
  text(maxBytes: number): Promise<string | null>;
}

/** As much of a request as has to be known to let it in. */
export type Asking = Pick<Incoming, 'method' | 'url' | 'headers' | 'address'>;

const THIS_PROCESS = 'this process';

export const fromRequest = (request: Request, address = THIS_PROCESS): Incoming => ({
  method: request.method,
  url: request.url,
  headers: request.headers,
  address,
  text: (maxBytes) => readBody(request, maxBytes),
});

/** What a caller in this process posts to `/graphql`. */
export interface Posted {
  readonly url: string;
  /** The names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const fromPosted = ({ url, headers, body }: Posted): Incoming => {
  const headerOf = (name: string): string | null => headers[name.toLowerCase()] ?? null;
  return {
    method: 'POST',
    url,
    address: THIS_PROCESS,
    headers: { get: headerOf, has: (name) => headerOf(name) !== null },
    text: async (maxBytes) => (Buffer.byteLength(body) > maxBytes ? null : body),
  };
};

/** Without the detour over a `Request`, which costs more than most answers. */
export const fromMessage = (message: IncomingMessage): Incoming => {
  const headerOf = (name: string): string | null => {
    const value = message.headers[name.toLowerCase()];
    return (Array.isArray(value) ? value.join(', ') : value) ?? null;
  };
  return {
    method: message.method ?? 'GET',
    url: `http://${message.headers.host ?? 'unnamed.invalid'}${message.url ?? '/'}`,
    address: addressOf(message),
    headers: { get: headerOf, has: (name) => headerOf(name) !== null },
    text: (maxBytes) => textOf(message, maxBytes),
  };
};

export const addressOf = ({ socket }: IncomingMessage): string => socket.remoteAddress ?? 'unknown';

/** The path of an address, without what it would cost to understand the rest of it. */
export const pathOf = (url: string): string => {
  const start = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('//') + 2);
  if (start < 0) return '/';
  const end = url.slice(start).search(/[?#]/);
  return end < 0 ? url.slice(start) : url.slice(start, start + end);
};

const textOf = (message: IncomingMessage, maxBytes: number): Promise<string | null> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = Number(message.headers['content-length'] ?? 0) > maxBytes ? Number.POSITIVE_INFINITY : 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      // The rest is let go by, because a client that is cut off while it writes does not read the answer.
      if (size > maxBytes) resolve(null);
      else chunks.push(chunk);
    });
    message.on('end', () => resolve(size > maxBytes ? null : Buffer.concat(chunks).toString('utf8')));
    message.on('error', reject);
    if (size > maxBytes) resolve(null);
  });
