import { type Client, createClient } from 'graphql-sse';
import { expect, test } from 'vitest';
import { DisposalStack } from '../../src/services/disposal-stack.ts';
import { CUTS, type CuttingProxy, openCuttingProxy } from '../support/postgres/cutting-proxy.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { openBroker, openTestApp, settle, type TestApp, until } from '../support/test-app.ts';

const NODES = 3;
const SUBSCRIBERS = 60;
const EVENTS = 400;
/** No node has these in its history: they repeat the last id, and only readers of that node get them. */
const TRANSIENT = ['HeartbeatEvent', 'DbRecoveryEvent'];

const QUERY = 'subscription ($after: ID) { events(after: $after) { __typename id } }';

interface Got {
  readonly id: number;
  readonly __typename: string;
}

const oneOf = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item;

/** Follows the events over one connection after the other, each to a node at random, and goes on with its last id. */
class Subscriber {
  readonly ids: number[] = [];
  readonly surprises: Got[] = [];
  connections = 0;
  readonly #clients: readonly Client[];
  #lastId: number;
  #isOver = false;
  #stop: () => void = () => undefined;

  constructor(clients: readonly Client[], lastId: number) {
    this.#clients = clients;
    this.#lastId = lastId;
    void this.#run();
  }

  get lastId(): number {
    return this.#lastId;
  }

  /** Breaks its connection off, as a client does that loses its network. */
  cut(): void {
    this.#stop();
  }

  end(): void {
    this.#isOver = true;
    this.#stop();
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      this.connections += 1;
      await this.#follow(oneOf(this.#clients));
      await settle(Math.random() * 50);
    }
  }

  /** Returns when the connection is over. */
  #follow(client: Client): Promise<void> {
    return new Promise((resolve) => {
      let isStopped = false;
      const stop = client.subscribe<{ events: Got }>(
        { query: QUERY, variables: { after: String(this.#lastId) } },
        {
          next: ({ data }) => {
            if (isStopped) return;
            if (data?.events == null) this.#stop();
            else this.#take(data.events);
          },
          error: () => resolve(),
          complete: () => resolve(),
        },
      );
      this.#stop = () => {
        isStopped = true;
        stop();
        resolve();
      };
    });
  }

  #take({ id: text, __typename }: Got): void {
    const id = Number(text);
    if (id > this.#lastId && __typename !== 'GapEvent') {
      this.ids.push(id);
      this.#lastId = id;
      return;
    }
    if (!TRANSIENT.includes(__typename)) this.surprises.push({ id, __typename });
  }
}

const openNodes = async () => {
  const stack = new DisposalStack();
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  stack.defer(() => server.dropDatabase(url));
  const broker = stack.use(await openBroker());
  const nodes: TestApp[] = [];
  const proxies: CuttingProxy[] = [];
  const env = { VEGA_MASTER_KEY: 'm'.repeat(64), VEGA_OPERATOR_KEY: 'o'.repeat(64) };
  for (let number = 0; number < NODES; number += 1) {
    const proxy = stack.use(await openCuttingProxy(server.port));
    const limits = { subscriptionsPerKey: 200, connections: { perAddress: 200 } };
    const way = { databaseUrl: url, wayToDatabase: proxy.url };
    nodes.push(stack.use(await openTestApp({ apis: 1, broker, env, limits, ...way })));
    proxies.push(proxy);
  }
  return { stack, nodes, proxies };
};

const stored = (version: number) =>
  ({ kind: 'TOKEN_STORED', stored: { apiName: 'PRIMARY', version } }) as const;

test('subscribers that move between three nodes get each event once and in order, while connections of the nodes are cut', async () => {
  const { stack, nodes, proxies } = await openNodes();
  await using _stack = stack;
  const [first] = nodes as [TestApp];
  const begin = Math.max(...nodes.map(({ app }) => app.services.events.lastId));
  const clients = nodes.map(({ url, app }) =>
    createClient({
      url: `${url}/graphql`,
      retryAttempts: 0,
      headers: () => ({ authorization: `Bearer ${app.operatorKey}` }),
    }),
  );
  const subscribers = Array.from({ length: SUBSCRIBERS }, () => new Subscriber(clients, begin));
  stack.defer(() => {
    for (const subscriber of subscribers) subscriber.end();
  });
  const readers = () => nodes.reduce((sum, { app }) => sum + app.services.events.readers, 0);
  await until('the subscribers', () => readers() === SUBSCRIBERS);

  for (let number = 1; number <= EVENTS; number += 1) {
    const { events } = oneOf(nodes).app.services;
    events.publish(Math.random() < 0.2 ? null : 'UPSTOX_01', stored(number));
    if (Math.random() < 0.3) oneOf(subscribers).cut();
    if (Math.random() < 0.05) oneOf(proxies).cutSome(0.3);
    if (Math.random() < 0.05) oneOf(proxies).cutNext(oneOf(CUTS));
    await settle(Math.random() * 8);
  }

  const kept = () =>
    first.rows(
      `select id::int, payload from vega_events where id > ${begin} and kind = 'TOKEN_STORED' order by id`,
    );
  await until('every event to be stored', () => kept().length >= EVENTS);
  const last = kept().at(-1).id;
  await until('all of it', () => subscribers.every(({ lastId }) => lastId >= last));
  const versions = kept().map(({ payload }) => JSON.parse(payload).stored.version);
  expect(versions.toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: EVENTS }, (_, index) => index + 1),
  );
  const ids = first
    .rows(`select id::int from vega_events where id > ${begin} and id <= ${last} order by id`)
    .map(({ id }) => id);
  expect(ids).toEqual(Array.from({ length: last - begin }, (_, index) => begin + index + 1));
  for (const subscriber of subscribers) {
    expect(subscriber.ids.filter((id) => id <= last)).toEqual(ids);
    expect(subscriber.surprises).toEqual([]);
  }
  expect(subscribers.reduce((sum, { connections }) => sum + connections, 0)).toBeGreaterThan(
    SUBSCRIBERS + 50,
  );
  for (const { ask } of nodes) {
    const { data } = await ask('mutation { verifyAudit { valid reason } }');
    expect(data).toEqual({ verifyAudit: { valid: true, reason: null } });
  }
});
