import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** When the connection is cut: before the server gets the COMMIT, as it gets it, or when its answer is on the way. */
export const CUTS = ['BEFORE', 'IN', 'AFTER'] as const;
export type Cut = (typeof CUTS)[number];

/** A way to a PostgreSQL server that breaks at a commit. */
export interface CuttingProxy extends AsyncDisposable {
  /** The same database by this way. */
  url(of: string): string;
  /** The next commit is cut off, and no other. */
  cutNext(cut: Cut): void;
  /** Ends every connection, and takes no other one until `join`. */
  part(): void;
  /** Lets nothing through until `join`, and ends no connection. */
  stall(): void;
  join(): void;
}

const COMMIT = Buffer.from('commit\0');

export const openCuttingProxy = async (port: number): Promise<CuttingProxy> => {
  let armed: Cut | null = null;
  const sockets = new Set<Socket>();
  let isParted = false;
  let isStalled = false;
  const server = createServer((client) => {
    if (isParted) {
      client.destroy();
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    let isAnswerCut = false;
    if (isStalled) for (const socket of [client, upstream]) socket.pause();
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut).on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    client.on('data', (data) => {
      if (armed === null || !data.includes(COMMIT)) {
        upstream.write(data);
        return;
      }
      const moment = armed;
      armed = null;
      if (moment === 'BEFORE') cut();
      if (moment === 'IN') upstream.write(data, cut);
      if (moment === 'AFTER') {
        isAnswerCut = true;
        upstream.write(data);
      }
    });
    upstream.on('data', (data) => {
      if (isAnswerCut) cut();
      else client.write(data);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: (of) => {
      const url = new URL(of);
      url.port = String((server.address() as AddressInfo).port);
      return url.href;
    },
    cutNext: (cut) => {
      armed = cut;
    },
    part: () => {
      isParted = true;
      for (const socket of sockets) socket.destroy();
    },
    stall: () => {
      isStalled = true;
      for (const socket of sockets) socket.pause();
    },
    join: () => {
      isParted = false;
      isStalled = false;
      for (const socket of sockets) socket.resume();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
