import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countReaders } from '../rest/rest-caller.ts';
import { launchChromium } from '../support/chromium.ts';
import { expectAccessible, headline, rowOf, untilSaid, visit } from '../support/page.ts';
import { openTestApp, until } from '../support/test-app.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** Notes every number of tokens that a page ever shows, and every text that a screen reader would be told. */
const NOTE = `
globalThis.counts = new Set();
globalThis.heard = [];
new MutationObserver(() => {
  const count = document.querySelector('.progress b')?.textContent;
  if (count) counts.add(count);
  const said = document.querySelector('[role=status]')?.textContent;
  if (said && said !== heard.at(-1)) heard.push(said);
}).observe(document, { subtree: true, childList: true, characterData: true });`;

const auditTexts = (page: Page): Promise<string[]> => page.locator('.audit-body .message').allInnerTexts();

test('from the login link to the dashboard, in two tabs over one connection', async () => {
  await using testApp = await openTestApp({ simulator: { pageDelayMs: 60 } });
  await using entered = await visit(browser, testApp);
  const { page, context } = entered;
  await context.addInitScript(NOTE);
  await page.reload();
  await untilSaid(page, 'IDLE');
  expect(new URL(page.url()).pathname).toBe('/');
  expect(await headline(page)).toBe(
    'AUTH STATE ○ IDLE Not logged in: all 6 tokens missing. NEXT Generate what is missing. ⊘ GATE SHUT Go to dashboard ⊘ locked until confirmed',
  );
  expect(await rowOf(page, 'PRIMARY')).toBe('▸ PRIMARY ○ NOT FOUND – – not yet');
  await expectAccessible(page);

  const second = await context.newPage();
  await second.goto(testApp.url);
  await untilSaid(second, 'IDLE');
  await second.locator('.bar-end').getByText('LIVE').waitFor();
  expect(await countReaders(testApp)).toBe(1);

  // The dashboard is locked, whatever is pressed; the keyboard starts the run.
  await page.getByRole('button', { name: /Go to dashboard/ }).click({ force: true });
  expect(await testApp.client.authState()).toMatchObject({ state: 'IDLE' });
  await page.keyboard.press('/');
  await page.keyboard.type('generate');
  await page.keyboard.press('Enter');
  await page.getByText('The run is stored.').waitFor();
  await untilSaid(page, /MAKING TOKENS \d of 6 made/);
  await page.getByRole('button', { name: 'Generate missing' }).click({ force: true });
  expect(await page.locator('.decisions').innerText()).toContain('Locked: a run is under way.');

  // The tab that holds the connection goes in the middle of it; the other one goes on.
  await page.close();
  await untilSaid(second, 'CONFIRMED', 60_000);
  await until('one connection again', async () => (await countReaders(testApp)) === 1);
  // It says more in the last hour before 03:30 IST.
  expect(await headline(second)).toMatch(
    /^AUTH STATE ✓ CONFIRMED Every token is valid(, for less than .+)?\. NEXT Enter the dashboard\. ✓ GATE OPEN Go to dashboard →$/,
  );
  expect(await rowOf(second, 'OPTIONCHAIN2')).toMatch(
    /^▸ OPTIONCHAIN2 ✓ VALID [●▲■] \d+[hm] \d\d[ms].* \w{3} 03:30 \d\d:\d\d:\d\d$/,
  );
  expect(await second.title()).toBe('✓ CONFIRMED · gate open · UPSTOX_01');
  await expectAccessible(second);

  const counts = (await second.evaluate('[...counts]')) as string[];
  expect([...new Set(counts)]).toEqual(['0 / 6', '1 / 6', '2 / 6', '3 / 6', '4 / 6', '5 / 6', '6 / 6']);
  const heard = (await second.evaluate('heard')) as string[];
  expect(heard.at(-1)).toMatch(/^UPSTOX_01\. CONFIRMED\. GATE OPEN\. 6 of 6 tokens valid/);
  expect(heard.length).toBeLessThan(20);

  // What was written down meanwhile stands there once and in order.
  const { nodes } = await testApp.client.auditLog({ first: 10 });
  expect((await auditTexts(second)).slice(0, 10)).toEqual(nodes.map(({ message }) => message));

  await second.getByRole('button', { name: 'Go to dashboard' }).click();
  await untilSaid(second, 'DASHBOARD');
  await second.waitForURL(`${testApp.url}/dashboard`);
  await second.getByText('UPSTOX_01 is through the gate.').waitFor();
  expect((await testApp.client.authState()).state).toBe('DASHBOARD');
  await expectAccessible(second);
  expect(entered.complaints).toEqual([]);
}, 120_000);

