import { IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import type { HandlerOptions, Response as SseResponse } from 'graphql-sse';
import { createHandler as createFetchHandler } from 'graphql-sse/lib/use/fetch';
import { createHandler } from 'graphql-sse/lib/use/http';
import type { Caller } from '../../domain/access-key.ts';
import type { Logger } from '../../log.ts';
import { fromMessage } from '../asking.ts';
import { SECURITY_HEADERS } from '../security-headers.ts';
import { type Answer, toResponse } from './answer-cache.ts';
import type { Operations } from './operations.ts';
import { STREAM_PATH } from './paths.ts';
import { ReadyFrames } from './ready-frames.ts';
import { refusal } from './refusal.ts';
import { type ReservedStream, ReservedStreams } from './reserved-streams.ts';

const EVENT_STREAM = 'text/event-stream';
const TOKEN_HEADER = 'x-graphql-event-stream-token';

/** On whose behalf a request is handled, and over which stream what it asks for goes: null for one of its own. */
interface Handling {
  readonly caller: Caller;
  readonly stall: () => void;
  stream: ReservedStream | null;
}

type Raw = IncomingMessage | Request;
type Options = HandlerOptions<Raw, unknown, undefined>;

/** Answers subscriptions with graphql-sse: a connection each, or all of a client over one that it has reserved. */
export class EventStreams {
  readonly #operations: Operations;
  readonly #log: Logger;
  readonly #handling = new WeakMap<Raw, Handling>();
  readonly #reserved: ReservedStreams;
  readonly #overHttp: ReturnType<typeof createHandler>;
  readonly #overFetch: ReturnType<typeof createFetchHandler>;

  constructor(operations: Operations, log: Logger, streamsPerKey?: number) {
    this.#reserved = new ReservedStreams((stream) => this.#discard(stream), streamsPerKey);
    this.#operations = operations;
    this.#log = log;
    const options: Options = {
      authenticate: (request) => this.#authenticate(request),
      onSubscribe: async ({ raw, method }, params): Promise<never> => {
        const { caller, stream, stall } = this.#of(raw);
        const isReading = method === 'GET';
        const outcome = await operations.perform({ ...params, query: params.query }, caller, { isReading });
        if (!(Symbol.asyncIterator in outcome)) return { data: undefined, ...outcome } as never;
        // It has closed meanwhile, and graphql-sse would go on with it for ever.
        if (stream?.isClosed === true) {
          await outcome.return(undefined);
          return NOT_FOUND as never;
        }
        return (stream === null ? [new ReadyFrames(outcome, stall), DISTINCT] : outcome) as never;
      },
      // A client that does not read is waited for before its queue grows.
      onNext: (_context, { raw }) => this.#of(raw).stream?.writable(),
    };
    this.#overHttp = createHandler(options as never);
    this.#overFetch = createFetchHandler(options as never);
  }

  /** Answers over a socket; `body` was read before. Returns at once: a stream may go on for days. */
  answer(message: IncomingMessage, response: ServerResponse, body: string | null, caller: Caller): void {
    if (response.destroyed) return;
    const { method = 'GET', url = '/', headers } = message;
    const token = headers[TOKEN_HEADER];
    const isNamed = tokenOf(fromMessage(message).headers, url) !== null;
    const accept = acceptOf(method, headers.accept, isNamed);
    // No more of the message than is read: it is kept for as long as the stream.
    const replayed = replay(body, {
      method,
      url,
      headers: { accept, 'content-type': 'application/json', [TOKEN_HEADER]: token },
    });
    this.#handling.set(replayed, { caller, stall: () => this.#stall(response), stream: null });
    if (isNamed || method === 'PUT')
      for (const [name, value] of Object.entries(STREAM_HEADERS)) response.setHeader(name, value);
    response.once(
      'close',
      this.#operations.open.add(caller.id, () => response.destroy()),
    );
    // What a stream tells has broken off: so does its connection, and the client comes back.
    this.#overHttp(replayed, response).catch(() => response.destroy());
  }

  /** Answers a caller in this process. */
  async fetch(request: Request, caller: Caller): Promise<Response> {
    const headers = new Headers(request.headers);
    const isNamed = tokenOf(headers, request.url) !== null;
    // A single connection is several requests to one socket.
    if (isNamed || request.method === 'PUT') return toResponse(NO_SUCH_STREAM);
    headers.set('accept', acceptOf(request.method, headers.get('accept') ?? undefined, isNamed));
    const own = new Request(request, { headers });
    this.#handling.set(own, { caller, stall: () => undefined, stream: null });
    const response = await this.#overFetch(own);
    for (const [name, value] of Object.entries(STREAM_HEADERS)) response.headers.set(name, value);
    return response;
  }

  #stall(response: ServerResponse): void {
    this.#log.warn('a reader of events has stopped reading; it is let go and has to come back');
    response.destroy();
  }

  #of(raw: Raw): Handling {
    const handling = this.#handling.get(raw);
    if (handling === undefined) throw new Error('A request reached the event streams without a caller.');
    return handling;
  }

  /** The token of the stream that a request names, if that is the caller's own. */
  #authenticate({
    method,
    url,
    headers,
    raw,
    context,
  }: Parameters<NonNullable<Options['authenticate']>>[0]): string | SseResponse | null {
    const handling = this.#of(raw);
    const { id } = handling.caller;
    if (method === 'PUT') return this.#reserved.reserve(id)?.token ?? TOO_MANY;
    const token = tokenOf(headers, url);
    const isOpening = headers.get('accept') === EVENT_STREAM;
    if (token === null) return isOpening ? null : NOT_FOUND;
    const stream = this.#reserved.find(token, id);
    if (stream === null) return NOT_FOUND;
    handling.stream = stream;
    if (isOpening && stream.isOpen) return ALREADY_OPEN;
    if (isOpening) this.#open(stream, (context as { res: ServerResponse }).res);
    return token;
  }

  #open(stream: ReservedStream, response: ServerResponse): void {
    stream.open(response);
    response.once('close', () => this.#reserved.forget(stream));
  }

  /** graphql-sse lets go of a stream when its connection closes, so one that nobody opens is opened here, and closed. */
  #discard(stream: ReservedStream): void {
    const message = Object.assign(new IncomingMessage(new Socket()), {
      method: 'GET',
      url: `${STREAM_PATH}?token=${stream.token}`,
      headers: { accept: EVENT_STREAM },
    });
    const caller = { id: stream.caller } as Caller;
    this.#handling.set(message, { caller, stall: () => undefined, stream: null });
    const response = new ServerResponse(message);
    void this.#overHttp(message, response).catch(() => undefined);
    setImmediate(() => response.emit('close'));
  }
}

