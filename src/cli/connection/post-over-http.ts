import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import type { Post } from '../../sdk/transport.ts';

/** Loading Node's `fetch` takes longer than all that most commands do with a server. */
export const postOverHttp: Post = async ({ url, headers, body, signal }) => {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, ...(signal === null ? {} : { signal }) });
    sent.once('response', resolve);
    // Stays, because an abort after the answer has begun is an error of the request, too.
    sent.on('error', reject);
    sent.end(body);
  });
  let web: ReadableStream<Uint8Array> | null = null;
  return {
    status: response.statusCode ?? 0,
    headers: { get: (name) => [response.headers[name] ?? []].flat().join(', ') || null },
    get body() {
      // Asked for twice, it would be read into two places.
      web ??= Readable.toWeb(response) as ReadableStream<Uint8Array>;
      return web;
    },
    json: () => json(response),
  };
};
