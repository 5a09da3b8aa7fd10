import { expect, test } from 'vitest';
import { demoApps, internalClientId } from '../src/simulator/account.ts';
import type { ScenarioName } from '../src/simulator/simulator.ts';
import { drawn } from './support/repetitions.ts';
import { openTestApp } from './support/test-app.ts';

/** What a run of three APIs comes to in each scenario: `API status code submitted`. */
const OUTCOMES: Readonly<Record<Exclude<ScenarioName, 'revoked'>, readonly string[]>> = {
  happy: ['PRIMARY DONE', 'WEBSOCKET1 DONE', 'WEBSOCKET2 DONE'],
  'wrong-pin': [
    'PRIMARY FAILED CREDENTIALS_REJECTED MOBILE+OTP+PIN',
    'WEBSOCKET1 SKIPPED',
    'WEBSOCKET2 SKIPPED',
  ],
  throttled: ['PRIMARY DONE', 'WEBSOCKET1 DONE', 'WEBSOCKET2 FAILED THROTTLED MOBILE'],
  captcha: ['PRIMARY FAILED CAPTCHA ', 'WEBSOCKET1 SKIPPED', 'WEBSOCKET2 SKIPPED'],
  'app-rejected': ['PRIMARY DONE', 'WEBSOCKET1 DONE', 'WEBSOCKET2 FAILED APP_REJECTED '],
  'page-changed': ['PRIMARY FAILED PAGE_CHANGED ', 'WEBSOCKET1 SKIPPED', 'WEBSOCKET2 SKIPPED'],
  'edge-blocked': ['PRIMARY FAILED BROKER_UNREACHABLE ', 'WEBSOCKET1 SKIPPED', 'WEBSOCKET2 SKIPPED'],
  hang: ['PRIMARY FAILED BROKER_UNREACHABLE MOBILE', 'WEBSOCKET1 SKIPPED', 'WEBSOCKET2 SKIPPED'],
  consent: ['PRIMARY FAILED ACTION_REQUIRED MOBILE+OTP+PIN', 'WEBSOCKET1 SKIPPED', 'WEBSOCKET2 SKIPPED'],
  'session-reuse': ['PRIMARY DONE', 'WEBSOCKET1 DONE', 'WEBSOCKET2 DONE'],
  'one-token': [
    'PRIMARY FAILED TOKEN_ENDED MOBILE+OTP+PIN+CODE',
    'WEBSOCKET1 FAILED TOKEN_ENDED MOBILE+OTP+PIN+CODE',
    'WEBSOCKET2 DONE',
  ],
  'one-app': ['PRIMARY DONE', 'WEBSOCKET1 FAILED APP_REJECTED ', 'WEBSOCKET2 FAILED APP_REJECTED '],
  extended: ['PRIMARY DONE', 'WEBSOCKET1 DONE', 'WEBSOCKET2 DONE'],
  'feed-refused': ['PRIMARY DONE', 'WEBSOCKET1 DONE', 'WEBSOCKET2 DONE'],
  'replayed-totp': ['PRIMARY DONE', 'WEBSOCKET1 DONE', 'WEBSOCKET2 DONE'],
};

interface Step {
  readonly apiName: string;
  readonly status: string;
  readonly failure: {
    readonly code: string;
    readonly nextAction: string;
    readonly submitted: readonly string[];
  } | null;
}

test.for(drawn(Object.entries(OUTCOMES), 5))(
  'a broker that is "%s" leads to the right end',
  async ([scenario, expected]) => {
    await using testApp = await openTestApp({
      apis: 3,
      simulator: { scenario: scenario as ScenarioName },
      env: { VEGA_STEP_TIMEOUT_SECONDS: '3' },
    });
    const { steps } = await testApp.generate('mode: ALL');
    const outcome = (steps as Step[]).map(({ apiName, status, failure }) =>
      failure === null
        ? `${apiName} ${status}`
        : `${apiName} ${status} ${failure.code} ${failure.submitted.join('+')}`,
    );
    expect(outcome).toEqual(expected);
    const pins = testApp.broker.log.filter(({ kind }) => kind === 'PIN').length;
    const taken = (steps as Step[]).filter(
      ({ status }) => status !== 'SKIPPED' && status !== 'PENDING',
    ).length;
    expect(pins).toBeLessThanOrEqual(taken);
  },
);

test('the APIs behind a rejected PRIMARY app are still made', async () => {
  await using testApp = await openTestApp({
    apis: 2,
    simulator: { knobs: { rejectedApps: { 0: 'UDAPI100068' } } },
  });
  const { status, steps } = await testApp.generate('mode: ALL');
  expect(status).toBe('STOPPED');
  expect(steps.map((step: Step) => `${step.apiName} ${step.status}`)).toEqual([
    'PRIMARY FAILED',
    'WEBSOCKET1 DONE',
  ]);
});

