import { statSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { expect, test } from 'vitest';
import { pageKeyIn } from '../support/session.ts';
import { openTestApp, readText } from '../support/test-app.ts';

const QUERY = JSON.stringify({ query: '{ tokens { apiName } }' });

/** A request with headers that `fetch` would not let one set. */
const send = (url: string, headers: Record<string, string>, body: string | null = QUERY) =>
  new Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const request = http.request(url, { method: body === null ? 'GET' : 'POST', headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    request.on('error', reject);
    request.end(body ?? undefined);
  });

test('only the key, the right host and the right origin come in', async () => {
  await using testApp = await openTestApp({ apis: 1, env: { VEGA_ALLOWED_HOSTS: 'desk.example' } });
  const url = `${testApp.url}/graphql`;
  const { host } = new URL(url);
  const key = { authorization: `Bearer ${testApp.app.operatorKey}`, 'content-type': 'application/json' };
  const statusOf = async (headers: Record<string, string>, body?: string | null) =>
    (await send(url, headers, body)).status;

  expect(await statusOf(key)).toBe(200);
  expect(await statusOf({ ...key, origin: `http://${host}` })).toBe(200);
  expect(await statusOf({ ...key, host: 'desk.example' })).toBe(200);
  expect(await statusOf({ 'content-type': 'application/json' })).toBe(401);
  expect(await statusOf({ ...key, authorization: 'Bearer wrong' })).toBe(401);
  expect(await statusOf({ ...key, authorization: testApp.app.operatorKey })).toBe(401);
  expect(await statusOf({ ...key, host: 'evil.example' })).toBe(403);
  expect(await statusOf({ ...key, host: '127.0.0.1.evil.example' })).toBe(403);
  expect(await statusOf({ ...key, origin: 'http://evil.example' })).toBe(403);
  expect(await statusOf({ ...key, origin: 'null' })).toBe(403);
  expect(await statusOf({ ...key, origin: 'http://127.0.0.1:1' })).toBe(403);
  expect(await statusOf({ ...key, 'content-type': 'text/plain' })).toBe(415);
  expect(await statusOf({ ...key, 'content-type': 'application/x-www-form-urlencoded' })).toBe(415);
  expect(await statusOf({}, null)).toBe(401);

  const refused = await send(url, { 'content-type': 'application/json' });
  expect(refused.headers['www-authenticate']).toBe('Bearer');
  expect(JSON.parse(refused.text).errors[0].extensions).toMatchObject({
    code: 'UNAUTHENTICATED',
    nextAction: expect.stringContaining('.vega/operator.key'),
  });
  expect((await send(`${testApp.url}/livez`, {}, null)).status).toBe(200);
});

test('the link logs one browser in, once, with a cookie that scripts and other sites cannot use', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const link = `${testApp.url}${testApp.app.issueLoginPath()}`;
  const first = await send(link, {}, null);
  expect(first.status).toBe(200);
  const cookie = first.headers['set-cookie']?.[0] ?? '';
  expect(cookie).toMatch(/^vega_session=[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
  expect((await send(link, {}, null)).status).toBe(401);

  const session = {
    cookie: cookie.split(';')[0] ?? '',
    'x-vega-page-key': pageKeyIn(first.text) ?? '',
    'content-type': 'application/json',
  };
  const { origin } = new URL(testApp.url);
  expect((await send(`${testApp.url}/graphql`, { ...session, origin })).status).toBe(200);
  expect((await send(`${testApp.url}/graphql`, { ...session, 'x-vega-page-key': '' })).status).toBe(401);
  expect(
    (await send(`${testApp.url}/graphql`, { ...session, cookie: 'vega_session=guess', origin })).status,
  ).toBe(401);
});

test('the operator key is made once, in a file that only its owner can read', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const file = path.join(testApp.directory, '.vega', 'operator.key');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readText(file).trim()).toBe(testApp.app.operatorKey);
  await using again = await openTestApp({ apis: 1, directory: testApp.directory, broker: testApp.broker });
  expect(again.app.operatorKey).toBe(testApp.app.operatorKey);
});

test('a key from the environment needs no file', async () => {
  await using testApp = await openTestApp({ apis: 1, env: { VEGA_OPERATOR_KEY: 'a-key-of-my-own' } });
  expect(testApp.app.operatorKey).toBe('a-key-of-my-own');
  expect((await testApp.ask('{ tokens { apiName } }')).data.tokens).toEqual([{ apiName: 'PRIMARY' }]);
});

test('what goes wrong inside is masked, and the program lives on', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const broken = await testApp.app.fetch(
    new Request('http://127.0.0.1/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${testApp.app.operatorKey}` },
      body: '{"query": 3',
    }),
  );
  expect(broken.status).toBe(400);
  expect(await broken.text()).not.toMatch(/node_modules|\.ts:/);
  expect((await testApp.ask('{ nothing }')).errors[0].message).toContain('Cannot query field');
  expect((await testApp.ask('{ tokens { apiName } }')).data.tokens).toHaveLength(1);
});
