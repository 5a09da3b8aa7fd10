import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { built } from '../support/built.ts';
import { plantToken, plantVerdict } from '../support/plant.ts';
import { Screen } from '../support/screen.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let main: string;
let testApp: TestApp;
beforeAll(async () => {
  main = await built('src/main.ts');
  testApp = await openTestApp();
});
afterAll(async () => {
  await testApp[Symbol.asyncDispose]();
});

const open = (columns: number, env: Readonly<Record<string, string>> = {}, at: TestApp = testApp): Screen =>
  new Screen({
    columns,
    rows: 100,
    directory: at.directory,
    env: { VEGA_PORT: new URL(at.url).port, VEGA_OPERATOR_KEY: at.app.operatorKey, ...env },
  });

const vega = (command: string): string => `${process.execPath} ${main} ${command}`.trim();

/** What differs from one run to the next, in as many characters. */
const masked = (text: string): string =>
  text
    // Said to root alone.
    .replace(/\n +The browser runs without its sandbox[^→]*→ Run vega-auth as another user\./, '')
    .replace(/\b\d+ entries/, 'N entries')
    .replaceAll(testApp.url, 'http://127.0.0.1:28020')
    .replaceAll(testApp.broker.url, 'http://127.0.0.1:18080')
    .replace(/^ {4}\/\S*(?:chrom|Chrom)\S*$/m, '    /usr/bin/chromium')
    .replace(/Chromium [\d.]+/, 'Chromium 1.0')
    .replace(/[\d,]+ MB/, '1,000 MB')
    .replace(/clock is 1 s \w+ (?:of )?the broker's/, "clock agrees with the broker's to the second")
    .replace(/(?:\d+ h \d\d m|\d+ [ms]) +(?=\d{4}-)/g, '10 h 00 m  ')
    .replace(/\b(?:AMBER|RED {2})/g, 'GREEN')
    .replace(/, for less than [^.]+\./g, '.')
    .replace(/\d{4}-\d\d-\d\d (?=\d\d:\d\d:\d\d)/g, '2026-11-24 ')
    .replace(/\b\d\d:\d\d:\d\d\b/g, '03:30:00')
    .replace(/\b\d+ h \d\d m|\b\d+ m(?= left)/g, '10 h 00 m')
    .replace(/[█░]+/g, (bar) => '█'.repeat(Math.ceil(bar.length / 2)).padEnd(bar.length, '░'))
    .replace(/\b\d:\d\d\b(?!:)/g, '0:00')
    .replace(/127\.0\.0\.1:\d{2,5}\b(?=\/upstox)/g, '127.0.0.1:18080')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) =>
      id.startsWith('0de3') ? id : 'id'.padEnd(36, '-'),
    );

/** Green, yellow or red, by how late it is. */
const glows = (text: string): boolean => ['31', '32', '33'].some((code) => text.includes(`\u001b[${code}m`));

const plantMorning = (testApp: TestApp): void => {
  plantToken(testApp, 'PRIMARY');
  plantVerdict(testApp, 'WEBSOCKET1', 'VALID');
  plantVerdict(testApp, 'WEBSOCKET2', 'INVALID');
  plantVerdict(testApp, 'WEBSOCKET3', 'EXPIRED');
  plantVerdict(testApp, 'OPTIONCHAIN1', 'UNKNOWN');
  plantVerdict(testApp, 'OPTIONCHAIN2', 'MISSING');
};

const SEEN = ['status', 'expiry', 'accounts', 'apis', 'keys', 'doctor', 'audit --verify', 'abort', '--help'];

test.each([80, 120])(
  'every command that shows something fits a terminal of %i columns',
  async (columns) => {
    using screen = open(columns);
    const screens: string[] = [];
    for (const command of SEEN) {
      if (command === 'status') plantMorning(testApp);
      const seen = await screen.run(vega(command));
      expect(seen.split('\n').every((line) => line.length <= columns)).toBe(true);
      screens.push(`$ vega-auth ${command}\n${seen}`);
    }
    await expect(masked(screens.join('\n'))).toMatchFileSnapshot(path.join('screens', `${columns}.txt`));
  },
  60_000,
);

