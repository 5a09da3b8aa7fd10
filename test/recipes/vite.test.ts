import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createServer } from 'vite';
import { expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { openTestApp, until } from '../support/test-app.ts';
import { listing } from './listings.ts';

const PAGE = `<!doctype html><p id="said"></p><p id="heard"></p><script type="module">
const query = 'mutation { generateTokens(mode: ALL) { status } }';
const session = { 'x-vega-page-key': localStorage.getItem('vega-page-key') ?? '' };
const headers = { 'content-type': 'application/json', ...session };
const answer = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
said.textContent = JSON.stringify(await answer.json());
const stream = '/graphql?query=' + encodeURIComponent('subscription { authState { state } }');
const reader = (await fetch(stream, { headers: { accept: 'text/event-stream', ...session } })).body.getReader();
for (let part = await reader.read(); !part.done; part = await reader.read())
  heard.textContent += new TextDecoder().decode(part.value);
</script>`;

test('a page of somebody’s own, served by Vite, logs in with the link, acts and listens', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await using browser = await launchChromium();
  // Vite is looked for from where its settings lie.
  const folder = mkdtempSync(path.resolve('node_modules/.frontend-'));
  writeFileSync(path.join(folder, 'index.html'), PAGE);
  const settings = path.join(folder, 'vite.config.ts');
  writeFileSync(settings, listing('vite.config.ts').replace('http://127.0.0.1:28020', testApp.url));
  const server = await createServer({
    root: folder,
    configFile: settings,
    logLevel: 'silent',
    server: { port: 0, host: '127.0.0.1' },
  });
  try {
    await server.listen();
    const url = server.resolvedUrls?.local[0]?.replace(/\/$/, '') ?? '';
    const page = await browser.newPage();
    await page.goto(url);
    await page.locator('#said').getByText('UNAUTHENTICATED').waitFor();
    await page.goto(`${url}${testApp.app.issueLoginPath()}`);
    await page.locator('#said').getByText('RUNNING').waitFor();
    await until('the news', async () =>
      (await page.locator('#heard').innerText()).includes('AUTH_CONFIRMED'),
    );
    expect(testApp.rows('select api_name from upstox_tokens')).toEqual([{ api_name: 'PRIMARY' }]);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
