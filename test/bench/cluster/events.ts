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

interface Measured {
  /** ms each. */
  readonly floor: readonly number[];
  readonly events: { readonly p50: number; readonly p99: number };
  /** Commits a second. */
  readonly bare: number;
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

/** Publishes on one node after the other; the subscribers of all of them get each event. */
const publish = async (
  nodes: readonly ChildProcess[],
  subscribers: ChildProcess,
  count: number,
): Promise<{ readonly p50: number; readonly p99: number }> => {
  await ask(subscribers, 'COUNTING', { kind: 'EXPECT', deliveries: count * SUBSCRIBERS });
  const received = ask(subscribers, 'RECEIVED');
  for (let number = 0; number < count; number += 1) {
    const message: ToNode = { kind: 'PUBLISH', stamp: String(process.hrtime.bigint()) };
    nodes[number % nodes.length]?.send(message);
    await delay(EVERY_MS);
  }
  const { latencies } = await received;
  return { p50: latencies.p50 / 1e6, p99: latencies.p99 / 1e6 };
};

/** A subscription is acknowledged before its reader follows the events: all do when one event reaches everybody. */
const allListen = async (nodes: readonly ChildProcess[], subscribers: ChildProcess): Promise<void> => {
  for (let tries = 0; tries < 20; tries += 1) {
    await delay(500);
    const reached = publish(nodes, subscribers, 1).then(() => true);
    if (await Promise.race([reached, delay(2000, false)])) return;
  }
  throw new Error('Not every subscriber is told.');
};

const ledgerCommits = async (nodes: readonly ChildProcess[]): Promise<number> => {
  const message: ToNode = { kind: 'COMMIT', milliseconds: COMMITTING_MS };
  const committed = await Promise.all(nodes.map((node) => ask(node, 'COMMITTED', message)));
  return (committed.reduce((sum, { count }) => sum + count, 0) * 1000) / COMMITTING_MS;
};

const percentile = (values: readonly number[], part: number): number =>
  values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) * part)] ?? Number.NaN;

await using server = await PostgresServer.start();
const url = await server.createDatabase();
const nodes: ChildProcess[] = [];
const subscribers = child('../fanout-subscribers.ts');
try {
  for (let number = 0; number < NODES; number += 1) {
    const node = child('events-node.ts', url, String(number));
    nodes.push(node);
    const { port, key } = await ask(node, 'READY');
    const count = Math.floor(SUBSCRIBERS / NODES) + (number < SUBSCRIBERS % NODES ? 1 : 0);
    await ask(subscribers, 'CONNECTED', { kind: 'CONNECT', port, key, count, way: 'DISTINCT' });
  }
  await allListen(nodes, subscribers);
  // The first ones warm up what the others measure.
  await publish(nodes, subscribers, 20);
  const measured: Measured[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    process.stderr.write(`round ${round} of ${ROUNDS}          \r`);
    const floor = await bareNotifications(url, NOTIFICATIONS);
    const events = await publish(nodes, subscribers, EVENTS);
    const bare = await bareCommits(url, COMMITTING_MS);
    measured.push({ floor, events, bare, ledger: await ledgerCommits(nodes) });
  }
  const of = (value: (round: Measured) => number) => median(measured.map(value));
  const p99 = of(({ events }) => events.p99);
  const floor = of((round) => percentile(round.floor, 0.99));
  const [ledger, bare] = [of((round) => round.ledger), of((round) => round.bare)];
  const figure = (name: string, value: number, unit: string) =>
    `${name.padEnd(60)}${value.toFixed(1).padStart(9)}  ${unit}`;
  tell(
    [
      machine(),
      `${NODES} nodes on one PostgreSQL, ${SUBSCRIBERS} subscribers, an event every ${EVERY_MS} ms on one node after the other; medians of ${ROUNDS} rounds.`,
      '',
      figure(
        'a bare notification, p50',
        of((round) => percentile(round.floor, 0.5)),
        'ms',
      ),
      figure('a bare notification, p99', floor, 'ms'),
      figure(
        'an event from its node to all subscribers, p50',
        of(({ events }) => events.p50),
        'ms',
      ),
      figure('an event from its node to all subscribers, p99', p99, 'ms'),
      figure('commits of one row, bare connections', bare, 'a second'),
      figure('commits of the ledger, all nodes', ledger, 'a second'),
    ],
    [
      atMost('p99 of an event over the nodes, ms', p99, 100),
      atLeast('commits of the ledger a second', ledger, 200),
    ],
  );
} finally {
  for (const process of [...nodes, subscribers]) process.kill('SIGKILL');
}
