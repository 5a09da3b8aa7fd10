import { readdirSync, readFileSync } from 'node:fs';
import { type Browser, chromium } from 'playwright';
import { vi } from 'vitest';

/** What this process has launched since, as Playwright and the system see it. */
export interface Browsers extends Disposable {
  /** How many browsers, contexts and pages live. */
  count(): { readonly browsers: number; readonly contexts: number; readonly pages: number };
  /** The process groups that live; each browser leads one. */
  groups(): readonly number[];
  readonly launched: number;
}

export const watchBrowsers = (): Browsers => {
  const before = groupsLed();
  const all: Browser[] = [];
  const launch = chromium.launch.bind(chromium);
  const spy = vi.spyOn(chromium, 'launch').mockImplementation(async (options) => {
    const browser = await launch(options);
    all.push(browser);
    return browser;
  });
  return {
    count: () => {
      const contexts = all.flatMap((browser) => browser.contexts());
      return {
        browsers: all.filter((browser) => browser.isConnected()).length,
        contexts: contexts.length,
        pages: contexts.flatMap((context) => context.pages()).length,
      };
    },
    groups: () => groupsLed().filter((group) => !before.includes(group)),
    get launched() {
      return all.length;
    },
    [Symbol.dispose]: () => spy.mockRestore(),
  };
};

const groupsLed = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => {
      const [state, parent, group] = statOf(id);
      return state !== 'Z' && Number(parent) === process.pid && Number(group) === id;
    });

const statOf = (id: number): readonly string[] => {
  try {
    const text = readFileSync(`/proc/${id}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
};
