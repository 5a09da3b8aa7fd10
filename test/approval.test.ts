import { expect, test } from 'vitest';
import { openApprovalApp, runOf, storedTokens } from './support/approval-app.ts';
import { type TestApp, until } from './support/test-app.ts';

const APPS = ['0de30000-0000-4000-8000-000000000000', '0de30000-0000-4000-8000-000000000001'] as const;

const ask = (testApp: TestApp, args = 'mode: ALL') =>
  testApp.ask(`mutation { generateTokens(${args}, via: APPROVAL) { id status } }`);

const codeOf = async (answer: ReturnType<TestApp['ask']>) =>
  (await answer).errors?.[0]?.extensions.code ?? null;

const waiting = (testApp: TestApp) =>
  until('the wait', async () => (await runOf(testApp)).status === 'WAITING_OPERATOR');

const outcome = async (testApp: TestApp) =>
  (await runOf(testApp)).steps.map(
    (step: { apiName: string; status: string; step: string | null; failure: { code: string } | null }) =>
      [step.apiName, step.status, step.step, step.failure?.code].filter((part) => part != null).join(' '),
  );

test('two tokens come by approval, without a browser and over a restart', async () => {
  await using place = await openApprovalApp({ apis: 2 });
  const { broker } = place;
  expect((await ask(place.testApp)).data.generateTokens).toMatchObject({ status: 'RUNNING' });
  await waiting(place.testApp);
  expect(await runOf(place.testApp)).toMatchObject({
    state: 'TOKEN_GENERATION',
    blockedBy: null,
    waitingUntil: '2026-11-22T22:00:00.000Z',
    endedAt: null,
  });
  expect(await outcome(place.testApp)).toEqual([
    'PRIMARY RUNNING APPROVAL_WAIT',
    'WEBSOCKET1 RUNNING APPROVAL_WAIT',
  ]);
  expect(await codeOf(place.testApp.ask('mutation { generateTokens(mode: ALL) { id } }'))).toBe(
    'RUN_IN_PROGRESS',
  );
  expect(await broker.approve(APPS[1])).toBe(200);
  expect(await outcome(place.testApp)).toEqual(['PRIMARY RUNNING APPROVAL_WAIT', 'WEBSOCKET1 DONE VERIFY']);

  await place.restart();
  await waiting(place.testApp);
  expect(await outcome(place.testApp)).toEqual(['PRIMARY RUNNING APPROVAL_WAIT', 'WEBSOCKET1 DONE VERIFY']);
  expect(await broker.approve(APPS[0])).toBe(200);
  await until('the end', async () => (await runOf(place.testApp)).status === 'COMPLETED');
  await until('the gate', async () => (await place.testApp.ask('{ ready }')).data.ready);
  expect(await outcome(place.testApp)).toEqual(['PRIMARY DONE VERIFY', 'WEBSOCKET1 DONE VERIFY']);
  expect(storedTokens(place.testApp)).toEqual(['PRIMARY', 'WEBSOCKET1']);
  const kinds = new Set(broker.log.map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(['APPROVAL_REQUEST', 'APPROVAL_SENT', 'PROFILE']);
  expect(broker.log.filter(({ kind }) => kind === 'APPROVAL_REQUEST')).toHaveLength(2);
  expect(place.testApp.rows('select broker_user_id from vega_accounts')).toEqual([
    { broker_user_id: 'DEMO01' },
  ]);
});

test('what nobody approves lapses at 03:30, also while the program is down', async () => {
  await using place = await openApprovalApp({ apis: 2 });
  await ask(place.testApp);
  await waiting(place.testApp);
  await place.broker.approve(APPS[0]);
  place.clock.now = Date.parse('2026-11-23T03:29:59.999+05:30');
  await place.restart();
  await waiting(place.testApp);
  place.clock.now += 1;
  await until('the end', async () => (await runOf(place.testApp)).status === 'STOPPED');
  const { steps } = await runOf(place.testApp);
  expect(steps[1]).toMatchInlineSnapshot(`
    {
      "apiName": "WEBSOCKET1",
      "failure": {
        "code": "APPROVAL_LAPSED",
        "message": "No token came before the approval request lapsed.",
        "nextAction": "Generate this API again and answer before the time is up: approve on the phone, or log in at the address that was given. A refusal on the phone looks like silence.",
        "submitted": [],
      },
      "status": "FAILED",
      "step": "APPROVAL_WAIT",
    }
  `);
  expect(steps[0].status).toBe('DONE');
  const late = { ...place.notice(1), expires_at: Date.parse('2026-11-24T03:30:00+05:30') };
  expect((await place.post(late))[0]).toBe(403);
});

test('an abort ends the wait, and a token that comes afterwards is refused', async () => {
  await using place = await openApprovalApp({ apis: 2 });
  await ask(place.testApp);
  await waiting(place.testApp);
  const { id } = await runOf(place.testApp);
  const { data } = await place.testApp.ask(
    `mutation { abortGeneration(runId: "${id}") { status waitingUntil } }`,
  );
  expect(data.abortGeneration).toEqual({ status: 'ABORTED', waitingUntil: null });
  expect(await outcome(place.testApp)).toEqual([
    'PRIMARY FAILED APPROVAL_WAIT ABORTED',
    'WEBSOCKET1 FAILED APPROVAL_WAIT ABORTED',
  ]);
  expect(await place.broker.approve(APPS[0])).toBe(403);
  expect(storedTokens(place.testApp)).toEqual([]);
  expect(await codeOf(ask(place.testApp))).toBeNull();
});

test('an app without a notifier fails alone, and says who has to act', async () => {
  await using place = await openApprovalApp({ apis: 2 });
  Object.assign(place.broker.apps[0] ?? {}, { notifierUrl: undefined });
  await ask(place.testApp);
  await waiting(place.testApp);
  const { steps } = await runOf(place.testApp);
  expect(steps[0].failure).toMatchInlineSnapshot(`
    {
      "code": "APP_REJECTED",
      "message": "The broker answered 400 UDAPI1123 to the approval request. The app has no notifier webhook: its owner has to set one at the broker.",
      "nextAction": "Open the broker's developer page and check this app: client id, secret, redirect URI, notifier webhook, and whether the app is active.",
      "submitted": [],
    }
  `);
  expect(await place.broker.approve(APPS[1])).toBe(200);
  await until('the end', async () => (await runOf(place.testApp)).status === 'STOPPED');
  expect(await outcome(place.testApp)).toEqual([
    'PRIMARY FAILED APPROVAL_REQUEST APP_REJECTED',
    'WEBSOCKET1 DONE VERIFY',
  ]);
});

test('a broker that is down is asked once, and then left alone', async () => {
  await using place = await openApprovalApp({ apis: 2 });
  place.broker.faults.down = true;
  await ask(place.testApp);
  await until('the end', async () => (await runOf(place.testApp)).status === 'STOPPED');
  expect(await outcome(place.testApp)).toEqual([
    'PRIMARY FAILED APPROVAL_REQUEST BROKER_UNREACHABLE',
    'WEBSOCKET1 SKIPPED',
  ]);
  place.broker.faults.down = false;
  expect(await codeOf(ask(place.testApp))).toBe('COOLDOWN');
  expect(place.broker.log).toEqual([]);
});

test('a quarantined account asks for no approval, and a valid token is not replaced unasked', async () => {
  await using place = await openApprovalApp();
  place.testApp.change('update vega_auth_states set quarantined_at = 1');
  expect(await codeOf(ask(place.testApp))).toBe('QUARANTINED');
  place.testApp.change('update vega_auth_states set quarantined_at = null');
  await ask(place.testApp);
  await waiting(place.testApp);
  await place.broker.approve(APPS[0]);
  await until('the end', async () => (await runOf(place.testApp)).status === 'COMPLETED');
  expect(await codeOf(ask(place.testApp))).toBe('WOULD_REPLACE_VALID');
  await ask(place.testApp, 'mode: ALL, replaceValid: true');
  await waiting(place.testApp);
  await place.restart();
  await waiting(place.testApp);
  expect(await outcome(place.testApp)).toEqual(['PRIMARY RUNNING APPROVAL_WAIT']);
  await place.broker.approve(APPS[0]);
  await until('the end', async () => (await runOf(place.testApp)).status === 'COMPLETED');
  expect((await place.testApp.ask('{ tokens { version } }')).data.tokens).toEqual([{ version: 2 }]);
});

test('a request that was cut off is not sent again', async () => {
  await using place = await openApprovalApp({ apis: 2 });
  await ask(place.testApp);
  await waiting(place.testApp);
  await place.testApp.app[Symbol.asyncDispose]();
  place.testApp.change("update vega_pending_acquisitions set expires_at = null where api_name = 'PRIMARY'");
  place.testApp.change(
    "update vega_pending_acquisitions set expires_at = null, requested_at = null where api_name = 'WEBSOCKET1'",
  );
  place.testApp.change(
    "update vega_generation_steps set status = 'PENDING', step = null where api_name = 'WEBSOCKET1'",
  );
  await place.restart();
  await waiting(place.testApp);
  expect(await outcome(place.testApp)).toEqual([
    'PRIMARY FAILED APPROVAL_WAIT INTERRUPTED',
    'WEBSOCKET1 RUNNING APPROVAL_WAIT',
  ]);
  expect(place.broker.log.map(({ clientId }) => clientId)).toEqual([APPS[0], APPS[1], APPS[1]]);
});

test('a token that ends before 03:30, as its notice says, is not kept for longer', async () => {
  await using place = await openApprovalApp();
  await ask(place.testApp);
  await waiting(place.testApp);
  const end = Date.parse('2026-11-22T15:00:00+05:30');
  expect(await place.post(place.notice(0, { expires_at: String(end) }))).toEqual([200, expect.anything()]);
  expect(place.testApp.rows('select validity_at from upstox_tokens')).toEqual([
    { validity_at: '2026-11-22 15:00:00' },
  ]);
  place.clock.now = end + 1000;
  expect((await place.testApp.ask('{ tokens { verdict } }')).data.tokens).toEqual([{ verdict: 'EXPIRED' }]);
});
