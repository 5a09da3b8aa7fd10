import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { markOf } from '../src/db/files/process-mark.ts';
import type { AuthPhase } from '../src/domain/auth/auth-phase.ts';
import { CooldownDocument, EventsDocument } from '../src/sdk/index.ts';
import { plantToken } from './support/plant.ts';
import { openBroker, openTestApp, settle, type TestApp, until } from './support/test-app.ts';

const STATE = `{ ready authState { state primaryPresent blockedBy cooldown { active remainingSeconds reason }
  run { status waitingUntil steps { apiName status failure { code submitted } } } } }`;

const stateOf = async (testApp: TestApp) => {
  const { authState, ready } = (await testApp.ask(STATE)).data;
  return { ...authState, ready };
};

/** Follows the phases and cooldowns that a client is told of. */
const follow = (testApp: TestApp) => {
  const phases: AuthPhase[] = [];
  const ticks: number[] = [];
  const stream = testApp.client.subscribe(EventsDocument, {});
  void (async () => {
    for await (const { events: event } of stream) {
      if (event.__typename === 'AuthStateEvent' && phases.at(-1) !== event.authState.state)
        phases.push(event.authState.state);
      if (event.__typename === 'CooldownEvent' && event.cooldown.active)
        ticks.push(event.cooldown.remainingSeconds);
    }
  })();
  return { phases, ticks, stop: () => stream.return?.() };
};

test('a good morning goes from IDLE to the dashboard, and the gate opens on the way', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  const { phases, stop } = follow(testApp);
  await until('the listener', () => phases.length > 0);
  expect(await stateOf(testApp)).toMatchObject({
    state: 'IDLE',
    primaryPresent: false,
    blockedBy: null,
    run: null,
    ready: false,
  });
  expect((await testApp.ask('mutation { enterDashboard { state } }')).errors[0].extensions.code).toBe(
    'WRONG_STATE',
  );
  const { data } = await testApp.ask('mutation { startLogin { mode status } }');
  expect(data.startLogin).toEqual({ mode: 'INVALID_ONLY', status: 'RUNNING' });
  await until('the gate to open', async () => (await stateOf(testApp)).ready);
  expect((await testApp.ask('mutation { startLogin { id } }')).errors[0].extensions.code).toBe('WRONG_STATE');
  expect((await testApp.ask('mutation { enterDashboard { state } }')).data.enterDashboard.state).toBe(
    'DASHBOARD',
  );
  await until('the last state', () => phases.at(-1) === 'DASHBOARD');
  await stop();
  expect(phases).toEqual([
    'IDLE',
    'LOGIN_STARTED',
    'TOKEN_GENERATION',
    'PRIMARY_VALIDATED',
    'AUTH_CONFIRMED',
    'DASHBOARD',
  ]);
  expect((await stateOf(testApp)).ready).toBe(true);

  const out = await testApp.ask('mutation { logout(revoke: true) { state primaryPresent } }');
  expect(out.data.logout).toEqual({ state: 'IDLE', primaryPresent: false });
  expect(testApp.rows('select distinct is_active from upstox_tokens')).toEqual([{ is_active: 0 }]);
  expect(testApp.broker.log.filter(({ kind }) => kind === 'LOGOUT')).toHaveLength(2);
  expect(await stateOf(testApp)).toMatchObject({ state: 'IDLE', ready: false });
});

