import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { transform } from 'esbuild';
import { homeOf } from './user.ts';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

export type Report =
  | { readonly kind: 'OPENED'; readonly folder: string }
  | { readonly kind: 'STARTED'; readonly pid: number }
  | { readonly kind: 'ENDED'; readonly how: string };

/** A program that the keeper has started. */
export interface Run {
  readonly pid: number;
  /** How it ended: a signal, an exit code or why it could not start. */
  readonly ended: Promise<string>;
}

type Reports = { readonly [Kind in Report['kind']]: Extract<Report, { kind: Kind }> };

/** The process that owns a server's folder and programs: see keeper-child.ts. */
export class Keeper {
  readonly #process: ChildProcess;
  readonly #gone: Promise<unknown>;
  #folder = '';

  private constructor(child: ChildProcess) {
    this.#process = child;
    this.#gone = new Promise((resolve) => {
      child.once('exit', resolve);
      child.once('error', resolve);
    });
    child.unref();
    child.channel?.unref();
  }

  static async open(): Promise<Keeper> {
    const { folder, user } = homeOf();
    const source = await readFile(path.join(import.meta.dirname, 'keeper-child.ts'), 'utf8');
    const { code } = await transform(source, { loader: 'ts', format: 'esm', target: 'node20' });
    const owner = user === null ? [] : [String(user.uid), String(user.gid)];
    const child = spawn(
      process.execPath,
      ['--input-type=module', '--eval', code, '--', folder, ...owner],
      // A group of its own: Ctrl-C must not end it before the server.
      { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
    );
    const keeper = new Keeper(child);
    keeper.#folder = (await keeper.during(keeper.#next('OPENED'))).folder;
    return keeper;
  }

  get folder(): string {
    return this.#folder;
  }

  /** Starts a program in the folder, after the last one has ended. */
  async run(command: Command): Promise<Run> {
    const ended = this.#next('ENDED').then(
      ({ how }) => how,
      () => 'with its keeper',
    );
    const started = this.#next('STARTED').then(({ pid }) => pid);
    this.#process.send(command);
    const pid = await this.during(Promise.race([started, ended]));
    if (typeof pid === 'string') throw new Error(`${command.file} does not start: ${pid}.`);
    return { pid, ended };
  }

  /** Waits; only meanwhile does the keeper hold this process. */
  async during<T>(what: Promise<T>): Promise<T> {
    this.#process.channel?.ref();
    try {
      return await what;
    } finally {
      this.#process.channel?.unref();
    }
  }

  /** Ends what still runs and removes the folder. */
  async close(): Promise<void> {
    this.#process.ref();
    if (this.#process.connected) this.#process.disconnect();
    await this.#gone;
  }

  async #next<Kind extends Report['kind']>(kind: Kind): Promise<Reports[Kind]> {
    return new Promise((resolve, reject) => {
      const hear = (report: Report): void => {
        if (!isOf(kind, report)) return;
        this.#process.off('message', hear);
        resolve(report);
      };
      this.#process.on('message', hear);
      void this.#gone.then(() => reject(new Error('The keeper of the PostgreSQL server has ended.')));
    });
  }
}

const isOf = <Kind extends Report['kind']>(kind: Kind, report: Report): report is Reports[Kind] =>
  report.kind === kind;
