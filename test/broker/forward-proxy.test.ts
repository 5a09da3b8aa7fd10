import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import type { Browser, Request, Route } from 'playwright';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ForwardProxy } from '../../src/broker/chromium/forward-proxy.ts';
import { HeldRequests } from '../../src/broker/login/held-requests.ts';
import { Secret } from '../../src/domain/secret.ts';
import { launchChromium } from '../support/chromium.ts';
import { openConnectProxy } from '../support/connect-proxy.ts';

/** Chromium behind the program's own proxy, and servers that lose their connections. */

interface Site extends AsyncDisposable {
  readonly host: string;
  readonly url: string;
  /** How often each path was asked for, and its body had come. */
  readonly asked: ReadonlyMap<string, number>;
}

const listener =
  (asked: Map<string, number>) =>
  (incoming: IncomingMessage, answer: ServerResponse): void => {
    incoming.resume().once('end', () => {
      const { url = '' } = incoming;
      asked.set(url, (asked.get(url) ?? 0) + 1);
      if (url.startsWith('/cut')) return void incoming.socket.destroy();
      answer.setHeader('content-type', 'text/html');
      answer.end(`<h1>${url}</h1>`);
    });
  };

const serve = async (tls?: { readonly key: string; readonly cert: string }): Promise<Site> => {
  const asked = new Map<string, number>();
  const server = tls === undefined ? createServer(listener(asked)) : createHttpsServer(tls, listener(asked));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `${tls === undefined ? 'http' : 'https'}://${host}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const certificate = async (): Promise<{ readonly key: string; readonly cert: string }> => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }]);
  return { key, cert };
};

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const open = async (proxy: ForwardProxy, url: string) => {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    proxy: { server: proxy.url, username: proxy.username, password: proxy.password.reveal() },
  });
  const page = await context.newPage();
  await page.goto(url);
  const post = (to: string): Promise<string> =>
    page.evaluate(
      `fetch('${to}', { method: 'POST', body: 'pin=735219' }).then((answer) => answer.text(), () => 'failed')`,
    );
  return { context, post };
};

const direct = { proxy: null, isRefused: () => false };

test.each(['http', 'https'])(
  'over %s what is held leaves once, though its connection is cut',
  async (kind) => {
    await using site = await serve(kind === 'https' ? await certificate() : undefined);
    await using proxy = await ForwardProxy.open(direct);
    proxy.allow(site.host);
    const { context, post } = await open(proxy, site.url);
    for (let index = 0; index < 3; index += 1) expect(await post(`/free-${index}`)).toContain('free');
    const hold = await proxy.hold(`${site.url}/cut`);
    expect(await post('/cut')).toBe('failed');
    hold.release();
    expect(site.asked.get('/cut')).toBe(1);
    // The way is open again.
    expect(await post('/after')).toContain('after');
    const answered = await proxy.hold(`${site.url}/good`);
    expect(await post('/good')).toContain('good');
    answered.release();
    expect(await post('/last')).toContain('last');
    await context.close();
  },
);

test('two that are held at once both arrive, each once', async () => {
  await using site = await serve(await certificate());
  await using proxy = await ForwardProxy.open(direct);
  proxy.allow(site.host);
  const { context, post } = await open(proxy, site.url);
  expect(await post('/free')).toContain('free');
  const heldPost = async (path: string): Promise<string> => {
    const hold = await proxy.hold(`${site.url}${path}`);
    const answer = await post(path);
    hold.release();
    return answer;
  };
  const answers = await Promise.all([heldPost('/one'), heldPost('/two'), heldPost('/three')]);
  expect(answers.map((answer) => /one|two|three/.exec(answer)?.[0])).toEqual(['one', 'two', 'three']);
  expect(['/one', '/two', '/three'].map((path) => site.asked.get(path))).toEqual([1, 1, 1]);
  await context.close();
});

/** A request that waits to be held, and what becomes of it. */
const waiting = () => {
  const told: string[] = [];
  let ready = (): void => undefined;
  const prepared = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const held = new HeldRequests(async () => {
    await prepared;
    return { release: () => told.push('released') };
  });
  const request = { url: () => 'https://broker.example/pin' } as Request;
  const abort = async () => void told.push('called off');
  const leaves = held.add({ request: () => request, abort } as unknown as Route);
  return { held, request, leaves, ready, told };
};

test('what waits to be held is called off at once when the login ends, and holds nothing', async () => {
  const { held, leaves, ready, told } = waiting();
  held[Symbol.dispose]();
  expect(told).toEqual(['called off']);
  ready();
  expect([await leaves, told]).toEqual([false, ['called off', 'released']]);
});

test('what the page breaks off while it waits holds nothing', async () => {
  const { held, request, leaves, ready, told } = waiting();
  held.release(request);
  ready();
  expect([await leaves, told]).toEqual([false, ['released']]);
});

test('what waits may leave once it is held', async () => {
  const { held, request, leaves, ready, told } = waiting();
  ready();
  expect([await leaves, told]).toEqual([true, []]);
  held.release(request);
  expect(told).toEqual(['released']);
});

test('it leads through the next proxy, but to what NO_PROXY names', async () => {
  await using site = await serve();
  const next = await openConnectProxy(Number(new URL(site.url).port));
  await using _next = next;
  const settings = { https: null, http: new Secret(next.url), direct: ['direct.example'] };
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
  await using proxy = await ForwardProxy.open({ ...direct, resolve, proxy: settings });
  const port = new URL(site.url).port;
  for (const name of ['far.example', 'direct.example']) {
    proxy.allow(`${name}:${port}`);
    expect(await askThrough(proxy, `http://${name}:${port}/${name}`, loginTo(proxy))).toBe(200);
  }
  expect(next.asked).toEqual([`GET http://far.example:${port}/far.example`]);
  expect([...site.asked.keys()]).toEqual(['/far.example', '/direct.example']);
});

