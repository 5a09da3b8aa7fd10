import type { IncomingMessage, ServerResponse } from 'node:http';
import getRawBody from 'raw-body';
import { HttpError, unsupportedMedia } from './http-error.ts';

/** As much of a request as anything here reads, whether it came over a socket or from this process. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** Parsed where it is asked for. Its host says nothing: that is in the header. */
  readonly url: URL;
  readonly headers: Pick<Headers, 'get' | 'has'>;
  /** Where it comes from. A proxy in between is all that is seen of whom it speaks for. */
  readonly address: string;
  /** What it is answered with on the socket; null for a caller in this process. */
  readonly response: ServerResponse | null;
  /** The body as text. Past `maxBytes` nothing more of it is read, and it is refused. */
  readBody(maxBytes: number): Promise<string>;
}

export const fromMessage = (message: IncomingMessage, response: ServerResponse): HttpRequest => {
  const { method = 'GET', url: target = '/' } = message;
  const get = (name: string): string | null => {
    const value = message.headers[name.toLowerCase()];
    return (Array.isArray(value) ? value.join(', ') : value) ?? null;
  };
  const [path = ''] = /^[^?#]*/.exec(target) ?? [];
  const isPlain = PLAIN_PATH.test(path);
  return {
    method,
    path: isPlain ? path : '/nowhere',
    get url() {
      return new URL(isPlain ? target : '/nowhere', 'http://localhost');
    },
    headers: { get, has: (name) => get(name) !== null },
    address: message.socket.remoteAddress ?? 'unknown',
    response,
    readBody: async (maxBytes) => {
      const length = message.headers['content-length'] ?? null;
      try {
        return await getRawBody(message, { limit: maxBytes, length, encoding: 'utf8' });
      } catch (error) {
        if ((error as { type?: string }).type !== 'entity.too.large') throw error;
        // The rest is let go by, because a client that is cut off while it writes does not read the answer.
        message.resume();
        throw tooLarge(maxBytes);
      }
    },
  };
};

/** Another spelling of an address, such as `/./graphql`, is none here. */
const PLAIN_PATH = /^(?:\/[\w~-][\w.~-]*)*\/?$/;

export const fromFetch = (request: Request): HttpRequest => {
  const url = new URL(request.url);
  const headers = new Headers(request.headers);
  if (!headers.has('host')) headers.set('host', url.host);
  return {
    method: request.method,
    path: url.pathname,
    url,
    headers,
    address: 'this process',
    response: null,
    readBody: async (maxBytes) => {
      const text = await request.text();
      if (Buffer.byteLength(text) > maxBytes) throw tooLarge(maxBytes);
      return text;
    },
  };
};

const tooLarge = (maxBytes: number): HttpError =>
  new HttpError(413, 'TOO_LARGE', 'The body is too long.', `Send at most ${maxBytes} bytes.`);

/** What a text says; undefined where it is no JSON. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A form of another site can post everything but JSON. */
export const requireJson = ({ method, headers }: HttpRequest): void => {
  if (
    method !== 'POST' ||
    /^application\/(graphql\+)?json\s*(?:;|$)/i.test(headers.get('content-type') ?? '')
  )
    return;
  throw unsupportedMedia('A POST has to be JSON.', 'Send the header "Content-Type: application/json".');
};

/** A person with a browser, who is answered with a page. */
export const wantsPage = ({ method, headers }: HttpRequest): boolean =>
  method === 'GET' && (headers.get('accept') ?? '').includes('text/html');