test('a logout holds until startLogin, or until a run makes a token; an empty or an aborted run leaves it', async () => {
  await using testApp = await openTestApp({ apis: 2, simulator: { pageDelayMs: 200 } });
  await testApp.generate('mode: ALL');
  await testApp.ask('mutation { logout { state } }');
  const seen = async () => {
    const { data } = await testApp.ask('{ ready authState { state nextAction nextOperations } }');
    return [data.authState.state, data.ready, data.authState.nextAction, ...data.authState.nextOperations];
  };
  const loggedOut = ['IDLE', false, 'Log in.', 'START_LOGIN'];
  expect(await seen()).toEqual(loggedOut);

  expect(await testApp.generate('mode: INVALID_ONLY')).toMatchObject({ status: 'COMPLETED', steps: [] });
  expect(await seen()).toEqual(loggedOut);

  const { data } = await testApp.ask(
    'mutation { generateTokens(mode: PARTIAL, apiNames: [WEBSOCKET1], replaceValid: true) { id } }',
  );
  await until('the login', async () => (await stateOf(testApp)).state === 'TOKEN_GENERATION');
  await testApp.ask(`mutation { abortGeneration(runId: "${data.generateTokens.id}") { status } }`);
  await until('the end', async () => (await stateOf(testApp)).state === 'IDLE');
  expect(await seen()).toEqual(loggedOut);

  expect((await testApp.ask('mutation { startLogin { status } }')).data.startLogin.status).toBe('COMPLETED');
  expect(await seen()).toEqual(['AUTH_CONFIRMED', true, 'Enter the dashboard.', 'ENTER_DASHBOARD']);

  await testApp.ask('mutation { logout { state } }');
  await testApp.generate('mode: PARTIAL, apiNames: [WEBSOCKET1], replaceValid: true');
  await until('the gate', async () => (await stateOf(testApp)).ready);
});

test('a throttled broker is left alone until the cooldown is over, and then the run goes on by itself', async () => {
  const otpLimit = { count: 2, withinMs: 600_000 };
  await using testApp = await openTestApp({
    apis: 3,
    simulator: { knobs: { otpLimit } },
    env: { VEGA_COOLDOWN_SECONDS: '8' },
  });
  const { phases, ticks, stop } = follow(testApp);
  await until('the listener', () => phases.length > 0);
  const { status } = await testApp.generate('mode: ALL');
  expect(status).toBe('COOLDOWN');
  await until('the cooldown', async () => (await stateOf(testApp)).state === 'COOLDOWN');
  expect(await stateOf(testApp)).toMatchObject({
    blockedBy: 'COOLDOWN',
    primaryPresent: true,
    ready: false,
    cooldown: { active: true, reason: 'THROTTLED' },
  });
  const before = testApp.broker.log.length;
  for (const args of [
    'mode: ALL, replaceValid: true',
    'mode: PARTIAL, apiNames: [WEBSOCKET2], includeUnknown: true',
    'mode: INVALID_ONLY',
  ]) {
    const { errors } = await testApp.ask(`mutation { generateTokens(${args}) { id } }`);
    expect(errors[0].extensions).toMatchObject({ code: 'COOLDOWN', retryableAt: expect.any(String) });
  }
  expect(testApp.broker.log).toHaveLength(before);
  otpLimit.count = 100;
  await until('the gate to open', async () => (await stateOf(testApp)).ready);
  await until('the last state', () => phases.at(-1) === 'AUTH_CONFIRMED');
  await stop();
  expect(phases).toEqual([
    'IDLE',
    'LOGIN_STARTED',
    'TOKEN_GENERATION',
    'PARTIAL_AUTH',
    'COOLDOWN',
    'RESUME_GENERATION',
    'PRIMARY_VALIDATED',
    'AUTH_CONFIRMED',
  ]);
  expect([...new Set(ticks)]).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
});

test('a rejected PIN quarantines the account until an operator says what was wrong', async () => {
  await using testApp = await openTestApp({ apis: 2, simulator: { scenario: 'wrong-pin' } });
  await testApp.generate('mode: ALL');
  await until('the quarantine', async () => (await stateOf(testApp)).blockedBy === 'CREDENTIALS_REJECTED');
  expect((await stateOf(testApp)).state).toBe('PARTIAL_AUTH');
  for (const request of [
    'generateTokens(mode: ALL, replaceValid: true, includeUnknown: true) { id }',
    'startLogin { id }',
  ]) {
    expect((await testApp.ask(`mutation { ${request} }`)).errors[0].extensions.code).toBe('QUARANTINED');
  }
  expect(
    (await testApp.ask('mutation { clearQuarantine(reason: " ") { state } }')).errors[0].extensions.code,
  ).toBe('BAD_USER_INPUT');
  const cleared = await testApp.ask(
    'mutation { clearQuarantine(reason: "PIN was changed on the phone") { blockedBy } }',
  );
  expect(cleared.data.clearQuarantine.blockedBy).toBeNull();
  await testApp.generate('mode: ALL');
  expect(testApp.broker.log.filter(({ kind }) => kind === 'PIN')).toHaveLength(2);
});