test('the keyboard alone reaches every view and every danger, and a danger wants the account’s name', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  await testApp.generate('mode: ALL');
  await using entered = await visit(browser, testApp);
  const { page } = entered;
  await untilSaid(page, 'CONFIRMED');

  await page.keyboard.press('F4');
  await page.getByText('Access token generated').waitFor();
  const card = (await page.locator('.cards').innerText()).replace(/\s+/g, ' ');
  expect(card).toContain('EXCHANGES NSE NFO BSE CDS BFO BCD ORDER TYPES MARKET LIMIT SL SL-M');
  expect(card).not.toContain(testApp.broker.account.email);
  await expectAccessible(page);
  for (const [key, text] of [
    ['F8', 'These come from the environment'],
    ['F9', 'Add an account'],
    ['F10', 'No program was handed a token yet.'],
  ] as const) {
    await page.keyboard.press(key);
    await page.getByText(text).waitFor();
    await expectAccessible(page);
  }
  await page.keyboard.press('F2');
  await page.keyboard.press('?');
  await page.getByRole('region', { name: 'Help' }).waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Force regenerate all' }).focus();
  await page.keyboard.press('Enter');
  const confirm = page.locator('.confirm');
  await confirm.getByText('Force regenerate all of UPSTOX_01:').waitFor();
  await expectAccessible(page);
  await page.keyboard.type('UPSTOX_02');
  await page.keyboard.press('Enter');
  expect(await confirm.getByRole('button', { name: 'Regenerate all' }).isDisabled()).toBe(true);
  await page.keyboard.press('Escape');
  await confirm.waitFor({ state: 'detached' });
  expect(testApp.rows('select 1 from vega_generation_runs')).toHaveLength(1);

  await page.keyboard.press('/');
  await page.keyboard.type('logout');
  await page.keyboard.press('Enter');
  await confirm.getByText('Log UPSTOX_01 out:').waitFor();
  await page.keyboard.type('UPSTOX_01');
  await page.keyboard.press('Enter');
  await untilSaid(page, 'IDLE Not logged in; every token is valid. NEXT');
  expect(await headline(page)).toContain('⊘ GATE SHUT');

  // On a phone, and enlarged twice: nothing lies beside the page.
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  for (const viewport of [
    { width: 390, height: 844 },
    { width: 640, height: 360 },
  ]) {
    await page.setViewportSize(viewport);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    await expectAccessible(page);
  }
  expect(entered.complaints).toEqual([]);
});

test('some tokens are chosen, and one that works is replaced only when that is agreed to', async () => {
  await using testApp = await openTestApp({ apis: 3 });
  await using entered = await visit(browser, testApp);
  const { page, complaints } = entered;
  await untilSaid(page, 'IDLE');
  await page.getByRole('button', { name: 'Choose …' }).click();
  const choose = page.locator('.choose');
  const box = (name: string) => choose.getByRole('checkbox', { name });
  expect(await box('WEBSOCKET2').isChecked()).toBe(true);
  await box('PRIMARY').uncheck();
  await box('WEBSOCKET1').uncheck();
  await expectAccessible(page);
  await choose.getByRole('button', { name: 'Generate these' }).click();
  const made = () => testApp.rows('select api_name from upstox_tokens').map(({ api_name }) => api_name);
  await until('the token', () => made().length === 1);
  expect(made()).toEqual(['WEBSOCKET2']);
  await page.getByText('Locked: a run is under way.').first().waitFor({ state: 'detached' });

  const [before] = testApp.rows('select access_token from upstox_tokens');
  await page.getByRole('button', { name: 'Choose …' }).click();
  await box('PRIMARY').uncheck();
  await box('WEBSOCKET1').uncheck();
  await box('WEBSOCKET2').check();
  const go = choose.getByRole('button', { name: 'Generate these' });
  expect(await go.isDisabled()).toBe(true);
  await box('Replace WEBSOCKET2, although valid').check();
  await go.click();
  await until('another token', () => {
    const [row] = testApp.rows('select access_token from upstox_tokens');
    return row !== undefined && row.access_token !== before.access_token;
  });
  await page.getByText('Locked: a run is under way.').first().waitFor({ state: 'detached' });

  await page.keyboard.press('/');
  await page.keyboard.type('generate websocket1 nonsense');
  await page.keyboard.press('Enter');
  await page.getByText('There is no such API: NONSENSE.').waitFor();
  await page.keyboard.type('generate websocket1');
  await page.keyboard.press('Enter');
  await until('the third', () => made().includes('WEBSOCKET1'));
  expect(made()).not.toContain('PRIMARY');
  expect(complaints).toEqual([]);
});
