import { expect, test } from 'vitest';
import { isScenarioName, type ScenarioName, scenarioNames } from '../../src/simulator/scenarios.ts';
import { handClock, refusalOf, startStill, Visitor } from './visitor.ts';

function firstStepOf(page: string): string | undefined {
  return /"firstStep":"(\w+)"/.exec(page)?.[1];
}

async function enter(scenario: ScenarioName) {
  const clock = handClock();
  const simulator = await startStill({ scenario, now: clock.now });
  const visitor = new Visitor(simulator, clock.now);
  return { clock, simulator, visitor, [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose]() };
}

test('the scenarios are named', () => {
  expect([...scenarioNames].sort()).toEqual([
    'app-rejected',
    'captcha',
    'consent',
    'edge-blocked',
    'extended',
    'feed-refused',
    'hang',
    'happy',
    'one-app',
    'one-token',
    'page-changed',
    'replayed-totp',
    'revoked',
    'session-reuse',
    'throttled',
    'wrong-pin',
  ]);
  expect([isScenarioName('happy'), isScenarioName('toString')]).toEqual([true, false]);
});

test('happy: six apps in one browser, every one asks from the mobile number on', async () => {
  await using demo = await enter('happy');
  const steps = [];
  for (const index of demo.simulator.apps.keys()) {
    steps.push(firstStepOf(await demo.visitor.open(index)));
    const code = (await demo.visitor.login(index)).searchParams.get('code') ?? '';
    expect((await demo.visitor.exchange(code, index)).status).toBe(200);
    demo.clock.turn(165);
  }
  expect(steps).toEqual(Array(6).fill('MOBILE'));
});

test('session-reuse: the second app of the same browser begins at the PIN, another browser does not', async () => {
  await using demo = await enter('session-reuse');
  await demo.visitor.login(0);
  expect(firstStepOf(await demo.visitor.open(1))).toBe('PIN');
  expect((await demo.visitor.enterPin()).success).toBe(true);
  expect((await demo.visitor.authorize()).success).toBe(true);
  expect(firstStepOf(await new Visitor(demo.simulator).open(1))).toBe('MOBILE');
});

test('consent: the PIN answer sends the page to the consent step', async () => {
  await using demo = await enter('consent');
  await demo.visitor.open(0);
  await demo.visitor.verifyOtp(await demo.visitor.generateOtp());
  expect((await demo.visitor.enterPin()).data?.isExternalClientOAuthApp).toBe(true);
  expect((await demo.visitor.authorize()).success).toBe(true);
});

test('app-rejected: the dialog refuses the third app only', async () => {
  await using demo = await enter('app-rejected');
  const codes = [];
  for (const app of demo.simulator.apps) {
    const answer = await demo.visitor.dialog({
      response_type: 'code',
      client_id: app.clientId,
      redirect_uri: app.redirectUri,
    });
    codes.push(answer.status === 302 ? 'login page' : (await refusalOf(answer))[1]);
  }
  expect(codes).toEqual([
    'login page',
    'login page',
    'UDAPI100068',
    'login page',
    'login page',
    'login page',
  ]);
});

test('revoked: the profile refuses every token of the second app', async () => {
  await using demo = await enter('revoked');
  const statuses = [];
  for (const app of demo.simulator.apps) {
    statuses.push((await demo.visitor.profile(demo.simulator.issueToken(app.clientId))).status);
  }
  expect(statuses).toEqual([200, 401, 200, 200, 200, 200]);
});

test('wrong-pin: the right PIN is answered as an incorrect one', async () => {
  await using demo = await enter('wrong-pin');
  await demo.visitor.open(0);
  await demo.visitor.verifyOtp(await demo.visitor.generateOtp());
  expect((await demo.visitor.enterPin()).error).toEqual({
    code: 1017106,
    message: 'You have entered an incorrect PIN',
  });
});

test('throttled: the third OTP within ten minutes is refused until the first is ten minutes old', async () => {
  await using demo = await enter('throttled');
  const outcomes = [];
  for (const wait of [0, 100, 100, 399, 1]) {
    demo.clock.turn(wait);
    const answer = await demo.visitor.generateOtp();
    outcomes.push(answer.error?.code ?? 'sent');
  }
  expect(outcomes).toEqual(['sent', 'sent', 1017069, 1017069, 'sent']);
});

test('captcha: the page shows a frame that never leaves the machine, until the human has lifted it', async () => {
  await using demo = await enter('captcha');
  const page = await demo.visitor.open(0);
  expect(page).toContain('class="cf-turnstile"');
  expect(page).toContain('Verify you are human');
  expect(page).toMatch(/<iframe[^>]*srcdoc="[^"]+"[^>]*src="https:\/\/challenges\.cloudflare\.com/);
  expect(await (await demo.visitor.request('/login/captcha')).json()).toEqual({ captcha: true });

  demo.simulator.faults.captcha = false;
  expect(await (await demo.visitor.request('/login/captcha')).json()).toEqual({ captcha: false });
  expect(await demo.visitor.open(0)).not.toContain('cf-turnstile');
});

test('replayed-totp: a time step passes once, then costs an attempt', async () => {
  await using demo = await enter('replayed-totp');
  expect((await demo.visitor.verifyOtp(await demo.visitor.generateOtp())).success).toBe(true);
  expect((await demo.visitor.verifyOtp(await demo.visitor.generateOtp())).error?.message).toContain(
    'attempts left',
  );
  demo.clock.turn(30);
  expect((await demo.visitor.verifyOtp(await demo.visitor.generateOtp())).success).toBe(true);
});

test('page-changed: none of the known ids is left', async () => {
  await using demo = await enter('page-changed');
  const page = await demo.visitor.open(0);
  expect(page).not.toMatch(/mobileNum|getOtp|otpNum|continueBtn|pinCode|pinContinueBtn|-form/);
});

test('edge-blocked: what a browser opens is HTML of the edge, what a program calls is not', async () => {
  await using demo = await enter('edge-blocked');
  for (const path of ['/v2/login/authorization/dialog', '/login/']) {
    const answer = await demo.visitor.request(path);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('Error 1010');
  }
  const token = demo.simulator.issueToken(demo.simulator.apps[0]?.clientId ?? '');
  expect((await demo.visitor.profile(token)).status).toBe(200);
});

test('hang: the OTP request gets no answer, and the simulator closes all the same', async () => {
  await using demo = await enter('hang');
  await demo.visitor.open(0);
  const hanging = demo.visitor.generateOtp();
  await expect.poll(() => demo.simulator.log.at(-1)).toMatchObject({ kind: 'OTP_GENERATE', code: 'hang' });
  const outcome = expect(hanging).rejects.toThrow('fetch failed');
  await demo.simulator[Symbol.asyncDispose]();
  await outcome;
});
