import { expect, test } from 'vitest';
import { hashSecret } from '../src/services/secret-hash.ts';
import { Visitor } from './simulator/visitor.ts';
import { type ApprovalApp, CALLBACK, openApprovalApp, runOf, storedTokens } from './support/approval-app.ts';
import type { TestApp } from './support/test-app.ts';
import { until } from './support/test-app.ts';

const BEGIN = 'mutation { beginHumanLogin(apiName: PRIMARY) { runId apiName url expiresAt } }';

const begin = async (testApp: TestApp, document = BEGIN) => {
  const { data, errors } = await testApp.ask(document);
  if (errors !== undefined) throw new Error(errors[0].extensions.code);
  await until('the wait', async () => (await runOf(testApp)).status === 'WAITING_OPERATOR');
  return data.beginHumanLogin;
};

/** What a person does: the login in a browser of their own. Answers the redirect's parameters. */
const logIn = async (place: ApprovalApp, url: string): Promise<URLSearchParams> => {
  const state = new URL(url).searchParams.get('state') ?? '';
  const visitor = new Visitor(place.broker, () => place.clock.now);
  return (await visitor.login(0, state)).searchParams;
};

const visit = async ({ testApp }: ApprovalApp, parameters: URLSearchParams | string, method = 'GET') => {
  const response = await fetch(`${testApp.url}${CALLBACK}?${parameters}`, { method });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

const exchanges = ({ broker }: ApprovalApp) => broker.log.filter(({ kind }) => kind === 'TOKEN').length;

test('a person logs in, and the redirect brings a token', async () => {
  await using place = await openApprovalApp();
  const login = await begin(place.testApp);
  expect(login).toMatchObject({ apiName: 'PRIMARY', expiresAt: '2026-11-22T02:40:00.000Z' });
  expect(login.url).toContain(`${place.broker.url}/v2/login/authorization/dialog?response_type=code`);
  expect(await runOf(place.testApp)).toMatchObject({
    id: login.runId,
    blockedBy: null,
    waitingUntil: '2026-11-22T02:40:00.000Z',
    steps: [{ apiName: 'PRIMARY', status: 'RUNNING', step: 'HUMAN_LOGIN' }],
  });
  await place.restart();
  const redirect = await logIn(place, login.url);
  const { status, headers, text } = await visit(place, redirect);
  expect([status, text]).toMatchInlineSnapshot(`
    [
      200,
      "<!doctype html><html lang="en"><meta charset="utf-8"><title>vega-auth</title>
    <meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/plain.css">
    <main><h1>vega-auth</h1><p>Done: PRIMARY has a token that the broker confirms. You can close this page.</p><p><a href="/">To the operator page</a></p></main></html>",
    ]
  `);
  expect(text).not.toContain(redirect.get('code'));
  expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual(['no-store', 'no-referrer']);
  await until('the end', async () => (await runOf(place.testApp)).status === 'COMPLETED');
  expect(storedTokens(place.testApp)).toEqual(['PRIMARY']);
  expect(place.testApp.rows('select kind from vega_login_attempts')).toEqual([{ kind: 'CODE' }]);
  expect(place.testApp.said()).not.toContain(redirect.get('code'));
  expect(place.testApp.said()).not.toContain(redirect.get('state'));
  expect(JSON.stringify(place.testApp.rows('select * from vega_pending_acquisitions'))).not.toContain(
    redirect.get('state'),
  );

  expect((await visit(place, redirect)).status).toBe(404);
  expect(exchanges(place)).toBe(1);
  const again = await place.testApp.ask(BEGIN);
  expect(again.errors[0].extensions.code).toBe('WOULD_REPLACE_VALID');
});

test('a state that nobody has given out is answered harmlessly', async () => {
  await using place = await openApprovalApp();
  const login = await begin(place.testApp);
  const redirect = await logIn(place, login.url);
  const code = redirect.get('code') ?? '';
  for (const wrong of [`code=${code}&state=guess`, `code=${code}`, `code=${code}&state=`, '']) {
    const { status, text } = await visit(place, wrong);
    expect(status).toBe(404);
    expect(text).toContain('Nobody waits for this login');
  }
  expect((await visit(place, redirect, 'HEAD')).status).toBe(405);
  expect((await visit(place, redirect, 'POST')).status).toBe(405);
  expect(exchanges(place)).toBe(0);
  expect((await visit(place, redirect)).status).toBe(200);
});

test('a redirect that is sent twice at once is used once', async () => {
  await using place = await openApprovalApp();
  const redirect = await logIn(place, (await begin(place.testApp)).url);
  const answers = await Promise.all([visit(place, redirect), visit(place, redirect)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
  expect(exchanges(place)).toBe(1);
});

test('ten minutes later nobody waits any more', async () => {
  await using place = await openApprovalApp();
  const redirect = await logIn(place, (await begin(place.testApp)).url);
  place.clock.now += 600_000;
  expect((await visit(place, redirect)).status).toBe(404);
  await until('the end', async () => (await runOf(place.testApp)).status === 'STOPPED');
  expect((await runOf(place.testApp)).steps[0].failure).toMatchObject({
    code: 'APPROVAL_LAPSED',
    message: 'Nobody came back from the broker’s login in time.',
    submitted: [],
  });
  expect((await visit(place, redirect)).status).toBe(404);
  expect(exchanges(place)).toBe(0);
  await begin(place.testApp);
});

test('a login that the broker refuses ends the run, in words', async () => {
  await using place = await openApprovalApp();
  const login = await begin(place.testApp);
  const state = new URL(login.url).searchParams.get('state');
  const { status, text } = await visit(place, `error=<b>access_denied</b>&state=${state}`);
  expect(status).toBe(409);
  expect(text).toContain('No confirmed token for PRIMARY (APP_REJECTED)');
  expect(text).not.toContain('<b>');
  await until('the end', async () => (await runOf(place.testApp)).status === 'STOPPED');
  expect((await runOf(place.testApp)).steps[0].failure).toMatchObject({
    code: 'APP_REJECTED',
    submitted: [],
  });
});

test('a code that yields no token is not sent again', async () => {
  await using place = await openApprovalApp();
  const redirect = await logIn(place, (await begin(place.testApp)).url);
  place.broker.faults.token = 'server-error';
  expect((await visit(place, redirect)).text).toContain('CODE_SPENT');
  await until('the end', async () => (await runOf(place.testApp)).status === 'STOPPED');
  expect((await runOf(place.testApp)).steps[0].failure).toMatchObject({
    code: 'CODE_SPENT',
    submitted: ['CODE'],
  });
  expect((await visit(place, redirect)).status).toBe(404);
  expect(exchanges(place)).toBe(1);
});

test('a login that was aborted is not waited for, and another one can begin', async () => {
  await using place = await openApprovalApp();
  const login = await begin(place.testApp);
  const second = await place.testApp.ask(BEGIN);
  expect(second.errors[0].extensions.code).toBe('RUN_IN_PROGRESS');
  await place.testApp.ask(`mutation { abortGeneration(runId: "${login.runId}") { id } }`);
  expect((await visit(place, await logIn(place, login.url))).status).toBe(404);
  const next = await begin(place.testApp);
  expect((await visit(place, await logIn(place, next.url))).status).toBe(200);
});

test('an app that is not configured cannot be logged in for', async () => {
  await using place = await openApprovalApp();
  const { errors } = await place.testApp.ask('mutation { beginHumanLogin(apiName: WEBSOCKET3) { url } }');
  expect(errors[0].extensions.code).toBe('API_NOT_CONFIGURED');
});

test('a redirect that another program waits for is not used up here', async () => {
  await using place = await openApprovalApp();
  const { testApp, clock } = place;
  testApp.change(
    `insert into vega_generation_runs (id, account_id, mode, status, started_at, process_id)
     values ('elsewhere', 'UPSTOX_01', 'PARTIAL', 'WAITING_OPERATOR', 1, 1)`,
  );
  testApp.change(
    `insert into vega_pending_acquisitions (account_id, run_id, api_name, client_id, kind, state_hash, requested_at, expires_at)
     values ('UPSTOX_01', 'elsewhere', 'PRIMARY', 'c', 'CALLBACK', ?, ?, ?)`,
    hashSecret('of-another-program'),
    clock.now,
    clock.now + 60_000,
  );
  expect((await visit(place, 'state=of-another-program&code=abc')).status).toBe(503);
  expect(testApp.rows('select settled_at from vega_pending_acquisitions')).toEqual([{ settled_at: null }]);
  expect(exchanges(place)).toBe(0);
});
