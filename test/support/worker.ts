import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Env } from '../../src/config.ts';
import type { Checkpoint } from '../../src/services/runs/checkpoints.ts';
import { built } from './built.ts';
import { until } from './test-app.ts';

export interface WorkerOptions {
  readonly env: Env;
  readonly databaseUrl: string;
  /** Where it sends itself `signal`. */
  readonly at?: Checkpoint;
  readonly signal?: 'SIGKILL' | 'SIGSTOP' | 'SIGTERM';
  readonly leaseMs?: number;
  /** How far its clock is off. */
  readonly clockOffMs?: number;
}

/** Runs before everything else in the worker. */
const wrongClock = (milliseconds: number): string =>
  `data:text/javascript,${encodeURIComponent(`
    const Right = Date;
    globalThis.Date = class extends Right {
      constructor(...parts) {
        super(...(parts.length === 0 ? [Right.now() + ${milliseconds}] : parts));
      }
      static now() {
        return Right.now() + ${milliseconds};
      }
    };`)}`;

/** A worker as on a machine of its own: its own process, folder and browser. */
export class Worker implements AsyncDisposable {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'vega-worker-'));
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #said = '';

  private constructor(
    child: string,
    { env, databaseUrl, at, signal, leaseMs, clockOffMs = 0 }: WorkerOptions,
  ) {
    const args = [
      this.directory,
      at ?? '',
      signal ?? 'SIGKILL',
      leaseMs === undefined ? '' : String(leaseMs),
    ];
    this.#child = spawn(process.execPath, ['--import', wrongClock(clockOffMs), child, ...args], {
      env: { ...process.env, ...env, VEGA_DATABASE_URL: databaseUrl },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#closed = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk) => {
        this.#said += chunk;
      });
  }

  static async start(options: WorkerOptions): Promise<Worker> {
    const worker = new Worker(await built('test/support/worker-child.ts'), options);
    await until('the worker', () => worker.said.includes('works\n') || worker.hasEnded);
    if (worker.hasEnded) throw new Error(worker.said);
    return worker;
  }

  get said(): string {
    return this.#said;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async reached(): Promise<void> {
    await until('the checkpoint', () => this.#said.includes('reached '));
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(): Promise<void> {
    this.kill('SIGTERM');
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill('SIGKILL');
    await this.#closed;
    rmSync(this.directory, { recursive: true, force: true });
  }
}
