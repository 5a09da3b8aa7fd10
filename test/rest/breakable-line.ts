import { connect, createServer, type Socket } from 'node:net';

/** A line to a server that can be cut, as a network does it. */
export interface BreakableLine extends AsyncDisposable {
  readonly url: string;
  /** Ends every connection; new ones are refused until `mend`. */
  cut(): void;
  mend(): void;
}

export const openLine = async (target: string): Promise<BreakableLine> => {
  const sockets = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    return socket;
  };
  const relay = createServer((client) => {
    keep(client);
    if (isCut) {
      client.destroy();
      return;
    }
    const server = keep(connect(Number(new URL(target).port), '127.0.0.1'));
    client.pipe(server).pipe(client);
    client.once('close', () => server.destroy());
    server.once('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const address = relay.address();
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    cut,
    mend: () => {
      isCut = false;
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise((resolve) => relay.close(resolve));
    },
  };
};
