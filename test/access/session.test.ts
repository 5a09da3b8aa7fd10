import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { openSession, sessionFrom } from '../support/session.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

const statusOf = async (testApp: TestApp, path: string, init: RequestInit = {}): Promise<number> => {
  const response = await fetch(`${testApp.url}${path}`, init);
  await response.body?.cancel();
  return response.status;
};

const ask = (testApp: TestApp, headers: Record<string, string>, query = '{ caller { role } }') =>
  statusOf(testApp, '/graphql', {
    method: 'POST',
    headers: { ...JSON_TYPE, origin: testApp.url, ...headers },
    body: JSON.stringify({ query }),
  });

test('the cookie alone opens nothing but the event stream, and the page key alone opens nothing', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const session = await openSession(testApp);
  expect(await ask(testApp, session.headers)).toBe(200);
  expect(await statusOf(testApp, '/auth/tokens', { headers: session.headers })).toBe(200);

  const { cookie } = session;
  const create = 'mutation { createAccessKey(input: { name: "thief", role: SERVICE }) { secret } }';
  for (const query of [create, '{ tokens { apiName } }', '{ ready }'])
    expect([query, await ask(testApp, { cookie }, query)]).toEqual([query, 401]);
  const paths = [
    '/auth/status',
    '/auth/tokens',
    '/auth/ready',
    '/audit/logs',
    '/accounts',
    '/readyz',
    '/metrics',
  ];
  for (const path of [...paths, '/graphql?query={ready}', '/api/v1/auth/status'])
    expect([path, await statusOf(testApp, path, { headers: { cookie } })]).toEqual([path, 401]);
  expect(await statusOf(testApp, '/graphql/stream', { method: 'PUT', headers: { cookie } })).toBe(401);
  expect(await statusOf(testApp, '/auth/logout', { method: 'POST', headers: { cookie, ...JSON_TYPE } })).toBe(
    401,
  );
  expect(await statusOf(testApp, '/auth/events', { headers: { cookie } })).toBe(200);
  expect(await statusOf(testApp, '/api/v1/auth/events', { headers: { cookie } })).toBe(200);
  expect(
    await statusOf(testApp, '/auth/events', { headers: { cookie, 'sec-fetch-site': 'same-site' } }),
  ).toBe(403);
  expect(await statusOf(testApp, '/auth/events', { headers: { cookie: `${cookie}x` } })).toBe(401);

  const other = await openSession(testApp);
  expect(await ask(testApp, { 'x-vega-page-key': session.pageKey })).toBe(401);
  expect(await ask(testApp, { cookie, 'x-vega-page-key': other.pageKey })).toBe(401);
  expect(await ask(testApp, { cookie, 'x-vega-page-key': '' })).toBe(401);
  expect(await ask(testApp, { ...session.headers, cookie: `vega_session=planted; ${cookie}` })).toBe(200);
  expect(testApp.rows('select count(*) as count from vega_access_keys')).toEqual([{ count: 0 }]);
  expect(session.cookie).not.toContain(session.pageKey);
});

test('a listener on another port that is sent the cookie can neither make a key nor be handed a token', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const received: IncomingMessage[] = [];
  const thief = createServer((message, response) => {
    received.push(message);
    response.end('<!doctype html><title>harmless</title>');
  });
  await new Promise<void>((resolve) => {
    thief.listen(0, '127.0.0.1', resolve);
  });
  try {
    await using browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(`${testApp.url}${testApp.app.issueLoginPath()}`);
    await page.getByText('Locked out').or(page.locator('.headline')).first().waitFor();
    expect(await page.locator('.headline').count()).toBe(1);
    await page.goto(`http://127.0.0.1:${(thief.address() as AddressInfo).port}/`);
    const cookie = received[0]?.headers.cookie ?? '';
    // What the browser gives away is what a program has to go by.
    expect(cookie).toMatch(/vega_session=/);
    const create = 'mutation { createAccessKey(input: { name: "thief", role: SERVICE }) { secret } }';
    expect(await ask(testApp, { cookie }, create)).toBe(401);
    const lease = 'mutation { leaseToken(apiName: PRIMARY) { accessToken } }';
    expect(await ask(testApp, { cookie }, lease)).toBe(401);
  } finally {
    thief.close();
    thief.closeAllConnections();
  }
});

