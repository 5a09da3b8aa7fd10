import { expect } from 'vitest';
import type { Env } from '../../src/config.ts';
import type { SimulatorOptions } from '../../src/simulator/simulator.ts';
import { sharedPostgres } from './postgres.ts';
import { openBroker, openTestApp, type TestApp, until } from './test-app.ts';
import { Worker, type WorkerOptions } from './worker.ts';

/** Machines share no folder, so the key that seals the secrets is given to each. */
const KEYS = { VEGA_MASTER_KEY: 'a-key-of-more-than-thirty-two-characters' };

interface ClusterOptions {
  readonly apis?: number;
  readonly env?: Env;
  readonly simulator?: SimulatorOptions;
  readonly leaseMs?: number;
  readonly databaseUrl?: string;
}

/** Nodes and workers on one database and one broker. */
export class Cluster implements AsyncDisposable {
  readonly #options: ClusterOptions;
  readonly #opened: AsyncDisposable[] = [];
  readonly databaseUrl: string;
  readonly node: TestApp;

  private constructor(options: ClusterOptions, databaseUrl: string, node: TestApp) {
    this.#options = options;
    this.databaseUrl = databaseUrl;
    this.node = node;
  }

  static async open(options: ClusterOptions = {}): Promise<Cluster> {
    const databaseUrl = options.databaseUrl ?? (await (await sharedPostgres()).createMigrated());
    const broker = await openBroker(options.simulator);
    const node = await openTestApp({
      ...{ apis: 2, ...options, databaseUrl, broker, works: false },
      env: { ...KEYS, ...options.env },
    });
    const cluster = new Cluster(options, databaseUrl, node);
    cluster.#opened.push(broker, node);
    return cluster;
  }

  async worker(options: Partial<WorkerOptions> = {}): Promise<Worker> {
    const { leaseMs } = this.#options;
    const { node, databaseUrl } = this;
    const ours = { databaseUrl, ...(leaseMs === undefined ? {} : { leaseMs }) };
    const worker = await Worker.start({ ...ours, ...options, env: { ...node.env, ...options.env } });
    this.#opened.push(worker);
    return worker;
  }

  /** A further node, as on another machine. */
  async anotherNode(): Promise<TestApp> {
    const { databaseUrl, node } = this;
    const other = await openTestApp({ databaseUrl, broker: node.broker, works: false, env: node.env });
    this.#opened.push(other);
    return other;
  }

  async start(args = 'mode: ALL'): Promise<string> {
    const { data, errors } = await this.node.ask(`mutation { generateTokens(${args}) { id status } }`);
    expect(errors).toBeUndefined();
    expect(data.generateTokens.status).toBe('QUEUED');
    return data.generateTokens.id;
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, not computed with
  async run(id: string, node = this.node): Promise<any> {
    const fields = 'status endedAt waitingUntil steps { apiName status step failure { code submitted } }';
    return (await node.ask(`{ generationRun(id: "${id}") { ${fields} } }`)).data.generationRun;
  }

  async ended(id: string, timeoutMs = 120_000): Promise<string> {
    await until('the end of the run', async () => (await this.run(id)).endedAt !== null, timeoutMs);
    const { status, steps } = await this.run(id);
    return status === 'COMPLETED' ? status : `${status} ${JSON.stringify(steps)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#opened.reverse()) await one[Symbol.asyncDispose]();
  }
}
