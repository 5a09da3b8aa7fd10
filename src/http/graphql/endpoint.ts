import type { GraphQLSchema } from 'graphql';
import { audienceOf, type Caller } from '../../domain/account/access-key.ts';
import type { Logger } from '../../log.ts';
import type { Services } from '../../services/services.ts';
import type { Answer } from '../answer.ts';
import { badRequest, type HttpError, notAcceptable } from '../http-error.ts';
import { type HttpRequest, isObject, parseJson } from '../http-request.ts';
import type { AnswerCache } from './answer-cache.ts';
import type { AnswerTrait } from './context.ts';
import { acceptsOnlyStream, acceptsStream, EventStreams } from './event-streams.ts';
import type { Operation, Operations } from './operations.ts';
import { GRAPHQL_PATH, STREAM_PATH } from './paths.ts';
import type { Yoga } from './yoga.ts';

/** How long the body of a request may be, in bytes. */
const MAX_BODY_BYTES = 1_000_000;

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

  async answer(request: HttpRequest, caller: Caller): Promise<Answer> {
    const body = request.method === 'POST' ? await request.readBody(MAX_BODY_BYTES) : null;
    if (!this.#wantsStream(request, body)) return this.#ask(request, body, caller);
    checkParams(request, body);
    return this.#streams.answer(request, body, caller);
  }

  /** GraphiQL, for a browser. */
  async page(): Promise<Answer> {
    const response = await (await this.#server()).fetch(ADDRESS, { headers: { accept: 'text/html' } });
    const headers = { ...Object.fromEntries(response.headers), 'content-security-policy': GRAPHIQL_POLICY };
    return { status: response.status, headers, body: await response.text() };
  }

  #wantsStream(request: HttpRequest, body: string | null): boolean {
    const { method, path } = request;
    if (path === STREAM_PATH) return true;
    const accept = request.header('accept');
    if (acceptsOnlyStream(accept)) return true;
    // Parsed only where it may be one.
    if (!acceptsStream(accept) || !(body ?? request.url.search).includes('subscription')) return false;
    const params = method === 'GET' ? Object.fromEntries(request.url.searchParams) : parseJson(body ?? '');
    return (
      isObject(params) &&
      typeof params.query === 'string' &&
      this.#options.operations.kindOf(params as unknown as Operation) === 'subscription'
    );
  }

  /** The key is known by now: an answer that is kept is given to callers who are told the same. */
  async #ask(request: HttpRequest, body: string | null, caller: Caller): Promise<Answer> {
    // Yoga looks at what is accepted after a mutation has been executed.
    const accept = resultTypesIn(request.header('accept'));
    const make = async () => {
      checkParams(request, body);
      const { services } = this.#options;
      const trait: AnswerTrait = { isRepeatable: false };
      const yoga = await this.#server();
      const headers = { accept, 'content-type': 'application/json' };
      const init = { method: request.method, headers, ...(body === null ? {} : { body }) };
      const response = await yoga.fetch(ADDRESS + request.url.search, init, { services, caller, trait });
      const { status } = response;
      const answer = { status, headers: Object.fromEntries(response.headers), body: await response.text() };
      return { answer, isRepeatable: trait.isRepeatable && status === 200 };
    };
    if (body === null) return (await make()).answer;
    return this.#options.answers.answer([audienceOf(caller), accept, body].join('\n'), make);
  }

  /** Yoga is loaded with the first request: a program without a server has none. */
  #server(): Promise<Yoga> {
    const { schema, operations } = this.#options;
    this.#yoga ??= import('./yoga.ts').then(({ createServer }) => createServer(schema, operations));
    return this.#yoga;
  }
}

/** Whether a path is answered here. */
export const isGraphQL = (path: string): boolean => path === GRAPHQL_PATH || path === STREAM_PATH;

const ADDRESS = `http://localhost${GRAPHQL_PATH}`;

/** GraphiQL is one page with its script inside; it may talk to this server and to nobody else. */
const GRAPHIQL_POLICY =
  "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src 'self'; frame-ancestors 'none'; form-action 'none'";

/** Throws where parameters cannot be read. No library may say so, because it quotes them, and they may hold a PIN. */
const checkParams = (request: HttpRequest, body: string | null): void => {
  const isPost = request.method === 'POST';
  if (isPost && !isObject(parseJson(body ?? ''))) throw unreadable('body');
  for (const name of isPost ? [] : ['variables', 'extensions']) {
    const text = request.url.searchParams.get(name) ?? '';
    if (text !== '' && !isObject(parseJson(text))) throw unreadable(`parameter "${name}"`);
  }
};

const unreadable = (what: string): HttpError =>
  badRequest(
    `The ${what} has to be one JSON object.`,
    'Send one JSON object with "query" and, where needed, "variables" and "operationName".',
  );

/** The types of an Accept header in which a result can be answered; throws where there are none. Everything is UTF-8. */
const resultTypesIn = (accept: string | null): string => {
  const types = (accept ?? '*/*')
    .toLowerCase()
    .split(',')
    .map((type) => type.replace(/\s/g, ''))
    .filter((type) => /^(?:application\/(?:graphql-response\+json|json|\*)|\*\/\*)(?:;|$)/.test(type))
    .filter((type) => (/;charset="?([^;"]*)/.exec(type)?.[1] ?? 'utf-8') === 'utf-8');
  if (types.length > 0) return types.join(', ');
  throw notAcceptable(
    'The answer has no form that the Accept header names.',
    'Accept application/graphql-response+json or application/json; for a subscription text/event-stream.',
  );
};
