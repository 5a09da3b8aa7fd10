import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTwoLogins, SECOND_ENVIRONMENT } from '../accounts/two-logins.ts';
import { countReaders } from '../rest/rest-caller.ts';
import { launchChromium } from '../support/chromium.ts';
import { expectAccessible, headline, stranger, untilSaid, visit } from '../support/page.ts';
import { openTestApp, until } from '../support/test-app.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test('another account is another page: its own state, its own gate, locked until it is confirmed', async () => {
  await using broker = await openTwoLogins();
  await using testApp = await openTestApp({ broker, apis: 2, env: SECOND_ENVIRONMENT });
  await testApp.generate('mode: ALL');
  await using entered = await visit(browser, testApp);
  const { page, context } = entered;
  await untilSaid(page, 'CONFIRMED');
  const other = await context.newPage();
  await other.goto(testApp.url);
  await untilSaid(other, 'CONFIRMED');

  await page.getByRole('button', { name: 'Account UPSTOX_01' }).press('Enter');
  await page.getByRole('menuitem', { name: 'UPSTOX_02' }).waitFor();
  await expectAccessible(page);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Account UPSTOX_02' }).waitFor();
  for (const tab of [page, other]) {
    await untilSaid(tab, 'IDLE Not logged in: all 2 tokens missing.');
    expect(await headline(tab)).toContain('⊘ GATE SHUT Go to dashboard ⊘ locked until confirmed');
    expect(await tab.title()).toBe('○ IDLE · gate shut · UPSTOX_02');
  }
  expect(await countReaders(testApp)).toBe(1);

  await page.bringToFront();
  await page.getByRole('button', { name: 'Generate missing' }).click();
  await untilSaid(page, 'CONFIRMED', 40_000);
  await untilSaid(other, 'CONFIRMED');
  expect((await testApp.ask('{ ready(accountId: "UPSTOX_02") }')).data.ready).toBe(true);
  expect(entered.complaints).toEqual([]);
});

test('a VIEWER sees everything and presses nothing, and is sent away in the moment the key is revoked', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await using operator = await visit(browser, testApp);
  const { page: keys } = operator;
  await untilSaid(keys, 'IDLE');
  await keys.keyboard.press('F10');
  await keys.getByLabel('Name').fill('watcher');
  await keys.getByLabel('Role').selectOption('VIEWER');
  await keys.getByRole('button', { name: 'Make key' }).click();
  const secret = await keys.locator('.secret').innerText();
  expect(secret).toMatch(/^vega_viewer_/);
  await keys.getByRole('button', { name: 'I have it' }).click();
  expect(await keys.locator('body').innerText()).not.toContain(secret);

  await using watcher = await stranger(browser, testApp.url);
  const { page } = watcher;
  await page.goto(testApp.url);
  await page.getByRole('heading', { name: 'Locked out' }).waitFor();
  await expectAccessible(page);
  await page.getByLabel('Access key').fill('a guess');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('This request carries no valid key.').waitFor();
  await page.getByLabel('Access key').fill(secret);
  await page.getByRole('button', { name: 'Log in' }).click();
  await untilSaid(page, 'IDLE');
  await page.getByText('You are VIEWER: you see everything and change nothing').waitFor();
  expect(await page.locator('main button:not(.row-button)').count()).toBe(0);
  await page.keyboard.press('/');
  await page.keyboard.type('generate');
  await page.keyboard.press('Enter');
  await page.getByText('Refused: a VIEWER changes nothing.').waitFor();
  await until('the events of both', async () => (await countReaders(testApp)) === 2);

  await keys.getByRole('button', { name: 'Revoke watcher' }).click();
  await keys.keyboard.type('watcher');
  await keys.keyboard.press('Enter');
  await keys.getByText('✕ revoked').waitFor();
  await page.getByRole('heading', { name: 'Locked out' }).waitFor();
  expect(await page.locator('body').innerText()).not.toContain('UPSTOX_01');
  await untilSaid(keys, 'IDLE');
  expect([...watcher.complaints, ...operator.complaints]).toEqual([]);
});
