import '../bench-folder.ts';
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PostgresServer } from '../../support/postgres.ts';
import type { FromSubscribers, ToSubscribers } from '../fanout-messages.ts';
import { atLeast, atMost, machine, median, tell } from '../ratios.ts';
import { bareCommits, bareNotifications } from './bare-postgres.ts';
import type { FromNode, ToNode } from './events-messages.ts';

const NODES = 3;
const SUBSCRIBERS = 1000;
const EVENTS = 100;
const EVERY_MS = 100;
const NOTIFICATIONS = 500;
const COMMITTING_MS = 3000;
const ROUNDS = 3;

/** ms. */
interface Latencies {
  readonly p50: number;
  readonly p99: number;
}

interface Measured {
  /** ms each. */
  readonly notifications: readonly number[];
  readonly bareEvents: Latencies;
  readonly events: Latencies;
  /** Commits a second. */
  readonly bareRows: number;
  readonly ledger: number;
}

type Said = FromNode | FromSubscribers;

const child = (file: string, ...parameters: string[]): ChildProcess =>
  fork(path.join(import.meta.dirname, file), parameters, {
    execArgv: ['--import', 'tsx'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      VEGA_MASTER_KEY: 'm'.repeat(64),
      VEGA_OPERATOR_KEY: 'o'.repeat(64),
    },
  });

/** Sends a message and waits for that kind of answer. */
const ask = <Kind extends Said['kind']>(
  to: ChildProcess,
  kind: Kind,
  message?: ToNode | ToSubscribers,
): Promise<Extract<Said, { kind: Kind }>> =>
  new Promise((resolve, reject) => {
    const onExit = (): void => reject(new Error(`A process of the benchmark ended before it said ${kind}.`));
    const onMessage = (said: Said): void => {
      if (said.kind !== kind) return;
      to.off('message', onMessage);
      to.off('exit', onExit);
      resolve(said as Extract<Said, { kind: Kind }>);
    };
    to.on('message', onMessage);
    to.once('exit', onExit);
    if (message !== undefined) to.send(message);
  });

/** Three nodes, and the subscribers of all of them. */
class Cluster implements Disposable {
  readonly nodes: ChildProcess[] = [];
  readonly #subscribers = child('../fanout-subscribers.ts');

  static async start(file: string, url: string): Promise<Cluster> {
    const cluster = new Cluster();
    for (let number = 0; number < NODES; number += 1) await cluster.#add(file, url, number);
    await cluster.#allListen();
    // The first ones warm up what the others measure.
    await cluster.publish(20);
    return cluster;
  }

  /** Publishes on one node after the other; the subscribers of all of them get each event. */
  async publish(count: number): Promise<Latencies> {
    await ask(this.#subscribers, 'COUNTING', { kind: 'EXPECT', deliveries: count * SUBSCRIBERS });
    const received = ask(this.#subscribers, 'RECEIVED');
    for (let number = 0; number < count; number += 1) {
      const message: ToNode = { kind: 'PUBLISH', stamp: String(process.hrtime.bigint()) };
      this.nodes[number % NODES]?.send(message);
      await delay(EVERY_MS);
    }
    const { latencies } = await received;
    return { p50: latencies.p50 / 1e6, p99: latencies.p99 / 1e6 };
  }

  [Symbol.dispose](): void {
    for (const process of [...this.nodes, this.#subscribers]) process.kill('SIGKILL');
  }

  async #add(file: string, url: string, number: number): Promise<void> {
    const node = child(file, url, String(number));
    this.nodes.push(node);
    const { port, key } = await ask(node, 'READY');
    const count = Math.floor(SUBSCRIBERS / NODES) + (number < SUBSCRIBERS % NODES ? 1 : 0);
    await ask(this.#subscribers, 'CONNECTED', { kind: 'CONNECT', port, key, count, way: 'DISTINCT' });
  }

  /** A subscription is acknowledged before its reader follows the events: all do when one event reaches everybody. */
  async #allListen(): Promise<void> {
    for (let tries = 0; tries < 20; tries += 1) {
      await delay(500);
      const reached = this.publish(1).then(() => true);
      if (await Promise.race([reached, delay(2000, false)])) return;
    }
    throw new Error('Not every subscriber is told.');
  }
}

const ledgerCommits = async (nodes: readonly ChildProcess[]): Promise<number> => {
  const message: ToNode = { kind: 'COMMIT', milliseconds: COMMITTING_MS };
  const committed = await Promise.all(nodes.map((node) => ask(node, 'COMMITTED', message)));
  return (committed.reduce((sum, { count }) => sum + count, 0) * 1000) / COMMITTING_MS;
};

const percentile = (values: readonly number[], part: number): number =>
  values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) * part)] ?? Number.NaN;

await using server = await PostgresServer.start();
const url = await server.createDatabase();
using ours = await Cluster.start('events-node.ts', url);
using bareNodes = await Cluster.start('bare-node.ts', url);
const measured: Measured[] = [];
for (let round = 1; round <= ROUNDS; round += 1) {
  process.stderr.write(`round ${round} of ${ROUNDS}          \r`);
  const notifications = await bareNotifications(url, NOTIFICATIONS);
  const bareEvents = await bareNodes.publish(EVENTS);
  const events = await ours.publish(EVENTS);
  const bareRows = await bareCommits(url, COMMITTING_MS);
  measured.push({ notifications, bareEvents, events, bareRows, ledger: await ledgerCommits(ours.nodes) });
}
const of = (value: (round: Measured) => number) => median(measured.map(value));
const p99 = of(({ events }) => events.p99);
const bareP99 = of(({ bareEvents }) => bareEvents.p99);
const ledger = of((round) => round.ledger);
const figure = (name: string, value: number, unit: string) =>
  `${name.padEnd(60)}${value.toFixed(1).padStart(9)}  ${unit}`;
const [p50OfBare, p99OfBare] = [0.5, 0.99].map((part) =>
  of(({ notifications }) => percentile(notifications, part)),
);
tell(
  [
    machine(),
    `${NODES} nodes on one PostgreSQL, ${SUBSCRIBERS} subscribers, an event every ${EVERY_MS} ms on one node after the other; medians of ${ROUNDS} rounds.`,
    '',
    figure('a bare notification between two connections, p50', p50OfBare ?? 0, 'ms'),
    figure('a bare notification between two connections, p99', p99OfBare ?? 0, 'ms'),
    figure(
      'a bare notification written to all subscribers, p50',
      of((round) => round.bareEvents.p50),
      'ms',
    ),
    figure('a bare notification written to all subscribers, p99', bareP99, 'ms'),
    figure(
      'an event from its node to all subscribers, p50',
      of(({ events }) => events.p50),
      'ms',
    ),
    figure('an event from its node to all subscribers, p99', p99, 'ms'),
    figure(
      'commits of one row, bare connections',
      of((round) => round.bareRows),
      'a second',
    ),
    figure('commits of the ledger, all nodes', ledger, 'a second'),
  ],
  [
    atMost('p99 of an event over the nodes, ms', p99, 100),
    atMost('p99 of an event : bare notification to all subscribers', p99 / bareP99, 4),
    atLeast('commits of the ledger a second', ledger, 200),
  ],
);
