import { expect, test } from 'vitest';
import { plantEntries, scrollToOldest } from '../support/audit-scroll.ts';
import { launchChromium } from '../support/chromium.ts';
import { untilSaid, visit } from '../support/page.ts';
import { openTestApp } from '../support/test-app.ts';

const ROWS = 50_000;

test('fifty thousand entries scroll page by page to the oldest, with few rows drawn', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  plantEntries(testApp, ROWS);
  await using browser = await launchChromium();
  await using entered = await visit(browser, testApp);
  const { page } = entered;
  await untilSaid(page, 'IDLE');
  await page.locator('.audit').getByText('planted entry 50000').waitFor();

  const { drawn, isAtEnd } = await scrollToOldest(page, ROWS);
  expect(isAtEnd).toBe(true);
  expect(drawn).toBeLessThan(80);

  // What comes on top pushes nothing away, and the newest is one key away.
  const rowcount = () => page.locator('.audit').getAttribute('aria-rowcount');
  const before = Number(await rowcount());
  const reading = await page.locator('.audit-body .audit-row').nth(14).innerText();
  await testApp.client.createAccessKey({ input: { name: 'new on top', role: 'VIEWER' } });
  await expect.poll(rowcount).toBe(String(before + 1));
  await expect.poll(async () => (await page.locator('.audit-body').innerText()).includes(reading)).toBe(true);
  await page.locator('.audit').press('Home');
  await page.locator('.audit').getByText('new on top').waitFor();

  await page.getByLabel('Severity').selectOption('WARN');
  await page.locator('.audit').getByText('planted entry 49950').waitFor();
  expect(await page.locator('.audit-body').innerText()).not.toContain('INFO');
  expect(entered.complaints).toEqual([]);
}, 90_000);
