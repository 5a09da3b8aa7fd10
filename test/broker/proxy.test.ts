import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { type ProxySettings, proxyFor } from '../../src/domain/net/proxy.ts';
import { Secret } from '../../src/domain/secret.ts';
import { openConnectProxy } from '../support/connect-proxy.ts';
import { environmentOf, openBroker, openTestApp } from '../support/test-app.ts';

/** A port of this machine on which nothing answers: what goes there directly fails. */
const closedPort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
};

test('login, exchange and profile call go through the one proxy, where no direct way leads to the broker', async () => {
  await using broker = await openBroker();
  const proxy = await openConnectProxy(Number(new URL(broker.url).port));
  await using _proxy = proxy;
  const address = `127.0.0.1:${await closedPort()}`;
  await using testApp = await openTestApp({
    broker,
    apis: 1,
    env: {
      UPSTOX_API_BASE_URL: `http://${address}`,
      HTTP_PROXY: proxy.url.replace('//', '//desk:pr0xy-pass@'),
      NO_PROXY: 'example.com',
    },
  });
  testApp.guard('proxy password', 'pr0xy-pass');
  expect((await testApp.generate('mode: ALL')).status).toBe('COMPLETED');
  const login = `Basic ${Buffer.from('desk:pr0xy-pass').toString('base64')}`;
  expect(
    proxy.asked.some((line) => line.startsWith(`GET http://${address}/v2/login/authorization/dialog`)),
  ).toBe(true);
  expect(proxy.asked.filter((line) => line === `CONNECT ${address}`).length).toBeGreaterThan(0);
  expect(proxy.logins).toContain(login);
});

test('with a proxy that refuses, nothing is submitted and the failure says so', async () => {
  await using broker = await openBroker();
  await using proxy = await openConnectProxy(0);
  await using testApp = await openTestApp({ broker, apis: 1, env: { HTTP_PROXY: proxy.url } });
  const { steps } = await testApp.generate('mode: ALL');
  expect(steps[0].failure.submitted).toEqual([]);
  expect(['BROKER_UNREACHABLE', 'PAGE_CHANGED']).toContain(steps[0].failure.code);
  expect(broker.log.filter(({ kind }) => kind === 'OTP_GENERATE')).toEqual([]);
});

test('doctor names the proxy without its password, and tries both ways through it', async () => {
  await using broker = await openBroker();
  const look = async (port: number) => {
    await using proxy = await openConnectProxy(port);
    const env = { HTTP_PROXY: proxy.url.replace('//', '//desk:pr0xy-pass@') };
    await using testApp = await openTestApp({ broker, apis: 1, env });
    testApp.guard('proxy password', 'pr0xy-pass');
    const query = '{ systemHealth(thorough: true) { browser clock findings { message } details { text } } }';
    return { ...(await testApp.ask(query)).data.systemHealth, name: proxy.url };
  };
  const good = await look(Number(new URL(broker.url).port));
  expect([good.browser, good.clock]).toEqual(['OK', 'OK']);
  expect(good.details).toContainEqual({ text: `${broker.url}, through the proxy ${good.name}` });
  const bad = await look(0);
  expect(bad.findings).toContainEqual({
    message: `The browser does not reach the broker through the proxy ${bad.name}.`,
  });
  expect(bad.clock).toBe('UNKNOWN');
});

test('NO_PROXY names what is reached directly', () => {
  const settings = (...direct: string[]): ProxySettings => ({
    https: new Secret('http://proxy:3128'),
    http: null,
    direct,
  });
  const ways = (proxy: ProxySettings, address: string) => proxyFor(proxy, address)?.host ?? 'direct';
  expect([
    ways(settings(), 'https://api.upstox.com'),
    ways(settings(), 'http://api.upstox.com'),
    ways(settings('upstox.com'), 'https://api.upstox.com'),
    ways(settings('.upstox.com'), 'https://api.upstox.com'),
    ways(settings('*.upstox.com'), 'https://api.upstox.com'),
    ways(settings('API.upstox.com:443'), 'https://api.upstox.com'),
    ways(settings('localhost', '*'), 'https://api.upstox.com'),
    ways(settings('::1'), 'https://[::1]:8443'),
    ways(settings('[::1]:8443'), 'https://[::1]:8443'),
    ways(settings('::2'), 'https://[::1]:8443'),
  ]).toEqual([
    ...['proxy:3128', 'direct', 'proxy:3128', 'direct', 'direct', 'direct', 'direct'],
    ...['direct', 'direct', 'proxy:3128'],
  ]);
});

test('the proxy comes from the environment, in small letters or capitals, and a wrong one is named', async () => {
  await using broker = await openBroker();
  const env = environmentOf(broker, 1);
  const { proxy } = readConfig({
    ...env,
    https_proxy: 'proxy:3128',
    HTTPS_PROXY: 'http://other:1',
    no_proxy: 'a, b',
  });
  expect([proxy?.https?.reveal(), proxy?.http, proxy?.direct]).toEqual([
    'http://proxy:3128',
    null,
    ['a', 'b'],
  ]);
  expect(readConfig(env).proxy).toBeNull();
  expect(() => readConfig({ ...env, HTTPS_PROXY: 'socks5://proxy:1080' })).toThrow(
    'HTTPS_PROXY: should be the address of an HTTP proxy, such as http://proxy:3128',
  );
});
