import path from 'node:path';
import { expect, test } from 'vitest';
import { holdLock } from '../db/temporary-database.ts';
import { readEvents } from '../rest/event-reader.ts';
import { call } from '../rest/rest-caller.ts';
import { plantVerdict } from '../support/plant.ts';
import { openTestApp, until } from '../support/test-app.ts';
import { example, seed, shapeOf } from './seeds.ts';

const EVENTS = seed('event-types.txt')
  .trim()
  .split('\n')
  .map((line) => line.replace('event: ', ''));

/** What the user's example says of these is what is meant; of the others it is one value of many. */
const AS_THEY_STAND = ['DB_RECOVERY', 'AUTH_CONFIRMED'];

test('1.4 Payload Examples: every kind of event comes with every field of its example', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { seen, leave } = await readEvents(testApp);
  {
    await using _lock = await holdLock(path.join(testApp.directory, 'vega_trade.db'));
    await testApp.generate('mode: ALL');
    await until('the confirmation', () => seen.some(({ name }) => name === 'AUTH_CONFIRMED'));
  }
  leave();
  for (const name of EVENTS) {
    const wanted = example(`event-${name}`);
    const told = seen.filter((event) => event.name === name).map(({ data }) => data);
    const shapes = told.map(shapeOf);
    expect([name, shapes]).toEqual([
      name,
      expect.arrayContaining([expect.objectContaining(shapeOf(wanted) as object)]),
    ]);
    if (AS_THEY_STAND.includes(name)) expect(told).toContainEqual(expect.objectContaining(wanted));
  }
});

const ROUTES = seed('rest-api.txt')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t'));

test('5. EXACT REST API SPECIFICATION (AUTH): every route is there', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  for (const [place = '', method = ''] of ROUTES) {
    const leaving = new AbortController();
    const response = await fetch(`${testApp.url}${place}`, {
      method,
      headers: { authorization: `Bearer ${testApp.app.operatorKey}`, 'content-type': 'application/json' },
      body: method === 'POST' ? '{}' : null,
      signal: leaving.signal,
    });
    expect([place, response.ok]).toEqual([place, true]);
    leaving.abort();
  }
});

test('D4. Backend Response (FINAL): login-success has its fields, and the masks are ******', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await testApp.generate('mode: ALL');
  const { body } = await call(testApp, 'GET /auth/upstox/login-success');
  const wanted = example('login-success');
  expect(shapeOf(body)).toEqual(shapeOf(wanted));
  expect(body).toMatchObject({
    status: wanted.status,
    message: wanted.message,
    api_name: wanted.api_name,
    profile: wanted.profile,
  });
});

test('7.2 REST API (Frontend-Friendly): tokens/status, and tokens/generate with the example’s body', async () => {
  await using testApp = await openTestApp();
  for (const apiName of ['PRIMARY', 'WEBSOCKET1', 'OPTIONCHAIN1'] as const)
    plantVerdict(testApp, apiName, 'VALID');
  plantVerdict(testApp, 'WEBSOCKET2', 'INVALID');
  plantVerdict(testApp, 'WEBSOCKET3', 'EXPIRED');
  const { body } = await call(testApp, 'GET /auth/upstox/tokens/status');
  expect(body).toMatchObject(example('tokens-status'));
  const run = await call(testApp, 'POST /auth/upstox/tokens/generate', {
    body: seed('tokens-generate.json'),
  });
  expect(run.status).toBe(202);
  const made = (run.body as { steps: { apiName: string }[] }).steps.map(({ apiName }) => apiName);
  expect(made).toEqual(example('tokens-generate').apiNames);
  await until('the run to end', async () => (await testApp.client.authState()).run?.endedAt != null);
});

test('3.3 Response: tokens/expiry has its fields, and the wall time of India beside the instant', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await testApp.generate('mode: ALL');
  const { body } = await call(testApp, 'GET /auth/tokens/expiry');
  const [wanted] = example('tokens-expiry');
  const [primary] = body as [{ expiresAt: string; expiresAtIst: string }];
  expect(shapeOf(primary)).toMatchObject(shapeOf(wanted) as object);
  expect(primary.expiresAtIst).toMatch(/^\d{4}-\d\d-\d\dT03:30:00$/);
  expect(primary.expiresAtIst.slice(10)).toBe(wanted.expiresAt.slice(10));
  expect(new Date(`${primary.expiresAtIst}+05:30`).toISOString()).toBe(primary.expiresAt);
});

test('4.3 Switch Contract: the example’s body is accepted', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const switched = await call(testApp, 'POST /accounts/switch', { body: seed('accounts-switch.json') });
  expect([switched.status, switched.body]).toMatchObject([200, { id: example('accounts-switch').accountId }]);
});
