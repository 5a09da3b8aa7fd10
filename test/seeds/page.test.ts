import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { holderOf } from '../support/callers.ts';
import { launchChromium } from '../support/chromium.ts';
import { expectAccessible, headline, stranger, untilSaid, visit } from '../support/page.ts';
import { openTestApp } from '../support/test-app.ts';
import { seed } from './seeds.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const enteredCount =
  "select count(*) as n from vega_audit_entries where message like '%AUTH_CONFIRMED%DASHBOARD%'";

/** The rows of the wireframe that are titles of a panel. */
const TITLES = [
  'TOKEN PROGRESS',
  'COOLDOWN TIMER',
  'TOKEN EXPIRY TIMELINE',
  'SYSTEM HEALTH',
  'AUDIT LOG (LIVE)',
];

test('6. UI WIREFRAME: AUTH STATE: PARTIAL (PRIMARY MISSING), the block beside it, and a panel for each row', async () => {
  await using testApp = await openTestApp({ apis: 2, simulator: { scenario: 'wrong-pin' } });
  await using entered = await visit(browser, testApp);
  const { page } = entered;
  await page.getByRole('button', { name: 'Generate missing' }).click();
  await untilSaid(page, /PARTIAL .* QUARANTINE/);
  const wireframe = seed('wireframe.txt');
  const state = /AUTH STATE: (.*?) *│/.exec(wireframe)?.[1] ?? '';
  expect(await headline(page)).toMatch(/^AUTH STATE ◐ PARTIAL \(PRIMARY MISSING\) ⚠ QUARANTINE /);
  expect(await headline(page)).toContain(state);
  for (const title of TITLES) {
    expect(wireframe).toContain(title);
    await page
      .getByRole('heading', { level: 2, name: new RegExp(`^${title.replace(/[()]/g, '\\$&')}$`, 'i') })
      .waitFor();
  }
  const progress = await page.getByRole('region', { name: 'Token progress' }).innerText();
  expect(progress.replace(/\s+/g, ' ')).toBe(
    'TOKEN PROGRESS 0 / 2 valid PRIMARY ○ NOT FOUND WEBSOCKET1 ○ NOT FOUND',
  );
  await expectAccessible(page);
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  expect(entered.complaints).toEqual([]);
});

test('"redirect": "/dashboard" enters for a session that may, and one click is not asked for twice', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await testApp.generate('mode: ALL');
  await using entered = await visit(browser, testApp);
  const { page } = entered;
  await untilSaid(page, 'CONFIRMED');

  // Reading the address changes nothing, whoever reads it: the loaded page acts.
  const headers = { authorization: `Bearer ${testApp.app.operatorKey}`, accept: 'text/html' };
  expect((await fetch(`${testApp.url}/dashboard`, { headers })).status).toBe(200);
  expect((await testApp.client.authState()).state).toBe('AUTH_CONFIRMED');

  // Whom another site sends here is asked.
  await page.goto('data:text/html,<title>elsewhere</title>');
  await page.evaluate(`location.href = '${testApp.url}/dashboard'`);
  await page.getByText('nobody has gone through the gate yet').waitFor();
  expect(await page.locator('main').innerText()).not.toContain('is locked');
  expect((await testApp.client.authState()).state).toBe('AUTH_CONFIRMED');

  await page.goto(`${testApp.url}/dashboard`);
  await page.getByText('UPSTOX_01 is through the gate.').waitFor();
  await expectAccessible(page);
  await page.reload();
  await page.getByText('UPSTOX_01 is through the gate.').waitFor();
  expect(testApp.rows(enteredCount)).toEqual([{ n: 1 }]);
});

test('PRIMARY missing → cannot advance: /dashboard says why not, with the way on', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await using entered = await visit(browser, testApp);
  const { page } = entered;
  await untilSaid(page, 'IDLE');
  await page.goto(`${testApp.url}/dashboard`);
  await page.getByText('The dashboard of UPSTOX_01 is locked.').waitFor();
  const said = (await page.getByRole('region', { name: 'Dashboard' }).innerText()).replace(/\s+/g, ' ');
  expect(said).toBe(
    'DASHBOARD ⊘ The dashboard of UPSTOX_01 is locked. It opens when everything is confirmed. Not logged in: PRIMARY missing. Next: Generate what is missing. ← To the account',
  );
  await expectAccessible(page);
  expect((await testApp.client.authState()).state).toBe('IDLE');
  await page.getByRole('button', { name: 'To the account' }).click();
  await page.getByRole('button', { name: 'Generate missing' }).waitFor();
  expect(entered.complaints).toEqual([]);
});

test('Dashboard locked until confirmed: without a session, and for who only reads', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await testApp.generate('mode: ALL');
  const viewer = await holderOf(testApp, { name: 'wall', role: 'VIEWER' });
  await using visitor = await stranger(browser, testApp.url);
  const { page } = visitor;
  await page.goto(`${testApp.url}/dashboard`);
  await page.getByRole('heading', { name: 'Locked out' }).waitFor();
  await page.getByRole('heading', { name: 'Come in with a link' }).waitFor();
  await page.getByLabel('Access key of the role OPERATOR or VIEWER').fill(viewer.key);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('Everything is confirmed, but you are VIEWER').waitFor();
  await page.getByText('log in with a key of the role OPERATOR, or have an operator act').waitFor();
  await expectAccessible(page);
  expect((await testApp.client.authState()).state).toBe('AUTH_CONFIRMED');
});
