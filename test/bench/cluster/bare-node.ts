import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';
import type { FromNode, ToNode } from './events-messages.ts';

/** Nothing but a notification that is written to everybody who is connected: what no node of ours can be quicker than. */
const [, , databaseUrl] = process.argv;

const readers = new Set<ServerResponse>();
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(':\n\n');
  response.socket?.setNoDelay(true);
  readers.add(response);
  response.on('close', () => readers.delete(response));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

const [from, to] = [
  new Client({ connectionString: databaseUrl }),
  new Client({ connectionString: databaseUrl }),
];
await Promise.all([from.connect(), to.connect()]);
to.on('notification', ({ payload }) => {
  const message = `event: next\ndata: {"data":{"tokenProgress":{"runId":"${payload}"}}}\n\n`;
  for (const reader of readers) reader.write(message);
});
await to.query('listen bare_events');

process.on('message', (message: ToNode) => {
  if (message.kind === 'PUBLISH') void from.query(`notify bare_events, '${message.stamp}'`);
});
const ready: FromNode = { kind: 'READY', port: (server.address() as AddressInfo).port, key: 'none' };
process.send?.(ready);
