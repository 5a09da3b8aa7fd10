import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { handClock, refusalOf, startStill, Visitor } from './visitor.ts';

test('every answer carries the date of its clock, and an unknown route the gateway envelope', async () => {
  const clock = handClock();
  await using simulator = await startStill({ now: clock.now });
  const answer = await fetch(`${simulator.url}/v2/nothing/here`);
  expect(answer.headers.get('date')).toBe('Sun, 22 Nov 2026 02:30:05 GMT');
  expect(await refusalOf(answer)).toEqual([404, 'UDAPI100060']);
});

test('the log tells the whole login in order, without a secret', async () => {
  const clock = handClock();
  await using simulator = await startStill({ now: clock.now });
  const visitor = new Visitor(simulator, clock.now);
  const otp = visitor.otp();
  const code = (await visitor.login(1)).searchParams.get('code') ?? '';
  const { access_token: token } = (await (await visitor.exchange(code, 1)).json()) as {
    access_token: string;
  };
  await visitor.profile(token);

  const timeStep = Math.floor(clock.time / 30_000);
  const ours = { at: clock.time, accepted: true, clientId: simulator.apps[1]?.clientId };
  expect(simulator.log).toEqual([
    { kind: 'DIALOG', ...ours },
    { kind: 'PAGE', ...ours, detail: 'MOBILE' },
    { kind: 'OTP_GENERATE', ...ours },
    { kind: 'OTP_VERIFY', ...ours, timeStep, reusedTimeStep: false },
    { kind: 'PIN', ...ours },
    { kind: 'AUTHORIZE', ...ours, fingerprint: expect.any(String) },
    { kind: 'REDIRECT', ...ours, fingerprint: expect.any(String) },
    { kind: 'TOKEN', ...ours, fingerprint: expect.any(String) },
    { kind: 'PROFILE', ...ours, fingerprint: expect.any(String), detail: 'node' },
  ]);

  const written = JSON.stringify(simulator.log);
  const { pin, totpSecret, mobileNumber } = simulator.account;
  for (const secret of [otp, pin, totpSecret, mobileNumber, code, token, 'demo-secret']) {
    expect(written).not.toContain(secret);
  }
});

test('the log says when a time step was used again', async () => {
  const clock = handClock();
  await using simulator = await startStill({ now: clock.now });
  const visitor = new Visitor(simulator, clock.now);
  await visitor.verifyOtp(await visitor.generateOtp());
  await visitor.verifyOtp(await visitor.generateOtp());
  const verified = simulator.log.filter((entry) => entry.kind === 'OTP_VERIFY');
  expect(verified.map((entry) => entry.reusedTimeStep)).toEqual([false, true]);
});

test('a broker that is down destroys every connection, old ones too, and comes back', async () => {
  await using simulator = await startStill();
  const visitor = new Visitor(simulator);
  await visitor.open(0);
  simulator.faults.down = true;
  await expect(visitor.request('/login/')).rejects.toThrow('fetch failed');
  await expect(visitor.request('/login/')).rejects.toThrow('fetch failed');
  simulator.faults.down = false;
  expect((await visitor.request('/login/')).status).toBe(200);
});

test('pages and login requests are as slow as they are asked to be', async () => {
  await using simulator = await startStill({ pageDelayMs: 60, xhrDelayMs: 120 });
  const visitor = new Visitor(simulator);
  const begun = performance.now();
  await visitor.open(0);
  const opened = performance.now();
  await visitor.generateOtp();
  expect(opened - begun).toBeGreaterThanOrEqual(58);
  expect(performance.now() - opened).toBeGreaterThanOrEqual(118);
});

test('account, apps and port can be chosen', async () => {
  const apps = [{ clientId: 'mine', clientSecret: 'my-secret', redirectUri: 'https://example.com/back?a=b' }];
  await using simulator = await startStill({ account: { userId: 'AB1234' }, apps });
  expect(simulator.account).toMatchObject({ userId: 'AB1234', userName: 'Demo Trader' });
  expect((await new Visitor(simulator).login(0)).href).toMatch(
    /^https:\/\/example\.com\/back\?a=b&code=\w{6}$/,
  );

  const port = Number(new URL(simulator.url).port);
  await expect(startStill({ port })).rejects.toThrow('EADDRINUSE');
});

test('an approval posts the token to the notifier once the owner agrees', async () => {
  const received: unknown[] = [];
  const notifier = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.writeHead(202).end('ok');
  });
  await new Promise<void>((resolve) => notifier.listen(0, '127.0.0.1', resolve));
  const notifierUrl = `http://127.0.0.1:${(notifier.address() as AddressInfo).port}/webhook`;

  const clock = handClock();
  const app = { clientId: 'mine', clientSecret: 'my-secret', redirectUri: 'http://127.0.0.1:18080/' };
  const apps = [
    { ...app, notifierUrl },
    { ...app, clientId: 'without-notifier' },
  ];
  await using simulator = await startStill({ now: clock.now, apps });
  const ask = (clientId: string, secret: string) =>
    fetch(`${simulator.url}/v3/login/auth/token/request/${clientId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_secret: secret }),
    });

  expect(await refusalOf(await ask('mine', ''))).toEqual([400, 'UDAPI1024']);
  expect(await refusalOf(await ask('mine', 'wrong'))).toEqual([401, 'UDAPI100069']);
  expect(await refusalOf(await ask('without-notifier', 'my-secret'))).toEqual([400, 'UDAPI1123']);
  await expect(simulator.approve('mine')).rejects.toThrow('No approval is pending');

  const expiry = String(Date.UTC(2026, 10, 22, 22));
  expect(await (await ask('mine', 'my-secret')).json()).toEqual({
    status: 'success',
    data: { authorization_expiry: expiry, notifier_url: notifierUrl },
  });
  expect(await simulator.approve('mine')).toBe(202);
  expect(received).toEqual([
    {
      client_id: 'mine',
      user_id: 'DEMO01',
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_at: expiry,
      issued_at: String(clock.time),
      message_type: 'access_token',
    },
  ]);
  const { access_token: token } = received[0] as { access_token: string };
  expect((await new Visitor(simulator).profile(token)).status).toBe(200);
  notifier.closeAllConnections();
  await new Promise((resolve) => notifier.close(resolve));
});