test('without a hold Chromium sends it again: what the proxy is for', async () => {
  await using site = await serve(await certificate());
  await using proxy = await ForwardProxy.open(direct);
  proxy.allow(site.host);
  const { context, post } = await open(proxy, site.url);
  expect(await post('/free')).toContain('free');
  expect(await post('/cut')).toBe('failed');
  expect(site.asked.get('/cut')).toBeGreaterThan(1);
  await context.close();
});

/** A server that answers everything with these bytes, and ends. */
const serveRaw = async (answer: string): Promise<Pick<Site, 'host'> & AsyncDisposable> => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.end(answer, 'latin1'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  };
};

const loginTo = ({ username, password }: ForwardProxy): string =>
  `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`;

/** Sends bytes to the proxy, and answers everything that comes back. */
const sendTo = (proxy: ForwardProxy, bytes: string): Promise<string> =>
  new Promise((resolve) => {
    let said = '';
    const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (part) => {
      said += part;
    });
    socket.on('error', () => undefined).once('close', () => resolve(said));
  });

const askThrough = (proxy: ForwardProxy, address: string, login: string | null): Promise<number> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(proxy.url);
    const headers = {
      host: new URL(address).host,
      ...(login === null ? {} : { 'proxy-authorization': login }),
    };
    request({ hostname, port, path: address, headers, agent: false }, ({ statusCode = 0 }) =>
      resolve(statusCode),
    )
      .once('error', () => resolve(0))
      .end();
  });

test('what cannot be passed on ends its own connection alone', async () => {
  const answers = ['HTTP/1.1 999 \x01odd\r\n\r\n', 'HTTP/1.1 200 OK\r\nx: a\x07b\r\n\r\n', 'no HTTP', ''];
  for (const answer of answers) {
    await using site = await serveRaw(answer);
    await using proxy = await ForwardProxy.open(direct);
    proxy.allow(site.host);
    expect(await askThrough(proxy, `http://${site.host}/`, loginTo(proxy))).toBe(0);
    expect(await sendTo(proxy, `CONNECT no address HTTP/1.1\r\n\r\n`)).toMatch(/^(?:HTTP\/1\.1 4|$)/);
    expect(
      await sendTo(proxy, `CONNECT :::0 HTTP/1.1\r\nproxy-authorization: ${loginTo(proxy)}\r\n\r\n`),
    ).toBe('');
    expect(proxy.unreached(site.host)).toBeNull();
    expect(await askThrough(proxy, 'http://127.0.0.1:1/', loginTo(proxy))).toBe(0);
    proxy.allow('127.0.0.1:1');
    expect(await askThrough(proxy, 'http://127.0.0.1:1/', loginTo(proxy))).toBe(0);
    expect(proxy.unreached('127.0.0.1:1')).toBe('ECONNREFUSED');
  }
});

test('nobody but its browser goes through it, and it leads to no private address that is not allowed', async () => {
  await using site = await serve();
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
  await using proxy = await ForwardProxy.open({
    ...direct,
    resolve,
    isRefused: (name) => name === 'refused.example',
  });
  const login = loginTo(proxy);
  const port = new URL(site.url).port;
  expect(await askThrough(proxy, site.url, null)).toBe(407);
  expect(await askThrough(proxy, site.url, 'Basic dmVnYTp3cm9uZw==')).toBe(407);
  expect(await askThrough(proxy, site.url, login)).toBe(0);
  expect(await askThrough(proxy, `http://rebound.example:${port}/`, login)).toBe(0);
  expect(await askThrough(proxy, `http://refused.example:${port}/`, login)).toBe(0);
  expect([...site.asked]).toEqual([]);
  proxy.allow(site.host);
  expect(await askThrough(proxy, site.url, login)).toBe(200);
  proxy.allow(`rebound.example:${port}`);
  expect(await askThrough(proxy, `http://rebound.example:${port}/`, login)).toBe(200);
});
