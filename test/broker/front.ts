import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly afterMs?: number;
}

/** What is answered to a path that contains the text, from its first request on: one after the other, then the broker's own. */
export type Answers = readonly (readonly [path: string, ...answers: Answer[]])[];

/** Stands in front of the broker, gives answers in its place, and counts what comes by. */
export const openFront = async (brokerUrl: string, answers: Answers) => {
  const asked: string[] = [];
  const left = new Map(answers.map(([path, ...given]) => [path, [...given]]));
  const server = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '/', brokerUrl);
    asked.push(pathname);
    const answer = [...left].find(([path]) => pathname.includes(path))?.[1].shift();
    if (answer !== undefined) {
      incoming.resume();
      const { status, type = 'application/json', body, headers = {}, afterMs = 0 } = answer;
      const head = { 'content-type': type, ...headers };
      setTimeout(() => outgoing.writeHead(status, head).end(body), afterMs);
      return;
    }
    const { hostname, port } = new URL(brokerUrl);
    const { method, headers, url } = incoming;
    const passed = forward({ hostname, port, method, headers, path: url }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The path of every request, in order. */
    asked: asked as readonly string[],
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
