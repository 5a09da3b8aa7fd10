import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { expectAccessible, headline, untilSaid, visit } from '../support/page.ts';
import { openTestApp } from '../support/test-app.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test('a run from a partial state: headline, buttons and command line follow the run', async () => {
  await using testApp = await openTestApp({ apis: 2, simulator: { pageDelayMs: 700 } });
  await testApp.generate('mode: PARTIAL, apiNames: [PRIMARY]');
  await using entered = await visit(browser, testApp);
  const { page } = entered;
  await untilSaid(page, 'NEXT Generate what is missing, or accept the partial set.');
  await page.getByRole('button', { name: 'Accept partial set …' }).click();
  await page.getByText('Open the gate of UPSTOX_01 without the rest:').waitFor();

  // Somebody else begins a run: what was asked before is not asked any more.
  await testApp.ask('mutation { generateTokens(mode: INVALID_ONLY) { id } }');
  await untilSaid(page, /MAKING TOKENS 0 of 1 made; WEBSOCKET1 now\. NEXT Nothing: wait\./);
  await page.getByText('Locked: a run is under way.').waitFor();
  expect(await page.locator('.confirm').count()).toBe(0);
  expect(await page.getByText('Locked: a run is under way.').count()).toBe(1);
  expect(await page.getByRole('button', { name: 'Accept partial set …' }).count()).toBe(0);
  for (const name of ['Generate missing', 'Choose …', 'Force regenerate all …'])
    expect(await page.getByRole('button', { name }).getAttribute('aria-disabled')).toBe('true');
  for (const command of ['accept', 'choose', 'force', 'generate']) {
    await page.keyboard.press('/');
    await page.keyboard.type(command);
    await page.keyboard.press('Enter');
    await page.locator('.command-line output').getByText('Locked: a run is under way.').waitFor();
    expect(await page.locator('.confirm, .choose').count()).toBe(0);
  }
  const refused = await testApp.ask('mutation { acceptPartial { state } }');
  expect(refused.errors[0].extensions.code).toBe('WRONG_STATE');
  await page.getByRole('region', { name: 'Run timeline' }).getByRole('row', { name: 'WEBSOCKET1' }).waitFor();
  await expectAccessible(page);

  await untilSaid(page, 'CONFIRMED', 60_000);
  await page.getByRole('region', { name: 'Run timeline' }).waitFor({ state: 'detached' });
  const generate = page.getByRole('button', { name: 'Generate missing' });
  expect(await generate.getAttribute('aria-disabled')).toBe('true');
  await page.getByText('Nothing is missing.').waitFor();
  expect(entered.complaints).toEqual([]);
}, 90_000);

test('a row of the audit log and a line of the last runs open the run: its times, and what was submitted', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  await testApp.generate('mode: ALL');
  await using entered = await visit(browser, testApp);
  const { page } = entered;
  await untilSaid(page, 'CONFIRMED');
  const row = page.locator('.audit-body .audit-row', { hasText: 'The run ended: COMPLETED.' });
  await row.getByRole('button').click();
  const detail = row.locator('.run-detail');
  await detail
    .getByText('Run INVALID_ONLY')
    .or(detail.getByText('Run ALL by BROWSER started'))
    .first()
    .waitFor();
  const table = (await detail.getByRole('table').innerText()).replace(/\s+/g, ' ');
  expect(table).toMatch(
    /PRIMARY dialog \d\d:\d\d, mobile number \d\d:\d\d, .*OTP \d\d:\d\d, PIN \d\d:\d\d, redirect .* exchange .* check with the broker \d\d:\d\d ✓ made \d\d:\d\d \d\d:\d\d:\d\d – \d\d:\d\d:\d\d MOBILE, OTP, PIN, CODE/,
  );
  const [time = '', utc = ''] = await row.locator('> .number').allInnerTexts();
  const minutes = (text: string): number => {
    const [, hour = '', minute = ''] = /(\d\d):(\d\d):\d\d/.exec(text) ?? [];
    return Number(hour) * 60 + Number(minute);
  };
  expect((minutes(time) - minutes(utc) + 1440) % 1440).toBe(330);
  await expectAccessible(page);

  const runs = page.getByRole('region', { name: 'Last runs' });
  await runs.getByRole('button').click();
  await runs.getByRole('row', { name: 'WEBSOCKET1' }).waitFor();
  await page.getByRole('region', { name: 'Next, IST' }).getByText('2 tokens end').waitFor();
  await page.getByRole('region', { name: 'Leases' }).getByText('None yet.').waitFor();
  await expectAccessible(page);
  expect(entered.complaints).toEqual([]);
});

test('after a logout one click does not open the gate; the main button logs in again', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await testApp.generate('mode: ALL');
  await testApp.ask('mutation { logout { state } }');
  await using entered = await visit(browser, testApp);
  const { page } = entered;
  await untilSaid(page, 'IDLE Not logged in; every token is valid. NEXT Log in.');
  expect(await page.locator('.decisions button.primary').allInnerTexts()).toEqual(['Log in']);
  await page.getByRole('button', { name: 'Generate missing' }).click({ force: true });
  await page.keyboard.press('/');
  await page.keyboard.type('generate');
  await page.keyboard.press('Enter');
  await page.locator('.command-line output').getByText('Nothing is missing.').waitFor();
  expect(await headline(page)).toContain('⊘ GATE SHUT');
  await page.getByRole('button', { name: 'Log in' }).click();
  await untilSaid(page, 'CONFIRMED');
  expect(await headline(page)).toContain('✓ GATE OPEN');
  expect(entered.complaints).toEqual([]);
});
