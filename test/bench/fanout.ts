import './bench-folder.ts';
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CONTENDER_NAMES,
  type ContenderName,
  type FromServer,
  type FromSubscribers,
  type ToServer,
  type ToSubscribers,
} from './fanout-messages.ts';
import { atLeast, atMost, machine, median, tell } from './ratios.ts';

const SUBSCRIBERS = 1000;
/** For what a subscriber costs where there are few. */
const FEW = 100;
const ROUNDS = 3;
const BURST = 60;
const PACED = 40;
const PACE_MS = 100;

interface Measured {
  /** A second, when events come as fast as the server takes them. */
  readonly deliveries: number;
  /** Of the server's time, for one delivery of a burst, µs. */
  readonly cpu: number;
  /** The same for events that come one at a time, µs. */
  readonly alone: number;
  /** Of an idle subscriber, kB. */
  readonly memory: number;
  /** From publication to arrival, one event every tenth of a second, ms. */
  readonly p50: number;
  readonly p99: number;
}

const child = (file: string, ...parameters: string[]): ChildProcess =>
  fork(path.join(import.meta.dirname, file), parameters, {
    execArgv: ['--import', 'tsx', '--expose-gc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });

type Said = FromServer | FromSubscribers;

/** Sends a message and waits for that kind of answer. */
const ask = <Kind extends Said['kind']>(
  to: ChildProcess,
  kind: Kind,
  message?: ToServer | ToSubscribers,
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

const measure = async (name: ContenderName, count = SUBSCRIBERS): Promise<Measured> => {
  const server = child('fanout-server.ts', name);
  const subscribers = child('fanout-subscribers.ts');
  try {
    const { port, key } = await ask(server, 'READY');
    const empty = await ask(server, 'MEASURED', { kind: 'MEASURE' });
    const way = WAYS[name] ?? 'DISTINCT';
    await ask(subscribers, 'CONNECTED', { kind: 'CONNECT', port, key, count, way });
    await allListen(server, subscribers, count);
    const idle = await ask(server, 'MEASURED', { kind: 'MEASURE' });
    // The first one warms up what the two others measure.
    await burst(server, subscribers, { events: 10, to: count });
    const before = await ask(server, 'MEASURED', { kind: 'MEASURE' });
    const fast = await burst(server, subscribers, { events: BURST, to: count });
    const after = await ask(server, 'MEASURED', { kind: 'MEASURE' });
    const paced = await burst(server, subscribers, { events: PACED, to: count, everyMs: PACE_MS });
    const last = await ask(server, 'MEASURED', { kind: 'MEASURE' });
    return {
      deliveries: (BURST * count * 1e9) / fast.elapsed,
      cpu: timeBetween(before, after) / (BURST * count),
      alone: timeBetween(after, last) / (PACED * count),
      memory: (idle.memory - empty.memory) / count / 1024,
      p50: paced.latencies.p50 / 1e6,
      p99: paced.latencies.p99 / 1e6,
    };
  } finally {
    server.kill('SIGKILL');
    subscribers.kill('SIGKILL');
  }
};

/** A peer that acknowledges no subscription has all of them when one event reaches everybody. */
const allListen = async (server: ChildProcess, subscribers: ChildProcess, to: number): Promise<void> => {
  for (let tries = 0; tries < 20; tries += 1) {
    await delay(500);
    const reached = burst(server, subscribers, { events: 1, to }).then(() => true);
    if (await Promise.race([reached, delay(2000, false)])) return;
  }
  throw new Error('Not every subscriber is told.');
};

interface Burst {
  readonly events: number;
  /** How many subscribers. */
  readonly to: number;
  readonly everyMs?: number;
}

const burst = async (
  server: ChildProcess,
  subscribers: ChildProcess,
  { events: count, to, everyMs = 0 }: Burst,
) => {
  await ask(subscribers, 'COUNTING', { kind: 'EXPECT', deliveries: count * to });
  const received = ask(subscribers, 'RECEIVED');
  server.send({ kind: 'PUBLISH', count, everyMs });
  return received;
};

type Measurement = Extract<FromServer, { kind: 'MEASURED' }>;

const timeOf = ({ user, system }: NodeJS.CpuUsage): number => user + system;

const timeBetween = (begin: Measurement, end: Measurement): number =>
  timeOf(end.before) - timeOf(begin.after);

const WAYS: Readonly<Partial<Record<ContenderName, 'SINGLE' | 'WEB_SOCKET'>>> = {
  single: 'SINGLE',
  'graphql-ws': 'WEB_SOCKET',
};

const SAYS: Readonly<Record<ContenderName, string>> = {
  ours: 'vega-auth, events kept in SQLite first',
  single: 'the same, a single connection each',
  bare: 'bare response.write of a ready string',
  'graphql-ws': 'graphql-ws, one execution a subscriber',
  yoga: 'plain Yoga, one execution a subscriber',
};

/** Every contender once a round, so that a slow minute of the machine meets all of them. */
const measureAll = async (): Promise<ReadonlyMap<ContenderName, readonly Measured[]>> => {
  const measured = new Map(CONTENDER_NAMES.map((name): [ContenderName, Measured[]] => [name, []]));
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const name of CONTENDER_NAMES) {
      process.stderr.write(`round ${round} of ${ROUNDS}, ${name}          \r`);
      measured.get(name)?.push(await measure(name));
    }
  }
  return measured;
};

const report = (measured: ReadonlyMap<ContenderName, readonly Measured[]>, few: Measured): void => {
  const of = (name: ContenderName, key: keyof Measured) =>
    median((measured.get(name) ?? []).map((result) => result[key]));
  const cell = (value: number, digits = 0) => value.toFixed(digits).padStart(13);
  const table = CONTENDER_NAMES.map(
    (name) =>
      `${SAYS[name].padEnd(40)}${cell(of(name, 'deliveries'))}${cell(of(name, 'cpu'), 1)}${cell(of(name, 'alone'), 1)}${cell(of(name, 'memory'), 1)}${cell(of(name, 'p50'), 1)}${cell(of(name, 'p99'), 1)}`,
  );
  const heads = ['deliveries/s', 'CPU µs each', 'µs, alone', 'kB idle', 'p50 ms', 'p99 ms'];
  const lines = [
    machine(),
    `${SUBSCRIBERS} subscribers of one operation in a process of their own; medians of ${ROUNDS} interleaved rounds.`,
    '',
    `${''.padEnd(40)}${heads.map((head) => head.padStart(13)).join('')}`,
    ...table,
  ];
  const ratios = [
    atLeast("graphql-ws : server's time, events alone", of('graphql-ws', 'alone') / of('ours', 'alone'), 1.7),
    atLeast("graphql-ws : server's time, bursts", of('graphql-ws', 'cpu') / of('ours', 'cpu'), 5),
    atLeast("graphql-ws : server's time, single", of('graphql-ws', 'alone') / of('single', 'alone'), 1),
    atLeast("graphql-ws : server's time, single, bursts", of('graphql-ws', 'cpu') / of('single', 'cpu'), 1),
    atMost('kB of an idle subscriber', of('ours', 'memory'), 20),
    atMost('p99 publish to receive : bare write', of('ours', 'p99') / of('bare', 'p99'), 2),
  ];
  const costs = (key: keyof Measured) =>
    [
      [FEW, few[key]],
      [SUBSCRIBERS, of('ours', key)],
    ] as const;
  tell(lines, ratios, [
    { what: 'an event to a subscriber, alone', of: 'subscribers', unit: 'µs', costs: costs('alone') },
    { what: 'an event to a subscriber, in a burst', of: 'subscribers', unit: 'µs', costs: costs('cpu') },
  ]);
};

report(await measureAll(), await measure('ours', FEW));
