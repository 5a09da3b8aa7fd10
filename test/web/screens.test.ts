import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { expectAccessible, stranger, type Visit, visit } from '../support/page.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

/** `VEGA_SCREENS=folder` keeps a picture of every screen. */
const FOLDER = process.env.VEGA_SCREENS;

const SIZES = [
  { width: 1280, height: 720 },
  { width: 390, height: 844 },
];

let browser: Browser;
let testApp: TestApp;
beforeAll(async () => {
  browser = await launchChromium();
  testApp = await openTestApp();
  await testApp.generate('mode: PARTIAL, apiNames: [PRIMARY, WEBSOCKET1]');
});
afterAll(async () => {
  await testApp[Symbol.asyncDispose]();
  await browser.close();
});

/** Holds the page as it is against axe, in both themes and sizes: nothing is cut off at the right. */
const examine = async (page: Page, name: string): Promise<void> => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const size of SIZES) {
      await page.setViewportSize(size);
      await expectAccessible(page);
      const tooWide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect([name, size.width, tooWide]).toEqual([name, size.width, 0]);
      if (FOLDER === undefined) continue;
      mkdirSync(FOLDER, { recursive: true });
      await page.screenshot({ path: path.join(FOLDER, `${name}-${size.width}-${colorScheme}.png`) });
    }
  }
};

const VIEWS: readonly (readonly [name: string, path: string, sign: string])[] = [
  ['account', '/', '.tokens tbody tr'],
  ['accounts', '/accounts', 'main h2'],
  ['apis', '/apis', 'main h2'],
  ['keys', '/keys', 'main h2'],
  ['login-success', '/login-success', 'main h2'],
  ['dashboard', '/dashboard', 'main'],
];

test.each(VIEWS)(
  'the view %s is whole and accessible in every size and theme',
  async (name, at, sign) => {
    await using entered: Visit = await visit(browser, testApp);
    await entered.page.goto(`${testApp.url}${at}`);
    await entered.page.locator('.headline').waitFor();
    await entered.page.locator(sign).first().waitFor();
    await entered.page.getByText('Being read …').first().waitFor({ state: 'detached' });
    await examine(entered.page, name);
    expect(entered.complaints).toEqual([]);
  },
  60_000,
);

test('the help is whole and accessible in every size and theme', async () => {
  await using entered = await visit(browser, testApp);
  await entered.page.locator('.headline').waitFor();
  await entered.page.keyboard.press('?');
  await entered.page.locator('.help').waitFor();
  await examine(entered.page, 'help');
});

const DOORS: readonly (readonly [name: string, path: string])[] = [
  ['locked-out', '/'],
  ['unknown-path', '/no-such-page'],
  ['used-link', '/login?token=used'],
];

test.each(DOORS)(
  'what a person without a session sees at %s says a way on',
  async (name, at) => {
    await using outside = await stranger(browser, testApp.url);
    await outside.page.goto(`${testApp.url}${at}`);
    await outside.page.locator('h1, h2').first().waitFor();
    await examine(outside.page, name);
  },
  60_000,
);
