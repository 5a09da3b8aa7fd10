import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { holderOf, holderWith } from '../support/callers.ts';
import { openSession, sessionFrom } from '../support/session.ts';
import { openTestApp, readText, type TestApp, until } from '../support/test-app.ts';

/** The status of a GraphQL request that a proxy passes on for an address. */
const statusFrom = async (testApp: TestApp, address: string, key: string) => {
  const response = await fetch(`${testApp.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${key}`,
      'x-forwarded-for': `127.0.0.1, ${address}`,
    },
    body: '{"query":"{ ready }"}',
  });
  await response.text();
  return { status: response.status, retryAfter: response.headers.get('retry-after') };
};

/** Opens a stream with a key, and tells when it has ended. */
const follow = async (url: string, key: string, query: string | null) => {
  const response = await fetch(url, {
    method: query === null ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: query === null ? null : JSON.stringify({ query }),
  });
  const state = { hasBegun: false, hasEnded: false };
  void (async () => {
    for await (const _part of response.body ?? []) state.hasBegun = true;
  })()
    .catch(() => undefined)
    .finally(() => {
      state.hasEnded = true;
    });
  await until('the stream begins', () => state.hasBegun);
  return state;
};

test('a key is told once, kept as a hash, listed, and good over a restart until it is revoked', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const viewer = await holderOf(testApp, { name: 'screen', role: 'VIEWER' });
  expect(viewer.key).toMatch(/^vega_viewer_[\w-]{43}$/);
  expect(await viewer.client.ready()).toBe(false);
  expect(await testApp.client.accessKeys()).toEqual([
    expect.objectContaining({ id: viewer.id, name: 'screen', role: 'VIEWER', revokedAt: null }),
  ]);
  const hash = createHash('sha256').update(viewer.key).digest('hex');
  expect(testApp.rows('select secret_hash from vega_access_keys')).toEqual([{ secret_hash: hash }]);
  expect(readText(testApp.directory, 'vega_trade.db')).not.toContain(viewer.key);
  expect(testApp.said()).not.toContain(viewer.key);

  await using again = await openTestApp({ apis: 1, directory: testApp.directory, broker: testApp.broker });
  const holder = holderWith(again.url, viewer.id, viewer.key);
  expect((await holder.ask('{ ready }')).status).toBe(200);
  expect(await again.client.revokeAccessKey({ id: viewer.id })).toBe(true);
  expect(await again.client.revokeAccessKey({ id: viewer.id })).toBe(false);
  expect((await holder.ask('{ ready }')).status).toBe(401);
  const kinds = testApp.rows(
    "select kind from vega_audit_entries where kind like 'KEY\\_%' escape '\\' order by sequence",
  );
  expect(kinds.map(({ kind }) => kind)).toEqual(['KEY_CREATED', 'KEY_REVOKED', 'KEY_REFUSED']);
});

test('bounds are for SERVICE keys, and name an account that there is', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const create = (input: Parameters<typeof testApp.client.createAccessKey>[0]['input']) =>
    testApp.client.createAccessKey({ input }).catch((error: { code: string }) => error.code);
  expect(await create({ name: 'screen', role: 'VIEWER', apiNames: ['PRIMARY'] })).toBe('BAD_USER_INPUT');
  expect(await create({ name: 'feed', role: 'SERVICE', accountId: 'NOBODY' })).toBe('NOT_FOUND');
  expect(await create({ name: ' ', role: 'SERVICE' })).toBe('BAD_USER_INPUT');
  expect(await create({ name: 'feed', role: 'SERVICE', apiNames: [] })).toBe('BAD_USER_INPUT');
  expect(await testApp.client.accessKeys()).toEqual([]);
});

