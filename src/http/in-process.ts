import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, request as send } from 'node:http';
import { duplexPair, Readable } from 'node:stream';

/** Answers as the server would, over a connection that is in memory only. */
export const answerInProcess = async (listener: RequestListener, request: Request): Promise<Response> => {
  const { method, url, signal } = request;
  const body = Buffer.from(await request.arrayBuffer());
  const headers = { ...Object.fromEntries(request.headers), 'content-length': body.length };
  const [near, far] = duplexPair();
  near.once('close', () => far.destroy());
  createServer(listener).emit('connection', far);
  const sent = send(url, { method, headers, signal, createConnection: () => near }).end(body);
  const [message] = (await once(sent, 'response')) as [IncomingMessage];
  return toResponse(message, method);
};

const toResponse = (message: IncomingMessage, method: string): Response => {
  const { statusCode: status = 500, headersDistinct } = message;
  const headers = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  if (method !== 'HEAD' && status !== 204)
    return new Response(Readable.toWeb(message) as ReadableStream, { status, headers });
  message.resume();
  return new Response(null, { status, headers });
};
