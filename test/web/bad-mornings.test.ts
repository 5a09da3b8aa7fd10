import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findChromium } from '../../src/broker/chromium/chromium.ts';
import { holdLock } from '../db/temporary-database.ts';
import { launchChromium } from '../support/chromium.ts';
import { openLine } from '../support/line.ts';
import { expectAccessible, headline, rowOf, untilSaid, visit } from '../support/page.ts';
import { openBroker, openTestApp, until } from '../support/test-app.ts';

let browser: Browser;
const folder = mkdtempSync(path.join(tmpdir(), 'vega-page-'));
/** Here is no display: the program believes that there is a window. */
const windowed = path.join(folder, 'chromium');
beforeAll(async () => {
  writeFileSync(windowed, `#!/bin/sh\nexec ${findChromium({ headless: true })?.executablePath} "$@"\n`);
  chmodSync(windowed, 0o755);
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

test('throttled: the page counts the cooldown down, offers no way around it, and goes on by itself', async () => {
  const otpLimit = { count: 2, withinMs: 600_000 };
  await using testApp = await openTestApp({
    apis: 3,
    simulator: { knobs: { otpLimit } },
    env: { VEGA_COOLDOWN_SECONDS: '6' },
  });
  await using entered = await visit(browser, testApp);
  const { page } = entered;
  await page.getByRole('button', { name: 'Generate missing' }).click();
  await untilSaid(page, /COOLDOWN 00:0\d/);
  otpLimit.count = 100;
  expect(await headline(page)).toMatch(
    /^AUTH STATE ◷ COOLDOWN 00:0\d The broker needs rest; WEBSOCKET2 missing\. NEXT Nothing: it goes on by itself when the time is up\. ⊘ GATE SHUT/,
  );
  const panel = page.getByRole('region', { name: 'Cooldown timer' });
  const before = Number((await panel.getByRole('timer').innerText()).slice(3));
  await until('a second to go by', async () => {
    const now = await panel.getByRole('timer').innerText();
    return Number(now.slice(3)) < before;
  });
  await page.getByText('Locked until the cooldown ends.').first().waitFor();
  await page.getByRole('button', { name: 'Generate missing' }).click({ force: true });
  expect(await page.locator('.tokens .sub').innerText()).toContain('THROTTLED');
  await expectAccessible(page);
  await untilSaid(page, 'CONFIRMED', 40_000);
  await panel.getByText('No cooldown.').waitFor();
  expect(testApp.rows('select 1 from vega_generation_runs')).toHaveLength(1);
  expect(entered.complaints).toEqual([]);
});

test('a CAPTCHA: the page says who has to do what and how long there is, and goes on when it is solved', async () => {
  await using testApp = await openTestApp({
    apis: 1,
    simulator: { scenario: 'captcha' },
    env: { UPSTOX_HEADLESS: 'false', VEGA_CHROMIUM_PATH: windowed, VEGA_CAPTCHA_WAIT_SECONDS: '120' },
  });
  await using entered = await visit(browser, testApp);
  const { page } = entered;
  await page.getByRole('button', { name: 'Generate missing' }).click();
  await untilSaid(page, /CAPTCHA 0[12]:\d\d The broker shows a CAPTCHA, and the run waits for you\./);
  const screen = await page.locator('.captcha').innerText();
  expect(screen).toContain('Solve the CAPTCHA of UPSTOX_01 by hand.');
  expect(screen).toContain('Abort this run');
  expect(await page.getByRole('button', { name: 'Generate missing' }).count()).toBe(0);
  await expectAccessible(page);
  testApp.broker.faults.captcha = false;
  await untilSaid(page, 'CONFIRMED', 40_000);
  expect(entered.complaints).toEqual([]);
});

test('a rejected PIN: the page asks for the reason, shows the server’s refusal in its place, and clears', async () => {
  await using testApp = await openTestApp({ apis: 1, simulator: { scenario: 'wrong-pin' } });
  await using entered = await visit(browser, testApp);
  const { page } = entered;
  await page.getByRole('button', { name: 'Generate missing' }).click();
  await untilSaid(page, 'QUARANTINE');
  expect(await page.locator('.tokens .sub').innerText()).toContain('Had been sent: MOBILE, OTP, PIN.');
  await page.getByRole('button', { name: 'Clear quarantine' }).click();
  await page.locator('.quarantine').getByRole('alert').waitFor();
  expect(await page.locator('.quarantine').getByRole('alert').innerText()).toContain(
    'reason should say in words what was found.',
  );
  await expectAccessible(page);
  await page
    .getByLabel('What was wrong, and what have you put right?')
    .fill('The PIN was changed on the phone.');
  await page.keyboard.press('Enter');
  await untilSaid(page, 'PARTIAL');
  await page.locator('.audit').getByText('The PIN was changed on the phone.').waitFor();
  expect(entered.complaints).toEqual([]);
});

test('a locked database: the page says what lies in memory, and when the file has everything again', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  await using entered = await visit(browser, testApp);
  const { page } = entered;
  await untilSaid(page, 'IDLE');
  {
    await using _lock = await holdLock(path.join(testApp.directory, 'vega_trade.db'));
    await page.getByRole('button', { name: 'Generate missing' }).click();
    await untilSaid(page, 'CONFIRMED', 40_000);
    expect(await rowOf(page, 'PRIMARY')).toContain('✓ VALID ⚠ IN MEMORY');
    expect((await page.locator('.health').innerText()).replace(/\s+/g, ' ')).toMatch(
      /DB ⚠ DEGRADED API ✓ OK CACHE ⚠ DEGRADED/,
    );
    await page.locator('.findings').getByText('The database cannot be written (SQLITE_BUSY)').waitFor();
    await expectAccessible(page);
  }
  await page.getByText('Nothing to look at.').waitFor();
  expect(await rowOf(page, 'PRIMARY')).not.toContain('MEMORY');
  expect(entered.complaints).toEqual([]);
});

test('a lost line and a restart: nothing on the page looks sure, it comes back by itself and has missed nothing', async () => {
  await using broker = await openBroker();
  await using first = await openTestApp({ apis: 1, broker });
  await using line = await openLine(first.url);
  await using entered = await visit(browser, first, line.url);
  const { page } = entered;
  await page.getByRole('button', { name: 'Generate missing' }).click();
  await untilSaid(page, 'CONFIRMED', 40_000);
  await page.locator('.bar-end').getByText('LIVE').waitFor();

  // The line goes down, and while nobody can tell the page, a key is made.
  line.lead('http://127.0.0.1:1');
  await until('every connection to be cut', () => !line.cut());
  await untilSaid(page, /OFFLINE for \d s Last known: CONFIRMED, gate open\. Nothing below is sure\./);
  expect(await headline(page)).toMatch(/\? GATE UNKNOWN$/);
  expect(await page.title()).toBe('✕ OFFLINE · gate unknown · UPSTOX_01');
  await page.getByText('Offline: nothing can be done from here').waitFor();
  await expectAccessible(page);
  await first.client.createAccessKey({ input: { name: 'made in the dark', role: 'VIEWER' } });
  line.lead(first.url);
  await untilSaid(page, 'CONFIRMED');
  await page.locator('.audit').getByText('made in the dark').waitFor();
  expect(await page.locator('.audit').getByText('made in the dark').count()).toBe(1);

  // Another process, the same database: who was logged in still is, until the operator ends it.
  await first.app[Symbol.asyncDispose]();
  await untilSaid(page, 'OFFLINE');
  await using second = await openTestApp({ apis: 1, broker, directory: first.directory });
  line.lead(second.url);
  await untilSaid(page, 'CONFIRMED');
  await second.client.endSessions();
  await page.getByRole('heading', { name: 'Locked out' }).waitFor();
  expect(await page.locator('body').innerText()).not.toContain('UPSTOX_01');
  await expectAccessible(page);
  await page.goto(`${line.url}${second.app.issueLoginPath()}`);
  await untilSaid(page, 'CONFIRMED');
  await page.locator('.audit').getByText('made in the dark').waitFor();
  expect(entered.complaints).toEqual([]);
});
