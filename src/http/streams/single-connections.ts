import { randomBytes } from 'node:crypto';
import { type Answer, refusal } from '../answer.ts';
import type { Incoming } from '../incoming.ts';
import { EVENT_STREAM_HEADERS } from './event-sink.ts';
import type { EventStream } from './event-stream.ts';
import type { EventStreams } from './event-streams.ts';
import type { OpenEnds } from './open-ends.ts';

/** How long a stream waits for the client that has reserved it. */
const RESERVED_MS = 30_000;
const MAX_STREAMS = 100;
const TOKEN_HEADER = 'x-graphql-event-stream-token';

interface Connection {
  readonly stream: EventStream;
  /** Whose it is: a token of somebody else opens nothing. */
  readonly caller: string;
}

/** A begun operation's place on a stream. */
export interface Place {
  readonly stream: EventStream;
  readonly operationId: string;
}

/** Streams that carry several operations of one client: reserved, opened, filled and emptied by requests of their own. */
export class SingleConnections {
  readonly #streams: EventStreams;
  readonly #open: OpenEnds;
  readonly #connections = new Map<string, Connection>();

  constructor(streams: EventStreams, open: OpenEnds) {
    this.#streams = streams;
    this.#open = open;
  }

  /** PUT: answers the token of a new stream. */
  reserve(caller: string): Answer {
    const own = [...this.#connections.values()].filter((connection) => connection.caller === caller);
    if (own.length >= MAX_STREAMS) {
      return refusal({
        status: 429,
        code: 'TOO_MANY_SUBSCRIPTIONS',
        message: `This key has ${MAX_STREAMS} streams already.`,
        nextAction: 'Close some of them; one stream carries many subscriptions.',
      });
    }
    const token = randomBytes(24).toString('base64url');
    let forget = (): void => undefined;
    const stream = this.#streams.create('SINGLE', () => {
      forget();
      clearTimeout(timer);
      this.#connections.delete(token);
    });
    const timer = setTimeout(() => {
      if (!stream.isOpen) stream.close();
    }, RESERVED_MS).unref();
    this.#connections.set(token, { stream, caller });
    forget = this.#open.add(caller, () => stream.destroy());
    return { status: 201, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: token };
  }

  /** Whether the request names a stream; without one its operation gets a connection of its own. */
  isNamed(incoming: Incoming): boolean {
    return tokenOf(incoming) !== null;
  }

  /** GET: opens the stream. */
  open(incoming: Incoming, caller: string): Answer {
    const stream = this.#find(incoming, caller);
    if (stream === null) return NOT_FOUND;
    if (stream.isOpen) return conflict('This stream is open already.', 'Reserve another one with PUT.');
    return { status: 200, headers: EVENT_STREAM_HEADERS, open: (sink) => stream.open(sink) };
  }

  /** POST: where the operation's messages go. */
  place(incoming: Incoming, caller: string, extensions: unknown): Place | Answer {
    const stream = this.#find(incoming, caller);
    if (stream === null) return NOT_FOUND;
    const operationId = idOf(extensions);
    if (operationId === null) return MISSING_ID;
    if (stream.has(operationId))
      return conflict('There is an operation with this id already.', 'Send another extensions.operationId.');
    return { stream, operationId };
  }

  /** DELETE: ends an operation. */
  stop(incoming: Incoming, caller: string): Answer {
    const stream = this.#find(incoming, caller);
    if (stream === null) return NOT_FOUND;
    const operationId = new URL(incoming.url).searchParams.get('operationId');
    if (operationId === null) return MISSING_ID;
    stream.stop(operationId);
    return { status: 200, headers: {}, body: null };
  }

  #find(incoming: Incoming, caller: string): EventStream | null {
    const connection = this.#connections.get(tokenOf(incoming) ?? '');
    return connection?.caller === caller ? connection.stream : null;
  }
}

const tokenOf = ({ headers, url }: Incoming): string | null =>
  headers.get(TOKEN_HEADER) ?? new URL(url).searchParams.get('token');

const idOf = (extensions: unknown): string | null => {
  const id =
    typeof extensions === 'object' && extensions !== null && 'operationId' in extensions
      ? extensions.operationId
      : null;
  return typeof id === 'string' && id !== '' && id.length <= 100 ? id : null;
};

const NOT_FOUND = refusal({
  status: 404,
  code: 'NOT_FOUND',
  message: 'There is no such stream.',
  nextAction: 'Reserve one with PUT, and open it within half a minute.',
});

const MISSING_ID = refusal({
  status: 400,
  code: 'BAD_REQUEST',
  message: 'The id of the operation is missing.',
  nextAction: 'Send it as extensions.operationId, of at most 100 characters.',
});

const conflict = (message: string, nextAction: string): Answer =>
  refusal({ status: 409, code: 'CONFLICT', message, nextAction });
