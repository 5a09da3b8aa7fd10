import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Checkpoint } from '../src/services/runs/checkpoints.ts';
import type { ServiceFailure } from '../src/simulator/api/service-refusal.ts';
import type { LoginStep } from '../src/simulator/scenarios.ts';
import { SECOND, SECOND_ENVIRONMENT } from './accounts/two-logins.ts';
import { type Browsers, watchBrowsers } from './support/browsers.ts';
import { openTestApp, type TestApp, type TestAppOptions, until } from './support/test-app.ts';

/** A broker that remembers the first factor of its browser, and asks for rest at the second app. */
const openPausing = async (options: Partial<TestAppOptions> & { cooldownSeconds: number }) => {
  const hanging: LoginStep[] = [];
  const refused: Partial<Record<LoginStep, ServiceFailure>> = {};
  const testApp = await openTestApp({
    apis: 2,
    simulator: {
      scenario: 'session-reuse',
      knobs: { hangingSteps: hanging, refusedSteps: refused },
      ...options.simulator,
    },
    env: {
      VEGA_STEP_TIMEOUT_SECONDS: '2',
      VEGA_COOLDOWN_SECONDS: String(options.cooldownSeconds),
      ...options.env,
    },
    onCheckpoint: (checkpoint: Checkpoint) => {
      if (checkpoint === 'API_DONE') hanging.push('AUTHORIZE');
      if (checkpoint === 'COOLDOWN_STORED') hanging.length = 0;
    },
  });
  return { testApp, hanging, refused };
};

const otpRequests = ({ broker }: TestApp): number =>
  broker.log.filter(({ kind }) => kind === 'OTP_GENERATE').length;

const statusOf = async (testApp: TestApp, id: string): Promise<string> =>
  (await testApp.ask(`{ generationRun(id: "${id}") { status } }`)).data.generationRun.status;

const NONE = { browsers: 0, contexts: 0, pages: 0 };
const KEPT = { browsers: 1, contexts: 1, pages: 0 };

let browsers: Browsers;
beforeEach(() => {
  browsers = watchBrowsers();
});
afterEach(() => browsers[Symbol.dispose]());

test('a run that rests keeps its session, so the broker is asked for one OTP', async () => {
  const { testApp } = await openPausing({ cooldownSeconds: 3 });
  await using _testApp = testApp;
  const { id, status } = await testApp.generate('mode: ALL');
  expect(status).toBe('COOLDOWN');
  expect(browsers.count()).toEqual(KEPT);

  await until('the end of the run', async () => (await statusOf(testApp, id)) === 'COMPLETED');
  expect(otpRequests(testApp)).toBe(1);
  expect(browsers.launched).toBe(1);
  await until('the browser to be gone', () => browsers.groups().length === 0);
  expect(browsers.count()).toEqual(NONE);
});

test('a run whose browser has died meanwhile goes on with a new one', async () => {
  const { testApp } = await openPausing({ cooldownSeconds: 3 });
  await using _testApp = testApp;
  const { id } = await testApp.generate('mode: ALL');
  for (const group of browsers.groups()) process.kill(-group, 'SIGKILL');

  await until('the end of the run', async () => (await statusOf(testApp, id)) === 'COMPLETED');
  expect([otpRequests(testApp), browsers.launched]).toEqual([2, 2]);
  expect(browsers.count()).toEqual(NONE);
});

test('a run of another account opens its own session in the browser of the paused one, and closes no other', async () => {
  const { testApp } = await openPausing({
    cooldownSeconds: 600,
    simulator: { others: [SECOND] },
    env: SECOND_ENVIRONMENT,
  });
  await using _testApp = testApp;
  const paused = await testApp.generate('mode: ALL, accountId: "UPSTOX_01"');
  expect(paused.status).toBe('COOLDOWN');
  const first = otpRequests(testApp);
  const other = await testApp.generate('mode: ALL, accountId: "UPSTOX_02"');

  // It begins with the mobile number: nothing of the other session is known to its broker.
  expect(other.steps[0]).toMatchObject({ status: 'DONE' });
  expect(otpRequests(testApp)).toBeGreaterThan(first);
  expect(browsers.launched).toBe(1);
  await testApp.ask(`mutation { abortGeneration(runId: "${other.id}") { status } }`);
  expect(browsers.count()).toEqual(KEPT);
});

describe('the session that a paused run has kept is closed', () => {
  test('when the run is aborted', async () => {
    const { testApp } = await openPausing({ cooldownSeconds: 600 });
    await using _testApp = testApp;
    const { id } = await testApp.generate('mode: ALL');
    expect(browsers.count()).toEqual(KEPT);
    await testApp.ask(`mutation { abortGeneration(runId: "${id}") { status } }`);

    expect(browsers.count()).toEqual(NONE);
    expect(browsers.groups()).toEqual([]);
  });

  test('when the program closes', async () => {
    const { testApp } = await openPausing({ cooldownSeconds: 600 });
    await testApp.generate('mode: ALL');
    expect(browsers.count()).toEqual(KEPT);
    await testApp[Symbol.asyncDispose]();

    expect(browsers.count()).toEqual(NONE);
    expect(browsers.groups()).toEqual([]);
  });

  test('when the run goes on and ends in a quarantine', async () => {
    const { testApp, refused } = await openPausing({ cooldownSeconds: 3 });
    await using _testApp = testApp;
    const { id } = await testApp.generate('mode: ALL');
    expect(browsers.count()).toEqual(KEPT);
    refused.PIN = 'WRONG_PIN';

    await until('the end of the run', async () => (await statusOf(testApp, id)) === 'STOPPED');
    expect((await testApp.ask('{ authState { blockedBy } }')).data.authState.blockedBy).toBe(
      'CREDENTIALS_REJECTED',
    );
    expect(browsers.count()).toEqual(NONE);
    expect(browsers.groups()).toEqual([]);
  });

  test('when another process takes the browser, and the run goes on with a new one', async () => {
    const { testApp } = await openPausing({ cooldownSeconds: 6 });
    await using _testApp = testApp;
    const { id } = await testApp.generate('mode: ALL');
    expect(browsers.count()).toEqual(KEPT);

    await using other = await holdBrowser(path.join(testApp.directory, 'browser.lock'));
    await until('the browser to make way', () => browsers.groups().length + browsers.count().browsers === 0);
    expect(browsers.count()).toEqual(NONE);
    await other.letGo();
    await until('the end of the run', async () => (await statusOf(testApp, id)) === 'COMPLETED');
    expect([otpRequests(testApp), browsers.launched]).toEqual([2, 2]);
  });
});

/** A process that has the machine's browser until it is told to let go. */
const holdBrowser = async (file: string) => {
  const address = pathToFileURL(path.resolve('src/db/files/browser-lock.ts')).href;
  const script = `
    import { takeBrowserLock } from ${JSON.stringify(address)};
    const { kind } = takeBrowserLock(${JSON.stringify(file)}, 'elsewhere', new Date());
    console.log(kind);
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const letGo = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  const [said] = await once(child.stdout, 'data');
  expect(String(said).trim()).toBe('HELD');
  return { letGo, [Symbol.asyncDispose]: letGo };
};
