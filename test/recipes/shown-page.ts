import type { BrowserContext, Page } from 'playwright';
import { bundle, listing } from './listings.ts';

/** Shows the progress by the SDK. */
const byTheSdk = (options: string, show: string): string => `
  import { createVegaClient } from 'vega-auth/sdk';
  for await (const event of createVegaClient(${options}).events())
    if (event.__typename === 'TokenProgressEvent') ${show}(event.progress.generated + '/' + event.progress.total);`;

/** A worker reaches no localStorage: its page tells it the page key, here as its name. */
const WORKER = byTheSdk('{ pageKey: name }', 'postMessage');

/** What makes a page of each listing: some are whole programs, some are components. Two more are the SDK's. */
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
  SDK: byTheSdk('', '(count => { document.body.textContent = count; })'),
  'SDK in a worker': `
    const name = localStorage.getItem('vega-page-key');
    const worker = new Worker('/recipe-worker.js', { type: 'module', name });
    worker.onmessage = ({ data }) => { document.body.textContent = data; };`,
};

/** Notes every text that the page ever showed. */
const NOTE = `
globalThis.shown = [];
new MutationObserver(() => {
  const text = document.body?.innerText ?? '';
  if (text !== shown.at(-1)) shown.push(text);
}).observe(document, { subtree: true, childList: true, characterData: true });`;

/** Every text that the page has shown, in order. */
export const shown = (page: Page): Promise<string[]> => page.evaluate('shown');

/** Opens a listing as a page of the server, in a context that is logged in. */
export const openListing = async (
  context: BrowserContext,
  url: string,
  name: string,
  failures: string[],
): Promise<Page> => {
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
  await context.route('**/recipe-worker.js', async (route) =>
    route.fulfill({ contentType: 'text/javascript', body: await bundle(WORKER, 'browser') }),
  );
  const page = await context.newPage();
  page.on('pageerror', ({ message }) => void failures.push(`${name}: ${message}`));
  await page.goto(`${url}/recipe`);
  return page;
};
