import { afterAll, expect, test } from 'vitest';
import { BrokerApi } from '../../src/broker/api/broker-api.ts';
import { authorizeFeed, probeFeed } from '../../src/broker/probes/feed.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { FeedFault } from '../../src/simulator/faults.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { openConnectProxy } from '../support/connect-proxy.ts';

const broker = await startSimulator();
afterAll(() => broker[Symbol.asyncDispose]());

const { userId } = broker.account;
const signal = new AbortController().signal;

const openFeed = async (api: BrokerApi, { apps, issueToken }: Simulator = broker) => {
  const token = new Secret(issueToken(apps[1]?.clientId ?? ''));
  const permit = await authorizeFeed(api, token, 3000);
  if ('answer' in permit) return permit.answer;
  return probeFeed(api, permit.address, signal);
};

const withFault = async (fault: FeedFault) => {
  broker.faults.feed = fault;
  return openFeed(new BrokerApi(broker.url)).finally(() => {
    broker.faults.feed = 'none';
  });
};

const capable = { result: 'CAPABLE', reason: null, brokerCode: null };

test('a feed that sends a message is capable, and its socket is closed', async () => {
  expect(await openFeed(new BrokerApi(broker.url))).toEqual({ ...capable, httpStatus: 101 });
  await expect.poll(() => broker.feedSockets.get(userId)?.open).toBe(0);
});

test.each<[FeedFault, string, string, number | null]>([
  ['handshake-forbidden', 'NOT_CAPABLE', 'FEED_REFUSED', 403],
  ['handshake-error', 'NOT_KNOWN', 'BROKER_ERROR', 503],
  ['handshake-page', 'NOT_KNOWN', 'BROKER_ERROR', 403],
  ['handshake-gateway-text', 'NOT_KNOWN', 'BROKER_ERROR', 403],
  ['handshake-gateway-json', 'NOT_KNOWN', 'BROKER_ERROR', 401],
  ['handshake-problem', 'NOT_KNOWN', 'BROKER_ERROR', 403],
  ['handshake-unfinished', 'NOT_KNOWN', 'BROKER_ERROR', 403],
  ['handshake-endless', 'NOT_KNOWN', 'BROKER_ERROR', 403],
  ['close-at-once', 'NOT_KNOWN', 'FEED_CLOSED', 101],
  ['closed-market', 'NOT_KNOWN', 'FEED_SILENT', 101],
  ['hang', 'NOT_KNOWN', 'TIMEOUT', null],
])('a feed with the fault "%s" is %s', async (fault, result, reason, httpStatus) => {
  expect(await withFault(fault)).toEqual({ result, reason, httpStatus, brokerCode: null });
});

test('a handshake that the broker refuses in its own envelope is NOT_CAPABLE, with the code', async () => {
  expect(await withFault('handshake-envelope')).toEqual({
    ...{ result: 'NOT_CAPABLE', reason: 'FEED_REFUSED' },
    ...{ httpStatus: 403, brokerCode: 'UDAPI100067' },
  });
});

test('a refused handshake is not tried again', async () => {
  const asked = () => broker.log.filter(({ kind }) => kind === 'FEED').length;
  const before = asked();
  await withFault('handshake-gateway-json');
  expect(asked() - before).toBe(1);
});

test('a feed that does not close is left after five seconds', async () => {
  const begun = performance.now();
  expect(await withFault('never-closes')).toMatchObject({ result: 'NOT_KNOWN', reason: 'FEED_SILENT' });
  expect(performance.now() - begun).toBeLessThan(6000);
  await expect.poll(() => broker.feedSockets.get(userId)?.open).toBe(0);
});

test('the socket goes through the proxy of the program', async () => {
  await using proxy = await openConnectProxy(Number(new URL(broker.url).port));
  const http = new Secret(proxy.url);
  const api = new BrokerApi('http://127.0.0.1:12345', { http, https: null, direct: [] });
  expect(await openFeed(api)).toEqual({ ...capable, httpStatus: 101 });
  expect(proxy.asked.filter((line) => line === 'CONNECT 127.0.0.1:12345')).not.toEqual([]);
});

test('no socket is opened at an address that is not the broker’s', async () => {
  const api = new BrokerApi('https://api.upstox.com');
  const answer = (address: string) =>
    authorizeFeed(
      Object.assign(Object.create(api), {
        baseUrl: 'https://api.upstox.com',
        request: async () => Response.json({ status: 'success', data: { authorized_redirect_uri: address } }),
      }),
      new Secret('token'),
      1000,
    );
  expect(await answer('wss://wsfeeder-api.upstox.com/feeds?code=1')).toHaveProperty('address');
  const refused = {
    answer: { result: 'NOT_KNOWN', reason: 'NOT_UNDERSTOOD', httpStatus: 200, brokerCode: null },
  };
  expect(await answer('ws://wsfeeder-api.upstox.com/feeds?code=1')).toEqual(refused);
  expect(await answer('wss://upstox.com.example.net/feeds?code=1')).toEqual(refused);
});