test('a revoked key loses every stream at once, and other keys lose none', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const viewer = await holderOf(testApp, { name: 'screen', role: 'VIEWER' });
  const other = await holderOf(testApp, { name: 'other screen', role: 'VIEWER' });
  const query = 'subscription { events { id } }';
  const own = await Promise.all([
    follow(`${testApp.url}/graphql`, viewer.key, query),
    follow(`${testApp.url}/auth/events`, viewer.key, null),
  ]);
  const token = await fetch(`${testApp.url}/graphql/stream`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${viewer.key}` },
  });
  own.push(await follow(`${testApp.url}/graphql/stream?token=${await token.text()}`, viewer.key, null));
  const others = await follow(`${testApp.url}/graphql`, other.key, query);

  const begun = performance.now();
  await testApp.client.revokeAccessKey({ id: viewer.id });
  await until('every stream of the key ends', () => own.every(({ hasEnded }) => hasEnded), 2000);
  expect(performance.now() - begun).toBeLessThan(2000);
  expect(others.hasEnded).toBe(false);
  expect((await viewer.ask('{ ready }')).status).toBe(401);
});

test('sessions end when the operator says so, and their streams with them', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { headers } = await openSession(testApp);
  const events = await fetch(`${testApp.url}/auth/events`, { headers });
  let hasEnded = false;
  const reading = events
    .text()
    .catch(() => '')
    .finally(() => {
      hasEnded = true;
    });
  expect(await testApp.client.endSessions()).toBe(1);
  await until('the stream of the session ends', () => hasEnded, 2000);
  await reading;
  expect((await fetch(`${testApp.url}/auth/status`, { headers })).status).toBe(401);
  expect(await testApp.client.endSessions()).toBe(0);
});

test('guessing is slowed by address, and nobody else with it', async () => {
  await using testApp = await openTestApp({ apis: 1, env: { VEGA_TRUST_PROXY: 'true' } });
  const guesses = [];
  for (let index = 0; index < 40; index += 1)
    guesses.push(await statusFrom(testApp, '10.0.0.2', `vega_operator_${index}`));
  expect(guesses.slice(0, 20).map(({ status }) => status)).toEqual(Array(20).fill(401));
  expect(guesses.at(-1)).toEqual({ status: 429, retryAfter: '1' });
  const looked = guesses.filter(({ status }) => status === 401).length;
  expect(looked).toBeLessThan(30);

  const elsewhere = await statusFrom(testApp, '10.0.0.3', testApp.app.operatorKey);
  expect(elsewhere.status).toBe(200);
  expect((await statusFrom(testApp, '10.0.0.2', testApp.app.operatorKey)).status).toBe(200);
});

test('an old key that a program goes on sending slows nobody', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  for (let index = 0; index < 60; index += 1)
    expect((await statusFrom(testApp, '10.0.0.2', 'vega_service_old')).status).toBe(401);
  expect((await statusFrom(testApp, '10.0.0.2', testApp.app.operatorKey)).status).toBe(200);
});

test('what a caller says of its address is not believed where no proxy stands in between', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const statuses = [];
  for (let index = 0; index < 30; index += 1)
    statuses.push((await statusFrom(testApp, `10.0.0.${index}`, `vega_operator_${index}`)).status);
  expect(statuses).toContain(429);
});

test('guesses that come all at once are slowed like those that come in turn, and a good key is not', async () => {
  await using testApp = await openTestApp({ apis: 1, env: { VEGA_TRUST_PROXY: 'true' } });
  const { key } = await holderOf(testApp, { name: 'screen', role: 'VIEWER' });
  const good = await Promise.all(Array.from({ length: 60 }, () => statusFrom(testApp, '10.0.0.4', key)));
  expect(new Set(good.map(({ status }) => status))).toEqual(new Set([200]));
  const bad = await Promise.all(
    Array.from({ length: 100 }, (_, index) => statusFrom(testApp, '10.0.0.5', `vega_viewer_${index}`)),
  );
  expect(bad.filter(({ status }) => status === 401).length).toBeLessThan(30);
});

test('a key opens a session, and no session opens another', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { origin } = new URL(testApp.url);
  const logIn = (headers: Record<string, string>) =>
    fetch(`${testApp.url}/login`, { method: 'POST', headers });
  const opened = await logIn({ authorization: `Bearer ${testApp.app.operatorKey}` });
  const { headers } = sessionFrom(
    opened.headers.get('set-cookie'),
    opened.headers.get('x-vega-page-key') ?? '',
  );
  expect([opened.status, headers.cookie]).toEqual([204, expect.stringMatching(/^vega_session=/)]);
  expect((await fetch(`${testApp.url}/auth/status`, { headers })).status).toBe(200);
  const again = await logIn({ ...headers, origin });
  expect([again.status, again.headers.get('set-cookie')]).toEqual([401, null]);
});

test('a stream ends when another process on the database revokes its key or ends its session', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { id, key } = await holderOf(testApp, { name: 'screen', role: 'VIEWER' });
  const query = 'subscription { authState { state } }';
  const ofKey = await follow(`${testApp.url}/graphql`, key, query);
  const { headers } = await openSession(testApp);
  const ofSession = await fetch(`${testApp.url}/auth/events`, { headers });
  const ofOperator = await follow(`${testApp.url}/graphql`, testApp.app.operatorKey, query);
  const sessionEnds = ofSession.text();
  testApp.change('update vega_access_keys set revoked_at = 1 where id = ?', id);
  testApp.change('delete from vega_sessions');
  await until('the streams to end', () => ofKey.hasEnded, 10_000);
  await sessionEnds;
  expect(ofOperator.hasEnded).toBe(false);
});

test('a session ends with its key, also when another program has revoked that', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const viewer = await holderOf(testApp, { name: 'screen', role: 'VIEWER' });
  const login = await fetch(`${testApp.url}/login`, {
    method: 'POST',
    headers: { authorization: `Bearer ${viewer.key}`, origin: testApp.url },
  });
  const { headers } = sessionFrom(
    login.headers.get('set-cookie'),
    login.headers.get('x-vega-page-key') ?? '',
  );
  const look = async () => (await fetch(`${testApp.url}/auth/tokens`, { headers })).status;
  expect(await look()).toBe(200);
  testApp.change('update vega_access_keys set revoked_at = 1');
  await until('the end of the session', async () => (await look()) === 401);
});

test('a link that nobody has opened within the hour opens nothing', async () => {
  let now = new Date();
  await using testApp = await openTestApp({ apis: 1, clock: () => now });
  const old = testApp.app.issueLoginPath();
  now = new Date(now.getTime() + 3_601_000);
  const fresh = testApp.app.issueLoginPath();
  const open = async (path: string) =>
    (await fetch(`${testApp.url}${path}`, { redirect: 'manual' })).headers.get('set-cookie');
  expect([await open(old), await open(fresh)]).toEqual([null, expect.stringContaining('HttpOnly')]);
});