test('PINs that keep coming to nothing end in quarantine before the broker locks the account', async () => {
  await using testApp = await openTestApp({
    apis: 1,
    simulator: { knobs: { hangingSteps: ['AUTHORIZE'] } },
    env: { VEGA_STEP_TIMEOUT_SECONDS: '1', VEGA_COOLDOWN_SECONDS: '1' },
  });
  await testApp.generate('mode: ALL');
  await until('the run to give up', async () => (await stateOf(testApp)).run.status === 'STOPPED');
  const sent = () =>
    testApp.broker.log.filter(({ kind }) => kind === 'PIN' || kind === 'OTP_GENERATE').length;
  expect(sent()).toBe(6);
  await until('the cooldown to end', async () => !(await stateOf(testApp)).cooldown.active);
  const { steps } = await testApp.generate('mode: ALL');
  expect(steps[0].failure).toMatchObject({ code: 'CREDENTIALS_REJECTED', submitted: [] });
  await until('the quarantine', async () => (await stateOf(testApp)).blockedBy === 'CREDENTIALS_REJECTED');
  expect(sent()).toBe(6);
});

test('a partial set opens the gate only after the operator has accepted it', async () => {
  await using testApp = await openTestApp({ apis: 3, simulator: { scenario: 'app-rejected' } });
  await testApp.generate('mode: ALL');
  await until('the state', async () => (await stateOf(testApp)).state === 'PRIMARY_VALIDATED');
  expect(await stateOf(testApp)).toMatchObject({ blockedBy: 'APP_REJECTED', ready: false });
  expect((await testApp.ask('mutation { acceptPartial { state } }')).data.acceptPartial.state).toBe(
    'AUTH_CONFIRMED',
  );
  expect((await stateOf(testApp)).ready).toBe(true);
  expect((await testApp.ask('mutation { acceptPartial { state } }')).errors[0].extensions.code).toBe(
    'WRONG_STATE',
  );
});

test('the gate closes by itself when PRIMARY dies, and does not when the broker is merely down', async () => {
  const clock = { now: new Date('2026-11-22T21:50:00Z') };
  await using testApp = await openTestApp({
    apis: 1,
    clock: () => clock.now,
    simulator: { now: () => clock.now.getTime() },
  });
  await testApp.generate('mode: ALL');
  await until('the gate to open', async () => (await stateOf(testApp)).ready);
  testApp.broker.faults.down = true;
  await testApp.ask('{ tokenStatus { unknown } }');
  expect(await stateOf(testApp)).toMatchObject({ state: 'AUTH_CONFIRMED', ready: false });
  testApp.broker.faults.down = false;
  await testApp.ask('{ tokenStatus { valid } }');
  expect((await stateOf(testApp)).ready).toBe(true);
  clock.now = new Date('2026-11-22T22:00:00Z');
  expect((await stateOf(testApp)).ready).toBe(false);
  await until('the state', async () => (await stateOf(testApp)).state === 'IDLE');
});

test('an abort ends the run at a safe point and says what had been submitted', async () => {
  await using testApp = await openTestApp({ apis: 2, env: { VEGA_OTP_SPACING_SECONDS: '60' } });
  const { data } = await testApp.ask('mutation { generateTokens(mode: ALL) { id } }');
  const { id } = data.generateTokens;
  const stepOf = async () =>
    (await testApp.ask(`{ generationRun(id: "${id}") { steps { step } } }`)).data.generationRun.steps[1].step;
  await until('the spacing', async () => (await stepOf()) === 'OTP_SPACING');
  const aborted = await testApp.ask(
    `mutation { abortGeneration(runId: "${id}") { status steps { status failure { code submitted } } } }`,
  );
  expect(aborted.data.abortGeneration).toEqual({
    status: 'ABORTED',
    steps: [
      { status: 'DONE', failure: null },
      { status: 'FAILED', failure: { code: 'ABORTED', submitted: [] } },
    ],
  });
  expect(
    (await testApp.ask('mutation { abortGeneration(runId: "none") { id } }')).errors[0].extensions.code,
  ).toBe('NOT_FOUND');
  await until('the state', async () => (await stateOf(testApp)).state === 'PRIMARY_VALIDATED');
});