test('a second tab, a reload and a bookmark are logged in, and logging out takes both halves away', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await using browser = await launchChromium();
  const context = await browser.newContext();
  const page = await context.newPage();
  const link = testApp.app.issueLoginPath();
  const secret = link.split('=')[1] ?? '';
  await page.goto(`${testApp.url}${link}`);
  await page.waitForURL(`${testApp.url}/`);
  await page.locator('.headline').waitFor();
  await page.reload();
  await page.locator('.headline').waitFor();
  const tab = await context.newPage();
  await tab.goto(`${testApp.url}/dashboard`);
  await tab.locator('.headline').waitFor();

  const pageKey = await page.evaluate("localStorage.getItem('vega-page-key')");
  expect(pageKey).toMatch(/^[\w-]{43}$/);
  const [cookie] = await context.cookies();
  const session = sessionFrom(`vega_session=${cookie?.value}`, String(pageKey));
  expect(await ask(testApp, session.headers)).toBe(200);
  // No address that the browser has been at holds it.
  for (const address of [page.url(), tab.url()]) expect(address).not.toContain(String(pageKey));
  expect(await page.evaluate('history.length')).toBeLessThan(3);

  await page.goto(`${testApp.url}/keys`);
  await page.getByRole('button', { name: 'Log this browser out' }).click();
  await page.getByRole('heading', { name: 'Locked out' }).waitFor();
  expect(await page.evaluate("localStorage.getItem('vega-page-key')")).toBeNull();
  expect(await context.cookies()).toEqual([]);
  expect(await ask(testApp, session.headers)).toBe(401);
  await tab.getByRole('heading', { name: 'Locked out' }).waitFor();
  expect(testApp.said()).not.toContain(secret);
  expect(testApp.said()).not.toContain(String(pageKey));
});

const OPENED_BY_NOBODY: readonly (readonly [string, RequestInit])[] = [
  ['HEAD', { method: 'HEAD' }],
  ['an image', { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' } }],
  ['a frame', { headers: { 'sec-fetch-site': 'same-site', 'sec-fetch-dest': 'iframe' } }],
  ['a fetch', { headers: { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'empty' } }],
  ['a prefetch', { headers: { 'sec-purpose': 'prefetch', 'sec-fetch-dest': 'document' } }],
  ['a prerender', { headers: { 'sec-purpose': 'prefetch;prerender' } }],
  ['an older prefetch', { headers: { purpose: 'prefetch' } }],
  ['a preview', { headers: { purpose: 'preview' } }],
];

test.each(OPENED_BY_NOBODY)('%s does not use a one-time link up', async (_what, init) => {
  await using testApp = await openTestApp({ apis: 1 });
  const link = testApp.app.issueLoginPath();
  const refused = await fetch(`${testApp.url}${link}`, init);
  expect([403, 405]).toContain(refused.status);
  expect(refused.headers.get('set-cookie')).toBeNull();
  const opened = await fetch(`${testApp.url}${link}`, {
    headers: { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
  });
  expect([opened.status, opened.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(opened.headers.get('set-cookie')).toContain('HttpOnly');
  expect(opened.headers.get('content-security-policy')).toMatch(/script-src 'sha256-[^']+';/);
});

test('a stream that the cookie opened ends with its session', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { cookie } = await openSession(testApp);
  const events = await fetch(`${testApp.url}/auth/events`, { headers: { cookie } });
  let hasEnded = false;
  const reading = events
    .text()
    .catch(() => '')
    .finally(() => {
      hasEnded = true;
    });
  expect(await testApp.client.endSessions()).toBe(1);
  await until('the stream to end', () => hasEnded);
  await reading;
});
