import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerBrowser } from '../../src/broker/chromium/broker-browser.ts';
import { readConfig } from '../../src/config.ts';
import { codeAt } from '../support/code-at.ts';
import { drawn } from '../support/repetitions.ts';
import { later, pageOf, VIEWS } from './looks.ts';

/** Pages that send a value in a form that nobody can read, or elsewhere when the answer is late: it leaves once. */

const { credentials } = readConfig({
  ...{ UPSTOX_MOBILE_NUMBER: '9812345670', UPSTOX_PIN: '735219' },
  ...{
    UPSTOX_TOTP: 'DEMOVEGADEMOVEGADEMOVEGADEMOVEGA',
    UPSTOX_REDIRECT_URI: 'https://desk.example/redirect',
  },
  ...{ UPSTOX_CLIENT_ID_0: 'look-app', UPSTOX_CLIENT_SECRET_0: 'look-secret-0' },
});
let browser: BrokerBrowser;
beforeAll(async () => {
  browser = await BrokerBrowser.launch({ headless: true, chromiumPath: null });
});
afterAll(() => browser[Symbol.asyncDispose]());

/** Longer than a click is given to show an effect. */
const SLOW_MS = 4500;

/** Answers to this late, or not at all. */
interface Habit {
  readonly slow?: string;
  readonly fails?: string;
}

const openStandIn = async (script: string, { slow, fails }: Habit) => {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (pathname === '/heard') return response.end('{}');
    if (!pathname.startsWith('/api'))
      return response.writeHead(200, { 'content-type': 'text/html' }).end(pageOf({ views: VIEWS, script }));
    const name = `${pathname.slice(1)}${searchParams.get('step') ?? ''}`;
    asked.push(name);
    if (name === fails) return response.writeHead(500, { 'content-type': 'application/json' }).end('{}');
    const answer = () =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true,"data":{}}');
    return setTimeout(answer, slow !== undefined && name.endsWith(slow) ? SLOW_MS : 0);
  });
  server.on('upgrade', (request, socket) => {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${createHash('sha1').update(key).digest('base64')}\r\n\r\n`,
    );
    socket.on('data', (data: Buffer) => {
      if (data[0] !== 0x81) return;
      asked.push(`socket${new URL(request.url ?? '/', 'http://x').searchParams.get('step')}`);
      setTimeout(() => socket.write(Buffer.from([0x81, 2, 0x6f, 0x6b])), SLOW_MS);
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
};

const nothing = async () => undefined;
const LISTENER = {
  ...{ onStep: nothing, awaitOtpRequest: nothing, beforeOtpRequest: nothing, awaitTimeStep: nothing },
  ...{ beforePin: nothing, onSubmitted: () => undefined, onOtpInterval: nothing, onDismissal: nothing },
  ...{ onCaptcha: nothing, takeOtp: async () => codeAt(credentials.totp, new Date()) },
};

const visit = async (script: string, habit: Habit) => {
  await using standIn = await openStandIn(script, habit);
  await using session = await browser.openSession();
  const request = {
    ...{ dialogUrl: `${standIn.url}/v2/login/authorization/dialog?client_id=x`, state: 'look', credentials },
    ...{ redirectUri: 'https://desk.example/redirect', stepTimeoutMs: 10_000, captchaWaitMs: 0 },
    ...{ now: () => new Date(), signal: new AbortController().signal },
  };
  await session.logIn(request, LISTENER).catch(() => undefined);
  return standIn.asked;
};

/** The page sends the value of one step otherwise than the others. */
const sending = (step: string, how: string) =>
  later(`const old = login.send; login.send = async (step, value) => {
    if (step !== '${step}') return old(step, value);
    let hash = 7;
    for (const byte of new TextEncoder().encode(Math.random() + value)) hash = (hash * 31 + byte) >>> 0;
    ${how} };`);
const QUERY = `await fetch('/api/get?step=' + step + '&sealed=' + hash); login.next();`;
const SCRIPT = `const script = document.createElement('script'); script.onload = script.onerror = () => login.next();
  script.src = '/api/script?step=' + step + '&sealed=' + hash; document.head.append(script);`;
const SOCKET = `const socket = new WebSocket(location.origin.replace('http', 'ws') + '/socket?step=' + step);
  socket.onopen = () => socket.send(value); socket.onmessage = () => login.next();`;
const BEACON = `navigator.sendBeacon('/api/' + step, JSON.stringify({ sealed: hash })); setTimeout(() => login.next(), ${SLOW_MS});`;
const SECOND_SERVER = `let answer = null;
  for (const place of ['/api/', '/api2/']) {
    answer = await fetch(place + step, { method: 'POST', body: JSON.stringify({ data: { value } }) }).catch(() => null);
    if (answer?.ok) break; }
  if (answer?.ok) login.next();`;

test.each(
  drawn<[string, string, string, Habit]>(
    [
      ['an OTP in an address', 'OTP', QUERY, { slow: 'OTP' }],
      ['a PIN in an address', 'PIN', QUERY, { slow: 'PIN' }],
      ['a PIN in the address of a script', 'PIN', SCRIPT, { slow: 'PIN' }],
      ['a PIN over a socket', 'PIN', SOCKET, {}],
      ['a PIN in a beacon', 'PIN', BEACON, {}],
      ['a PIN to a second server', 'PIN', SECOND_SERVER, { fails: 'api/PIN' }],
      ['an OTP request to a second server', 'MOBILE', SECOND_SERVER, { fails: 'api/MOBILE' }],
    ],
    3,
  ),
)('%s leaves once', async (_what, step, how, habit) => {
  const asked = await visit(sending(step, how), habit);
  expect(asked.filter((name) => name.endsWith(step))).toHaveLength(1);
});