test('after a restart a confirmed account is checked before its gate opens again', async () => {
  await using broker = await openBroker();
  await using first = await openTestApp({ apis: 1, broker });
  await first.generate('mode: ALL');
  await until('the gate to open', async () => (await stateOf(first)).ready);
  await first.app[Symbol.asyncDispose]();
  await using second = await openTestApp({ apis: 1, broker, directory: first.directory });
  await until('the gate to open', async () => (await stateOf(second)).ready);
  expect((await stateOf(second)).state).toBe('AUTH_CONFIRMED');
});

test('a cooldown goes on over a restart with the time that is left, and then the run goes on', async () => {
  await using broker = await openBroker({ scenario: 'throttled' });
  await using first = await openTestApp({ apis: 3, broker, env: { VEGA_COOLDOWN_SECONDS: '6' } });
  const { id } = await first.generate('mode: ALL');
  await first.app[Symbol.asyncDispose]();
  await using second = await openTestApp({
    apis: 3,
    broker,
    directory: first.directory,
    env: { VEGA_COOLDOWN_SECONDS: '600' },
  });
  const state = await stateOf(second);
  expect(state).toMatchObject({ state: 'COOLDOWN', cooldown: { active: true }, run: { status: 'COOLDOWN' } });
  expect(state.cooldown.remainingSeconds).toBeLessThanOrEqual(6);
  await until('the run to go on', async () => (await stateOf(second)).run.status !== 'COOLDOWN');
  const { data } = await second.ask(`{ generationRun(id: "${id}") { steps { apiName status } } }`);
  expect(data.generationRun.steps.slice(0, 2)).toEqual([
    { apiName: 'PRIMARY', status: 'DONE' },
    { apiName: 'WEBSOCKET1', status: 'DONE' },
  ]);
});

test.concurrent('a token that dies at noon shuts the gate, and the operator may go on without it', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  await testApp.generate('mode: ALL');
  await until('the gate to open', async () => (await stateOf(testApp)).ready);
  expect((await testApp.ask('mutation { acceptPartial { state } }')).errors[0].extensions.code).toBe(
    'WRONG_STATE',
  );
  const [row] = testApp.rows("select access_token from upstox_tokens where api_name = 'WEBSOCKET1'");
  testApp.broker.revoke(row.access_token);
  await testApp.ask('{ tokenStatus { counts { valid } } }');
  expect(await stateOf(testApp)).toMatchObject({ state: 'AUTH_CONFIRMED', ready: false });
  expect((await testApp.ask('mutation { acceptPartial { state } }')).data.acceptPartial.state).toBe(
    'AUTH_CONFIRMED',
  );
  expect((await stateOf(testApp)).ready).toBe(true);
  const kinds = testApp.rows("select kind from vega_audit_entries where kind like 'GATE%' order by sequence");
  expect(kinds.map(({ kind }) => kind)).toEqual(['GATE_OPENED', 'GATE_CLOSED', 'GATE_OPENED']);
});

