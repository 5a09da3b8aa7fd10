import { type Browser, chromium, type Page } from 'playwright';
import { expect, test } from 'vitest';
import { findChromium } from '../../src/broker/chromium/chromium.ts';
import { openTestApp } from '../support/test-app.ts';

const launch = (): Promise<Browser> => {
  const found = findChromium({ headless: true });
  if (found === undefined) throw new Error('run `npm run setup` first');
  return chromium.launch({ executablePath: found.executablePath });
};

const open = async (page: Page, url: string, query: string): Promise<void> => {
  await page.goto(`${url}/graphql?query=${encodeURIComponent(query)}`);
  await page.getByRole('button', { name: /execute/i }).click();
};

test('GraphiQL runs the mutation and the subscription, and asks no other host for anything', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  await using browser = await launch();
  const context = await browser.newContext();
  const foreign: string[] = [];
  context.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(testApp.url))
      foreign.push(request.url());
  });
  const [watcher, actor] = [await context.newPage(), await context.newPage()];
  await watcher.goto(`${testApp.url}${testApp.app.issueLoginPath()}`);
  await watcher.waitForURL(`${testApp.url}/`);

  await open(watcher, testApp.url, 'subscription { tokenProgress { generated total current step } }');
  await open(
    actor,
    testApp.url,
    'mutation { generateTokens(mode: ALL) { status steps { apiName status } } }',
  );
  const result = (page: Page) => page.locator('.graphiql-response');
  await result(actor).getByText('RUNNING').waitFor();
  await expect.poll(() => result(watcher).innerText(), { timeout: 20_000 }).toMatch(/"generated":\s*2/);
  expect(foreign).toEqual([]);
});

test('a browser without a session is told in words how to get one', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await using browser = await launch();
  const page = await browser.newPage();
  const response = await page.goto(`${testApp.url}/graphql`);
  expect(response?.status()).toBe(401);
  expect(await page.innerText('body')).toContain('open the link that the server printed');
});
