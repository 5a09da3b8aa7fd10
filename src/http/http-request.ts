import type { IncomingMessage, ServerResponse } from 'node:http';
import getRawBody from 'raw-body';
import { HttpError, unsupportedMedia } from './http-error.ts';

/** Another spelling of an address, such as `/./graphql`, is none here. */
const PLAIN_PATH = /^(?:\/[\w~-][\w.~-]*)*\/?$/;

/** As much of a request as anything here reads. */
export class HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly #target: string;

  constructor(message: IncomingMessage, response: ServerResponse) {
    const { method = 'GET', url = '/' } = message;
    const [path = ''] = /^[^?#]*/.exec(url) ?? [];
    const isPlain = PLAIN_PATH.test(path);
    this.method = method;
    this.path = isPlain ? path : '/nowhere';
    this.message = message;
    this.response = response;
    this.#target = isPlain ? url : '/nowhere';
  }

  /** Parsed where it is asked for. Its host says nothing: that is in the header. */
  get url(): URL {
    return new URL(this.#target, 'http://localhost');
  }

  header(name: string): string | null {
    const value = this.message.headers[name];
    return (Array.isArray(value) ? value.join(', ') : value) ?? null;
  }

  /** The body as text. Past `maxBytes` nothing more of it is read, and it is refused. */
  async readBody(maxBytes: number): Promise<string> {
    const length = this.header('content-length');
    try {
      return await getRawBody(this.message, { limit: maxBytes, length, encoding: 'utf8' });
    } catch (error) {
      if ((error as { type?: string }).type !== 'entity.too.large') throw error;
      // The rest is let go by, because a client that is cut off while it writes does not read the answer.
      this.message.resume();
      throw new HttpError(413, 'TOO_LARGE', 'The body is too long.', `Send at most ${maxBytes} bytes.`);
    }
  }

  /** A form of another site can post everything but JSON. */
  requireJson(): void {
    const type = this.header('content-type') ?? '';
    if (this.method === 'POST' && !/^application\/(graphql\+)?json\s*(?:;|$)/i.test(type))
      throw unsupportedMedia('A POST has to be JSON.', 'Send the header "Content-Type: application/json".');
  }

  /** Comes from a person with a browser, who is answered with a page. */
  get wantsPage(): boolean {
    return this.method === 'GET' && (this.header('accept') ?? '').includes('text/html');
  }
}

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
