import type { ServerResponse } from 'node:http';
import { createHandler, type Handler } from 'graphql-sse';
import type { Caller } from '../../domain/account/access-key.ts';
import type { Logger } from '../../log.ts';
import { type Answer, eventStream, nothing } from '../answer.ts';
import { conflict, HttpError, methodNotAllowed, notFound } from '../http-error.ts';
import type { HttpRequest } from '../http-request.ts';
import type { Operations } from './operations.ts';
import { STREAM_PATH } from './paths.ts';
import { ReadyFrames } from './ready-frames.ts';
import { type ReservedStream, ReservedStreams } from './reserved-streams.ts';

const EVENT_STREAM = 'text/event-stream';
const TOKEN_HEADER = 'x-graphql-event-stream-token';
const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];

/** On whose behalf a request is handled, and over which stream what it asks for goes: null for one of its own. */
interface Handling {
  readonly caller: Caller;
  readonly token: string | null;
  /** Null where a stream is only let go of. */
  readonly response: ServerResponse | null;
  stream: ReservedStream | null;
}

/** Answers subscriptions with graphql-sse: a connection each, or all of a client over one that it has reserved. */
export class EventStreams {
  readonly #operations: Operations;
  readonly #log: Logger;
  readonly #reserved: ReservedStreams;
  readonly #handle: Handler<Handling>;

  constructor(operations: Operations, log: Logger, streamsPerKey?: number) {
    this.#operations = operations;
    this.#log = log;
    this.#reserved = new ReservedStreams((stream) => void this.#discard(stream), streamsPerKey);
    this.#handle = createHandler<Handling>({
      authenticate: ({ method, headers, raw }) => this.#authenticate(method, headers.get('accept'), raw),
      onSubscribe: async ({ raw, method }, { query, ...params }): Promise<never> => {
        const { caller, stream } = raw;
        const isReading = method === 'GET';
        const outcome = await operations.perform({ ...params, query }, caller, { isReading });
        if (!(Symbol.asyncIterator in outcome)) return { data: undefined, ...outcome } as never;
        if (stream === null)
          return [
            new ReadyFrames(outcome, () => this.#stall(raw)),
            { status: 200, statusText: 'OK' },
          ] as never;
        // It has closed meanwhile, and graphql-sse would go on with it for ever.
        if (stream.isClosed) {
          await outcome.return(undefined);
          throw noSuchStream();
        }
        return outcome as never;
      },
      // A client that does not read is waited for before its queue grows.
      onNext: (_context, { raw }) => raw.stream?.writable() as Promise<undefined>,
    });
  }

  async answer(request: HttpRequest, body: string | null, caller: Caller): Promise<Answer> {
    const { method, url, response } = request;
    if (method === 'OPTIONS') return nothing(204, { allow: METHODS.join(', ') });
    if (!METHODS.includes(method)) throw methodNotAllowed(METHODS.join(', '));
    const token = request.header(TOKEN_HEADER) ?? url.searchParams.get('token');
    response.once(
      'close',
      this.#operations.open.add(caller, () => response.destroy()),
    );
    const own = {
      accept: acceptOf(method, request.header('accept'), token !== null),
      'content-type': 'application/json',
    };
    const get = (name: string): string | null => (own as Record<string, string>)[name] ?? null;
    const raw: Handling = { caller, token, response, stream: null };
    const handled = { method, url: url.href, headers: { get }, body, raw, context: undefined };
    const [answered, { status, headers: given = {} }] = await this.#handle(handled);
    if (status >= 400) throw refusalOf(status, answered);
    return answered === null || typeof answered === 'string'
      ? { status, headers: given, body: answered }
      : eventStream(answered);
  }

  #stall({ response }: Handling): void {
    this.#log.warn('a reader of events has stopped reading; it is let go and has to come back');
    response?.destroy();
  }

  /** The token of the stream that a request names, if that is the caller's own. */
  #authenticate(method: string, accept: string | null | undefined, handling: Handling): string | null {
    const { caller, token, response } = handling;
    if (method === 'PUT') {
      const reserved = this.#reserved.reserve(caller.id);
      if (reserved === null)
        throw new HttpError(
          429,
          'TOO_MANY_SUBSCRIPTIONS',
          'This key has too many streams already.',
          CLOSE_SOME,
        );
      return reserved.token;
    }
    const isOpening = accept === EVENT_STREAM;
    if (token === null && isOpening) return null;
    handling.stream = this.#reserved.find(token ?? '', caller.id);
    if (handling.stream === null) throw noSuchStream();
    if (isOpening && handling.stream.isOpen)
      throw conflict('This stream is open already.', 'Reserve another one with PUT.');
    if (isOpening && response !== null) this.#reserved.open(handling.stream, response);
    return token;
  }

  /** graphql-sse lets go of a stream when what it tells is left, so one that nobody opens is opened here, and left. */
  async #discard({ token, caller: id }: ReservedStream): Promise<void> {
    const raw: Handling = { caller: { id } as Caller, token, response: null, stream: null };
    const headers = { get: () => EVENT_STREAM };
    const request = { method: 'GET', url: STREAM_PATH, headers, body: null, raw, context: undefined };
    const [body] = await this.#handle(request);
    if (body !== null && typeof body !== 'string') await body.return();
  }
}

/** graphql-sse reads from the header alone whether a stream is opened, reserved or filled. */
const acceptOf = (method: string, accept: string | null, isNamed: boolean): string => {
  if (method === 'PUT') return '*/*';
  const isOpening = method === 'GET' || (method === 'POST' && !isNamed);
  return isOpening && acceptsStream(accept) ? EVENT_STREAM : 'application/json';
};

/** Whether a client takes an event stream, and whether it takes nothing else that is answered here. */
export const acceptsStream = (accept: string | null): boolean =>
  accept === null || /text\/event-stream|\*\/\*|text\/\*/i.test(accept);

export const acceptsOnlyStream = (accept: string | null): boolean =>
  accept !== null && /text\/event-stream/i.test(accept) && !/json|\*\/\*|application\/\*/i.test(accept);

const CLOSE_SOME = 'Close some of them; one stream carries many subscriptions.';

const noSuchStream = (): HttpError =>
  notFound('There is no such stream.', 'Reserve one with PUT, and open it within half a minute.');

/** What graphql-sse refuses by itself, with the code that it lacks. */
const refusalOf = (status: number, body: unknown): HttpError => {
  const message = /"message":"([^"]*)"/.exec(String(body))?.[1] ?? 'This is no request for an event stream.';
  const nextAction = 'Send what docs/clients.md shows for streams, each operation with an id of its own.';
  return new HttpError(status, status === 409 ? 'CONFLICT' : 'BAD_REQUEST', `${message}.`, nextAction);
};