test.concurrent('a run goes on when another program has noticed the end of its cooldown first', async () => {
  await using testApp = await openTestApp({
    apis: 3,
    simulator: { scenario: 'throttled' },
    env: { VEGA_COOLDOWN_SECONDS: '600' },
  });
  await testApp.generate('mode: ALL');
  expect(await stateOf(testApp)).toMatchObject({ state: 'COOLDOWN', run: { status: 'COOLDOWN' } });
  const told: boolean[] = [];
  const cooldowns = testApp.client.subscribe(CooldownDocument, {});
  const listening = (async () => {
    for await (const { cooldown } of cooldowns) if (told.push(cooldown.active) > 0 && !cooldown.active) break;
  })();
  await until('the cooldown', () => told.includes(true));
  testApp.change('update vega_auth_states set cooldown_from = null, cooldown_until = null');
  await until('the run to go on', async () => (await stateOf(testApp)).run.status !== 'COOLDOWN');
  await listening;
  expect(told.at(-1)).toBe(false);
});

test.concurrent('a broker that cannot be reached ends the run, and the account rests', async () => {
  await using testApp = await openTestApp({
    apis: 2,
    simulator: { scenario: 'edge-blocked' },
    env: { VEGA_COOLDOWN_SECONDS: '3' },
  });
  expect((await testApp.generate('mode: ALL')).status).toBe('STOPPED');
  expect(await stateOf(testApp)).toMatchObject({ state: 'COOLDOWN', blockedBy: 'COOLDOWN' });
  await until('the end of the cooldown', async () => (await stateOf(testApp)).state === 'PARTIAL_AUTH');
  expect(await stateOf(testApp)).toMatchObject({
    blockedBy: 'BROKER_UNREACHABLE',
    run: { status: 'STOPPED' },
  });
});

test.concurrent('a run that could go on is told to wait for the browser of another program', async () => {
  const otpLimit = { count: 2, withinMs: 600_000 };
  await using first = await openTestApp({
    apis: 3,
    simulator: { knobs: { otpLimit } },
    env: { VEGA_COOLDOWN_SECONDS: '9' },
  });
  await using second = await openTestApp({
    apis: 1,
    browserLock: `${first.directory}/browser.lock`,
    simulator: { scenario: 'hang' },
    env: { VEGA_STEP_TIMEOUT_SECONDS: '60' },
  });
  expect((await first.generate('mode: ALL')).status).toBe('COOLDOWN');
  otpLimit.count = 100;
  const { data } = await second.ask('mutation { generateTokens(mode: ALL) { id } }');
  await until('the wait', async () => (await stateOf(first)).blockedBy === 'BROWSER_BUSY');
  await second.ask(`mutation { abortGeneration(runId: "${data.generateTokens.id}") { status } }`);
  await until('the end', async () => (await stateOf(first)).run.status === 'COMPLETED');
});

test.concurrent('what was left half done yesterday does not stand in the way of a login today', async () => {
  let now = new Date('2026-11-24T03:00:00Z');
  await using testApp = await openTestApp({ apis: 1, clock: () => now });
  testApp.change("update vega_auth_states set phase = 'PARTIAL_AUTH', since = ?", now.getTime());
  await settle(1500);
  expect((await stateOf(testApp)).state).toBe('PARTIAL_AUTH');
  now = new Date('2026-11-24T22:00:00Z');
  await until('the new day', async () => (await stateOf(testApp)).state === 'IDLE');
});

test.concurrent('a run whose program dies while this one lives is ended, and the account stands where it would have', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const other = spawn(process.execPath, ['-e', '']);
  await once(other, 'exit');
  testApp.change(
    `insert into vega_generation_runs (id, account_id, mode, status, started_at, process_id)
     values ('orphan', 'UPSTOX_01', 'ALL', 'RUNNING', 1, ?)`,
    other.pid,
  );
  testApp.change("update vega_auth_states set phase = 'TOKEN_GENERATION', since = ?", Date.now());
  await until('its end', () => {
    const [run] = testApp.rows("select status from vega_generation_runs where id = 'orphan'");
    return run.status === 'STOPPED';
  });
  await until('the state', async () => (await stateOf(testApp)).state === 'PARTIAL_AUTH');
  expect(testApp.broker.log).toEqual([]);
});

