import { expect, test } from 'vitest';
import { handClock, refusalOf, startStill, Visitor } from './visitor.ts';

test('the dialog leads to the login page and keeps what the app asked for to itself', async () => {
  await using simulator = await startStill();
  const answer = await new Visitor(simulator).dialog({
    response_type: 'code',
    client_id: '0de30000-0000-4000-8000-000000000000',
    redirect_uri: 'http://127.0.0.1:18080/upstox/callback',
    state: 'secret-state',
  });
  const location = new URL(answer.headers.get('location') ?? '');

  expect(answer.status).toBe(302);
  expect(location.origin + location.pathname).toBe(`${simulator.url}/login/`);
  expect([...location.searchParams.keys()]).toEqual([
    'user_id',
    'client_id',
    'user_type',
    'redirect_uri',
    'request_id',
  ]);
  expect(location.href).not.toContain('0de30000');
  expect(location.href).not.toContain('secret-state');
});

test.each([
  ['an unknown client', { client_id: 'nobody' }],
  ['another redirect', { redirect_uri: 'http://127.0.0.1:18080/upstox/callback/' }],
  ['another response type', { response_type: 'token' }],
])('the dialog refuses %s with the exact body that was observed', async (_name, change) => {
  await using simulator = await startStill();
  const answer = await new Visitor(simulator).dialog({
    response_type: 'code',
    client_id: simulator.apps[0]?.clientId ?? '',
    redirect_uri: simulator.apps[0]?.redirectUri ?? '',
    ...change,
  });

  expect(await answer.text()).toBe(
    `{"status":"error","errors":[{"errorCode":"UDAPI100068","message":"Check your 'client_id' and 'redirect_uri'; one or both are incorrect.","propertyPath":null,"invalidValue":null,"error_code":"UDAPI100068","property_path":null,"invalid_value":null}]}`,
  );
  expect(answer.status).toBe(400);
});

test('a login ends in a redirect with a six-letter code and the state, and the code buys a flat token answer', async () => {
  const clock = handClock();
  await using simulator = await startStill({ now: clock.now });
  const visitor = new Visitor(simulator, clock.now);
  const redirect = await visitor.login(0, 'a state & more');

  expect(redirect.href.startsWith(simulator.apps[0]?.redirectUri ?? '?')).toBe(true);
  expect(redirect.searchParams.get('code')).toMatch(/^\w{6}$/);
  expect(redirect.searchParams.get('state')).toBe('a state & more');

  const answer = await visitor.exchange(redirect.searchParams.get('code') ?? '');
  const body = (await answer.json()) as Record<string, unknown>;
  expect(answer.status).toBe(200);
  expect({ ...body, access_token: '…' }).toMatchInlineSnapshot(`
    {
      "access_token": "…",
      "broker": "UPSTOX",
      "email": "demo.trader@example.com",
      "exchanges": [
        "NSE",
        "NFO",
        "BSE",
        "CDS",
        "BFO",
        "BCD",
      ],
      "extended_token": null,
      "is_active": true,
      "order_types": [
        "MARKET",
        "LIMIT",
        "SL",
        "SL-M",
      ],
      "poa": false,
      "products": [
        "D",
        "CO",
        "I",
      ],
      "user_id": "DEMO01",
      "user_name": "Demo Trader",
      "user_type": "individual",
    }
  `);
  expect(Object.keys(body)).toEqual([
    'email',
    'exchanges',
    'products',
    'broker',
    'user_id',
    'user_name',
    'order_types',
    'user_type',
    'poa',
    'is_active',
    'access_token',
    'extended_token',
  ]);
  expect((await visitor.profile(String(body.access_token))).status).toBe(200);
});

test('a redirect without a state in the request carries none', async () => {
  await using simulator = await startStill();
  const redirect = await new Visitor(simulator).login();
  expect([...redirect.searchParams.keys()]).toEqual(['code']);
});

