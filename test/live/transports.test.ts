import { expect, test } from 'vitest';
import { openApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { openWire } from '../support/event-lines.ts';
import { openSession } from '../support/session.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';

const STATE = { query: 'subscription { authState { state } }' };

const send = (
  testApp: TestApp,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: object,
) =>
  fetch(`${testApp.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${testApp.app.operatorKey}`,
      'content-type': 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

const codeOf = async (response: Response) => [
  response.status,
  (await response.json()).errors[0].extensions.code,
];

test('a stream is reserved, opened, filled and emptied, and what is wrong is refused', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const reserved = await send(testApp, 'PUT', '/graphql/stream');
  const token = await reserved.text();
  expect([reserved.status, token.length]).toEqual([201, 32]);
  const named = { 'x-graphql-event-stream-token': token };
  const operation = (operationId?: string) => ({ ...STATE, extensions: { operationId } });

  // What is asked for before the stream is open waits for it.
  expect((await send(testApp, 'POST', '/graphql/stream', named, operation('a'))).status).toBe(202);
  const wire = openWire(testApp, { method: 'GET', path: `/graphql/stream?token=${token}` });
  await until('the first state', () => wire.messages.length === 1);
  expect(wire.messages).toEqual([
    { event: 'next', data: { id: 'a', payload: { data: { authState: { state: 'IDLE' } } } } },
  ]);

  expect(await codeOf(await send(testApp, 'POST', '/graphql/stream', named, operation('a')))).toEqual([
    409,
    'CONFLICT',
  ]);
  expect(await codeOf(await send(testApp, 'POST', '/graphql/stream', named, operation()))).toEqual([
    400,
    'BAD_REQUEST',
  ]);
  expect(await codeOf(await send(testApp, 'GET', '/graphql/stream', named))).toEqual([409, 'CONFLICT']);
  const guessed = { 'x-graphql-event-stream-token': token.toLowerCase() };
  expect(await codeOf(await send(testApp, 'POST', '/graphql/stream', guessed, operation('b')))).toEqual([
    404,
    'NOT_FOUND',
  ]);
  for (const [method, status] of [
    ['PATCH', 405],
    ['HEAD', 405],
    ['OPTIONS', 204],
  ] as const) {
    const answer = await send(testApp, method, '/graphql/stream', named);
    expect([method, answer.status, answer.headers.get('allow')]).toEqual([
      method,
      status,
      'GET, POST, PUT, DELETE',
    ]);
  }

  expect(testApp.app.services.events.readers).toBe(1);
  expect((await send(testApp, 'DELETE', '/graphql/stream?operationId=a', named)).status).toBe(200);
  expect(testApp.app.services.events.readers).toBe(0);
  expect((await send(testApp, 'POST', '/graphql/stream', named, operation('a'))).status).toBe(202);
  wire.cut();
  await until('the reader to be gone', () => testApp.app.services.events.readers === 0);
  expect(await codeOf(await send(testApp, 'POST', '/graphql/stream', named, operation('b')))).toEqual([
    404,
    'NOT_FOUND',
  ]);
});

test('a stream belongs to the key or session that reserved it', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const token = await (await send(testApp, 'PUT', '/graphql/stream')).text();
  const { cookie, headers } = await openSession(testApp);
  const response = await fetch(`${testApp.url}/graphql/stream?token=${token}`, {
    headers: { ...headers, accept: 'text/event-stream' },
  });
  expect(response.status).toBe(404);
  const strange = await fetch(`${testApp.url}/graphql/stream`, { method: 'PUT', headers: { cookie } });
  expect(strange.status).toBe(401);
  expect((await fetch(`${testApp.url}/graphql/stream`, { method: 'PUT' })).status).toBe(401);
});

test('one key has so many subscriptions and no more, and gets a place back when one ends', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await using app = await openApp(readConfig({ ...testApp.env, VEGA_LOG_LEVEL: 'silent' }), {
    workingDirectory: testApp.directory,
    limits: { subscriptionsPerKey: 2 },
  });
  const { url } = await app.listen();
  const open = () => openWire({ url, app }, { body: STATE });
  const wires = [open(), open()];
  await until('both', () => wires.every(({ messages }) => messages.length === 1));
  const third = open();
  await third.closed;
  expect(third.messages).toEqual([
    {
      event: 'next',
      data: {
        errors: [
          {
            message: 'This key has 2 subscriptions already.',
            extensions: {
              code: 'TOO_MANY_SUBSCRIPTIONS',
              nextAction: 'End some of them; `events` tells everything over one.',
            },
          },
        ],
      },
    },
    { event: 'complete', data: null },
  ]);
  wires[0]?.cut();
  await until('a free place', () => app.services.events.readers === 1);
  const fourth = open();
  await until('its first message', () => fourth.messages.length > 0);
  expect(fourth.messages[0]?.data).toEqual({ data: { authState: { state: 'IDLE' } } });
  fourth.cut();
  wires[1]?.cut();
});

test('in process the same stream comes without a socket, and ends when it is let go', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const response = await testApp.app.fetch(
    new Request('http://127.0.0.1/graphql', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${testApp.app.operatorKey}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify(STATE),
    }),
  );
  expect(response.headers.get('x-accel-buffering')).toBe('no');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('IDLE')) text += (await reader?.read())?.value;
  expect(text).toBe(':\n\nevent: next\ndata: {"data":{"authState":{"state":"IDLE"}}}\n\n');
  await reader?.cancel();
  await until('nobody to listen', () => testApp.app.services.events.readers === 0);
});

test('a browser’s EventSource can follow a subscription by GET', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const wire = openWire(testApp, {
    method: 'GET',
    path: `/graphql?query=${encodeURIComponent(STATE.query)}`,
  });
  await until('the state', () => wire.messages.length > 0);
  expect(wire.messages[0]?.data).toEqual({ data: { authState: { state: 'IDLE' } } });
  wire.cut();
});

test('a client that takes no stream is told what a subscription needs', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const response = await send(testApp, 'POST', '/graphql', { accept: 'application/json' }, STATE);
  expect(await codeOf(response)).toEqual([406, 'NOT_ACCEPTABLE']);
});
