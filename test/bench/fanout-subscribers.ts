import { connect, type Socket } from 'node:net';
import type { FromSubscribers, ToSubscribers } from './fanout-messages.ts';

/**
 * A thousand subscribers in a process of their own. They read every server in the same way, byte by byte and without
 * a client library, so that what differs between two servers is the servers.
 */
const QUERY = 'subscription { tokenProgress { total generated missing current step runId } }';
const MARK = '"runId":"';
/** Longer than a mark with its stamp. */
const TAIL = 40;

let stamps: number[] = [];
let first = Number.POSITIVE_INFINITY;
let expected = Number.POSITIVE_INFINITY;

const say = (message: FromSubscribers): void => void process.send?.(message);

const take = (stamp: string): void => {
  const now = Number(process.hrtime.bigint());
  const published = Number(stamp);
  first = Math.min(first, published);
  stamps.push(now - published);
  if (stamps.length < expected) return;
  const sorted = stamps.toSorted((one, other) => one - other);
  const at = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN;
  expected = Number.POSITIVE_INFINITY;
  say({ kind: 'RECEIVED', elapsed: now - first, latencies: { p50: at(0.5), p99: at(0.99) } });
};

/** Finds the stamps in what comes, also where a chunk ends within one. */
const readStamps = (socket: Socket): void => {
  let rest = '';
  socket.on('data', (chunk) => {
    const text = rest + chunk.toString('latin1');
    let from = 0;
    for (let found = text.indexOf(MARK); found >= 0; found = text.indexOf(MARK, from)) {
      const end = text.indexOf('"', found + MARK.length);
      if (end < 0) break;
      take(text.slice(found + MARK.length, end));
      from = end;
    }
    rest = text.slice(Math.max(from, text.length - TAIL));
  });
};

const httpRequest = (key: string): string => {
  const body = JSON.stringify({ query: QUERY });
  return `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};

const UPGRADE =
  'GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n';

/** A text frame of a client, with a mask that changes nothing. */
const frame = (message: object): Buffer => {
  const text = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(8);
  head.writeUInt8(0x81, 0);
  head.writeUInt8(0x80 | 126, 1);
  head.writeUInt16BE(text.length, 2);
  return Buffer.concat([head, text]);
};

type Way = Extract<ToSubscribers, { kind: 'CONNECT' }>['way'];

/** A stream of its own, reserved and filled by two more requests. */
const openSingle = async (port: number, key: string): Promise<string> => {
  const url = `http://127.0.0.1:${port}/graphql/stream`;
  const authorization = `Bearer ${key}`;
  const token = await (await fetch(url, { method: 'PUT', headers: { authorization } })).text();
  const headers = {
    authorization,
    'content-type': 'application/json',
    'x-graphql-event-stream-token': token,
  };
  const body = JSON.stringify({ query: QUERY, extensions: { operationId: '1' } });
  await fetch(url, { method: 'POST', headers, body });
  return `GET /graphql/stream?token=${token} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${authorization}\r\nAccept: text/event-stream\r\n\r\n`;
};

const subscribe = async (port: number, key: string, way: Way): Promise<void> => {
  const request = way === 'SINGLE' ? await openSingle(port, key) : httpRequest(key);
  const isWebSocket = way === 'WEB_SOCKET';
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.write(isWebSocket ? UPGRADE : request);
    let head = '';
    const onHead = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      if (!head.includes(isWebSocket ? 'connection_ack' : '\r\n\r\n')) {
        if (isWebSocket && head.endsWith('\r\n\r\n')) socket.write(frame({ type: 'connection_init' }));
        return;
      }
      socket.off('data', onHead);
      readStamps(socket);
      if (isWebSocket) socket.write(frame({ id: '1', type: 'subscribe', payload: { query: QUERY } }));
      resolve();
    };
    socket.on('data', onHead);
  });
};

process.on('message', async (message: ToSubscribers) => {
  if (message.kind === 'EXPECT') {
    stamps = [];
    first = Number.POSITIVE_INFINITY;
    expected = message.deliveries;
    say({ kind: 'COUNTING' });
    return;
  }
  for (let left = message.count; left > 0; left -= 1) await subscribe(message.port, message.key, message.way);
  say({ kind: 'CONNECTED' });
});
