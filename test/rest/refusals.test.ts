import { expect, test } from 'vitest';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';
import { call } from './rest-caller.ts';

interface Refused {
  readonly error: { readonly code: string; readonly message: string; readonly nextAction: string };
}

const GENERATE = 'POST /auth/upstox/tokens/generate';

/** A request by REST, its status and what it said; and what GraphQL says to the same. */
const both = async (testApp: TestApp, line: string, body: object | undefined, document: string) => {
  const rest = await call(testApp, line, body === undefined ? {} : { body });
  const { code, message, nextAction } = (rest.body as Refused).error;
  const { errors } = await testApp.ask(document);
  return {
    rest: { code, message, nextAction },
    graphql: { message: errors?.[0].message, ...errors?.[0].extensions },
    outcome: `${rest.status} ${code}`,
  };
};

test('what the state of things refuses is refused in the words of GraphQL, with a status', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const refused = async (line: string, body: object | undefined, document: string) => {
    const { rest, graphql, outcome } = await both(testApp, line, body, document);
    expect(graphql).toMatchObject(rest);
    return outcome;
  };
  const generate = (args: string) => `mutation { generateTokens(${args}) { id } }`;
  const foreign = { accountId: 'UPSTOX_99' };

  expect(
    await refused(
      'GET /auth/status?accountId=UPSTOX_99',
      undefined,
      '{ authState(accountId: "UPSTOX_99") { state } }',
    ),
  ).toBe('404 NOT_FOUND');
  expect(
    await refused('GET /auth/events?accountId=UPSTOX_99', undefined, '{ ready(accountId: "UPSTOX_99") }'),
  ).toBe('404 NOT_FOUND');
  expect(
    await refused('POST /auth/start', foreign, 'mutation { startLogin(accountId: "UPSTOX_99") { id } }'),
  ).toBe('404 NOT_FOUND');
  expect(await refused(GENERATE, { mode: 'PARTIAL' }, generate('mode: PARTIAL'))).toBe('400 BAD_USER_INPUT');
  expect(
    await refused(
      GENERATE,
      { mode: 'PARTIAL', apiNames: ['OPTIONCHAIN1'] },
      generate('mode: PARTIAL, apiNames: [OPTIONCHAIN1]'),
    ),
  ).toMatch(/^4\d\d (?:API_NOT_CONFIGURED|BAD_USER_INPUT)$/);

  expect((await call(testApp, GENERATE, { body: { mode: 'ALL' } })).status).toBe(202);
  expect(await refused(GENERATE, { mode: 'ALL' }, generate('mode: ALL'))).toBe('409 RUN_IN_PROGRESS');
  await until('the gate to open', async () => (await call(testApp, 'GET /readyz')).status === 200);
  expect(await refused(GENERATE, { mode: 'ALL' }, generate('mode: ALL'))).toBe('409 WOULD_REPLACE_VALID');
  expect(await refused('POST /auth/start', {}, 'mutation { startLogin { id } }')).toBe('409 WRONG_STATE');
});

