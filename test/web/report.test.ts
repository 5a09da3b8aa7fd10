import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { expectAccessible, untilSaid, visit } from '../support/page.ts';
import { openTestApp } from '../support/test-app.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test('the page shows the report of a day as text and as a picture', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await testApp.generate('mode: ALL');
  await using entered = await visit(browser, testApp);
  const { page, complaints } = entered;
  await untilSaid(page, 'CONFIRMED');
  const panel = page.getByRole('region', { name: 'Morning report' });
  await panel.getByRole('button', { name: 'Read the report of a trading day' }).click();
  await panel.getByText(/PRIMARY +stored after/).waitFor();
  await panel
    .getByRole('table', { name: 'Logins of the day' })
    .getByRole('row', { name: 'PRIMARY' })
    .waitFor();
  expect((await panel.locator('pre').innerText()).split('\n')).toEqual(
    (await testApp.client.morningReport()).lines,
  );
  await expectAccessible(page);
  await panel.getByLabel('Day', { exact: true }).fill('2020-01-06');
  await panel.getByText('nothing of it is known').waitFor();
  expect(complaints).toEqual([]);
});
