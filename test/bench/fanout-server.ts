import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { useServer as serveSubscriptions } from 'graphql-ws/use/ws';
import { createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { type Caller, UNBOUND } from '../../src/domain/account/access-key.ts';
import { schema } from '../../src/graphql/schema.ts';
import { openBenchApp } from './bench-app.ts';
import type { ContenderName, FromServer, ToServer } from './fanout-messages.ts';

/** One contender in a process of its own: tells each event to everybody who is connected. */
interface Contender {
  readonly port: number;
  readonly key: string;
  readonly publish: (stamp: string) => void;
}

const progress = (runId: string) => ({
  runId,
  total: 6,
  generated: 3,
  runTotal: 6,
  runGenerated: 0,
  missing: ['OPTIONCHAIN1', 'OPTIONCHAIN2', 'WEBSOCKET3'] as const,
  current: 'WEBSOCKET3' as const,
  step: 'PIN' as const,
});

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

const ours = async (): Promise<Contender> => {
  const app = await openBenchApp({ streamsPerKey: 2000, connections: { perAddress: 2000 } });
  const { url } = await app.listen();
  return {
    port: Number(new URL(url).port),
    key: app.operatorKey,
    publish: (stamp) =>
      app.services.events.publish('UPSTOX_01', { kind: 'TOKEN_PROGRESS', progress: progress(stamp) }),
  };
};

/** Nothing but a ready string for everybody. */
const bare = async (): Promise<Contender> => {
  const readers = new Set<ServerResponse>();
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(':\n\n');
    response.socket?.setNoDelay(true);
    readers.add(response);
    response.on('close', () => readers.delete(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const publish = (stamp: string): void => {
    const { runId, ...rest } = progress(stamp);
    const data = { data: { tokenProgress: { ...rest, runId } } };
    const message = `event: next\ndata: ${JSON.stringify(data)}\n\n`;
    for (const reader of readers) reader.write(message);
  };
  return { port: portOf(server), key: 'none', publish };
};

const OPERATOR: Caller = { id: 'the benchmark', keyId: null, role: 'OPERATOR', bounds: UNBOUND };

/** The same schema and the same events behind another server: one execution for each subscriber. */
const behind = async (name: 'graphql-ws' | 'yoga'): Promise<Contender> => {
  const { services, operatorKey } = await openBenchApp();
  const context = { services, caller: OPERATOR };
  const server = createServer();
  if (name === 'yoga') {
    const yoga = createYoga({ schema, context, logging: false, graphiql: false });
    server.on('request', yoga);
  } else {
    // Without pings: the subscribers of this benchmark do not answer them.
    serveSubscriptions({ schema, context }, new WebSocketServer({ server, path: '/graphql' }), 0);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: portOf(server),
    key: operatorKey,
    publish: (stamp) =>
      services.events.publish('UPSTOX_01', { kind: 'TOKEN_PROGRESS', progress: progress(stamp) }),
  };
};

const CONTENDERS: Readonly<Record<ContenderName, () => Promise<Contender>>> = {
  ours,
  single: ours,
  bare,
  'graphql-ws': () => behind('graphql-ws'),
  yoga: () => behind('yoga'),
};

const say = (message: FromServer): void => void process.send?.(message);
const now = (): string => String(process.hrtime.bigint());

const contender = await CONTENDERS[process.argv[2] as ContenderName]();
process.on('message', async (message: ToServer) => {
  if (message.kind === 'MEASURE') {
    // Collecting garbage for the one figure is no part of the other.
    const before = process.cpuUsage();
    for (let turn = 0; turn < 3; turn += 1) globalThis.gc?.();
    say({ kind: 'MEASURED', memory: process.memoryUsage().rss, before, after: process.cpuUsage() });
    return;
  }
  for (let left = message.count; left > 0; left -= 1) {
    contender.publish(now());
    await new Promise((resolve) =>
      message.everyMs === 0 ? setImmediate(resolve) : setTimeout(resolve, message.everyMs),
    );
  }
});
say({ kind: 'READY', port: contender.port, key: contender.key });
