import type { Env } from '../../src/config.ts';
import { type Line, openLine } from './line.ts';
import { Program } from './program.ts';
import { readText, until } from './test-app.ts';

/** `vega-auth serve` in a folder of its own, at an address that outlives it. */
export class ServedDesk implements AsyncDisposable {
  readonly #program: Program;
  readonly #env: Env;
  readonly #line: Line;

  private constructor(program: Program, env: Env, line: Line) {
    this.#program = program;
    this.#env = env;
    this.#line = line;
  }

  static async start(main: string, env: Env): Promise<ServedDesk> {
    const program = new Program(main);
    const line = await openLine(await serve(program, env));
    return new ServedDesk(program, env, line);
  }

  get url(): string {
    return this.#line.url;
  }

  get directory(): string {
    return this.#program.directory;
  }

  get operatorKey(): string {
    return readText(this.directory, '.vega', 'operator.key').trim();
  }

  /** Everything that the program has said. */
  get said(): string {
    return this.#program.said;
  }

  /** Ends the server as a crash does, in the middle of what it does. */
  async kill(): Promise<void> {
    this.#program.stop('SIGKILL');
    await this.#program.exitCode();
  }

  /** Starts it again in its folder, on another port behind the same address. */
  async restart(): Promise<void> {
    this.#line.lead(await serve(this.#program, this.#env));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
    await this.#line[Symbol.asyncDispose]();
  }
}

const LISTENS = /Open (http:\/\/[^/\s]+)\S* in a browser/g;

const serve = async (program: Program, env: Env): Promise<string> => {
  const addresses = () => [...program.said.matchAll(LISTENS)].map(([, url]) => url ?? '');
  const before = addresses().length;
  program.start(['serve'], env);
  await until('the server to listen', () => addresses().length > before);
  return addresses().at(-1) ?? '';
};
