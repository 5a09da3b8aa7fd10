import { expect, test } from 'vitest';
import type { Checkpoint } from '../../src/services/runs/checkpoints.ts';
import { Visitor } from '../simulator/visitor.ts';
import { CALLBACK, openApprovalApp, runOf } from '../support/approval-app.ts';
import { plantToken } from '../support/plant.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';
import { linesOf } from './role-desk.ts';

/** What another process writes when the operator assigns a credential there. */
const assignElsewhere = (testApp: TestApp, apiName: string, credential: string, sharedWith?: string): void =>
  testApp.change(
    `insert into vega_role_assignments (account_number, api_name, credential, shared_with, version_base, changed_at, changed_by)
     values (1, ?, ?, ?, 0, 0, 'operator')`,
    apiName,
    credential,
    sharedWith ?? null,
  );

const storedToken = ({ rows }: TestApp, apiName: string): string | undefined =>
  rows(`select access_token from upstox_tokens where api_name = '${apiName}'`)[0]?.access_token;

const stepOf = ({ status, failure }: { status: string; failure: Record<string, unknown> | null }) => [
  status,
  failure?.code,
  failure?.message,
  failure?.submitted,
];

const PASTED = 'PRIMARY is PASTED by now: no login makes its token.';

test.for([
  ['SESSION_OPENED', PASTED, []],
  ['MOBILE_SUBMITTED', PASTED, ['MOBILE']],
  ['OTP_SUBMITTED', PASTED, ['MOBILE', 'OTP']],
  ['CODE_RECEIVED', PASTED, ['MOBILE', 'OTP', 'PIN']],
  ['CODE_EXCHANGED', `${PASTED} The token that came of it is not stored.`, ['MOBILE', 'OTP', 'PIN', 'CODE']],
] as const)(
  'a token that is pasted at %s is not replaced, and nothing more is submitted',
  async ([moment, message, submitted]) => {
    let pasted = '';
    const testApp = await openTestApp({
      apis: 1,
      onCheckpoint: (checkpoint: Checkpoint) => {
        if (checkpoint !== moment) return;
        pasted = plantToken(testApp, 'PRIMARY');
        assignElsewhere(testApp, 'PRIMARY', 'PASTED');
      },
    });
    await using _opened = testApp;
    const { steps } = await testApp.generate('mode: ALL');
    expect(stepOf(steps[0])).toEqual(['FAILED', 'ROLE_NEEDS_NO_LOGIN', message, submitted]);
    expect(storedToken(testApp, 'PRIMARY')).toBe(pasted);
    await testApp.client.tokenStatus({});
    expect(await linesOf(testApp)).toEqual(['PRIMARY PASTED VALID']);
    expect(testApp.rows("select kind from vega_alerts where kind = 'HUMAN_NEEDED'")).toEqual([]);
  },
);

test('a token that is pasted while the login’s is found to be another user’s stays in its place', async () => {
  let isStranger = false;
  let pasted = '';
  const testApp = await openTestApp({
    apis: 1,
    onCheckpoint: (checkpoint) => {
      if (!isStranger || checkpoint !== 'VERIFY_ENTERED') return;
      testApp.broker.faults.profile = 'wrong-user';
      // A transaction of the program's own may be open, for which nobody in here could wait; the broker answers later.
      setImmediate(() => {
        pasted = plantToken(testApp, 'PRIMARY');
        assignElsewhere(testApp, 'PRIMARY', 'PASTED');
      });
    },
  });
  await using _opened = testApp;
  await testApp.generate('mode: ALL');
  isStranger = true;
  const { steps } = await testApp.generate('mode: ALL, replaceValid: true');
  expect(steps[0].failure.code).toBe('WRONG_ACCOUNT');
  expect(storedToken(testApp, 'PRIMARY')).toBe(pasted);
  expect(testApp.rows("select * from vega_audit_entries where kind = 'TOKEN_REMOVED'")).toEqual([]);
});

test('a run goes on with the next API, and opens no dialog for a role that shares a token by now', async () => {
  const testApp = await openTestApp({
    apis: 3,
    onCheckpoint: (checkpoint) => {
      if (checkpoint !== 'CODE_RECEIVED' || testApp.rows('select * from vega_role_assignments').length > 0)
        return;
      assignElsewhere(testApp, 'WEBSOCKET1', 'SHARED', 'PRIMARY');
    },
  });
  await using _opened = testApp;
  const { status, steps } = await testApp.generate('mode: ALL');
  expect(status).toBe('STOPPED');
  expect(steps.map(stepOf)).toEqual([
    ['DONE', undefined, undefined, undefined],
    ['FAILED', 'ROLE_NEEDS_NO_LOGIN', 'WEBSOCKET1 is SHARED by now: no login makes its token.', []],
    ['DONE', undefined, undefined, undefined],
  ]);
  const dialogs = testApp.broker.log.filter(({ kind }) => kind === 'DIALOG').map(({ clientId }) => clientId);
  expect(dialogs).toEqual([0, 2].map((index) => testApp.broker.apps[index]?.clientId));
});

