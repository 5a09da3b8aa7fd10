import { expect, test } from 'vitest';
import { openTwoLogins, SECOND_ENVIRONMENT } from '../accounts/two-logins.ts';
import { readEvents, type WireEvent } from '../rest/event-reader.ts';
import { call } from '../rest/rest-caller.ts';
import { plantVerdict } from '../support/plant.ts';
import { openTestApp, until } from '../support/test-app.ts';
import { example } from './seeds.ts';

/** The phases in their order, each once where it is told again. */
const phasesIn = (seen: readonly WireEvent[]): string[] =>
  seen
    .filter(({ name }) => name === 'AUTH_STATE')
    .map(({ data }) => data.state)
    .filter((state, index, all) => state !== all[index - 1]);

test('"primaryPresent": AUTH_STATE is sent when PRIMARY becomes present, and when it stops being so', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  const { seen, leave } = await readEvents(testApp);
  await testApp.generate('mode: ALL');
  await until('the confirmation', () => seen.some(({ name }) => name === 'AUTH_CONFIRMED'));
  const states = seen.filter(({ name }) => name === 'AUTH_STATE').map(({ data }) => data);
  const first = states.find(({ primaryPresent }) => primaryPresent);
  // The other API is not made yet: the event comes with the token, not with the end of the run.
  expect(first).toMatchObject({ state: 'TOKEN_GENERATION', run: { status: 'RUNNING' } });
  expect(first.run.steps[1].status).toBe('PENDING');

  const [row] = testApp.rows("select access_token from upstox_tokens where api_name = 'PRIMARY'");
  testApp.broker.revoke(row.access_token);
  await testApp.ask('{ tokenStatus { valid } }');
  await until('the loss', () => seen.at(-1)?.data.state === 'IDLE');
  const last = seen.filter(({ name }) => name === 'AUTH_STATE').at(-1);
  expect(last?.data).toMatchObject({ state: 'IDLE', primaryPresent: false });
  leave();
});

test('LOGIN_STARTED ↓ TOKEN_GENERATION ↓ PARTIAL_AUTH ↓ COOLDOWN ↓ RESUME_GENERATION: also where PRIMARY is valid', async () => {
  const otpLimit = { count: 1, withinMs: 600_000 };
  await using testApp = await openTestApp({
    apis: 3,
    simulator: { knobs: { otpLimit } },
    env: { VEGA_COOLDOWN_SECONDS: '15' },
  });
  plantVerdict(testApp, 'PRIMARY', 'VALID');
  await testApp.ask('{ tokenStatus { valid } }');
  expect((await call(testApp, 'GET /auth/status')).body).toMatchObject({ state: 'PRIMARY_VALIDATED' });
  const { seen, leave } = await readEvents(testApp);
  await testApp.ask('mutation { generateTokens(mode: INVALID_ONLY) { id } }');
  await until('the cooldown', () => seen.some(({ data }) => data.state === 'COOLDOWN'));
  expect((await call(testApp, 'GET /auth/status')).body).toMatchObject({
    state: 'COOLDOWN',
    primaryPresent: true,
    nextOperations: [],
  });
  otpLimit.count = 100;
  await until('the confirmation', () => seen.some(({ name }) => name === 'AUTH_CONFIRMED'), 60_000);
  leave();
  expect(phasesIn(seen)).toEqual([
    ...['PRIMARY_VALIDATED', 'LOGIN_STARTED', 'TOKEN_GENERATION', 'PARTIAL_AUTH', 'COOLDOWN'],
    ...['RESUME_GENERATION', 'PRIMARY_VALIDATED', 'AUTH_CONFIRMED'],
  ]);
}, 90_000);

test('the gate stays open through a run that replaces nothing of the confirmed set, and the run shows as it goes', async () => {
  await using testApp = await openTestApp({
    apis: 2,
    simulator: { knobs: { hangingSteps: ['OTP_VERIFY'] } },
  });
  plantVerdict(testApp, 'PRIMARY', 'VALID');
  plantVerdict(testApp, 'WEBSOCKET1', 'VALID');
  await testApp.ask('{ tokenStatus { valid } }');
  await until('the gate', async () => (await testApp.ask('{ ready }')).data.ready);
  const { data } = await testApp.ask(
    'mutation { generateTokens(mode: PARTIAL, apiNames: [WEBSOCKET1], replaceValid: true) { id } }',
  );
  const look = async () => (await testApp.ask('{ ready authState { state nextOperations } }')).data;
  await until('the run', async () => (await look()).authState.state === 'TOKEN_GENERATION');
  expect(await look()).toEqual({
    ready: true,
    authState: { state: 'TOKEN_GENERATION', nextOperations: [] },
  });
  await testApp.ask(`mutation { abortGeneration(runId: "${data.generateTokens.id}") { status } }`);
  await until('the end', async () => (await look()).authState.state === 'AUTH_CONFIRMED');
  expect(await look()).toEqual({
    ready: true,
    authState: { state: 'AUTH_CONFIRMED', nextOperations: ['ENTER_DASHBOARD'] },
  });
  const kinds = testApp.rows("select kind from vega_audit_entries where kind like 'GATE%' order by sequence");
  expect(kinds).toEqual([{ kind: 'GATE_OPENED' }]);
});

