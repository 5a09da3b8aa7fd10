import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { createClient } from 'graphql-sse';
import { expect, test } from 'vitest';
import { type Caller, UNBOUND } from '../../src/domain/account/access-key.ts';
import { send } from '../../src/http/answer.ts';
import { AnswerCache } from '../../src/http/graphql/answer-cache.ts';
import { GraphQLEndpoint } from '../../src/http/graphql/endpoint.ts';
import { Operations } from '../../src/http/graphql/operations.ts';
import { HttpRequest } from '../../src/http/http-request.ts';
import { createLogger } from '../../src/log.ts';
import { openWire, type Wire } from '../support/event-lines.ts';
import { openTestApp, settle, until } from '../support/test-app.ts';

const OPERATOR: Caller = { id: 'one', keyId: null, role: 'OPERATOR', bounds: UNBOUND };

/** Serves a schema with subscriptions of its own, the way the program serves its schema. */
const serve = async (schema: GraphQLSchema, callerOf: (key: string) => Caller = () => OPERATOR) => {
  const testApp = await openTestApp({ apis: 1 });
  const { services } = testApp.app;
  const log = createLogger('silent');
  const operations = new Operations({ schema, services, log });
  const answers = new AnswerCache({ current: null, nextChange: async () => new Date() }, services.clock);
  const endpoint = new GraphQLEndpoint({ schema, services, operations, answers, log });
  const server = createServer(async (message, response) => {
    const caller = callerOf(message.headers.authorization ?? '');
    await send(response, await endpoint.answer(new HttpRequest(message, response), caller));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    testApp,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await testApp[Symbol.asyncDispose]();
    },
  };
};

const counting = (): GraphQLSchema => {
  const schema = buildSchema('type Query { nothing: Int } type Subscription { count(to: Int!): Int }');
  const { count } = schema.getSubscriptionType()?.getFields() ?? {};
  if (count === undefined) throw new Error('the schema has no count');
  count.subscribe = async function* (_root: unknown, { to }: { readonly to: number }) {
    for (let count = 1; count <= to; count += 1) yield { count };
  };
  return schema;
};

test.each([
  ['a connection of its own', false],
  ['one connection for all', true],
])('a subscription written as a three-line generator works over %s', async (_how, singleConnection) => {
  await using served = await serve(counting());
  const url = singleConnection ? `${served.url}/graphql/stream` : `${served.url}/graphql`;
  const client = createClient({ url, singleConnection, retryAttempts: 0 });
  const results = [];
  for await (const { data } of client.iterate({ query: 'subscription { count(to: 3) }' })) results.push(data);
  expect(results).toEqual([{ count: 1 }, { count: 2 }, { count: 3 }]);
  client.dispose();
});

/** Tells the same events to everybody, and counts how often one of them is executed. */
const announcing = () => {
  const listeners = new Set<(event: object) => void>();
  let executions = 0;
  const schema = buildSchema('type Query { nothing: Int } type Subscription { told(to: String): String }');
  const { told } = schema.getSubscriptionType()?.getFields() ?? {};
  if (told === undefined) throw new Error('the schema has no told');
  told.subscribe = () => {
    const waiting: object[] = [];
    let wake = (): void => undefined;
    const listener = (event: object): void => {
      waiting.push(event);
      wake();
    };
    listeners.add(listener);
    const leave = async () => {
      listeners.delete(listener);
      wake();
      return { value: undefined, done: true as const };
    };
    return {
      next: async () => {
        while (waiting.length === 0 && listeners.has(listener))
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        return waiting.length === 0 ? leave() : { value: waiting.shift(), done: false };
      },
      return: leave,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  };
  told.resolve = ({ text }: { readonly text: string }) => {
    executions += 1;
    return text;
  };
  return {
    schema,
    listeners,
    tell: (text: string) => {
      const event = { text };
      for (const listener of listeners) listener(event);
    },
    get executions() {
      return executions;
    },
  };
};

const toldIn = ({ messages }: Wire): unknown[] =>
  // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire
  messages.flatMap(({ event, data }) => (event === 'next' ? [(data as any).data.told] : []));

test('an event is executed once for each audience, however many follow', async () => {
  const source = announcing();
  await using served = await serve(source.schema, (key) =>
    key.endsWith('viewer') ? { ...OPERATOR, id: 'two', role: 'VIEWER' } : OPERATOR,
  );
  const open = (authorization: string) =>
    openWire(
      { url: served.url, app: served.testApp.app },
      {
        body: { query: 'subscription { told }' },
        headers: { authorization },
      },
    );
  const wires = [...Array(20).keys()].map((index) => open(index % 2 === 0 ? 'operator' : 'viewer'));
  await until('all of them', () => source.listeners.size === wires.length);
  for (let index = 0; index < 10; index += 1) source.tell(`event ${index}`);
  await until('everybody to be told', () => wires.every((wire) => toldIn(wire).length === 10));
  expect(source.executions).toBe(20);
  for (const wire of wires) expect(toldIn(wire)).toEqual(toldIn(wires[0] as Wire));
  for (const wire of wires) wire.cut();
  await until('all of them to leave', () => source.listeners.size === 0);
});

test('a reader of a single connection that stops reading is waited for', async () => {
  const source = announcing();
  await using served = await serve(source.schema);
  const send = (method: string, token: string, body?: object) =>
    fetch(`${served.url}/graphql/stream`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token === '' ? {} : { 'x-graphql-event-stream-token': token }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const token = await (await send('PUT', '')).text();
  const wire = openWire(
    { url: served.url, app: served.testApp.app },
    { method: 'GET', path: `/graphql/stream?token=${token}` },
  );
  expect(await wire.status).toBe(200);
  await send('POST', token, { query: 'subscription { told }', extensions: { operationId: '1' } });
  await until('the subscription', () => source.listeners.size === 1);
  wire.pause();
  const text = 'x'.repeat(10_000);
  for (let index = 0; index < 4000; index += 1) {
    source.tell(`${index} ${text}`);
    if (index % 100 === 0) await settle(5);
  }
  // Four thousand are forty megabytes: what is not fetched from the source was not put into a queue either.
  expect(source.executions).toBeLessThan(2000);
  wire.resume();
  await until('all of it', () => wire.messages.length === 4000, 30_000);
  wire.cut();
});
