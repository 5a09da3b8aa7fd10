import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { BrokerBrowser } from '../../src/broker/chromium/broker-browser.ts';
import { findChromium } from '../../src/broker/chromium/chromium.ts';
import { readConfig } from '../../src/config.ts';
import { environmentOf, openBroker, settle } from '../support/test-app.ts';
import { inEachStep, Stranger } from './stranger.ts';

const serve = async (answer: RequestListener) => {
  const server = createServer(answer);
  const asked: string[] = [];
  const note = (request: IncomingMessage) =>
    void asked.push(`${request.headers.upgrade ?? 'http'} ${request.url}`);
  server.prependListener('request', note);
  server.on('upgrade', (request, socket) => {
    note(request);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

let folder = '';
/** Something on this machine that no login page has any business with, such as vega-auth itself. */
let own: Awaited<ReturnType<typeof serve>>;
let stranger: Stranger;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'vega-fence-'));
  vi.stubEnv('TMPDIR', folder);
  own = await serve((_request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.end('alive');
  });
  stranger = await Stranger.arrive();
});
afterAll(async () => {
  await stranger[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  own.asked.length = 0;
});

/** A page that shows its first step only after `work` has come true. */
const showsItself = (work: string): string =>
  inEachStep(`
    if (input.id === 'mobileNum') {
      const display = form.style.display;
      form.style.display = 'none';
      const soon = (promise) => Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 1500))]);
      (async () => { ${work} })().then(() => { form.style.display = display; });
    }`);

const logIn = (work: string, answers: Parameters<Stranger['logIn']>[0]['answers'] = []) =>
  stranger.logIn({ knobs: { pageScript: showsItself(work) }, answers, stepTimeoutMs: 12_000 });

const LOGGED_IN = { end: 'CODE', message: '', sent: [1, 1, 1] };

const HOSTS = [
  '127.0.0.1',
  'localhost',
  'vega.localhost',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0.0.0.0',
  '[::ffff:127.0.0.1]',
];

test('a page reaches nothing on this machine but its broker, however the address is written', async () => {
  const outcome = await logIn(`
    const event = (target, ...names) => soon(new Promise((resolve) => names.forEach((name) => target.addEventListener(name, resolve))));
    for (const host of ${JSON.stringify(HOSTS)}) {
      const at = host + ':${own.port}/';
      const image = new Image();
      image.src = 'http://' + at + 'image';
      const frame = document.createElement('iframe');
      frame.src = 'http://' + at + 'frame';
      document.body.append(frame);
      const form = Object.assign(document.createElement('form'), { action: 'http://' + at + 'form', method: 'post', target: frame.name = host });
      document.body.append(form);
      form.submit();
      navigator.sendBeacon('http://' + at + 'beacon', 'x');
      const worker = new Worker(URL.createObjectURL(new Blob(["fetch('http://" + at + "worker', { mode: 'no-cors' }).finally(() => postMessage(1))"])));
      await Promise.all([
        event(image, 'load', 'error'),
        event(new WebSocket('ws://' + at + 'socket'), 'open', 'error', 'close'),
        event(worker, 'message', 'error'),
        soon(fetch('http://' + at + 'livez', { mode: 'no-cors' }).catch(() => undefined)),
        soon(fetch('http://' + at + 'livez').catch(() => undefined)),
      ]);
    }`);
  expect(outcome).toMatchObject(LOGGED_IN);
  expect(own.asked).toEqual([]);
});

test('windows that a page opens are closed at once, and nothing is asked for in them', async () => {
  const outcome = await logIn(`
    const windows = ['http://127.0.0.1:${own.port}/popup', 'https://popup.example.com/', '/login/popup', '', 'about:blank'].map((to) => window.open(to));
    Object.assign(document.createElement('a'), { href: '/login/link', target: '_blank', rel: 'noopener' }).click();
    while (windows.some((one) => one && !one.closed)) await new Promise((resolve) => setTimeout(resolve, 20));`);
  expect(outcome).toMatchObject(LOGGED_IN);
  expect([...own.asked, ...outcome.asked.filter((asked) => /popup|link/.test(asked))]).toEqual([]);
});

test('nothing is downloaded', async () => {
  const MARK = 'a statement of account';
  const answer = {
    status: 200,
    type: 'application/pdf',
    headers: { 'content-disposition': 'attachment' },
    body: MARK,
  };
  const login = logIn(
    `
    const click = (facts) => { const link = Object.assign(document.createElement('a'), facts); document.body.append(link); link.click(); };
    click({ href: '/statement', download: 'statement.pdf' });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    click({ href: URL.createObjectURL(new Blob(['${MARK}'])), download: 'blob' });
    await new Promise((resolve) => setTimeout(resolve, 1000));`,
    [['/statement', answer]],
  );
  const holdsMark = (name: string) => {
    const file = path.join(folder, name);
    return existsSync(file) && statSync(file).isFile() && readFileSync(file).includes(MARK);
  };
  // Looked for all the while: what is downloaded may be gone again when the login is over.
  const found = new Set<string>();
  let isOver = false;
  const over = login.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(holdsMark))
      found.add(name);
    await settle(20);
  }
  const outcome = await over;
  // Until Chromium has read its policy it may hold what came in a nameless file of its own, in the folder that is its own.
  expect([...found].filter((name) => !/\/\.org\.chromium\.Chromium\.\w+$/.test(name))).toEqual([]);
  const left = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(holdsMark);
  expect(left).toEqual([]);
  expect(outcome).toMatchObject(LOGGED_IN);
  expect(outcome.asked).toContain('/statement');
});

