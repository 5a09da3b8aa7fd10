/**
 * Ends with the first of some signals, or after a time. `AbortSignal.any` would do the same, but Node 20 collects a timeout
 * that only it holds, which then never goes off, and keeps what waits for it for ever.
 */
export class StepTimeout implements Disposable {
  readonly #controller = new AbortController();
  readonly #signals: readonly AbortSignal[];
  readonly #timer: NodeJS.Timeout;

  constructor(milliseconds: number, ...signals: readonly AbortSignal[]) {
    this.#signals = signals;
    this.#timer = setTimeout(this.#end, milliseconds);
    for (const signal of signals) signal.addEventListener('abort', this.#end);
    if (signals.some(({ aborted }) => aborted)) this.#end();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#end);
  }

  readonly #end = (): void => this.#controller.abort();
}
