import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import fc from 'fast-check';
import { chromium } from 'playwright';
import { expect, test } from 'vitest';
import { findChromium } from '../../src/broker/chromium/chromium.ts';
import { OPERATIONS } from '../../src/http/rest/operations.ts';
import { holderOf } from '../support/callers.ts';
import { heapAfterCollection } from '../support/heap.ts';
import { repetitions, SEED } from '../support/repetitions.ts';
import { logIn } from '../support/session.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const REQUESTS = repetitions(3200, 10_000);
const AT_ONCE = 16;

/** Sends bytes as they are, which no HTTP library would, and answers what comes back. */
const sendRaw = (testApp: TestApp, bytes: string): Promise<string> =>
  new Promise((resolve) => {
    const { port } = new URL(testApp.url);
    let answer = '';
    const socket = net.connect(Number(port), '127.0.0.1', () => socket.end(bytes, 'latin1'));
    socket.setTimeout(5000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (part) => {
      answer += part.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'BREW'];
const PATHS = [
  '/graphql',
  '/graphql/stream',
  '/',
  '/login',
  '/metrics',
  ...OPERATIONS.map(({ path }) => path),
  '/api/v1/auth/upstox/callback',
  '/api/v1/auth/upstox/webhook',
];

const words = fc.constantFrom(
  ...'{ } ( ) [ ] : ! $ @ ... & | = # " """ \\ query mutation subscription fragment on F ready tokens accounts authState id __typename'.split(
    ' ',
  ),
  'logout(revoke: true) { state }',
  'generateTokens(mode: ALL, replaceValid: true) { id }',
  'createAccessKey(input: { name: "x", role: OPERATOR }) { secret }',
  'leaseToken(apiName: PRIMARY) { accessToken }',
  '@include(if: $a)',
  '@defer',
  '9e999',
  '\u0000',
  '\ud800',
);
const document = fc.array(words, { maxLength: 30 }).map((parts) => parts.join(' '));
const body = fc.oneof(
  document.map((query) => JSON.stringify({ query })),
  fc
    .record({ query: document, variables: fc.jsonValue(), operationName: fc.jsonValue() })
    .map((value) => JSON.stringify(value)),
  fc.json(),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom('[]', 'null', '{"query":', '{"__proto__":{"role":"OPERATOR"},"query":"{ ready }"}'),
);
const path = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...PATHS) },
  fc.webPath(),
  fc.constantFrom(
    '/../../etc/passwd',
    '/%2e%2e%2f.env',
    '//evil.example/',
    '/graphql%00',
    '/assets/..%2f..%2f.env',
    '*',
  ),
);
const query = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  document.map((text) => `?query=${encodeURIComponent(text.replaceAll('\ud800', ''))}`),
  fc.webQueryParameters().map((text) => `?${text}`),
);
const plainHeader = fc.constantFrom(
  'content-type: application/json',
  'content-type: text/plain',
  'content-type: multipart/form-data; boundary=x',
  'accept: text/event-stream',
  'accept: application/graphql-response+json',
  'accept: text/html',
  'origin: http://evil.example',
  'origin: null',
  'cookie: vega_session=guess',
  'authorization: Basic b3BlcmF0b3I6cGlu',
  'x-forwarded-proto: https',
  'x-http-method-override: DELETE',
  'x-graphql-event-stream-token: guess',
  'last-event-id: -1',
  'expect: 100-continue',
);
const guess = fc.stringMatching(/^[\w-]{1,43}$/).map((key) => `authorization: Bearer vega_operator_${key}`);
const crookedHeader = fc.constantFrom(
  'content-length: 5',
  'content-length: -1',
  'transfer-encoding: chunked',
  'transfer-encoding: chunked, chunked',
  `x-long: ${'x'.repeat(20_000)}`,
  'host: evil.example',
  'host:',
  'bad header',
);
const headers = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: plainHeader },
    { weight: 2, arbitrary: guess },
    { weight: 1, arbitrary: crookedHeader },
  ),
  { maxLength: 3 },
);
const attack = fc.record({
  method: fc.constantFrom(...METHODS),
  path,
  query,
  headers,
  body,
  isOurs: fc.boolean(),
});
type Attack = typeof attack extends fc.Arbitrary<infer Value> ? Value : never;

/** To whom has a key these open a stream without an end, or the nine megabytes of GraphiQL. */
const LONG_ANSWERS = new Set(['accept: text/event-stream', 'accept: text/html']);

/** Half of them come with a key that may read: that must not help them to act, or to crash anything. */
const bytesOf = (testApp: TestApp, key: string, sent: Attack): string => {
  const { host } = new URL(testApp.url);
  const own = sent.isOurs ? [`authorization: Bearer ${key}`, 'content-type: application/json'] : [];
  const text = Buffer.from(sent.body).toString('latin1');
  const lines = [
    `${sent.method} ${sent.path}${sent.query} HTTP/1.1`,
    `host: ${host}`,
    'connection: close',
    // Whoever guesses is slowed; the key must not be slowed with them.
    `x-forwarded-for: 10.0.0.${sent.isOurs ? 8 : 9}`,
    ...own,
    ...sent.headers,
  ];
  const framed = sent.headers.some((line) => /^(content-length|transfer-encoding)/.test(line))
    ? lines
    : [...lines, `content-length: ${Buffer.byteLength(sent.body)}`];
  return `${framed.join('\r\n')}\r\n\r\n${text}`;
};