test('a code is spent by its first exchange, also by one that failed', async () => {
  await using simulator = await startStill();
  const visitor = new Visitor(simulator);
  const code = (await visitor.login()).searchParams.get('code') ?? '';

  expect(await refusalOf(await visitor.exchange(code, 0, { client_secret: 'wrong' }))).toEqual([
    401,
    'UDAPI100069',
  ]);
  expect(await refusalOf(await visitor.exchange(code))).toEqual([400, 'UDAPI100057']);
});

test('a code grows old', async () => {
  const clock = handClock();
  await using simulator = await startStill({ now: clock.now });
  const visitor = new Visitor(simulator, clock.now);
  const code = (await visitor.login()).searchParams.get('code') ?? '';
  clock.turn(120);
  expect(await refusalOf(await visitor.exchange(code))).toEqual([400, 'UDAPI100057']);
});

test.each([
  ['client_id', '', 'UDAPI1017'],
  ['redirect_uri', '', 'UDAPI1018'],
  ['code', '', 'UDAPI1022'],
  ['grant_type', '', 'UDAPI1023'],
  ['grant_type', 'refresh_token', 'UDAPI1023'],
  ['client_secret', '', 'UDAPI1024'],
  ['code', 'abcdef', 'UDAPI100057'],
  ['client_id', '0de30000-0000-4000-8000-000000000001', 'UDAPI100057'],
  ['client_id', 'nobody', 'UDAPI100069'],
  ['client_secret', 'wrong', 'UDAPI100069'],
  ['redirect_uri', 'http://127.0.0.1:1/', 'UDAPI100070'],
])('an exchange with %s "%s" is refused with %s', async (field, value, code) => {
  await using simulator = await startStill();
  const visitor = new Visitor(simulator);
  const real = (await visitor.login()).searchParams.get('code') ?? '';
  const [, refusal] = await refusalOf(await visitor.exchange(real, 0, { [field]: value }));
  expect(refusal).toBe(code);
});

test('a bogus code is judged before wrong credentials', async () => {
  await using simulator = await startStill();
  const answer = await new Visitor(simulator).exchange('abcdef', 0, { client_secret: 'wrong' });
  expect(await refusalOf(answer)).toEqual([400, 'UDAPI100057']);
});

test('an exchange that is not form-encoded has no fields', async () => {
  await using simulator = await startStill();
  const answer = await fetch(`${simulator.url}/v2/login/authorization/token`, {
    method: 'POST',
    body: '{"code":"x"}',
  });
  expect(await refusalOf(answer)).toEqual([400, 'UDAPI1017']);
});

test.each([
  ['server-error', 500, 'application/json;charset=UTF-8', 'UDAPI100057'],
  ['cloudflare-html', 403, 'text/html; charset=UTF-8', undefined],
] as const)('token fault %s: status %i, and the code afterwards', async (fault, status, type, afterwards) => {
  await using simulator = await startStill();
  const visitor = new Visitor(simulator);
  const code = (await visitor.login()).searchParams.get('code') ?? '';
  simulator.faults.token = fault;
  const answer = await visitor.exchange(code);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, type]);

  simulator.faults.token = 'none';
  const second = await visitor.exchange(code);
  expect(second.ok ? undefined : (await refusalOf(second))[1]).toBe(afterwards);
});

test('token fault hang: no answer comes, and the code is gone all the same', async () => {
  await using simulator = await startStill();
  const visitor = new Visitor(simulator);
  const code = (await visitor.login()).searchParams.get('code') ?? '';
  simulator.faults.token = 'hang';
  const body = new URLSearchParams({ code });
  const hanging = fetch(`${simulator.url}/v2/login/authorization/token`, {
    method: 'POST',
    body,
    signal: AbortSignal.timeout(150),
  });
  await expect(hanging).rejects.toThrow('timeout');

  simulator.faults.token = 'none';
  expect(await refusalOf(await visitor.exchange(code))).toEqual([400, 'UDAPI100057']);
});
