import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fillQueue, openSlowBroker, SPACED_ENVIRONMENT } from '../accounts/queue-shown.ts';
import { launchChromium } from '../support/chromium.ts';
import { expectAccessible, visit } from '../support/page.ts';
import { openTestApp } from '../support/test-app.ts';

/** `VEGA_SCREENS=folder` keeps a picture of every screen. */
const FOLDER = process.env.VEGA_SCREENS;

test('the page shows who has the browser and who waits for it, of every account', async () => {
  await using browser = await launchChromium();
  const { broker, stopAnswering } = await openSlowBroker();
  await using _broker = broker;
  await using testApp = await openTestApp({ broker, apis: 2, env: SPACED_ENVIRONMENT });
  await using entered = await visit(browser, testApp);
  const { page } = entered;
  await page.locator('.headline').waitFor();
  const panel = page.getByRole('region', { name: 'Browser' });
  expect(await panel.count()).toBe(0);
  await fillQueue(testApp, stopAnswering);
  const lines = panel.getByRole('listitem');
  await lines.filter({ hasText: 'UPSTOX_02' }).filter({ hasText: 'typing the PIN' }).waitFor();
  await lines.filter({ hasText: 'UPSTOX_01' }).filter({ hasText: 'the OTP spacing' }).waitFor();
  const said = await lines.allInnerTexts();
  expect(
    said.map((text) =>
      text
        .replace(/\s+/g, ' ')
        .replace(/\d\d:\d\d:\d\d/g, 'HH:MM:SS')
        .replace(/\d\d:\d\d$/, 'MM:SS'),
    ),
  ).toMatchInlineSnapshot(`
    [
      "▶ UPSTOX_02 PRIMARY: typing the PIN, since HH:MM:SS",
      "◷ UPSTOX_01 WEBSOCKET1 waits for the OTP spacing, since HH:MM:SS, until HH:MM:SS IST MM:SS",
    ]
  `);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const size of [
      { width: 1280, height: 720 },
      { width: 390, height: 844 },
    ]) {
      await page.setViewportSize(size);
      await expectAccessible(page);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
      if (FOLDER === undefined) continue;
      mkdirSync(FOLDER, { recursive: true });
      await panel.scrollIntoViewIfNeeded();
      await page.screenshot({ path: path.join(FOLDER, `queue-${size.width}-${colorScheme}.png`) });
    }
  }
  for (const id of ['UPSTOX_01', 'UPSTOX_02'])
    await testApp.ask(`mutation { logout(accountId: "${id}") { state } }`);
  await panel.waitFor({ state: 'detached' });
  expect(entered.complaints).toEqual([]);
}, 180_000);
