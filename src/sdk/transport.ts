import { readSse } from './sse.ts';
import { toVegaError, VegaError, type WireError } from './vega-error.ts';

export interface TransportOptions {
  readonly url: string;
  readonly key?: string | undefined;
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
}

/** An operation as it goes over the wire. */
export interface Operation {
  readonly query: string;
  readonly variables: unknown;
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly WireError[];
}

const JSON_ANSWER = 'application/graphql-response+json, application/json';

/** GraphQL over HTTP and over server-sent events. Every failure is a `VegaError`. */
export class Transport {
  readonly #endpoint: string;
  readonly #key: string | undefined;
  readonly #send: (request: Request) => Promise<Response>;

  constructor({ url, key, fetch: send = (request) => fetch(request) }: TransportOptions) {
    this.#endpoint = `${url.replace(/\/+$/, '')}/graphql`;
    this.#key = key;
    this.#send = send;
  }

  /** What a query or a mutation answers. */
  async ask(operation: Operation, signal?: AbortSignal): Promise<unknown> {
    const response = await this.#post(operation, JSON_ANSWER, signal);
    return dataOf(await this.#read(response, signal), response.status);
  }

  /** What a subscription tells, until the server says that it is over. Ends without a word when `signal` is aborted. */
  async *follow(
    operation: Operation,
    signal: AbortSignal,
    onOpen: () => void = () => undefined,
  ): AsyncGenerator<unknown, void> {
    try {
      const response = await this.#post(operation, `text/event-stream, ${JSON_ANSWER}`, signal);
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
        if (event === 'next') yield dataOf(JSON.parse(data) as Answer, response.status);
      }
      throw new TypeError('the stream ended before it was complete');
    } catch (error) {
      if (signal.aborted) return;
      throw error instanceof VegaError ? error : this.#silence(error);
    }
  }

  async #post(operation: Operation, accept: string, signal: AbortSignal | undefined): Promise<Response> {
    const headers = new Headers({ accept, 'content-type': 'application/json' });
    if (this.#key !== undefined) headers.set('authorization', `Bearer ${this.#key}`);
    try {
      const body = JSON.stringify(operation);
      const request = new Request(this.#endpoint, { method: 'POST', headers, body, signal: signal ?? null });
      return await this.#send(request);
    } catch (error) {
      throw signal?.aborted === true ? aborted(error) : this.#silence(error);
    }
  }

  async #read(response: Response, signal: AbortSignal | undefined): Promise<Answer> {
    try {
      return (await response.json()) as Answer;
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

const isStream = (response: Response): boolean =>
  (response.headers.get('content-type') ?? '').startsWith('text/event-stream');

const dataOf = ({ data, errors }: Answer, status: number): unknown => {
  if (errors !== undefined && errors.length > 0) throw toVegaError(errors, status);
  return data;
};
