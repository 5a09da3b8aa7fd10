import type { TokenProgressSubscription } from '../sdk/index.ts';
import type { Terminal } from './command.ts';

type Progress = TokenProgressSubscription['tokenProgress'];

/** One line that counts tokens: rewritten in place on a terminal, a line for each change elsewhere. */
export class ProgressLine {
  readonly #out: Terminal['out'];
  #last = '';

  constructor(out: Terminal['out']) {
    this.#out = out;
  }

  show(progress: Progress): void {
    const now = progress.current === null ? '' : `  ${progress.current}  ${progress.step ?? ''}`;
    const line = `${progress.generated}/${progress.total}${now}`.trimEnd();
    if (line === this.#last) return;
    this.#last = line;
    this.#out.write(this.#out.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
  }

  end(): void {
    if (this.#out.isTTY && this.#last !== '') this.#out.write('\n');
  }
}
