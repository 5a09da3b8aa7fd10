import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const MAIN = path.resolve(import.meta.dirname, '../../src/main.ts');
const FROM_SOURCE = ['--import', import.meta.resolve('tsx'), MAIN];

type Variables = Readonly<Record<string, string | undefined>>;

/** Runs the program as its user does, in a folder of its own. */
export class Program implements AsyncDisposable {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'vega-cli-'));
  readonly #command: readonly string[];
  #out = '';
  #err = '';
  #child: ChildProcess | null = null;

  /** From the sources, unless a built one is given. */
  constructor(main?: string) {
    this.#command = main === undefined ? FROM_SOURCE : [main];
  }

  start(args: readonly string[], env: Variables, input = ''): void {
    const { PATH, HOME, PLAYWRIGHT_BROWSERS_PATH } = process.env;
    this.#child = spawn(process.execPath, [...this.#command, ...args], {
      cwd: this.directory,
      // A machine of its own as far as the one browser goes: other tests run beside this one.
      env: { PATH, HOME, PLAYWRIGHT_BROWSERS_PATH, TMPDIR: this.directory, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stdin?.end(input);
    this.#child.stdout?.on('data', (chunk) => {
      this.#out += chunk;
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.#err += chunk;
    });
  }

  /** Runs one command to its end. */
  async run(args: readonly string[], env: Variables, input = ''): Promise<Ran> {
    this.#out = '';
    this.#err = '';
    this.start(args, env, input);
    const code = await this.exitCode();
    return { code, out: this.#out, err: this.#err };
  }

  /** Everything it said, on both streams. */
  get said(): string {
    return this.#out + this.#err;
  }

  stop(signal: NodeJS.Signals = 'SIGINT'): void {
    this.#child?.kill(signal);
  }

  async exitCode(): Promise<number | null> {
    const child = this.#child;
    if (child === null || child.exitCode !== null) return child?.exitCode ?? null;
    return new Promise((resolve) => child.once('close', (code) => resolve(code)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child !== null && this.#child.exitCode === null) {
      this.#child.kill('SIGKILL');
      await this.exitCode();
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
