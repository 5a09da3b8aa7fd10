import { expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { openTestApp, until } from '../support/test-app.ts';
import { openLine } from './breakable-line.ts';
import { readEvents } from './event-reader.ts';
import { countReaders } from './rest-caller.ts';

test('an EventSource whose connection broke comes back by itself and misses nothing', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await using line = await openLine(testApp.url);
  await using browser = await launchChromium();
  const page = await browser.newPage();
  await page.goto(`${line.url}${testApp.app.issueLoginPath()}`);
  await page.goto(`${line.url}/livez`);
  await page.evaluate(`{
    globalThis.ids = [];
    globalThis.opened = 0;
    const sse = new EventSource('/auth/events');
    sse.addEventListener('open', () => { opened += 1; });
    for (const name of ['AUTH_STATE', 'TOKEN_PROGRESS', 'AUTH_CONFIRMED', 'GAP'])
      sse.addEventListener(name, (event) => ids.push(name === 'GAP' ? name : Number(event.lastEventId)));
  }`);
  await until('the page to listen', async () => (await page.evaluate('ids.length')) === 1);
  line.cut();
  await until('nobody to listen', async () => (await countReaders(testApp)) === 0);
  await testApp.generate('mode: ALL');
  line.mend();
  const witness = await readEvents(testApp, '?lastEventId=0');
  await until('the end', () => witness.seen.some(({ name }) => name === 'AUTH_CONFIRMED'));
  witness.leave();
  const named = ['AUTH_STATE', 'TOKEN_PROGRESS', 'AUTH_CONFIRMED'];
  const told = witness.seen.filter(({ name }) => named.includes(name)).map(({ id }) => id);
  await until('the page to be told', async () => (await page.evaluate('ids.at(-1)')) === told.at(-1));
  expect(await page.evaluate('opened')).toBe(2);
  expect(await page.evaluate('ids.slice(1)')).toEqual(told);
});
