import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { audienceOf, type Caller } from '../../domain/access-key.ts';
import type { Logger } from '../../log.ts';
import type { Services } from '../../services/services.ts';
import { type Asking, pathOf } from '../asking.ts';
import { parseJson } from '../parse-json.ts';
import { type Answer, type AnswerCache, toResponse } from './answer-cache.ts';
import type { AnswerTrait } from './context.ts';
import { acceptsOnlyStream, acceptsStream, EventStreams } from './event-streams.ts';
import type { Operation, Operations } from './operations.ts';
import { GRAPHQL_PATH, STREAM_PATH } from './paths.ts';
import { NOT_ACCEPTABLE, refuseParams, resultTypesIn } from './refusal.ts';
import type { Yoga } from './yoga.ts';

interface Options {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly operations: Operations;
  readonly answers: AnswerCache;
  readonly streamsPerKey?: number | undefined;
  readonly log: Logger;
}

/** GraphQL over HTTP by Yoga, with an answer cache in front, and its event streams by graphql-sse. Checks no key. */
export class GraphQLEndpoint {
  readonly #options: Options;
  readonly #streams: EventStreams;
  #yoga: Promise<Yoga> | null = null;

  constructor(options: Options) {
    this.#options = options;
    this.#streams = new EventStreams(options.operations, options.log, options.streamsPerKey);
  }

  /** Whether a request is answered here. */
  static serves(path: string): boolean {
    return path === GRAPHQL_PATH || path === STREAM_PATH;
  }

  /** A browser opens the page that GraphiQL is; everybody else asks. */
  static isPage({ method, headers }: Asking, path: string): boolean {
    return path === GRAPHQL_PATH && method === 'GET' && (headers.get('accept') ?? '').includes('text/html');
  }

  /** Answers over a socket; `body` was read before. */
  async answer(
    asking: Asking,
    message: IncomingMessage,
    response: ServerResponse,
    body: string | null,
    caller: Caller,
  ): Promise<Answer | null> {
    if (!this.#wantsStream(asking, body))
      return this.#ask(asking, message.headers as Record<string, string>, body, caller);
    const refused = this.#refuseStream(asking, body);
    if (refused !== null) return refused;
    this.#streams.answer(message, response, body, caller);
    return null;
  }

  /** Answers a caller in this process. */
  async fetch(request: Request, asking: Asking, caller: Caller): Promise<Response> {
    const body = request.method === 'POST' ? await request.text() : null;
    if (this.#wantsStream(asking, body)) {
      const refused = this.#refuseStream(asking, body);
      if (refused !== null) return toResponse(refused);
      const init = { method: request.method, headers: request.headers, signal: request.signal, body };
      return this.#streams.fetch(new Request(request.url, init), caller);
    }
    const answer = await this.#ask(asking, Object.fromEntries(request.headers), body, caller);
    return toResponse(answer);
  }

  /** GraphiQL, for a browser. */
  async page(request: Request): Promise<Response> {
    return (await this.#server()).fetch(request.url, { headers: { accept: 'text/html' } });
  }

  #wantsStream({ method, url, headers }: Asking, body: string | null): boolean {
    if (pathOf(url) === STREAM_PATH) return true;
    const accept = headers.get('accept') ?? undefined;
    if (acceptsOnlyStream(accept)) return true;
    // Parsed only where it may be one.
    const mayBe = acceptsStream(accept) && (body ?? url).includes('subscription');
    if (!mayBe) return false;
    const params = method === 'GET' ? Object.fromEntries(new URL(url).searchParams) : parseJson(body ?? '');
    const { query } = { ...(params as Operation | undefined) };
    return (
      typeof query === 'string' && this.#options.operations.kindOf(params as Operation) === 'subscription'
    );
  }

  /** A stream that is opened or filled needs an operation, unless it is one that was reserved. */
  #refuseStream(asking: Asking, body: string | null): Answer | null {
    return asking.method === 'POST' || asking.url.includes('query=') ? refuseParams(asking, body) : null;
  }

  /** The key is known by now: an answer that is kept is given to callers who are told the same. */
  #ask(
    asking: Asking,
    headers: Record<string, string>,
    body: string | null,
    caller: Caller,
  ): Promise<Answer> {
    const trait: AnswerTrait = { isRepeatable: false };
    const accept = resultTypesIn(asking.headers.get('accept'));
    // Yoga looks at what is accepted after a mutation has been executed.
    if (accept === null) return Promise.resolve(NOT_ACCEPTABLE);
    const make = async () => {
      const refused = refuseParams(asking, body);
      if (refused !== null) return { answer: refused, isRepeatable: false };
      const init = {
        method: asking.method,
        headers: { ...ownHeaders(headers), accept, 'content-type': 'application/json' },
        ...(body === null ? {} : { body }),
      };
      const { services } = this.#options;
      const yoga = await this.#server();
      const response = await yoga.fetch(asking.url, init, { services, caller, trait });
      const answer = { status: response.status, headers: headersOf(response), body: await response.text() };
      return { answer, isRepeatable: trait.isRepeatable && response.status === 200 };
    };
    if (body === null) return make().then(({ answer }) => answer);
    return this.#options.answers.answer([audienceOf(caller), accept, body].join('\n'), make);
  }

  /** Yoga is loaded with the first request: a program without a server has none. */
  #server(): Promise<Yoga> {
    const { schema, operations, log } = this.#options;
    this.#yoga ??= import('./yoga.ts').then(({ createServer }) => createServer(schema, operations, log));
    return this.#yoga;
  }
}

/** The length was that of the body as it came. */
const ownHeaders = ({
  'content-length': _length,
  'transfer-encoding': _encoding,
  ...headers
}: Record<string, string>) => headers;

const headersOf = (response: Response): Record<string, string> => {
  const { 'content-length': _length, ...headers } = Object.fromEntries(response.headers);
  return headers;
};