test('TOKEN_PROGRESS "total": 6, "generated": 3: the account’s numbers, with the run’s beside them', async () => {
  await using testApp = await openTestApp({ simulator: { knobs: { hangingSteps: ['OTP_VERIFY'] } } });
  for (const name of ['WEBSOCKET1', 'WEBSOCKET2', 'WEBSOCKET3'] as const)
    plantVerdict(testApp, name, 'VALID');
  await testApp.ask('{ tokenStatus { valid } }');
  const { data } = await testApp.ask(
    'mutation { generateTokens(mode: PARTIAL, apiNames: [PRIMARY, OPTIONCHAIN1]) { id } }',
  );
  const { seen, leave } = await readEvents(testApp);
  await until('the progress', () => seen.some(({ name }) => name === 'TOKEN_PROGRESS'));
  leave();
  const { total, generated } = example('event-TOKEN_PROGRESS');
  const told = seen.find(({ name }) => name === 'TOKEN_PROGRESS')?.data;
  expect(told).toMatchObject({ total, generated, runTotal: 2, runGenerated: 0 });
  expect(told.missing).toEqual(['PRIMARY', 'OPTIONCHAIN1', 'OPTIONCHAIN2']);
  await testApp.ask(`mutation { abortGeneration(runId: "${data.generateTokens.id}") { status } }`);
});

test('"4.4 Switch Rules": one connection goes over to the new account, with its state, and a resumed one, too', async () => {
  await using broker = await openTwoLogins();
  await using testApp = await openTestApp({ broker, apis: 1, env: SECOND_ENVIRONMENT });
  await testApp.generate('mode: ALL, accountId: "UPSTOX_02"');
  await until('the gate', async () => (await testApp.ask('{ ready(accountId: "UPSTOX_02") }')).data.ready);
  const following = await readEvents(testApp);
  const staying = await readEvents(testApp, '?accountId=UPSTOX_01');
  await until('both', () => following.seen.length > 1 && staying.seen.length > 1);
  const before = following.seen.at(-1)?.id ?? 0;

  await call(testApp, 'POST /accounts/switch', { body: JSON.stringify(example('accounts-switch')) });
  await call(testApp, 'POST /accounts/switch', { body: '{"accountId":"UPSTOX_02"}' });
  await until('the new account', () => following.seen.some(({ name }) => name === 'AUTH_CONFIRMED'));
  const since = following.seen.filter(({ id }) => id > before);
  expect(since[0]).toMatchObject({ name: 'ACCOUNT_SWITCHED', data: { id: 'UPSTOX_02' } });
  expect(new Set(since.map(({ data }) => data.accountId))).toEqual(new Set(['UPSTOX_02']));
  const told = (name: string) => since.find((event) => event.name === name)?.data;
  // What is known shows; the gate waits for the broker.
  expect(told('AUTH_STATE')).toMatchObject({ state: 'PRIMARY_VALIDATED', primaryPresent: true });
  expect(told('TOKEN_PROGRESS')).toMatchObject({ total: 2, missing: expect.any(Array) });
  expect(told('COOLDOWN')).toMatchObject({ active: false });
  expect(new Set(staying.seen.map(({ data }) => data.accountId))).toEqual(new Set(['UPSTOX_01']));

  const resumed = await readEvents(testApp, '', { 'last-event-id': String(before) });
  await until('the history', () => (resumed.seen.at(-1)?.id ?? 0) >= (since.at(-1)?.id ?? 0));
  expect(resumed.seen.slice(0, since.length)).toEqual(since);
  for (const reader of [following, staying, resumed]) reader.leave();
});

test('UI resets progress: an account that never had a run shows its own numbers after the switch', async () => {
  await using broker = await openTwoLogins();
  await using testApp = await openTestApp({ broker, apis: 1, env: SECOND_ENVIRONMENT });
  await testApp.generate('mode: ALL');
  const { seen, leave } = await readEvents(testApp);
  await until('the first account', () => seen.some(({ name }) => name === 'TOKEN_PROGRESS'));
  await call(testApp, 'POST /accounts/switch', { body: '{"accountId":"UPSTOX_02"}' });
  const last = () => seen.filter(({ name }) => name === 'TOKEN_PROGRESS').at(-1)?.data;
  await until('the other account', () => last()?.accountId === 'UPSTOX_02');
  leave();
  expect(last()).toMatchObject({ total: 2, generated: 0, runTotal: 0, runGenerated: 0, runId: 'none' });
});
