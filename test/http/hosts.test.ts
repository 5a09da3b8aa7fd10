import http from 'node:http';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { isLoopback, readHost, readHostName } from '../../src/domain/net/host-name.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

/** The status that a request gets with this Host header. */
const statusWith = (testApp: TestApp, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const key = { authorization: `Bearer ${testApp.app.operatorKey}` };
    http
      .get(`${testApp.url}/auth/ready`, { headers: { ...key, host }, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
      .on('error', reject);
  });

test.each(['127.0.0.5', '127.1', 'localhost', 'LOCALHOST', 'localhost.', '::1', '[::1]', '0:0:0:0:0:0:0:1'])(
  'where the server listens on %s it answers there',
  async (host) => {
    await using testApp = await openTestApp({ apis: 1, env: { VEGA_HOST: host } });
    expect((await testApp.ask('{ ready }')).data).toEqual({ ready: false });
    expect(await statusWith(testApp, new URL(testApp.url).host)).toBe(200);
  },
);

test('a host is served in every spelling, and nothing that only looks like one', async () => {
  await using testApp = await openTestApp({
    apis: 1,
    env: { VEGA_ALLOWED_HOSTS: 'Desk.Example., [FD00::5], fd00:0::6' },
  });
  const { port } = new URL(testApp.url);
  const served = [
    '127.0.0.9',
    'LocalHost:1',
    '[::1]',
    'desk.example',
    'DESK.example.:443',
    '[fd00::5]',
    '[fd00::6]',
  ];
  for (const host of [...served, `127.0.0.1:${port}`])
    expect([host, await statusWith(testApp, host)]).toEqual([host, 200]);
  const refused = [
    'evil.example',
    '128.0.0.1',
    'localhost.evil.example',
    'desk.example@evil',
    'evil@127.0.0.1',
  ];
  for (const host of [...refused, '127.0.0.1/livez?', '[::2]', '[fd00::7]', '%31'])
    expect([host, await statusWith(testApp, host)]).toEqual([host, 403]);
});

const LEAST = {
  UPSTOX_MOBILE_NUMBER: '9876543210',
  UPSTOX_PIN: '123456',
  UPSTOX_TOTP: 'JBSWY3DPEHPK3PXP',
  UPSTOX_REDIRECT_URI: 'http://localhost:28020/callback',
  UPSTOX_CLIENT_ID_0: 'an-id',
  UPSTOX_CLIENT_SECRET_0: 'a-secret',
};

const problemsOf = (env: Record<string, string>): string[] => {
  try {
    readConfig({ ...LEAST, ...env });
    return [];
  } catch (error) {
    return (error as { problems: readonly { variable: string }[] }).problems.map(({ variable }) => variable);
  }
};

test('a host that no request could name is not accepted', () => {
  for (const host of ['127.0.0.1:28020', '127.0.0.999', 'http://127.0.0.1', '127.0.0.1/', '0', ''])
    expect([host, problemsOf({ VEGA_HOST: host })]).toEqual([host, host === '' ? [] : ['VEGA_HOST']]);
  for (const host of ['desk.example:443', '*.example', 'https://desk.example', 'a b', 'desk.example/x'])
    expect([host, problemsOf({ VEGA_ALLOWED_HOSTS: `fine.example, ${host}` })]).toEqual([
      host,
      ['VEGA_ALLOWED_HOSTS'],
    ]);
});

test('reading a host is the same read again, and finds loopback only in loopback', () => {
  fc.assert(
    fc.property(fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), fc.webAuthority(), fc.string()), (text) => {
      const read = readHost(text);
      if (read === null) return;
      expect(readHost(read.host)).toEqual(read);
      expect(readHostName(read.name)).toBe(read.name);
      expect(readHost(`${read.name.toUpperCase()}`)?.name).toBe(read.name);
      expect(isLoopback(read.name)).toBe(/^(localhost|\[::1\]|127(\.\d+){3})$/.test(read.name));
    }),
  );
});
