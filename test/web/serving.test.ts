import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let testApp: TestApp;
beforeAll(async () => {
  testApp = await openTestApp({ apis: 1 });
});
afterAll(() => testApp[Symbol.asyncDispose]());

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const get = (name: string, headers: Record<string, string> = BROWSER) =>
  fetch(`${testApp.url}${name}`, { headers, redirect: 'manual' });

/** What the page loads before it shows anything, by its own word. */
const namesIn = (html: string): string[] =>
  [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name]) => name ?? '');

test('a browser without a session gets the page without data, under a strict policy', async () => {
  for (const name of ['/', '/login-success', '/apis', '/accounts', '/keys', '/dashboard']) {
    const response = await get(name);
    expect([name, response.status]).toEqual([name, 401]);
    const html = await response.text();
    expect(html).toContain('<div id="page">');
    expect(html).not.toMatch(/<script(?![^>]*src=)|<style|style=|UPSTOX/);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    });
  }
});

test('what lies under a hashed name is kept for ever, packed where that is asked for, and needs no key', async () => {
  const names = namesIn(await (await get('/')).text());
  expect(names.length).toBeGreaterThan(2);
  for (const name of names) {
    const response = await get(name, { 'accept-encoding': 'gzip' });
    expect([name, response.status]).toEqual([name, 200]);
    expect(response.headers.get('content-encoding')).toBe('gzip');
    const isHashed = name.startsWith('/assets/');
    expect(response.headers.get('cache-control')).toBe(
      isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    );
  }
  expect((await get('/assets/none.js')).status).toBe(401);
  expect((await get('/index.html')).status).toBe(401);
  expect((await get('/assets/%2e%2e/%2e%2e/package.json')).status).toBe(401);
});

test('the first load is under 150 kB gzipped', async () => {
  const folder = path.resolve(import.meta.dirname, '../../dist/web');
  const html = readFileSync(path.join(folder, 'index.html'));
  const files = namesIn(html.toString()).map((name) => readFileSync(path.join(folder, name)));
  const bytes = [html, ...files].reduce((sum, file) => sum + gzipSync(file).byteLength, 0);
  expect(bytes).toBeGreaterThan(60_000);
  expect(bytes).toBeLessThan(150_000);
});

test('programs are answered as before under a path that the page has, too', async () => {
  const key = { authorization: `Bearer ${testApp.app.operatorKey}` };
  const accounts = await get('/accounts', { ...key, accept: 'application/json' });
  expect(await accounts.json()).toMatchObject([{ id: 'UPSTOX_01' }]);
  expect((await get('/', { accept: '*/*' })).status).toBe(401);
  expect((await get('/', { ...key, accept: '*/*' })).headers.get('location')).toBe('/graphql');
  expect((await get('/graphql', { ...key, ...BROWSER })).headers.get('content-security-policy')).toContain(
    "'unsafe-inline'",
  );
});

test('a key opens a session that ends with it; one for programs opens none', async () => {
  const logIn = (key: string, headers: Record<string, string> = {}) =>
    fetch(`${testApp.url}/login`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, ...headers },
    });
  const keyOf = async (role: 'VIEWER' | 'SERVICE') =>
    testApp.client.createAccessKey({ input: { name: role.toLowerCase(), role } });
  const { key, secret } = await keyOf('VIEWER');
  const entered = await logIn(secret);
  expect(entered.status).toBe(204);
  const cookie = entered.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^vega_session=[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=86400$/);

  const ask = async (query: string) => {
    const response = await fetch(`${testApp.url}/graphql`, {
      method: 'POST',
      headers: {
        cookie: cookie.split(';')[0] ?? '',
        'x-vega-page-key': entered.headers.get('x-vega-page-key') ?? '',
        origin: testApp.url,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query }),
    });
    return { status: response.status, body: await response.json() };
  };
  expect((await ask('{ caller { role } }')).body.data).toEqual({ caller: { role: 'VIEWER' } });
  expect((await ask('mutation { logout { state } }')).body.errors[0].extensions.code).toBe('FORBIDDEN');
  await testApp.client.revokeAccessKey({ id: key.id });
  expect((await ask('{ caller { role } }')).status).toBe(401);

  const refused = await logIn((await keyOf('SERVICE')).secret);
  expect([refused.status, (await refused.json()).error.message]).toEqual([
    403,
    'A SERVICE key is for programs; it opens no page.',
  ]);
  expect((await logIn('guess')).status).toBe(401);
  expect((await logIn(testApp.app.operatorKey, { origin: 'http://evil.example' })).status).toBe(403);
});
