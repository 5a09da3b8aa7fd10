import { expect, test } from 'vitest';
import { createVegaClient, TokenProgressDocument, TokensDocument, VegaError } from '../../src/sdk/index.ts';
import { openLine } from '../support/line.ts';
import { openTestApp } from '../support/test-app.ts';

test('a method answers the field that it is named after', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  const { client } = testApp;
  expect(await client.ready()).toBe(false);
  expect(await client.activeAccount()).toMatchObject({ id: 'UPSTOX_01', authState: { state: 'IDLE' } });
  const run = await client.generateTokens({ mode: 'ALL' });
  expect(run).toMatchObject({
    status: 'RUNNING',
    steps: [{ apiName: 'PRIMARY' }, { apiName: 'WEBSOCKET1' }],
  });
  for await (const { tokenProgress } of client.subscribe(TokenProgressDocument, {}))
    if (tokenProgress.generated === 2) break;
  expect((await client.tokens({ accountId: 'UPSTOX_01' })).map(({ verdict }) => verdict)).toEqual([
    'VALID',
    'VALID',
  ]);
});

test('a refusal is one class of error, with what to do and when', async () => {
  await using testApp = await openTestApp({
    apis: 2,
    simulator: { knobs: { otpLimit: { count: 1, withinMs: 60_000 } } },
  });
  await testApp.generate('mode: ALL');
  const refusal = await testApp.client
    .generateTokens({ mode: 'INVALID_ONLY' })
    .catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(VegaError);
  expect(refusal).toMatchObject({ code: 'COOLDOWN', status: 200, nextAction: expect.any(String) });
  expect((refusal as VegaError).retryableAt?.getTime()).toBeGreaterThan(Date.now());

  const wrong = createVegaClient({ url: testApp.url, key: 'wrong' });
  await expect(wrong.tokens()).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    status: 401,
    retryableAt: null,
  });
  const stream = wrong.subscribe(TokenProgressDocument, {});
  await expect(stream.next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
});

test('what is no answer of the server is no answer', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const line = await openLine(testApp.url);
  await line[Symbol.asyncDispose]();
  const nobody = createVegaClient({ url: line.url, key: testApp.app.operatorKey });
  await expect(nobody.tokens()).rejects.toMatchObject({ code: 'NETWORK', status: null });

  const proxy = createVegaClient({
    url: testApp.url,
    fetch: async () => new Response('<h1>Bad gateway</h1>', { status: 502 }),
  });
  await expect(proxy.tokens()).rejects.toMatchObject({ code: 'NETWORK', status: 502 });
  await expect(proxy.subscribe(TokenProgressDocument, {}).next()).rejects.toMatchObject({ code: 'NETWORK' });
});

test('a subscription that breaks off says so', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await using line = await openLine(testApp.url);
  const client = createVegaClient({ url: `${line.url}/`, key: testApp.app.operatorKey });
  const stream = client.events({ signal: AbortSignal.timeout(20_000) });
  expect((await stream.next()).done).toBe(false);
  await stream.return?.();

  await testApp.generate('mode: ALL');
  const progress = client.subscribe(TokenProgressDocument, {});
  expect((await progress.next()).value).toMatchObject({ tokenProgress: { generated: 1 } });
  while (line.cut()) await new Promise((resolve) => setImmediate(resolve));
  await expect(progress.next()).rejects.toMatchObject({ code: 'NETWORK' });
});

test('a request can be ended', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const signal = AbortSignal.abort();
  await expect(testApp.client.request(TokensDocument, {}, { signal })).rejects.toMatchObject({
    code: 'ABORTED',
  });
  await expect(testApp.client.tokens({}, { signal })).rejects.toMatchObject({ code: 'ABORTED' });
  const stream = testApp.client.subscribe(TokenProgressDocument, {}, { signal });
  expect(await stream.next()).toEqual({ value: undefined, done: true });
});

test('the same client speaks to a program without a socket', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const client = createVegaClient({
    url: 'http://127.0.0.1',
    key: testApp.app.operatorKey,
    fetch: testApp.app.fetch,
  });
  const types: string[] = [];
  await client.startLogin();
  for await (const event of client.events()) {
    types.push(event.__typename);
    if (event.__typename === 'AuthConfirmedEvent') break;
  }
  expect(types[0]).toBe('AuthStateEvent');
  expect(await client.ready()).toBe(true);
});
