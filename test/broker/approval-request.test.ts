import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { requestApproval } from '../../src/broker/api/approval-request.ts';
import { BrokerApi } from '../../src/broker/api/broker-api.ts';
import { Secret } from '../../src/domain/secret.ts';

const app = { clientId: 'a/b', clientSecret: new Secret('client-secret-canary') };

/** Asks a broker that gives one answer. Answers what came of it and what the broker was sent. */
const ask = async (status: number, body: string, contentType = 'application/json') => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['content-type']}`);
    request.on('data', (chunk) => seen.push(String(chunk)));
    request.on('end', () => response.writeHead(status, { 'content-type': contentType }).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    return {
      seen,
      result: await requestApproval(new BrokerApi(url), app, 5000).catch((error: unknown) => error),
    };
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
};

const granted = (data: object) => JSON.stringify({ status: 'success', data });
const refused = (code: string) => JSON.stringify({ status: 'error', errors: [{ error_code: code }] });

test('the request is what the broker documents', async () => {
  const { seen, result } = await ask(
    200,
    granted({ authorization_expiry: '1732226400000', notifier_url: 'https://x.example' }),
  );
  expect(seen).toEqual([
    'POST /v3/login/auth/token/request/a%2Fb application/json',
    '{"client_secret":"client-secret-canary"}',
  ]);
  expect(result).toEqual({
    expiresAt: new Date('2024-11-22T03:30:00+05:30'),
    notifierUrl: 'https://x.example',
  });
});

test('the expiry may be a number, and the notifier may be left out', async () => {
  const { result } = await ask(200, granted({ authorization_expiry: 1732226400000 }));
  expect(result).toEqual({ expiresAt: new Date('2024-11-22T03:30:00+05:30'), notifierUrl: null });
});

test.for([
  [400, refused('UDAPI1123'), 'APP_REJECTED'],
  [400, refused('UDAPI1124'), 'APP_REJECTED'],
  [401, refused('UDAPI100069'), 'APP_REJECTED'],
  [403, refused('UDAPI1155'), 'APP_REJECTED'],
  [400, refused('UDAPI9999'), 'APP_REJECTED'],
  [429, refused('UDAPI10005'), 'THROTTLED'],
  [429, '{}', 'THROTTLED'],
  [500, refused('UDAPI100500'), 'BROKER_UNREACHABLE'],
  [503, '', 'BROKER_UNREACHABLE'],
  [403, '<html>Error 1010</html>', 'BROKER_UNREACHABLE'],
  [200, '<html>Error 1010</html>', 'BROKER_UNREACHABLE'],
  [200, granted({ authorization_expiry: '900' }), 'PAGE_CHANGED'],
  [200, granted({}), 'PAGE_CHANGED'],
  [302, '', 'PAGE_CHANGED'],
] as const)('an answer %i %s is %s', async ([status, body, code]) => {
  const { seen, result } = await ask(status, body);
  expect(result).toMatchObject({ code });
  expect(String(result)).not.toContain('canary');
  expect(seen.filter((line) => line.startsWith('POST'))).toHaveLength(1);
});
