import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
}

/** A receiver of webhooks on loopback. `answer` decides the status by how many requests came before. */
export const openReceiver = async (
  answer: (index: number) => number | { readonly status: number; readonly location: string } = () => 204,
) => {
  const received: Received[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = message;
    const body = Buffer.concat(chunks).toString('utf8');
    const given = answer(received.length);
    received.push({ method, path, headers, body, at: Date.now() });
    const { status, ...rest } = typeof given === 'number' ? { status: given } : given;
    response.writeHead(status, rest).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** Waits until `look` finds something. */
export const until = <Found>(
  look: () => Found | undefined | null | false | Promise<Found | undefined | null | false>,
  what: string,
  milliseconds = 20_000,
): Promise<Found> =>
  vi.waitFor(
    async () => {
      const found = await look();
      if (found === undefined || found === null || found === false) throw new Error(`${what} did not come`);
      return found;
    },
    { timeout: milliseconds },
  );