test('a cooldown is 423 and says when to come back', async () => {
  await using testApp = await openTestApp({ apis: 3, simulator: { scenario: 'throttled' } });
  await testApp.generate('mode: ALL');
  const refused = await call(testApp, GENERATE, { body: { mode: 'INVALID_ONLY' } });
  expect(refused.status).toBe(423);
  expect(refused.body).toMatchObject({
    error: { code: 'COOLDOWN', nextAction: expect.any(String), retryableAt: expect.any(String) },
  });
  const seconds = Number(refused.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(600);
  expect(seconds).toBeLessThanOrEqual(660);
  const readiness = await call(testApp, 'GET /readyz');
  expect([readiness.status, readiness.body]).toMatchObject([
    503,
    { ready: false, state: 'COOLDOWN', primaryPresent: true, error: { code: 'COOLDOWN' } },
  ]);
  expect(Number(readiness.headers.get('retry-after'))).toBeGreaterThan(600);
});

test('a quarantine is 409, and the readiness says what to do', async () => {
  await using testApp = await openTestApp({ apis: 1, simulator: { scenario: 'wrong-pin' } });
  await testApp.generate('mode: ALL');
  const { rest, graphql, outcome } = await both(
    testApp,
    GENERATE,
    { mode: 'ALL' },
    'mutation { generateTokens(mode: ALL) { id } }',
  );
  expect([outcome, graphql]).toMatchObject(['409 QUARANTINED', rest]);
  expect((await call(testApp, 'GET /readyz')).body).toMatchObject({
    error: { code: 'CREDENTIALS_REJECTED', nextAction: expect.stringContaining('clearQuarantine') },
  });
});

test('a request that is not as it should be is refused before anything is done', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const key = { authorization: `Bearer ${testApp.app.operatorKey}` };
  const json = { ...key, 'content-type': 'application/json' };
  const statusOf = async (line: string, sent: Parameters<typeof call>[2] = {}) => {
    const { status, body } = await call(testApp, line, sent);
    return `${status} ${(body as Refused).error.code}`;
  };
  const bad = '400 BAD_USER_INPUT';

  expect(await statusOf(GENERATE, { body: '{"mode": ' })).toBe(bad);
  expect(await statusOf(GENERATE, { body: '["ALL"]' })).toBe(bad);
  expect(await statusOf(GENERATE, { body: 'null' })).toBe(bad);
  expect(await statusOf(GENERATE, { body: '' })).toBe(bad);
  expect(await statusOf(GENERATE, { body: {} })).toBe(bad);
  expect(await statusOf(GENERATE, { body: { mode: 'EVERYTHING' } })).toBe(bad);
  expect(await statusOf(GENERATE, { body: { mode: 'ALL', replaceValid: 'yes' } })).toBe(bad);
  expect(await statusOf(GENERATE, { body: { mode: 'ALL', acountId: 'UPSTOX_01' } })).toBe(bad);
  expect(await statusOf(`${GENERATE}?accountId=UPSTOX_01`, { body: { mode: 'ALL' } })).toBe(bad);
  expect(await statusOf('GET /auth/status?acountId=UPSTOX_01')).toBe(bad);
  expect(await statusOf('GET /auth/events?lastEventId=soon')).toBe(bad);
  expect(await statusOf('GET /auth/upstox/login-success?apiName=FIRST')).toBe(bad);
  expect(await statusOf('GET /metrics?format=json')).toBe(bad);

  const form = { ...key, 'content-type': 'application/x-www-form-urlencoded' };
  expect(await statusOf('POST /auth/start', { headers: form, body: 'accountId=UPSTOX_01' })).toBe(
    '415 UNSUPPORTED_MEDIA_TYPE',
  );
  expect(await statusOf('POST /auth/start', { headers: key })).toBe('415 UNSUPPORTED_MEDIA_TYPE');
  expect(await statusOf('POST /auth/start', { headers: json, body: { accountId: 'x'.repeat(20_000) } })).toBe(
    '413 TOO_LARGE',
  );
  expect(await statusOf('GET /auth/nothing')).toBe('404 NOT_FOUND');
  expect(await statusOf('GET /api/v1')).toBe('404 NOT_FOUND');
  expect(await statusOf('GET /api/v2/auth/status')).toBe('404 NOT_FOUND');

  const issues = await call(testApp, GENERATE, { body: { mode: 'PARTIAL', apiNames: [] } });
  expect(issues.body).toMatchObject({
    error: { issues: [{ path: ['apiNames'], message: 'Mode PARTIAL needs at least one API name.' }] },
  });
  expect(testApp.rows('select 1 from vega_generation_runs')).toEqual([]);
  expect(testApp.broker.log).toEqual([]);
});

test('a method that a route does not have is 405 and told which it has', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const allowed = async (line: string) => {
    const { status, headers } = await call(testApp, line);
    return `${status} ${headers.get('allow')}`;
  };
  expect(await allowed('GET /auth/start')).toBe('405 POST');
  expect(await allowed('HEAD /auth/start')).toBe('405 POST');
  expect(await allowed('DELETE /api/v1/auth/logout')).toBe('405 POST');
  expect(await allowed('POST /auth/status')).toBe('405 GET, HEAD');
  expect(await allowed('PUT /auth/events')).toBe('405 GET, HEAD');
  expect(await allowed('POST /metrics')).toBe('405 GET, HEAD');
});

test('without a key, or from a foreign place, every route but /livez is shut', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const lines = ['GET /auth/status', 'GET /auth/events', 'POST /auth/start', 'GET /readyz', 'GET /metrics'];
  for (const line of lines.flatMap((one) => [one, one.replace(' /', ' /api/v1/')])) {
    const { status, headers, body } = await call(testApp, line, { headers: {} });
    expect([line, status, headers.get('www-authenticate')]).toEqual([line, 401, 'Bearer']);
    expect(body).toMatchObject({ error: { code: 'UNAUTHENTICATED', nextAction: expect.any(String) } });
  }
  const foreign = { authorization: `Bearer ${testApp.app.operatorKey}`, origin: 'http://evil.example' };
  expect(await call(testApp, 'GET /auth/events', { headers: foreign })).toMatchObject({
    status: 403,
    body: { error: { code: 'FORBIDDEN' } },
  });
});

test('what goes wrong inside is 500, masked, and logged', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  testApp.change('alter table upstox_tokens rename to elsewhere');
  const broken = await call(testApp, 'GET /auth/tokens');
  testApp.change('alter table elsewhere rename to upstox_tokens');
  expect([broken.status, broken.body]).toEqual([
    500,
    {
      error: {
        code: 'INTERNAL_SERVER_ERROR',
        message: 'Unexpected error.',
        nextAction: 'Look into the log of vega-auth, then try again.',
      },
    },
  ]);
  expect(testApp.said()).toContain('no such table: upstox_tokens');
  expect((await call(testApp, 'GET /auth/tokens')).status).toBe(200);
});
