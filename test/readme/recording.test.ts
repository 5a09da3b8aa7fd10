import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { built } from '../support/built.ts';
import { launchChromium } from '../support/chromium.ts';
import { untilSaid, visit } from '../support/page.ts';
import { Screen } from '../support/screen.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

/**
 * The terminal and the page that the README shows, from a real run against the simulator. Run as a test it holds the
 * README to what is seen; `npm run record` puts what is seen into the README.
 */
const ROOT = path.resolve(import.meta.dirname, '../..');
const README = path.join(ROOT, 'README.md');
const PICTURE = path.join(import.meta.dirname, 'page.png');
const PLACE = /(?<=<!-- recorded by `npm run record` -->\n+```\n)[\s\S]*?(?=^```)/m;

const isRecording = process.env.VEGA_RECORD === '1';

/** A terminal in which the program has its name. */
const openTerminal = async (testApp: TestApp): Promise<Screen> => {
  const screen = new Screen({
    columns: 80,
    rows: 40,
    directory: testApp.directory,
    env: { VEGA_PORT: new URL(testApp.url).port, VEGA_OPERATOR_KEY: testApp.app.operatorKey },
  });
  screen.type(`vega-auth() { ${process.execPath} ${await built('src/main.ts')} "$@"; }`);
  return screen;
};

/** What differs from one run to the next. */
const masked = (text: string): string =>
  text
    .replace(/\d+ h \d\d m|\d+ m(?= left)/g, 'T')
    .replace(/\d+:\d\d\b/g, '0:00')
    // Said in the last hour before 03:30 IST.
    .replace(/, for less than [^.]+\./g, '.')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:28020')
    .trim();

test('the README shows the terminal and the page as they are', async () => {
  await using testApp = await openTestApp({ simulator: { pageDelayMs: 100 } });
  using screen = await openTerminal(testApp);
  screen.type('clear; vega-auth');
  await screen.sees(/4\. Abort/);
  const asked = screen.text();
  screen.press('2');
  await screen.sees(/✓ WEBSOCKET2/);
  const underWay = screen.text();
  await screen.sees(/Invalid Tokens {2}: 0\n\n.*\nNext: .*\n\n?\$$/m);
  const made = screen.text();

  const lastOf = (text: string, from: string): string => text.slice(text.lastIndexOf(from));
  const shown = [
    `$ vega-auth\n${asked}`,
    lastOf(underWay, '◇'),
    lastOf(made, 'Token Status Summary').replace(/\n*\$$/, ''),
  ]
    .join('\n\n⋯\n\n')
    .replaceAll(testApp.url, 'http://127.0.0.1:28020');

  const readme = readFileSync(README, 'utf8');
  if (isRecording) {
    writeFileSync(
      README,
      readme.replace(PLACE, () => `${shown}\n`),
    );
    await photograph(testApp);
    return;
  }
  // In between it is as far as it happens to be.
  const [before, , after] = shown.split('⋯').map(masked);
  const [wasBefore, , wasAfter] = (readme.match(PLACE)?.[0] ?? '').split('⋯').map(masked);
  expect([before, after]).toEqual([wasBefore, wasAfter]);
  expect(readFileSync(PICTURE).subarray(1, 4).toString()).toBe('PNG');
}, 180_000);

const photograph = async (testApp: TestApp): Promise<void> => {
  const browser = await launchChromium();
  await using visited = await visit(browser, testApp);
  const { page } = visited;
  await untilSaid(page, 'GATE OPEN');
  await page.screenshot({ path: PICTURE, animations: 'disabled' });
  await browser.close();
};
