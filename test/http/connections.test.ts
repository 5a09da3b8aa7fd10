import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { readEvents } from '../rest/event-reader.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';

interface Line extends Disposable {
  readonly socket: Socket;
  readonly isClosed: () => boolean;
  readonly isOpen: () => boolean;
  readonly said: () => string;
}

const open = (testApp: TestApp): Line => {
  const { port } = new URL(testApp.url);
  const state = { isOpen: false, isClosed: false, said: '' };
  const socket = connect(Number(port), '127.0.0.1', () => {
    state.isOpen = true;
  });
  socket.on('data', (part) => {
    state.said += part.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    state.isClosed = true;
  });
  return {
    socket,
    isClosed: () => state.isClosed,
    isOpen: () => state.isOpen && !state.isClosed,
    said: () => state.said,
    [Symbol.dispose]: () => socket.destroy(),
  };
};

const openMany = (testApp: TestApp, count: number): readonly Line[] =>
  Array.from({ length: count }, () => open(testApp));

const isAlive = async (testApp: TestApp): Promise<boolean> => (await fetch(`${testApp.url}/livez`)).ok;

test('who sends nothing, half a head or half a body is closed, and an event stream goes on', async () => {
  const connections = { silenceMs: 300, headersMs: 600, requestMs: 900, checkEveryMs: 100 };
  await using testApp = await openTestApp({ apis: 1, limits: { connections } });
  const witness = await readEvents(testApp);
  const head = `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${testApp.app.operatorKey}\r\n`;
  const silent = openMany(testApp, 50);
  const halfHead = open(testApp);
  halfHead.socket.write(head);
  const halfBody = open(testApp);
  halfBody.socket.write(`${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`);
  await until('the silent to be closed', () => silent.every(({ isClosed }) => isClosed()), 10_000);
  await until('half a head to be closed', halfHead.isClosed, 10_000);
  await until('half a body to be closed', halfBody.isClosed, 10_000);
  expect(silent.map(({ said }) => said()).join('')).toBe('');
  // Older than every limit by now, it has asked for nothing since, and it still hears.
  await testApp.client.createAccessKey({ input: { name: 'screen', role: 'VIEWER' } });
  await until('the stream to hear', () => witness.seen.some(({ name }) => name === 'AUDIT'));
  witness.leave();
});

test('connections that only wait make room for one that asks', async () => {
  const connections = { total: 20, perAddress: 10, silenceMs: 60_000 };
  await using testApp = await openTestApp({ apis: 1, limits: { connections } });
  const lines = openMany(testApp, 30);
  await until('the longest waiting to be closed', () => lines.filter(({ isOpen }) => isOpen()).length <= 10);
  expect(await isAlive(testApp)).toBe(true);
  expect((await testApp.ask('{ ready }')).data).toEqual({ ready: false });
  await until('room', () => lines.filter(({ isOpen }) => isOpen()).length < 10);
  for (const line of lines) line[Symbol.dispose]();
});

test('where every connection is busy the next one is closed at once, and has a place when one ends', async () => {
  await using testApp = await openTestApp({ apis: 1, limits: { connections: { total: 3, perAddress: 3 } } });
  const request = `GET /auth/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${testApp.app.operatorKey}\r\n\r\n`;
  const streams = openMany(testApp, 3);
  for (const { socket } of streams) socket.write(request);
  await until('three streams', () => streams.every(({ said }) => said().includes('AUTH_STATE')));
  using late = open(testApp);
  await until('the fourth to be closed', late.isClosed);
  expect(streams.every(({ isOpen }) => isOpen())).toBe(true);
  expect(testApp.said()).toContain('too many connections');
  streams[0]?.socket.destroy();
  await until('a place', () => isAlive(testApp).catch(() => false));
  for (const stream of streams) stream[Symbol.dispose]();
});

test('behind a trusted proxy, which is one address, only the whole counts', async () => {
  const connections = { total: 50, perAddress: 2 };
  await using testApp = await openTestApp({
    apis: 1,
    env: { VEGA_TRUST_PROXY: 'true' },
    limits: { connections },
  });
  const lines = openMany(testApp, 10);
  await until('all of them', () => lines.every(({ isOpen }) => isOpen()));
  expect(await isAlive(testApp)).toBe(true);
  expect(lines.every(({ isOpen }) => isOpen())).toBe(true);
  for (const line of lines) line[Symbol.dispose]();
});
