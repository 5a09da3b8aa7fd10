import type { AddressInfo } from 'node:net';
import { createConnection, createServer, type Socket } from 'node:net';

/** A line to a server that a test can cut and silence. */
export interface Line extends AsyncDisposable {
  readonly url: string;
  /** How many connections were ever made over it. */
  readonly made: () => number;
  /** How many of them are over. */
  readonly ended: () => number;
  /** Breaks one of the connections, by chance which; false when there is none. */
  cut(): boolean;
  /** Nothing comes through the connections of now any more, and nobody is told. */
  silence(): void;
  /** Leads to another server from now on. */
  lead(url: string): void;
}

export const openLine = async (target: string): Promise<Line> => {
  let server = new URL(target);
  let made = 0;
  const pairs = new Set<readonly [Socket, Socket]>();
  const listener = createServer((near) => {
    made += 1;
    const far = createConnection(Number(server.port), server.hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    const end = () => {
      near.destroy();
      far.destroy();
      pairs.delete(pair);
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    made: () => made,
    ended: () => made - pairs.size,
    cut: () => {
      const [near] = [...pairs][Math.floor(Math.random() * pairs.size)] ?? [];
      near?.destroy();
      return near !== undefined;
    },
    silence: () => {
      for (const [near, far] of pairs) far.unpipe(near).resume();
    },
    lead: (url) => {
      server = new URL(url);
    },
    [Symbol.asyncDispose]: async () => {
      for (const [near] of pairs) near.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
};
