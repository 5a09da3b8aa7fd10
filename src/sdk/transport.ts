import { pageKeyHeaders } from './page-key.ts';
import { readSse } from './sse.ts';
import { toVegaError, VegaError, type WireError } from './vega-error.ts';

export interface TransportOptions {
  readonly url: string;
  readonly key?: string | undefined;
  readonly pageKey?: string | undefined;
  readonly post: Post;
  /** Changes whatever was answered before anybody sees it. */
  readonly receive?: (answer: unknown) => unknown;
}

/** What is posted: plain values, because a `Request` is slow to load where there is no page. */
export interface Posting {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal | null;
}

/** What is read of an answer. A `Response` is one. */
export type Reply = Pick<Response, 'status' | 'json'> & {
  readonly body: ReadableStream<Uint8Array> | null;
  readonly headers: Pick<Headers, 'get'>;
};

export type Post = (posting: Posting) => Promise<Reply>;

/** Over a `fetch`: the global one, or one that answers in its stead. */
export const postWith =
  (send: (request: Request) => Promise<Response> = (request) => fetch(request)): Post =>
  ({ url, ...init }) =>
    send(new Request(url, { method: 'POST', ...init }));

/** A way to the GraphQL API. Every failure is a `VegaError`. */
export interface Transport {
  /** What a query or a mutation answers. */
  ask(operation: Operation, signal?: AbortSignal): Promise<unknown>;
  /** What a subscription tells, until the server says that it is over. Ends without a word when `signal` is aborted. */
  follow(operation: Operation, signal: AbortSignal, onOpen?: () => void): AsyncGenerator<unknown, void>;
}

/** An operation as it goes over the wire. */
export interface Operation {
  readonly query: string;
  readonly variables: unknown;
}

/** What an operation answers. */
export interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly WireError[];
}

const JSON_ANSWER = 'application/graphql-response+json, application/json';

/** GraphQL over HTTP and over server-sent events. */
export class HttpTransport implements Transport {
  readonly #endpoint: string;
  readonly #key: string | undefined;
  /** Only for the page's own server: its page key is no other's business. */
  readonly #pageKeyHeaders: () => Readonly<Record<string, string>>;
  readonly #post: Post;
  readonly #receive: (answer: unknown) => unknown;

  constructor({ url, key, pageKey, post, receive = (answer) => answer }: TransportOptions) {
    this.#endpoint = `${url.replace(/\/+$/, '')}/graphql`;
    this.#key = key;
    this.#pageKeyHeaders = () => (url === '' ? pageKeyHeaders(pageKey) : {});
    this.#post = post;
    this.#receive = receive;
  }

  async ask(operation: Operation, signal?: AbortSignal): Promise<unknown> {
    const response = await this.#send(operation, JSON_ANSWER, signal);
    return dataOf(await this.#read(response, signal), response.status);
  }

  async *follow(
    operation: Operation,
    signal: AbortSignal,
    onOpen: () => void = () => undefined,
  ): AsyncGenerator<unknown, void> {
    try {
      const response = await this.#send(operation, `text/event-stream, ${JSON_ANSWER}`, signal);
      if (!isStream(response) || response.body === null) {
        dataOf(await this.#read(response, signal), response.status);
        throw this.#silence(
          new TypeError('a subscription was answered with something else'),
          response.status,
        );
      }
      onOpen();
      for await (const { event, data } of readSse(response.body, signal)) {
        if (event === 'complete') return;
        if (event === 'next') yield dataOf(this.#receive(JSON.parse(data)) as Answer, response.status);
      }
      throw new TypeError('the stream ended before it was complete');
    } catch (error) {
      if (signal.aborted) return;
      throw error instanceof VegaError ? error : this.#silence(error);
    }
  }

  async #send(operation: Operation, accept: string, signal: AbortSignal | undefined): Promise<Reply> {
    const headers = {
      accept,
      'content-type': 'application/json',
      ...(this.#key === undefined ? this.#pageKeyHeaders() : { authorization: `Bearer ${this.#key}` }),
    };
    try {
      const body = JSON.stringify(operation);
      return await this.#post({ url: this.#endpoint, headers, body, signal: signal ?? null });
    } catch (error) {
      throw signal?.aborted === true ? aborted(error) : this.#silence(error);
    }
  }

  async #read(response: Reply, signal: AbortSignal | undefined): Promise<Answer> {
    try {
      return this.#receive(await response.json()) as Answer;
    } catch (error) {
      throw signal?.aborted === true ? aborted(error) : this.#silence(error, response.status);
    }
  }

  #silence(cause: unknown, status: number | null = null): VegaError {
    const nextAction = 'Check that the server runs and that the address is right.';
    return new VegaError('NETWORK', `No answer from ${this.#endpoint}.`, { nextAction, status, cause });
  }
}

const aborted = (cause: unknown): VegaError =>
  new VegaError('ABORTED', 'The request was ended before its answer came.', { cause });

const isStream = (response: Reply): boolean =>
  (response.headers.get('content-type') ?? '').startsWith('text/event-stream');

/** Throws what was refused. */
export const dataOf = ({ data, errors }: Answer, status: number | null): unknown => {
  if (errors !== undefined && errors.length > 0) throw toVegaError(errors, status);
  return data;
};
