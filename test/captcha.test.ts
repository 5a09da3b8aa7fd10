import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findChromium } from '../src/broker/chromium/chromium.ts';
import { openTestApp, type TestApp, until } from './support/test-app.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'vega-window-'));
const browser = path.join(folder, 'chromium');

/** Here is no display: the browser is told to open a window and opens none, and for the program all is as with one. */
beforeAll(() => {
  writeFileSync(browser, `#!/bin/sh\nexec ${findChromium({ headless: true })?.executablePath} "$@"\n`);
  chmodSync(browser, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

const openWindow = (waitSeconds: number): Promise<TestApp> =>
  openTestApp({
    apis: 2,
    simulator: { scenario: 'captcha' },
    env: {
      UPSTOX_HEADLESS: 'false',
      VEGA_CHROMIUM_PATH: browser,
      VEGA_CAPTCHA_WAIT_SECONDS: String(waitSeconds),
    },
  });

const STATE =
  '{ authState { blockedBy run { status waitingUntil steps { status failure { code submitted } } } } }';
const stateOf = async (testApp: TestApp) => (await testApp.ask(STATE)).data.authState;

test('a run waits for the person who solves the CAPTCHA, and goes on when the page has moved on', async () => {
  await using testApp = await openWindow(30);
  await testApp.ask('mutation { generateTokens(mode: ALL) { id } }');
  await until('the wait', async () => (await stateOf(testApp)).run.status === 'WAITING_OPERATOR');
  const { blockedBy, run } = await stateOf(testApp);
  expect(blockedBy).toBe('CAPTCHA');
  const waits = new Date(run.waitingUntil).getTime() - Date.now();
  expect(waits).toBeGreaterThan(20_000);
  expect(waits).toBeLessThanOrEqual(30_000);
  expect(testApp.broker.log.filter(({ kind }) => kind === 'OTP_GENERATE')).toEqual([]);

  testApp.broker.faults.captcha = false;
  await until('the end', async () => (await stateOf(testApp)).run.status === 'COMPLETED');
  expect(await stateOf(testApp)).toMatchObject({ blockedBy: null, run: { waitingUntil: null } });
});

test('a CAPTCHA that nobody solves in time ends the run, and nothing resumes it', async () => {
  await using testApp = await openWindow(1);
  const end = await testApp.generate('mode: ALL');
  expect(end).toMatchObject({
    status: 'STOPPED',
    steps: [{ status: 'FAILED', failure: { code: 'CAPTCHA', submitted: [] } }, { status: 'SKIPPED' }],
  });
  expect((await stateOf(testApp)).blockedBy).toBe('CAPTCHA');
  expect(testApp.broker.log.filter(({ kind }) => kind === 'OTP_GENERATE')).toEqual([]);
});
