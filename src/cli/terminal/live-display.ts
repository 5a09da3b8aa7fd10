import type { Terminal } from '../command.ts';
import { type Look, lookOf } from '../view/look.ts';
import { type RunProgress, renderRun, runLine } from '../view/run.ts';

/** Shows a run as it goes: painted over in place on a terminal, a line for each change elsewhere. */
export class LiveDisplay {
  readonly #out: Terminal['out'];
  readonly #terminal: Terminal;
  #height = 0;
  #last = '';

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#out = terminal.out;
  }

  show(progress: RunProgress): void {
    if (this.#out.isTTY === true) {
      this.#paint(renderRun(progress, this.#look()));
      return;
    }
    const line = runLine(progress);
    if (line === this.#last) return;
    this.#last = line;
    this.#out.write(`${line}\n`);
  }

  /** One column less than there are: a line that fills the last one makes some terminals begin the next. */
  #look(): Look {
    const look = lookOf(this.#terminal);
    return { ...look, width: look.width - 1 };
  }

  #paint(lines: readonly string[]): void {
    const home = this.#height === 0 ? '' : `\u001b[${this.#height}A\r\u001b[J`;
    this.#height = lines.length;
    this.#out.write(`${home}${lines.join('\n')}\n`);
  }
}
