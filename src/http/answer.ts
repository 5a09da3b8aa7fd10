import type { ServerResponse } from 'node:http';
import type { Denial } from './denial.ts';
import type { EventSink } from './streams/event-sink.ts';
import { ResponseSink } from './streams/response-sink.ts';
import { streamingBody } from './streams/streaming-body.ts';

type HeaderTable = Readonly<Record<string, string>>;

/** What is answered, whether it goes over a socket or to a caller in this process. */
export type Answer =
  | { readonly status: number; readonly headers: HeaderTable; readonly body: string | null }
  | { readonly status: 200; readonly headers: HeaderTable; readonly open: (sink: EventSink) => void };

/** Sent with everything that does not say otherwise. */
const NOT_STORED = { 'cache-control': 'no-store' } as const;

export const jsonAnswer = (status: number, body: unknown, headers: HeaderTable = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(body),
});

/** A request that GraphQL never gets to see is refused in GraphQL's own shape. */
export const refusal = (
  { status, code, message, nextAction }: Omit<Denial, 'status' | 'code'> & { status: number; code: string },
  headers: HeaderTable = {},
): Answer => jsonAnswer(status, { errors: [{ message, extensions: { code, nextAction } }] }, headers);

export const toResponse = (answer: Answer, common: HeaderTable): Response => {
  const headers = { ...NOT_STORED, ...common, ...answer.headers };
  const body = 'open' in answer ? streamingBody(answer.open) : answer.body;
  return new Response(body, { status: answer.status, headers });
};

/** What a caller reads of an answer that it was given in this process, with the names of a `Response`. */
export interface Reply {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | null;
  json(): Promise<unknown>;
}

export const toReply = (answer: Answer): Reply => ({
  status: answer.status,
  headers: { get: (name) => answer.headers[name.toLowerCase()] ?? null },
  body: 'open' in answer ? streamingBody(answer.open) : null,
  json: async () => JSON.parse('open' in answer ? '' : (answer.body ?? '')),
});

export const sendAnswer = (answer: Answer, response: ServerResponse, common: HeaderTable): void => {
  const headers = { ...NOT_STORED, ...common, ...answer.headers };
  if ('open' in answer) {
    response.writeHead(answer.status, headers);
    answer.open(new ResponseSink(response));
    return;
  }
  const length = answer.body === null ? 0 : Buffer.byteLength(answer.body);
  response.writeHead(answer.status, { ...headers, 'content-length': String(length) });
  response.end(answer.body ?? undefined);
};