test('nothing is granted to a page', async () => {
  const outcome = await logIn(`
    const names = ['geolocation', 'notifications', 'clipboard-read', 'clipboard-write', 'camera', 'microphone', 'midi', 'local-fonts'];
    const states = await Promise.all(names.map((name) => navigator.permissions.query({ name })));
    if (states.some(({ state }) => state !== 'denied')) await new Promise(() => undefined);`);
  expect(outcome).toMatchObject(LOGGED_IN);
});

test.each([
  ['waits until it is ready', `await navigator.serviceWorker.ready;`],
  [
    'registers one and speaks to it',
    `const { scope } = await navigator.serviceWorker.register('/login/worker.js');
    const { active } = await navigator.serviceWorker.ready;
    if (!active || active.state !== 'activated' || !scope) throw new Error('not active');
    active.postMessage('hello');`,
  ],
  [
    'asks whether it is supported and whether one is there',
    `if ('serviceWorker' in navigator && (await navigator.serviceWorker.getRegistration()) === undefined) throw new Error('none');`,
  ],
])(
  'a page that has a service worker and %s is logged in to, and none works',
  async (_what, work) => {
    const outcome = await logIn(work);
    expect(outcome).toMatchObject(LOGGED_IN);
    expect(outcome.asked.filter((asked) => asked.includes('worker'))).toEqual([]);
  },
  60_000,
);

test('a page of a public address gets nowhere near this machine by a redirect, a name or a worker either', async () => {
  await using site = await serve((request, response) => {
    if (request.url === '/hop')
      return response.writeHead(302, { location: `http://127.0.0.1:${own.port}/hop` }).end();
    response.setHeader('content-type', 'text/html');
    return response.end(`<h1>Welcome</h1><script>
      const report = (name) => () => fetch('/done/' + name);
      const source = (code) => URL.createObjectURL(new Blob([code]));
      fetch('/hop', { mode: 'no-cors' }).finally(report('hop'));
      fetch('http://rebound.example.com:${own.port}/name', { mode: 'no-cors' }).finally(report('name'));
      new Worker(source("const socket = new WebSocket('ws://127.0.0.1:${own.port}/socket'); socket.onopen = socket.onerror = () => postMessage(1)")).onmessage = report('socket');
      if (window.SharedWorker) {
        const shared = new SharedWorker(source("onconnect = ({ ports }) => fetch('http://127.0.0.1:${own.port}/shared', { mode: 'no-cors' }).finally(() => ports[0].postMessage(1))"));
        shared.port.onmessage = report('shared');
      } else report('shared')();
    </script>`);
  });
  const chromium = path.join(folder, 'public-chromium');
  const switches = [
    `--ip-address-space-overrides=127.0.0.1:${site.port}=public`,
    "--host-resolver-rules='MAP rebound.example.com 127.0.0.1'",
  ];
  const { executablePath } = findChromium({ headless: true }) ?? {};
  writeFileSync(chromium, `#!/bin/sh\nexec ${executablePath} "$@" ${switches.join(' ')}\n`);
  chmodSync(chromium, 0o755);

  await using browser = await BrokerBrowser.launch({ headless: true, chromiumPath: chromium });
  await using session = await browser.openSession();
  await using broker = await openBroker();
  const { credentials } = readConfig(environmentOf(broker, 1));
  const nothing = async () => undefined;
  const listener = {
    ...{ onStep: nothing, awaitOtpRequest: nothing, beforeOtpRequest: nothing, awaitTimeStep: nothing },
    ...{ takeOtp: async () => null, beforePin: nothing, onSubmitted: () => undefined, onCaptcha: nothing },
    ...{ onOtpInterval: nothing, onDismissal: nothing },
  };
  const request = {
    dialogUrl: `http://127.0.0.1:${site.port}/`,
    redirectUri: 'https://example.com/callback',
    ...{ state: 'state', credentials, stepTimeoutMs: 4000, captchaWaitMs: 0, now: () => new Date() },
    signal: new AbortController().signal,
  };
  await expect(session.logIn(request, listener)).rejects.toThrow();
  expect(site.asked.filter((asked) => asked.includes('/done/')).sort()).toEqual(
    ['hop', 'name', 'shared', 'socket'].map((name) => `http /done/${name}`),
  );
  expect(own.asked).toEqual([]);
});