test('an approval is no longer waited for once its role has another credential', async () => {
  await using place = await openApprovalApp({ apis: 2 });
  const { testApp } = place;
  await testApp.ask('mutation { generateTokens(mode: ALL, via: APPROVAL) { id } }');
  await until('the wait', async () => (await runOf(testApp)).status === 'WAITING_OPERATOR');
  const pasted = plantToken(testApp, 'PRIMARY');
  assignElsewhere(testApp, 'PRIMARY', 'PASTED');
  await until('the end of the step', async () => (await runOf(testApp)).steps[0].status === 'FAILED');
  expect(stepOf((await runOf(testApp)).steps[0])).toEqual(['FAILED', 'ROLE_NEEDS_NO_LOGIN', PASTED, []]);
  expect((await place.post(place.notice(0)))[0]).toBe(403);
  expect(storedToken(testApp, 'PRIMARY')).toBe(pasted);
  expect((await runOf(testApp)).status).toBe('WAITING_OPERATOR');
});

test('the broker is asked again about the tokens of a run whose requested approval was declined', async () => {
  await using place = await openApprovalApp({ apis: 2 });
  const { testApp } = place;
  await testApp.ask('mutation { generateTokens(mode: ALL, via: APPROVAL) { id } }');
  await until('the wait', async () => (await runOf(testApp)).status === 'WAITING_OPERATOR');
  const notice = place.notice(1);
  expect((await place.post(notice))[0]).toBe(200);
  await until('the first token', async () => (await runOf(testApp)).steps[1].status === 'DONE');
  // The owner has approved the other, and the broker keeps one token per user.
  place.broker.revoke(String(notice.access_token));
  plantToken(testApp, 'PRIMARY');
  assignElsewhere(testApp, 'PRIMARY', 'PASTED');
  await until('the end', async () => (await runOf(testApp)).endedAt !== null);
  expect(await linesOf(testApp)).toContain('WEBSOCKET1 LOGIN INVALID');
});

test('the code of a person’s login is not exchanged for a role that has another credential', async () => {
  await using place = await openApprovalApp();
  const { testApp } = place;
  const { data } = await testApp.ask('mutation { beginHumanLogin(apiName: PRIMARY) { url } }');
  await until('the wait', async () => (await runOf(testApp)).status === 'WAITING_OPERATOR');
  const state = new URL(data.beginHumanLogin.url).searchParams.get('state') ?? '';
  const visitor = new Visitor(place.broker, () => place.clock.now);
  const redirect = (await visitor.login(0, state)).searchParams;
  const pasted = plantToken(testApp, 'PRIMARY');
  assignElsewhere(testApp, 'PRIMARY', 'PASTED');
  await fetch(`${testApp.url}${CALLBACK}?${redirect}`);
  await until('the end', async () => (await runOf(testApp)).status === 'STOPPED');
  expect(stepOf((await runOf(testApp)).steps[0])).toEqual(['FAILED', 'ROLE_NEEDS_NO_LOGIN', PASTED, []]);
  expect(place.broker.log.filter(({ kind }) => kind === 'TOKEN')).toEqual([]);
  expect(storedToken(testApp, 'PRIMARY')).toBe(pasted);
});

test('a run that a dead process has left is judged by the credentials that its roles have now', async () => {
  await using testApp = await openTestApp({
    apis: 3,
    simulator: { knobs: { rejectedApps: { 0: 'UDAPI100068', 1: 'UDAPI100068', 2: 'UDAPI100068' } } },
  });
  const { id } = await testApp.generate('mode: ALL');
  const { directory, broker } = testApp;
  await testApp.app[Symbol.asyncDispose]();
  testApp.change("update vega_generation_runs set status = 'RUNNING', ended_at = null where id = ?", id);
  testApp.change(
    "update vega_generation_steps set status = 'PENDING', failure_code = null, failure_message = null where run_id = ?",
    id,
  );
  const pasted = plantToken(testApp, 'PRIMARY');
  assignElsewhere(testApp, 'PRIMARY', 'PASTED');
  plantToken(testApp, 'WEBSOCKET1');
  assignElsewhere(testApp, 'WEBSOCKET1', 'SHARED', 'PRIMARY');
  plantToken(testApp, 'WEBSOCKET2');
  const before = broker.log.filter(({ kind }) => kind === 'DIALOG').length;
  await using again = await openTestApp({ apis: 3, broker, directory });
  const read = async () =>
    (
      await again.ask(
        `{ generationRun(id: "${id}") { status steps { status failure { code message submitted } } } }`,
      )
    ).data.generationRun;
  await until('the end', async () => (await read()).status === 'STOPPED');
  expect((await read()).steps.map(stepOf)).toEqual([
    ['FAILED', 'ROLE_NEEDS_NO_LOGIN', expect.stringContaining('another credential'), []],
    ['FAILED', 'ROLE_NEEDS_NO_LOGIN', expect.stringContaining('another credential'), []],
    ['DONE', undefined, undefined, undefined],
  ]);
  expect(broker.log.filter(({ kind }) => kind === 'DIALOG')).toHaveLength(before);
  expect(storedToken(again, 'PRIMARY')).toBe(pasted);
});
