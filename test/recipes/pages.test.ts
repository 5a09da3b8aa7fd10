import type { Browser, BrowserContext, Page } from 'playwright';
import { expect, test } from 'vitest';
import { countReaders } from '../rest/rest-caller.ts';
import { launchChromium } from '../support/chromium.ts';
import { openLine } from '../support/line.ts';
import { logIn } from '../support/session.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';
import { bundle, listing } from './listings.ts';

/** What makes a page of each listing: some are whole programs, some are components. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'urql.tsx': "import 'listing:urql.tsx';",
  'apollo.tsx': "import 'listing:apollo.tsx';",
  'react.tsx': "import 'listing:react.tsx';",
  'Morning.vue': `import { createApp } from 'vue';
    import Morning from 'listing:Morning.vue';
    createApp(Morning).mount(document.body);`,
  'Morning.svelte': `import { mount } from 'svelte';
    import Morning from 'listing:Morning.svelte';
    mount(Morning, { target: document.body });`,
};

/** It leaves for the dashboard at the end, and has a test of its own. */
const LEAVES = 'react.tsx';

/** Two of the others show the cooldown, too. */
const SUBSCRIPTIONS = 7;

/** Notes every text that the page ever showed. */
const NOTE = `
globalThis.shown = [];
new MutationObserver(() => {
  const text = document.body?.innerText ?? '';
  if (text !== shown.at(-1)) shown.push(text);
}).observe(document, { subtree: true, childList: true, characterData: true });`;

const shown = (page: Page): Promise<string[]> => page.evaluate('shown');

const open = async (
  testApp: TestApp,
  url: string,
  browser: Browser,
  name: string,
  failures: string[],
): Promise<Page> => {
  // Each in a context of its own: the connections that a browser holds to one host are few.
  const context: BrowserContext = await browser.newContext();
  await logIn(context, testApp, url);
  await context.addInitScript(NOTE);
  const program = PROGRAMS[name];
  const html =
    program === undefined
      ? listing(name)
      : '<!doctype html><body><script type="module" src="/recipe.js"></script>';
  await context.route('**/recipe', (route) => route.fulfill({ contentType: 'text/html', body: html }));
  if (program !== undefined) {
    const body = await bundle(program, 'browser');
    await context.route('**/recipe.js', (route) => route.fulfill({ contentType: 'text/javascript', body }));
  }
  const page = await context.newPage();
  page.on('pageerror', ({ message }) => void failures.push(`${name}: ${message}`));
  await page.goto(`${url}/recipe`);
  return page;
};

test('React with urql, Apollo, Vue, Svelte and a bare EventSource come back after a lost line and follow a run through its cooldown', async () => {
  // Throttled after three, until the first cooldown has begun: how quick this machine is does not matter.
  const otpLimit = { count: 3, withinMs: 600_000 };
  await using testApp = await openTestApp({
    simulator: { knobs: { otpLimit } },
    env: { VEGA_COOLDOWN_SECONDS: '4' },
  });
  await using line = await openLine(testApp.url);
  await using browser = await launchChromium();
  const pages = new Map<string, Page>();
  const failures: string[] = [];
  for (const name of [...Object.keys(PROGRAMS), 'events.html'].filter((each) => each !== LEAVES))
    pages.set(name, await open(testApp, line.url, browser, name, failures));
  await until('every subscription', async () => (await countReaders(testApp)) === SUBSCRIPTIONS);
  await until('the line to be dead', async () => !line.cut() && (await countReaders(testApp)) === 0);
  await until('every subscription again', async () => (await countReaders(testApp)) === SUBSCRIPTIONS);

  const urql = pages.get('urql.tsx');
  await urql?.getByRole('button', { name: 'Make what is missing' }).click();

  await until('the cooldown', async () => (await testApp.client.authState()).state === 'COOLDOWN', 40_000);
  otpLimit.count = 100;

  for (const [name, page] of pages) {
    await until(
      `${name} to show six tokens`,
      async () => (await shown(page)).at(-1)?.includes('6/6') === true,
      60_000,
    );
    const counts = (await shown(page))
      .map((text) => /\d\/6/.exec(text)?.[0])
      .filter((count) => count !== undefined);
    expect([name, ...new Set(counts)]).toEqual([name, '0/6', '1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
  }
  for (const name of ['urql.tsx', 'apollo.tsx']) {
    const texts = (await shown(pages.get(name) as Page)).join('\n');
    const ticks = [...texts.matchAll(/Rest for (\d) s/g)].map(([, seconds]) => Number(seconds));
    expect([name, [...new Set(ticks)]]).toEqual([name, [...new Set(ticks)].sort().reverse()]);
    expect(new Set(ticks).size).toBeGreaterThan(2);
  }
  expect(failures).toEqual([]);
}, 120_000);

test('React without a library follows a run, and goes through the gate', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  await using browser = await launchChromium();
  const failures: string[] = [];
  const page = await open(testApp, testApp.url, browser, LEAVES, failures);
  await until('the listing to listen', async () => (await countReaders(testApp)) === 1);
  const generated = testApp.generate('mode: ALL');
  await page.getByText('1/2').waitFor();
  await page.waitForURL(`${testApp.url}/dashboard`);
  await generated;
  await page.getByText('UPSTOX_01 is through the gate.').waitFor();
  expect([(await testApp.client.authState()).state, failures]).toEqual(['DASHBOARD', []]);
});
