import { EventEmitter, once } from 'node:events';
import type { BrowserContext, Page } from 'playwright';
import { StepTimeout } from '../step-timeout.ts';

const BINDING = '__vegaPageChanged';

/** Some changes leave no trace in the document (a stylesheet that arrives, a frame inside a frame): look again now and then. */
const LOOK_AGAIN_MS = 500;

/** Tells of every change in the documents of a context, so that a page is read when it changes and not by the clock. */
export class PageWatch {
  readonly #changes = new EventEmitter();
  #count = 0;

  static async attach(context: BrowserContext): Promise<PageWatch> {
    const watch = new PageWatch();
    await context.exposeBinding(BINDING, () => watch.notify());
    await context.addInitScript((binding) => {
      const tell = (globalThis as unknown as Record<string, () => Promise<void>>)[binding];
      if (tell === undefined || window.top !== window) return;
      new MutationObserver(() => void tell()).observe(document, {
        subtree: true,
        childList: true,
        attributes: true,
        characterData: true,
      });
      document.addEventListener('input', () => void tell());
      addEventListener('load', () => void tell());
    }, BINDING);
    return watch;
  }

  follow(page: Page): void {
    for (const event of ['framenavigated', 'frameattached', 'load', 'close', 'crash'] as const) {
      page.on(event as 'load', () => this.notify());
    }
  }

  notify(): void {
    this.#count += 1;
    this.#changes.emit('change');
  }

  /** A mark to wait from, taken before the page is read: a change during the reading is not missed. */
  mark(): number {
    return this.#count;
  }

  /** Returns at the first change after `mark`, after a while, or when one of the signals ends. */
  async changedSince(mark: number, ...signals: readonly AbortSignal[]): Promise<void> {
    if (this.#count !== mark || signals.some(({ aborted }) => aborted)) return;
    using timeout = new StepTimeout(LOOK_AGAIN_MS, ...signals);
    await once(this.#changes, 'change', { signal: timeout.signal }).catch(() => undefined);
  }
}