/** All that is stored, but what is written down of the attacks themselves, and that a key's holder has logged in. */
const contentsOf = (testApp: TestApp): Record<string, unknown[]> => {
  const tables = testApp.rows("select name from sqlite_master where type = 'table'").map(({ name }) => name);
  const kept = tables.filter((name) => !/^(sqlite_|vega_audit_|vega_events|vega_sessions)/.test(name));
  return Object.fromEntries(kept.map((name) => [name, testApp.rows(`select * from "${name}"`)]));
};

test('thousands of made-up requests get nothing done, crash nothing and leave nothing behind', async () => {
  await using testApp = await openTestApp({ apis: 1, env: { VEGA_TRUST_PROXY: 'true' } });
  const viewer = await holderOf(testApp, { name: 'screen', role: 'VIEWER' });
  const before = contentsOf(testApp);
  const attacks = fc.sample(attack, {
    numRuns: REQUESTS,
    seed: SEED,
  });
  const heaps: number[] = [];
  const bad: string[] = [];
  const statuses = new Set<number>();
  for (let index = 0; index < attacks.length; index += AT_ONCE) {
    if (index % (REQUESTS / 5) === 0) heaps.push(await heapAfterCollection());
    await Promise.all(
      attacks.slice(index, index + AT_ONCE).map(async (sent) => {
        if (sent.isOurs && sent.headers.some((line) => LONG_ANSWERS.has(line))) return;
        const bytes = bytesOf(testApp, viewer.key, sent);
        const answer = await sendRaw(testApp, bytes);
        const status = Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
        statuses.add(status);
        const isWrong =
          (status >= 500 && status !== 503 && status !== 501) ||
          /node_modules|\.ts:\d|at \w+ \(|\/src\/|root:x:/.test(answer) ||
          /"secret":"|"accessToken":"/.test(answer);
        if (isWrong) bad.push(`${JSON.stringify(sent)} -> ${answer.slice(0, 300)}`);
      }),
    );
  }
  heaps.push(await heapAfterCollection());
  expect(bad, `seed ${SEED}`).toEqual([]);
  for (const status of [200, 400, 401, 403, 404, 405, 429, 431]) expect(statuses).toContain(status);
  expect(contentsOf(testApp)).toEqual(before);
  expect((await testApp.ask('{ ready }')).data).toEqual({ ready: false });
  const [, early = 0] = heaps;
  expect((heaps.at(-1) ?? 0) - early).toBeLessThan(10e6);
}, 120_000);

/** A page of another site that tries what a page can try; what it learns is written into its title. */
const EVIL_PAGE = `<!doctype html><title>trying</title>
<form id="form" method="post" enctype="text/plain" target="frame"><input name='{"query":"mutation { logout(revoke: true) { state } }","x":"' value='"}'></form>
<iframe name="frame"></iframe>
<script type="module">
  const at = new URLSearchParams(location.search).get('at');
  const body = JSON.stringify({ query: 'mutation { logout(revoke: true) { state } }' });
  const learned = [];
  const attempt = async (what, run) => {
    try { learned.push(what + ' ' + await run()); } catch { learned.push(what + ' failed'); }
  };
  const send = (init) => fetch(at + '/graphql', { credentials: 'include', ...init }).then((answer) => answer.text());
  await attempt('json', () => send({ method: 'POST', body, headers: { 'content-type': 'application/json' } }));
  await attempt('plain', () => send({ method: 'POST', body, mode: 'no-cors' }));
  await attempt('beacon', () => String(navigator.sendBeacon(at + '/graphql', new Blob([body], { type: 'text/plain' }))));
  await attempt('get', () => send({ method: 'GET', mode: 'cors' }));
  await attempt('events', () => new Promise((resolve, reject) => {
    const source = new EventSource(at + '/auth/events', { withCredentials: true });
    source.onmessage = () => resolve('heard');
    source.onerror = reject;
  }));
  form.action = at + '/graphql';
  form.submit();
  await new Promise((resolve) => { document.querySelector('iframe').onload = resolve; setTimeout(resolve, 2000); });
  await attempt('frame', () => document.querySelector('iframe').contentDocument.body.innerText);
  document.title = JSON.stringify(learned);
</script>`;

test('a page of another site gets nothing done and learns nothing, with the operator logged in beside it', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const evil = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(EVIL_PAGE);
  });
  await new Promise<void>((resolve) => {
    evil.listen(0, '127.0.0.1', resolve);
  });
  const found = findChromium({ headless: true });
  if (found === undefined) throw new Error('run `npm run setup` first');
  await using browser = await chromium.launch({ executablePath: found.executablePath });
  const context = await browser.newContext();
  await logIn(context, testApp);
  const page = await context.newPage();
  const { port } = evil.address() as AddressInfo;
  // Another port of the same host is the same site to a cookie, another name is not: neither is us.
  for (const host of ['127.0.0.1', 'localhost']) {
    await page.goto(`http://${host}:${port}/?at=${encodeURIComponent(testApp.url)}`);
    await page.waitForFunction("document.title.startsWith('[')");
    const learned = JSON.parse(await page.title()) as string[];
    expect(learned).toEqual([
      'json failed',
      'plain ',
      'beacon true',
      'get failed',
      'events failed',
      'frame failed',
    ]);
  }
  evil.close();
  evil.closeAllConnections();
  const acts = testApp.rows(
    "select kind from vega_audit_entries where kind not in ('SERVER_STARTED', 'SESSION_OPENED')",
  );
  expect(acts.map(({ kind }) => kind)).not.toContain('LOGGED_OUT');
});