test('a token that the broker does not confirm is kept and does not count as valid', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  testApp.broker.faults.profile = 'server-error';
  const { steps } = await testApp.generate('mode: ALL');
  expect(steps[0].failure).toMatchObject({ code: 'UNVERIFIED', submitted: ['MOBILE', 'OTP', 'PIN', 'CODE'] });
  expect(testApp.rows('select api_name, is_active from upstox_tokens')).toEqual([
    { api_name: 'PRIMARY', is_active: 1 },
  ]);
  expect((await testApp.ask('{ tokens { verdict } }')).data.tokens).toEqual([{ verdict: 'UNKNOWN' }]);
});

test('a token of another user is not kept', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  testApp.broker.faults.profileByClient.set(testApp.broker.apps[1]?.clientId ?? '', 'wrong-user');
  const { steps } = await testApp.generate('mode: ALL');
  expect(steps[1].failure.code).toBe('WRONG_ACCOUNT');
  expect(testApp.rows('select api_name from upstox_tokens')).toEqual([{ api_name: 'PRIMARY' }]);
});

test('a token that worked comes back when the one in its place turns out to be another user’s', async () => {
  let isStranger = false;
  const testApp = await openTestApp({
    apis: 1,
    onCheckpoint: (checkpoint) => {
      if (!isStranger || checkpoint !== 'STORE_ENTERED') return;
      testApp.broker.faults.profileByClient.set(testApp.broker.apps[0]?.clientId ?? '', 'wrong-user');
    },
  });
  await using _opened = testApp;
  await testApp.generate('mode: ALL');
  const present = () => testApp.rows('select access_token, validity_at, generated_at from upstox_tokens');
  const [before] = present();
  isStranger = true;
  const { steps } = await testApp.generate('mode: ALL, replaceValid: true');
  expect(steps[0].failure.code).toBe('WRONG_ACCOUNT');
  const [after] = present();
  expect([after?.access_token === before.access_token, after?.validity_at, after?.generated_at]).toEqual([
    true,
    before.validity_at,
    before.generated_at,
  ]);
  expect((await testApp.ask('{ tokens { verdict version } }')).data.tokens).toEqual([
    { verdict: 'UNKNOWN', version: 3 },
  ]);
});

test('a code whose exchange fails is never sent again', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  testApp.broker.faults.token = 'server-error';
  const { steps } = await testApp.generate('mode: ALL');
  expect(steps[0].failure).toMatchObject({ code: 'CODE_SPENT', submitted: ['MOBILE', 'OTP', 'PIN', 'CODE'] });
  expect(testApp.broker.log.filter(({ kind }) => kind === 'TOKEN')).toHaveLength(1);
});

test('an interval that the broker names counts from when it had the request, however late it was sent', async () => {
  const first = internalClientId(demoApps[0] ?? expect.fail('no app'));
  const sendsTheFirstLate = `
    const fetched = window.fetch;
    window.fetch = async (url, options) => {
      const isFirst = location.href.includes('${first}');
      if (isFirst && String(url).includes('/otp/generate')) await new Promise((go) => setTimeout(go, 1500));
      return fetched(url, options);
    };`;
  const knobs = { otpIntervalSeconds: 2, pageScript: sendsTheFirstLate };
  await using testApp = await openTestApp({ apis: 2, simulator: { knobs } });
  expect((await testApp.generate('mode: ALL')).status).toBe('COMPLETED');
  const [early = 0, late = 0] = testApp.broker.log
    .filter(({ kind }) => kind === 'OTP_GENERATE')
    .map(({ at }) => at);
  expect(late - early).toBeGreaterThanOrEqual(2000);
});

test.each([
  ['which it names', 'OTP limit exceeded. Try again after 30 minutes.', 30 * 60],
  ['which is shorter than a cooldown', 'Too many requests, wait for 1 minute.', 660],
  ['which it does not name, in words that nobody knows', 'That will not do.', 660],
])('a refused OTP request rests for a time %s', async (_what, message, seconds) => {
  await using testApp = await openTestApp({
    apis: 1,
    env: { VEGA_STEP_TIMEOUT_SECONDS: '5' },
  });
  testApp.broker.faults.otpRefusal = { code: 1017991, message };
  await testApp.generate('mode: ALL');
  const { data } = await testApp.ask('{ authState { cooldown { active remainingSeconds } } }');
  expect(data.authState.cooldown.active).toBe(true);
  expect(data.authState.cooldown.remainingSeconds).toBeGreaterThan(seconds - 60);
  expect(data.authState.cooldown.remainingSeconds).toBeLessThanOrEqual(seconds);
  const again = await testApp.ask('mutation { generateTokens(mode: ALL) { id } }');
  expect(again.errors[0].extensions.code).toBe('COOLDOWN');
  expect(testApp.broker.log.filter(({ kind }) => kind === 'OTP_GENERATE')).toHaveLength(1);
});
