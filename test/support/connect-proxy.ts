import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ConnectProxy extends AsyncDisposable {
  readonly url: string;
  /** What was asked of it: `CONNECT host:port` or `GET http://…`, in order. */
  readonly asked: readonly string[];
  /** The credentials that came with each request. */
  readonly logins: readonly (string | null)[];
}

/** A real HTTP proxy: tunnels, and forwards plain requests. Every address leads to one port of this machine; 0 refuses all. */
export const openConnectProxy = async (port: number): Promise<ConnectProxy> => {
  const isAllowed = port !== 0;
  const asked: string[] = [];
  const logins: (string | null)[] = [];
  const sockets = new Set<Socket>();
  const note = (message: IncomingMessage): void => {
    asked.push(`${message.method} ${message.url}`);
    logins.push(message.headers['proxy-authorization'] ?? null);
  };
  const server = createServer((incoming, answer) => {
    note(incoming);
    if (!isAllowed) return void answer.destroy();
    const { pathname, search, host } = new URL(incoming.url ?? '');
    const { 'proxy-connection': _hop, 'proxy-authorization': _login, ...headers } = incoming.headers;
    const onward = request(
      {
        host: '127.0.0.1',
        port,
        method: incoming.method,
        path: pathname + search,
        headers: { ...headers, host },
      },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      },
    );
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  server.on('connect', (incoming: IncomingMessage, client: Socket, head: Buffer) => {
    note(incoming);
    if (!isAllowed) return void client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const onward = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.write(head);
      onward.pipe(client).pipe(onward);
    });
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    logins,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