test.concurrent('of a run whose program died behind the exchange, what its token says counts', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  plantToken(testApp, 'PRIMARY');
  const other = spawn(process.execPath, ['-e', '']);
  await once(other, 'exit');
  const now = Date.now();
  // It is this process's until all of it is there.
  testApp.change(
    `insert into vega_generation_runs (id, account_id, mode, status, started_at, process_id)
     values ('orphan', 'UPSTOX_01', 'ALL', 'RUNNING', ?, ?)`,
    ...[now, process.pid],
  );
  for (const [index, apiName] of ['PRIMARY', 'WEBSOCKET1'].entries()) {
    testApp.change(
      `insert into vega_generation_steps (run_id, position, api_name, status, step, submitted, started_at)
       values ('orphan', ?, ?, 'RUNNING', 'VERIFY', '[]', ?)`,
      ...[index, apiName, now],
    );
    testApp.change(
      `insert into vega_login_attempts (account_id, run_id, api_name, kind, at) values ('UPSTOX_01', 'orphan', ?, 'CODE', ?)`,
      ...[apiName, now],
    );
  }
  testApp.change("update vega_generation_runs set process_id = ? where id = 'orphan'", other.pid);
  const steps = 'status steps { apiName status failure { code submitted } }';
  const read = async () =>
    (await testApp.ask(`{ generationRun(id: "orphan") { ${steps} } }`)).data.generationRun;
  await until('its end', async () => (await read()).status === 'STOPPED');
  expect((await read()).steps).toEqual([
    { apiName: 'PRIMARY', status: 'DONE', failure: null },
    {
      ...{ apiName: 'WEBSOCKET1', status: 'FAILED' },
      failure: { code: 'SPENT_UNKNOWN', submitted: ['CODE'] },
    },
  ]);
});

describe('a run that stands in the database as under way', () => {
  const leave = (testApp: TestApp, processId: number | undefined, birth: string | null): void =>
    testApp.change(
      `insert into vega_generation_runs (id, account_id, mode, status, started_at, process_id, process_birth)
       values ('elsewhere', 'UPSTOX_01', 'ALL', 'COOLDOWN', 1, ?, ?)`,
      processId,
      birth,
    );

  test('is not joined by a second one while the program that carries it lives', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
    await using testApp = await openTestApp({ apis: 1 });
    try {
      leave(testApp, other.pid, markOf(other.pid ?? 0).birth);
      const { errors } = await testApp.ask('mutation { generateTokens(mode: ALL) { id } }');
      expect(errors[0].extensions.code).toBe('RUN_IN_PROGRESS');
      expect(errors[0].message).toContain(`process ${other.pid}`);
    } finally {
      other.kill();
    }
  });

  // Elsewhere than on Linux nobody tells when a process began.
  if (process.platform === 'linux')
    test('keeps nobody waiting when its process id belongs to another one by now', async () => {
      const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
      await using testApp = await openTestApp({ apis: 1 });
      try {
        leave(testApp, other.pid, 'an earlier start of this machine');
        expect((await testApp.generate('mode: ALL')).status).toBe('COMPLETED');
      } finally {
        other.kill();
      }
    });
});

test('a second program is told who has the browser', async () => {
  await using first = await openTestApp({ apis: 1, simulator: { scenario: 'hang' } });
  await first.ask('mutation { generateTokens(mode: ALL) { id } }');
  await using second = await openTestApp({ apis: 1, browserLock: `${first.directory}/browser.lock` });
  const { errors } = await second.ask('mutation { generateTokens(mode: ALL) { id } }');
  expect(errors[0].extensions.code).toBe('BROWSER_BUSY');
  expect(errors[0].message).toContain(`process ${process.pid} in ${first.directory}`);
  expect(second.rows('select 1 from vega_generation_runs')).toEqual([]);
});

test('a clock that differs from the broker is found before anything is typed', async () => {
  await using testApp = await openTestApp({ apis: 1, clock: () => new Date(Date.now() + 10_000) });
  const { steps } = await testApp.generate('mode: ALL');
  expect(steps[0].failure).toMatchObject({ code: 'CLOCK_SKEW', submitted: [] });
  expect(testApp.broker.log.filter(({ kind }) => kind === 'OTP_GENERATE')).toEqual([]);
});
