import { type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { audienceOf, type Caller } from '../domain/access-key.ts';
import type { AuthEvent } from '../domain/event.ts';
import type { Context } from '../graphql/context.ts';
import type { Logger } from '../log.ts';
import { EventReader } from '../services/events/event-reader.ts';
import type { Services } from '../services/services.ts';
import { type Accepted, acceptedBy } from './accepted-type.ts';
import { type Answer, jsonAnswer, refusal } from './answer.ts';
import { GRAPHQL_PATH } from './graphiql.ts';
import { type GraphQLParams, readParams } from './graphql-params.ts';
import { GraphQLPipeline, type Prepared } from './graphql-pipeline.ts';
import { type Incoming, pathOf } from './incoming.ts';
import { EVENT_STREAM_HEADERS } from './streams/event-sink.ts';
import type { Outcome } from './streams/event-stream.ts';
import { EventStreams } from './streams/event-streams.ts';
import { OpenEnds } from './streams/open-ends.ts';
import { SharedOperations } from './streams/shared-operation.ts';
import { SingleConnections } from './streams/single-connections.ts';
import { SubscriptionQuota } from './streams/subscription-quota.ts';

const STREAM_PATH = `${GRAPHQL_PATH}/stream`;

/** GraphQL over HTTP, and subscriptions over server-sent events: a connection each, or all over one. Checks no key. */
export class GraphQLServer implements Disposable {
  readonly #pipeline: GraphQLPipeline;
  readonly #streams: EventStreams;
  readonly #connections: SingleConnections;
  readonly #operations = new SharedOperations();
  readonly #quota: SubscriptionQuota;
  readonly #open = new OpenEnds();
  readonly #services: Services;

  constructor(
    schema: GraphQLSchema,
    services: Services,
    log: Logger,
    limits: { readonly subscriptionsPerKey?: number | undefined } = {},
  ) {
    this.#services = services;
    this.#pipeline = new GraphQLPipeline(schema, log);
    this.#streams = new EventStreams(log);
    this.#connections = new SingleConnections(this.#streams, this.#open);
    this.#quota = new SubscriptionQuota(limits.subscriptionsPerKey);
  }

  /** Whether a request is answered here. The page for browsers is not. */
  serves(incoming: Incoming): boolean {
    const path = pathOf(incoming.url);
    if (path === STREAM_PATH) return true;
    return path === GRAPHQL_PATH && !(incoming.method === 'GET' && wantsPage(incoming));
  }

  async answer(incoming: Incoming, caller: Caller): Promise<Answer> {
    const isStreamPath = pathOf(incoming.url) === STREAM_PATH;
    const { method } = incoming;
    if (isStreamPath && method === 'PUT') return this.#connections.reserve(caller.id);
    if (isStreamPath && method === 'DELETE') return this.#connections.stop(incoming, caller.id);
    if (method !== 'GET' && method !== 'POST') return methodNotAllowed(isStreamPath);
    const isNamed = isStreamPath && this.#connections.isNamed(incoming);
    if (isNamed && method === 'GET') return this.#connections.open(incoming, caller.id);
    const params = await readParams(incoming);
    if ('status' in params) return refusal(params);
    return isNamed ? this.#place(incoming, caller, params) : this.#perform(incoming, caller, params);
  }

  /** Runs a query or a mutation for a caller that comes another way than over `/graphql`. */
  async run(query: string, variables: GraphQLParams['variables'], caller: Caller): Promise<ExecutionResult> {
    const params = { query, variables, operationName: undefined, extensions: undefined };
    const prepared = this.#pipeline.prepare(params);
    return 'errors' in prepared ? prepared : this.#pipeline.run(prepared, params, this.#contextOf(caller));
  }

  /** The results of a subscription, for a caller that comes another way. */
  async follow(
    query: string,
    variables: GraphQLParams['variables'],
    caller: Caller,
  ): Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>> {
    const params = { query, variables, operationName: undefined, extensions: undefined };
    const prepared = this.#pipeline.prepare(params);
    if ('errors' in prepared) return prepared;
    const release = this.#quota.take(caller.id);
    if (release === null)
      return { errors: [new GraphQLError(this.#quota.refusal().message, this.#quota.refusal())] };
    const context = this.#contextOf(caller);
    const source = await this.#pipeline.follow(prepared, params, context);
    if (source instanceof EventReader) {
      const forget = this.#open.add(caller.id, () => source.close());
      return results(
        source,
        (event) => this.#pipeline.tell(prepared, params, context, event),
        () => {
          forget();
          release();
        },
      );
    }
    release();
    return source;
  }

  /** Ends at once whatever a caller has open whose key or session is good no more. */
  endAllOf(callerId: string): void {
    this.#open.endAll(callerId);
  }

  [Symbol.dispose](): void {
    this.#streams[Symbol.dispose]();
  }

  async #perform(incoming: Incoming, caller: Caller, params: GraphQLParams): Promise<Answer> {
    const accepted = acceptedBy(incoming.headers.get('accept'));
    if (accepted.result === null && !accepted.stream) return NOT_ACCEPTABLE;
    const prepared = this.#pipeline.prepare(params);
    const kind = 'errors' in prepared ? null : prepared.operation.operation;
    if (kind === 'mutation' && incoming.method === 'GET') return MUTATION_BY_GET;
    if (kind === 'subscription' && !accepted.stream) return NOT_ACCEPTABLE;
    if (kind === 'subscription' || accepted.onlyStream || accepted.result === null)
      return this.#stream(await this.#start(prepared, params, caller), caller);
    if ('errors' in prepared) return toAnswer(prepared, accepted);
    return toAnswer(await this.#pipeline.run(prepared, params, this.#contextOf(caller)), accepted);
  }

  /** A connection for this operation alone. */
  #stream(outcome: Outcome, caller: Caller): Answer {
    return {
      status: 200,
      headers: EVENT_STREAM_HEADERS,
      open: (sink) => {
        let forget = (): void => undefined;
        const stream = this.#streams.create('DISTINCT', () => forget());
        stream.reserve('');
        stream.open(sink);
        forget = this.#open.add(caller.id, () => stream.destroy());
        stream.begin('', outcome);
      },
    };
  }

  /** The operation's messages go over a stream that the client has opened. */
  async #place(incoming: Incoming, caller: Caller, params: GraphQLParams): Promise<Answer> {
    const place = this.#connections.place(incoming, caller.id, params.extensions);
    if ('status' in place) return place;
    const { stream, operationId } = place;
    stream.reserve(operationId);
    stream.begin(operationId, await this.#start(this.#pipeline.prepare(params), params, caller));
    return { status: 202, headers: {}, body: null };
  }

  async #start(
    prepared: ReturnType<GraphQLPipeline['prepare']>,
    params: GraphQLParams,
    caller: Caller,
  ): Promise<Outcome> {
    if ('errors' in prepared) return { result: JSON.stringify(prepared) };
    if (prepared.operation.operation !== 'subscription')
      return { result: JSON.stringify(await this.#pipeline.run(prepared, params, this.#contextOf(caller))) };
    const release = this.#quota.take(caller.id);
    if (release === null) return { result: JSON.stringify({ errors: [this.#quota.refusal()] }) };
    const source = await this.#pipeline.follow(prepared, params, this.#contextOf(caller));
    if (source instanceof EventReader) return this.#share(source, prepared, params, caller, release);
    release();
    return { result: JSON.stringify(source) };
  }

  #share(
    reader: EventReader,
    prepared: Prepared,
    params: GraphQLParams,
    caller: Caller,
    releasePlace: () => void,
  ): Outcome {
    // What is told depends on the role and its bounds alone, so that one of an audience speaks for all of it.
    const context = this.#contextOf(caller);
    const key = JSON.stringify([audienceOf(caller), params.operationName, params.variables, params.query]);
    const shared = this.#operations.share(key, (event: AuthEvent) => {
      const result = this.#pipeline.tell(prepared, params, context, event);
      return result instanceof Promise
        ? result.then((known) => JSON.stringify(known))
        : JSON.stringify(result);
    });
    const release = (): void => {
      releasePlace();
      shared.release();
    };
    return { reader, operation: shared.operation, release };
  }

  #contextOf(caller: Caller): Context {
    return { services: this.#services, caller };
  }
}

/** Made by hand, because a generator could not be left while it waits for the next event. */
const results = (
  reader: EventReader,
  tell: (event: AuthEvent) => ExecutionResult | Promise<ExecutionResult>,
  release: () => void,
): AsyncIterableIterator<ExecutionResult> => {
  const leave = async (): Promise<IteratorResult<ExecutionResult, undefined>> => {
    release();
    await reader.return?.();
    return { value: undefined, done: true };
  };
  return {
    next: async () => {
      const { value, done } = await reader.next();
      return done === true ? leave() : { value: await tell(value), done: false };
    },
    return: leave,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

const wantsPage = ({ headers }: Incoming): boolean => (headers.get('accept') ?? '').includes('text/html');

/** A result without data comes of a request that was refused as a whole; plain JSON hides that behind a 200. */
const toAnswer = (result: ExecutionResult, { result: type }: Accepted): Answer => {
  const isRefused = result.data === undefined;
  const isPlain = type === 'application/json';
  return jsonAnswer(isRefused && !isPlain ? 400 : 200, result, { 'content-type': `${type}; charset=utf-8` });
};

const NOT_ACCEPTABLE = refusal({
  status: 406,
  code: 'NOT_ACCEPTABLE',
  message: 'The answer has no form that the Accept header names.',
  nextAction:
    'Accept application/graphql-response+json or application/json; for a subscription text/event-stream.',
});

const MUTATION_BY_GET = refusal(
  {
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    message: 'A GET changes nothing.',
    nextAction: 'Send mutations with POST.',
  },
  { allow: 'POST' },
);

const methodNotAllowed = (isStreamPath: boolean): Answer =>
  refusal(
    {
      status: 405,
      code: 'METHOD_NOT_ALLOWED',
      message: 'This method is not answered here.',
      nextAction: 'Send a POST.',
    },
    { allow: isStreamPath ? 'GET, POST, PUT, DELETE' : 'GET, POST' },
  );
