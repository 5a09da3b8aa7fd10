import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import type { ProfileFault } from '../../src/simulator/faults.ts';
import { handClock, refusalOf, startStill, Visitor } from './visitor.ts';

const appZero = '0de30000-0000-4000-8000-000000000000';
const appOne = '0de30000-0000-4000-8000-000000000001';

function partOf(token: string, index: number): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString());
}

test('an access token is a signed JWT of the broker, shaped as the published ones', async () => {
  const clock = handClock();
  await using simulator = await startStill({ now: clock.now });
  const token = simulator.issueToken(appZero);

  expect(partOf(token, 0)).toEqual({ typ: 'JWT', key_id: 'sk_v1.0', alg: 'HS256' });
  expect(partOf(token, 1)).toEqual({
    sub: 'DEMO01',
    jti: expect.stringMatching(/^[0-9a-f]{24}$/),
    isMultiClient: false,
    isPlusPlan: false,
    iat: 1795314605,
    iss: 'udapi-gateway-service',
    exp: Date.UTC(2026, 10, 22, 22) / 1000,
  });
  expect(token.split('.')[2]).toHaveLength(43);
});

test.each([
  ['8 PM on a Tuesday', '2026-11-17T20:00:00+05:30', '2026-11-18T03:30:00+05:30'],
  ['2:30 AM on a Wednesday', '2026-11-18T02:30:00+05:30', '2026-11-18T03:30:00+05:30'],
  ['3:30 AM sharp', '2026-11-18T03:30:00+05:30', '2026-11-19T03:30:00+05:30'],
])('a token made at %s lives until the next 03:30 IST', async (_name, made, ends) => {
  const clock = handClock(Date.parse(made));
  await using simulator = await startStill({ now: clock.now });
  const visitor = new Visitor(simulator);
  const token = simulator.issueToken(appZero);
  expect(partOf(token, 1).exp).toBe(Date.parse(ends) / 1000);

  clock.time = Date.parse(ends) - 1;
  expect((await visitor.profile(token)).status).toBe(200);
  clock.time = Date.parse(ends);
  expect(await refusalOf(await visitor.profile(token))).toEqual([401, 'UDAPI100050']);
});

test('the profile of a living token stands in the envelope', async () => {
  await using simulator = await startStill();
  const answer = await new Visitor(simulator).profile(simulator.issueToken(appZero));
  expect(await answer.json()).toEqual({
    status: 'success',
    data: {
      email: 'demo.trader@example.com',
      exchanges: ['NSE', 'NFO', 'BSE', 'CDS', 'BFO', 'BCD'],
      products: ['D', 'CO', 'I'],
      broker: 'UPSTOX',
      user_id: 'DEMO01',
      user_name: 'Demo Trader',
      order_types: ['MARKET', 'LIMIT', 'SL', 'SL-M'],
      user_type: 'individual',
      poa: false,
      ddpi: false,
      is_active: true,
    },
  });
});