test('a run is made from the menu and shown as it goes; what is valid is confirmed before it is replaced', async () => {
  await using own = await openTestApp();
  using screen = open(80, {}, own);
  plantMorning(own);
  plantVerdict(own, 'OPTIONCHAIN1', 'VALID');
  screen.type(`clear; ${vega('')}`);
  await screen.sees(/4\. Abort/);
  const menu = screen.text();
  screen.press('1');
  await screen.sees(/Replace PRIMARY, WEBSOCKET1, OPTIONCHAIN1, although valid\?/);
  screen.press('n');
  await screen.sees(/^\$$/m);

  screen.type(`clear; ${vega('')}`);
  await screen.sees(/navigate/);
  screen.press('2');
  await screen.sees(/▶ WEBSOCKET2/);
  await screen.sees(/Invalid Tokens {2}: 0\n\n.*\nNext: .*\n\$$/m);
  const after = screen.text();
  expect(masked(menu.slice(menu.indexOf('│')))).toMatchInlineSnapshot(`
    "│
    ◆  Choose Action
    │  ○ 1. Generate ALL
    │  ● 2. Generate ONLY invalid (WEBSOCKET2, WEBSOCKET3, OPTIONCHAIN2)
    │  ○ 3. Generate selected
    │  ○ 4. Abort
    │  ↑/↓ to navigate • Enter: confirm
    └"
  `);
  expect(masked(after.slice(after.indexOf('◇')))).toMatchInlineSnapshot(`
    "◇  Choose Action
    │  2. Generate ONLY invalid

     ✓ WEBSOCKET2    DONE                    0:00
     ✓ WEBSOCKET3    DONE                    0:00
     ✓ OPTIONCHAIN2  DONE                    0:00
     ████████████░░░░░░░░░░░░ 3/3  account 6/6  0:00
    Token Status Summary  UPSTOX_01  AUTH_CONFIRMED
    ------------------------------------------------------------
    ✓ PRIMARY       : VALID      until 03:30 IST, 10 h 00 m left
    ✓ WEBSOCKET1    : VALID      until 03:30 IST, 10 h 00 m left
    ✓ WEBSOCKET2    : VALID      until 03:30 IST, 10 h 00 m left
    ✓ WEBSOCKET3    : VALID      until 03:30 IST, 10 h 00 m left
    ✓ OPTIONCHAIN1  : VALID      until 03:30 IST, 10 h 00 m left
    ✓ OPTIONCHAIN2  : VALID      until 03:30 IST, 10 h 00 m left

    Valid Tokens    : 6
    Invalid Tokens  : 0

    Every token is valid.
    Next: Enter the dashboard.
    $"
  `);
});

test('"3. Generate selected (comma separated)": "1, 3" is typed as text, and a wrong answer is asked for again', async () => {
  await using own = await openTestApp({ apis: 3 });
  using screen = open(80, {}, own);
  plantToken(own, 'WEBSOCKET1');
  screen.type(`clear; ${vega('')}`);
  await screen.sees(/navigate/);
  screen.press('3');
  await screen.sees(/Comma separated, such as 1, 3/);
  const asked = screen.text();
  screen.type('1, 9');
  await screen.sees(/There is no 9: give numbers from 1 to 3\./);
  screen.press('BSpace');
  screen.type('3');
  await screen.sees(/▶ (?:PRIMARY|WEBSOCKET2)/);
  await screen.sees(/Invalid Tokens {2}: 0\n\n.*\nNext: .*\n\$$/m);
  expect(screen.text()).toContain(' 2/2  account 3/3');
  expect(own.broker.log.filter(({ kind }) => kind === 'PIN')).toHaveLength(2);
  expect(masked(asked.slice(asked.indexOf('◆')))).toMatchInlineSnapshot(`
    "◆  Which ones? Comma separated, such as 1, 3
    1. PRIMARY     NOT FOUND
    2. WEBSOCKET1  VALID
    3. WEBSOCKET2  NOT FOUND
    │  1, 3
    └"
  `);
});

test('"Generate: 1) Remaining 2) All 3) Select APIs": --mode=auto shows three choices, under the menu’s numbers', async () => {
  await using own = await openTestApp({ apis: 3 });
  using screen = open(80, {}, own);
  plantToken(own, 'PRIMARY');
  screen.type(`clear; ${vega('--mode=auto')}; echo "[ended: $?]"`);
  await screen.sees(/navigate/);
  // Whoever touches a key is not hurried.
  screen.press('Down');
  await screen.sees(/● 3\. Generate selected/);
  const seen = screen.text();
  screen.press('C-c');
  await screen.sees(/\[ended: \d\]/);
  expect(masked(seen.slice(seen.indexOf('◆')))).toMatchInlineSnapshot(`
    "◆  Choose Action
    │  ○ 1. Generate ALL
    │  ○ 2. Generate ONLY invalid
    │  ● 3. Generate selected (pick from the list)
    │  ↑/↓ to navigate • Enter: confirm
    └"
  `);
  expect(own.broker.log.filter(({ kind }) => kind === 'DIALOG')).toEqual([]);
});

test('--mode=auto asks a terminal for ten seconds, and then makes what remains by itself', async () => {
  await using own = await openTestApp({ apis: 2 });
  using screen = open(80, {}, own);
  plantToken(own, 'PRIMARY');
  screen.type(`clear; ${vega('--mode=auto')}; echo "[ended: $?]"`);
  await screen.sees(/Choose Action \(2 by itself in 8 s\)/);
  await screen.sees(/2 of 2 tokens valid[\s\S]*\[ended: 0\]/);
  expect(own.broker.log.filter(({ kind }) => kind === 'OTP_GENERATE')).toHaveLength(1);
});

test('colour is for a terminal that wants it; a pipe gets plain text and whole lines', async () => {
  plantMorning(testApp);
  using coloured = open(80);
  await coloured.run(vega('expiry'));
  expect(glows(coloured.text({ withColours: true }))).toBe(true);
  using plain = open(80, { NO_COLOR: '1' });
  await plain.run(vega('expiry'));
  expect(glows(plain.text({ withColours: true }))).toBe(false);
  using narrow = open(40);
  const narrowed = await narrow.run(vega('expiry'));
  expect(masked(narrowed)).toContain('PRIMARY       GREEN');
  const piped = await narrow.run(`${vega('apis')} 2>/dev/null | grep -c upstox/callback`);
  expect(piped).toMatch(/^6$/m);
  const gone = await narrow.run(`${vega('--help')} | head -1`);
  expect(gone).toBe('Usage: vega-auth [options] [command]\n[exit 0]\n');
});
