import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Mutation, mutated } from './mutations.ts';

/** Stands in front of the broker, changes its login page, and notes what is sent to it. */
export const openMutatedFront = async (brokerUrl: string, mutations: readonly Mutation[]) => {
  const touched: string[] = [];
  const posted: string[] = [];
  const loads: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const { pathname, search } = new URL(incoming.url ?? '/', brokerUrl);
    if (pathname === '/touched') {
      touched.push(search);
      outgoing.writeHead(204).end();
      return;
    }
    if (pathname.endsWith('.js')) {
      outgoing.writeHead(pathname === '/extra.js' ? 200 : 404, { 'content-type': 'text/javascript' }).end();
      return;
    }
    if (incoming.method !== 'GET') posted.push(pathname);
    if (pathname === '/login/') loads.push(pathname);
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    // The broker leads back to the host that it is asked under.
    const { host: _host, ...headers } = incoming.headers as Record<string, string>;
    const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
    const answer = await fetch(new URL(incoming.url ?? '/', brokerUrl), {
      method: incoming.method ?? 'GET',
      headers: { ...headers, connection: 'close' },
      redirect: 'manual',
      ...body,
    });
    const text = await answer.text();
    const isPage = pathname === '/login/' && answer.ok;
    const location = answer.headers
      .get('location')
      ?.replaceAll(brokerUrl, url)
      .replaceAll(encodeURIComponent(brokerUrl), encodeURIComponent(url));
    outgoing.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? 'text/plain',
      ...(location === undefined ? {} : { location }),
    });
    outgoing.end(isPage ? mutated(text, mutations) : text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    /** Events that somebody caused in the page. */
    touched: touched as readonly string[],
    /** What the page has sent. */
    posted: posted as readonly string[],
    /** How often the page was loaded. */
    loads: loads as readonly string[],
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
