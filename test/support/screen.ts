import { execFileSync } from 'node:child_process';
import { until } from './test-app.ts';

interface ScreenOptions {
  readonly columns: number;
  readonly rows: number;
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

let opened = 0;

/** A real terminal of a given size with a shell in it: tmux. */
export class Screen implements Disposable {
  readonly #socket = `vega-${process.pid}-${++opened}`;
  #lines = 0;

  constructor({ columns, rows, directory, env }: ScreenOptions) {
    const size = ['-x', String(columns), '-y', String(rows)];
    const variables = Object.entries({
      ...env,
      PS1: '$ ',
      TERM: 'screen-256color',
      BASH_SILENCE_DEPRECATION_WARNING: '1',
    });
    const settings = variables.flatMap(([name, value]) =>
      value === undefined ? [] : ['-e', `${name}=${value}`],
    );
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      ...size,
      '-c',
      directory,
      ...settings,
      'bash --norc --noprofile',
    );
    this.type("PS1='$ '");
  }

  /** Keys by their names, as tmux knows them; anything else is typed. */
  press(...keys: readonly string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  /** What is to be seen, with colours as escapes if asked for. */
  text({ withColours = false } = {}): string {
    const colours = withColours ? ['-e'] : [];
    return this.#tmux('capture-pane', '-p', ...colours).trimEnd();
  }

  /** Runs a command line on an empty screen, until it has ended; answers what is to be seen. */
  async run(line: string): Promise<string> {
    this.#lines += 1;
    this.type(`clear; ${line}; echo "[${this.#lines}: $?]"`);
    const end = new RegExp(`^\\[${this.#lines}: (\\d+)\\]`, 'm');
    await this.sees(end);
    return this.text().replace(new RegExp(`${end.source}[^]*`, 'm'), '[exit $1]\n');
  }

  type(line: string): void {
    this.press('-l', line);
    this.press('Enter');
  }

  async sees(pattern: RegExp): Promise<void> {
    await until(`${pattern} on the screen`, () => pattern.test(this.text()), 90_000).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.text()}`);
    });
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8' });
  }

  [Symbol.dispose](): void {
    this.#tmux('kill-server');
  }
}