const STREAM_HEADERS = {
  ...SECURITY_HEADERS,
  'cache-control': 'no-cache, no-transform',
  // A proxy that collects output would hold events back.
  'x-accel-buffering': 'no',
} as const;

const DISTINCT = {
  status: 200,
  statusText: 'OK',
  headers: { 'content-type': `${EVENT_STREAM}; charset=utf-8`, ...STREAM_HEADERS },
} as const;

/** A message whose body was read before, as far as graphql-sse reads it. */
const replay = (
  body: string | null,
  head: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
): IncomingMessage => {
  const on = (event: string, listener: (chunk?: string) => void): void => {
    if (event === 'data' && body !== null) listener(body);
    if (event === 'end') queueMicrotask(listener);
  };
  return { ...head, on, once: on, off: () => undefined } as unknown as IncomingMessage;
};

/** graphql-sse reads from the header alone whether a stream is opened, reserved or filled. */
const acceptOf = (method: string, accept: string | undefined, isNamed: boolean): string => {
  if (method === 'PUT') return '*/*';
  const isOpening = method === 'GET' || (method === 'POST' && !isNamed);
  return isOpening && acceptsStream(accept) ? EVENT_STREAM : 'application/json';
};

/** Whether a client takes an event stream, and whether it takes nothing else that is answered here. */
export const acceptsStream = (accept: string | undefined): boolean =>
  accept === undefined || /text\/event-stream|\*\/\*|text\/\*/i.test(accept);

export const acceptsOnlyStream = (accept: string | undefined): boolean =>
  accept !== undefined && /text\/event-stream/i.test(accept) && !/json|\*\/\*|application\/\*/i.test(accept);

const tokenOf = (headers: { get(name: string): string | null | undefined }, url: string): string | null =>
  headers.get(TOKEN_HEADER) ?? new URL(url, 'http://localhost').searchParams.get('token');

const toSseResponse = ({ status, headers, body }: Answer): SseResponse => [
  body,
  { status, statusText: STATUS_CODES[status] ?? '', headers },
];

const TOO_MANY = toSseResponse(
  refusal({
    status: 429,
    code: 'TOO_MANY_SUBSCRIPTIONS',
    message: 'This key has too many streams already.',
    nextAction: 'Close some of them; one stream carries many subscriptions.',
  }),
);
const NO_SUCH_STREAM = refusal({
  status: 404,
  code: 'NOT_FOUND',
  message: 'There is no such stream.',
  nextAction: 'Reserve one with PUT, and open it within half a minute.',
});
const NOT_FOUND = toSseResponse(NO_SUCH_STREAM);
const ALREADY_OPEN = toSseResponse(
  refusal({
    status: 409,
    code: 'CONFLICT',
    message: 'This stream is open already.',
    nextAction: 'Reserve another one with PUT.',
  }),
);
