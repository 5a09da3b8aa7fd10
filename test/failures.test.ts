import { expect, test } from 'vitest';
import type { ScenarioName } from '../src/simulator/simulator.ts';
import { openDesk } from './support/desk.ts';

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

test.for(Object.entries(OUTCOMES))(
  'a broker that is "%s" leads to the right end',
  async ([scenario, expected]) => {
    await using desk = await openDesk({
      apis: 3,
      simulator: { scenario: scenario as ScenarioName },
      env: { VEGA_STEP_TIMEOUT_SECONDS: '3' },
    });
    const { steps } = await desk.generate('mode: ALL');
    const outcome = (steps as Step[]).map(({ apiName, status, failure }) =>
      failure === null
        ? `${apiName} ${status}`
        : `${apiName} ${status} ${failure.code} ${failure.submitted.join('+')}`,
    );
    expect(outcome).toEqual(expected);
    const pins = desk.broker.log.filter(({ kind }) => kind === 'PIN').length;
    const taken = (steps as Step[]).filter(
      ({ status }) => status !== 'SKIPPED' && status !== 'PENDING',
    ).length;
    expect(pins).toBeLessThanOrEqual(taken);
  },
);

test('the APIs behind a rejected PRIMARY app are still made', async () => {
  await using desk = await openDesk({
    apis: 2,
    simulator: { knobs: { rejectedApps: { 0: 'UDAPI100068' } } },
  });
  const { status, steps } = await desk.generate('mode: ALL');
  expect(status).toBe('STOPPED');
  expect(steps.map((step: Step) => `${step.apiName} ${step.status}`)).toEqual([
    'PRIMARY FAILED',
    'WEBSOCKET1 DONE',
  ]);
});

test('a token that the broker does not confirm is kept and does not count as valid', async () => {
  await using desk = await openDesk({ apis: 1 });
  desk.broker.faults.profile = 'server-error';
  const { steps } = await desk.generate('mode: ALL');
  expect(steps[0].failure).toMatchObject({ code: 'UNVERIFIED', submitted: ['MOBILE', 'OTP', 'PIN', 'CODE'] });
  expect(desk.rows('select api_name, is_active from upstox_tokens')).toEqual([
    { api_name: 'PRIMARY', is_active: 1 },
  ]);
  expect((await desk.ask('{ tokens { verdict } }')).data.tokens).toEqual([{ verdict: 'UNKNOWN' }]);
});

test('a token of another user is not kept', async () => {
  await using desk = await openDesk({ apis: 2 });
  desk.broker.faults.profileByClient.set(desk.broker.apps[1]?.clientId ?? '', 'wrong-user');
  const { steps } = await desk.generate('mode: ALL');
  expect(steps[1].failure.code).toBe('WRONG_ACCOUNT');
  expect(desk.rows('select api_name from upstox_tokens')).toEqual([{ api_name: 'PRIMARY' }]);
});

test('a token that worked comes back when the one in its place turns out to be another user’s', async () => {
  let isStranger = false;
  const desk = await openDesk({
    apis: 1,
    reach: (checkpoint) => {
      if (!isStranger || checkpoint !== 'STORE_ENTERED') return;
      desk.broker.faults.profileByClient.set(desk.broker.apps[0]?.clientId ?? '', 'wrong-user');
    },
  });
  await using _opened = desk;
  await desk.generate('mode: ALL');
  const present = () => desk.rows('select access_token, validity_at, generated_at from upstox_tokens');
  const [before] = present();
  isStranger = true;
  const { steps } = await desk.generate('mode: ALL, replaceValid: true');
  expect(steps[0].failure.code).toBe('WRONG_ACCOUNT');
  const [after] = present();
  expect([after?.access_token === before.access_token, after?.validity_at, after?.generated_at]).toEqual([
    true,
    before.validity_at,
    before.generated_at,
  ]);
  expect((await desk.ask('{ tokens { verdict version } }')).data.tokens).toEqual([
    { verdict: 'UNKNOWN', version: 3 },
  ]);
});

test('a code whose exchange fails is never sent again', async () => {
  await using desk = await openDesk({ apis: 1 });
  desk.broker.faults.token = 'server-error';
  const { steps } = await desk.generate('mode: ALL');
  expect(steps[0].failure).toMatchObject({ code: 'CODE_SPENT', submitted: ['MOBILE', 'OTP', 'PIN', 'CODE'] });
  expect(desk.broker.log.filter(({ kind }) => kind === 'TOKEN')).toHaveLength(1);
});
