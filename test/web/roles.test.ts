import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linesOf } from '../roles/role-desk.ts';
import { launchChromium } from '../support/chromium.ts';
import { expectAccessible, visit } from '../support/page.ts';
import { openTestApp, until } from '../support/test-app.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test('the page shows what serves each role, applies a plan, and imports a token that it never shows', async () => {
  await using testApp = await openTestApp({ apis: 2, simulator: { scenario: 'one-app' } });
  await testApp.generate('mode: ALL');
  const analytics = testApp.broker.issueYearlyToken('ANALYTICS');
  testApp.guard('the analytics token', analytics);
  await using entered = await visit(browser, testApp);
  const { page, complaints } = entered;
  await page.goto(`${testApp.url}/apis`);
  const panel = page.getByRole('region', { name: 'Roles', exact: true });
  await panel.getByRole('button', { name: 'Serve WEBSOCKET1 with the token of PRIMARY' }).click();
  await panel.getByText('SHARED with PRIMARY').waitFor();
  await until('the role to be served', async () =>
    (await linesOf(testApp)).includes('WEBSOCKET1 SHARED PRIMARY VALID'),
  );
  const form = page.getByRole('region', { name: 'Import a token made by hand' });
  await form.getByLabel('Kind').selectOption('ANALYTICS');
  await form.getByLabel('Access token').fill(analytics);
  await form.getByLabel('WEBSOCKET1').check();
  await form.getByRole('button', { name: 'Verify and store' }).click();
  await form.getByText('The broker confirmed it, and it is stored.').waitFor();
  expect(await form.getByLabel('Access token').inputValue()).toBe('');
  await panel.getByRole('row', { name: /WEBSOCKET1 ANALYTICS/ }).waitFor();
  expect(await page.content()).not.toContain(analytics);
  await expectAccessible(page);
  expect(complaints).toEqual([]);
});
