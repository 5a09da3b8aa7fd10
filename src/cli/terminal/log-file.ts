import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Terminal } from '../command.ts';

/** Log lines of a command on a terminal, in a file: between a menu or a live display they would tear it. */
export class LogFile implements Disposable {
  readonly #err: Terminal['err'];
  readonly #file: string;
  #lines = 0;

  constructor({ err, workingDirectory }: Terminal) {
    this.#err = err;
    this.#file = path.join(workingDirectory, '.vega', 'vega-auth.log');
  }

  write(line: string): void {
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
      appendFileSync(this.#file, line, { mode: 0o600 });
      this.#lines += 1;
    } catch {
      // A torn display is better than a lost line.
      this.#err.write(line);
    }
  }

  [Symbol.dispose](): void {
    if (this.#lines === 0) return;
    const lines = this.#lines === 1 ? '1 log line was' : `${this.#lines} log lines were`;
    this.#err.write(`vega-auth: ${lines} written to ${this.#file}\n`);
  }
}

/** Null where standard error is no terminal: cron and systemd keep what is written there. */
export const openLogFile = (terminal: Terminal): LogFile | null =>
  terminal.err.isTTY === true ? new LogFile(terminal) : null;