test('unknown, revoked and logged-out tokens are refused', async () => {
  await using simulator = await startStill();
  const visitor = new Visitor(simulator);
  expect(await refusalOf(await visitor.profile('a.b.c'))).toEqual([401, 'UDAPI100050']);

  const revoked = simulator.issueToken(appZero);
  simulator.revoke(revoked);
  expect(await refusalOf(await visitor.profile(revoked))).toEqual([401, 'UDAPI100050']);

  const token = simulator.issueToken(appZero);
  const logout = () =>
    visitor.request('/v2/logout', { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
  expect(await (await logout()).json()).toEqual({ status: 'success', data: true });
  expect((await visitor.profile(token)).status).toBe(401);
  expect(await refusalOf(await logout())).toEqual([401, 'UDAPI100050']);
});

test('a token can be issued for another user and another time', async () => {
  await using simulator = await startStill();
  const token = simulator.issueToken(appZero, { userId: 'AB1234', issuedAt: Date.UTC(2020, 0, 1) });
  expect(partOf(token, 1)).toMatchObject({ sub: 'AB1234', exp: Date.UTC(2020, 0, 1, 22) / 1000 });
  expect((await new Visitor(simulator).profile(token)).status).toBe(401);
});

test.each<[ProfileFault, number, string]>([
  ['unauthorized', 401, 'UDAPI100050'],
  ['forbidden', 403, 'UDAPI100067'],
  ['rate-limited', 429, 'UDAPI10005'],
  ['server-error', 500, 'UDAPI100500'],
])('profile fault %s answers %i %s', async (fault, status, code) => {
  await using simulator = await startStill();
  simulator.faults.profile = fault;
  const answer = await new Visitor(simulator).profile(simulator.issueToken(appZero));
  expect(await refusalOf(answer)).toEqual([status, code]);
});

test.each([
  [403, 'Error 1010'],
  [429, 'Error 1015'],
  [200, 'Error 1010'],
])('profile fault cloudflare-html is HTML with status %i', async (status, text) => {
  await using simulator = await startStill();
  Object.assign(simulator.faults, { profile: 'cloudflare-html', cloudflareStatus: status });
  const answer = await new Visitor(simulator).profile(simulator.issueToken(appZero));
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toContain('text/html');
  expect(await answer.text()).toContain(text);
});

test('profile faults not-a-profile, wrong-user and reset', async () => {
  await using simulator = await startStill();
  const visitor = new Visitor(simulator);
  const token = simulator.issueToken(appZero);

  simulator.faults.profile = 'not-a-profile';
  expect(await (await visitor.profile(token)).json()).not.toHaveProperty('data.user_id');
  simulator.faults.profile = 'wrong-user';
  expect(await (await visitor.profile(token)).json()).toMatchObject({ data: { user_id: 'OTHER9' } });
  simulator.faults.profile = 'reset';
  await expect(visitor.profile(token)).rejects.toThrow('fetch failed');
});

test('a fault of one client leaves the others alone', async () => {
  await using simulator = await startStill();
  const visitor = new Visitor(simulator);
  simulator.faults.profile = 'server-error';
  simulator.faults.profileByClient.set(appOne, 'none');
  expect((await visitor.profile(simulator.issueToken(appZero))).status).toBe(500);
  expect((await visitor.profile(simulator.issueToken(appOne))).status).toBe(200);
});

test('a hanging profile call is in flight until the client gives up', async () => {
  await using simulator = await startStill();
  simulator.faults.profile = 'hang';
  const visitor = new Visitor(simulator);
  await expect(visitor.profile(simulator.issueToken(appZero), AbortSignal.timeout(100))).rejects.toThrow(
    'timeout',
  );
  await expect.poll(() => simulator.profileCalls).toEqual({ inFlight: 0, maxInFlight: 1, total: 1 });
});

test('profile calls are counted, and how many ran at once', async () => {
  await using simulator = await startStill();
  simulator.faults.profileDelayMs = 50;
  const visitor = new Visitor(simulator);
  const token = simulator.issueToken(appZero);
  await Promise.all([visitor.profile(token), visitor.profile(token), visitor.profile(token)]);
  await visitor.profile(token);
  expect(simulator.profileCalls).toEqual({ inFlight: 0, maxInFlight: 3, total: 4 });
});

test('a new token leaves the old one alive, unless the knob says that it revokes it', async () => {
  for (const newTokenRevokesOld of [false, true]) {
    await using simulator = await startStill({ knobs: { newTokenRevokesOld } });
    const visitor = new Visitor(simulator);
    const old = simulator.issueToken(appZero);
    await visitor.exchange((await visitor.login()).searchParams.get('code') ?? '');
    expect((await visitor.profile(old)).status).toBe(newTokenRevokesOld ? 401 : 200);
  }
});

test('the official npm client reads the profile', async () => {
  await using simulator = await startStill();
  const sdk = createRequire(import.meta.url)('upstox-js-sdk') as OfficialClient;
  const client = sdk.ApiClient.instance;
  client.basePath = simulator.url;
  client.authentications.OAUTH2.accessToken = simulator.issueToken(appZero);

  const userId = await new Promise((resolve, reject) => {
    new sdk.UserApi().getProfile('2.0', (error, answer) =>
      error ? reject(error) : resolve(answer.data.userId),
    );
  });
  expect(userId).toBe('DEMO01');
});

interface OfficialClient {
  ApiClient: { instance: { basePath: string; authentications: { OAUTH2: { accessToken?: string } } } };
  UserApi: new () => {
    getProfile(
      version: string,
      done: (error: Error | null, answer: { data: { userId: string } }) => void,
    ): void;
  };
}
