import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** When the connection is cut: before the server gets the COMMIT, as it gets it, or when its answer is on the way. */
export const CUTS = ['BEFORE', 'IN', 'AFTER'] as const;
export type Cut = (typeof CUTS)[number];

/** A way to a PostgreSQL server that breaks at a commit, or at any time. */
export interface CuttingProxy extends AsyncDisposable {
  /** The same database by this way. */
  url(of: string): string;
  /** The next commit is cut off, and no other. */
  cutNext(cut: Cut): void;
  /** Ends every connection, and takes no other one until `join`. */
  part(): void;
  /** Lets nothing through until `join`, and ends no connection. */
  stall(): void;
  /** Stalls once the server has got the commit of the transaction in which `text` is written. */
  stallAnswerTo(text: string): void;
  readonly isStalled: boolean;
  join(): void;
  /** Whether that commit has not come yet. */
  readonly isArmed: boolean;
  /** Cuts each of the connections with this chance. */
  cutSome(chance: number): void;
  /** Cuts all connections and lets no new one through until it is called again. */
  block(isBlocked: boolean): void;
}

const COMMIT = Buffer.from('commit\0');

export const openCuttingProxy = async (port: number): Promise<CuttingProxy> => {
  let armed: Cut | null = null;
  let isBlockedNow = false;
  const sockets = new Set<Socket>();
  let isParted = false;
  let isStalled = false;
  let stalling: string | null = null;
  const stall = () => {
    isStalled = true;
    for (const socket of sockets) socket.pause();
  };
  const server = createServer((client) => {
    if (isParted || isBlockedNow) {
      client.destroy();
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    let isAnswerCut = false;
    let stallsNext = false;
    if (isStalled) for (const socket of [client, upstream]) socket.pause();
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut).on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    client.on('data', (data) => {
      if (stalling !== null && data.includes(stalling)) {
        stalling = null;
        stallsNext = true;
      }
      if (stallsNext && data.includes(COMMIT)) {
        stallsNext = false;
        upstream.write(data);
        stall();
        return;
      }
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
    stall,
    stallAnswerTo: (text) => {
      stalling = text;
    },
    get isStalled() {
      return isStalled;
    },
    join: () => {
      isParted = false;
      isStalled = false;
      for (const socket of sockets) socket.resume();
    },
    get isArmed() {
      return armed !== null;
    },
    cutSome: (chance) => {
      for (const socket of [...sockets]) if (Math.random() < chance) socket.destroy();
    },
    block: (isBlocked) => {
      isBlockedNow = isBlocked;
      if (isBlocked) for (const socket of [...sockets]) socket.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
