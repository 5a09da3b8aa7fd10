import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { expect, test } from 'vitest';
import { codeBlocksOf, documentText } from '../support/documents.ts';
import { openProxy } from '../support/proxy.ts';
import { pageKeyIn } from '../support/session.ts';
import { openTestApp } from '../support/test-app.ts';

const [LISTING = ''] = codeBlocksOf(documentText('docs/operations.md'))
  .filter(({ language }) => language === 'nginx')
  .map(({ text }) => text);
const NAME = /server_name (\S+);/.exec(LISTING)?.[1] ?? '';

type Headers = Readonly<Record<string, string>>;

test('behind the proxy of the documents the server is used over TLS, and knows for whom the proxy speaks', async () => {
  await using testApp = await openTestApp({
    apis: 1,
    env: { VEGA_ALLOWED_HOSTS: NAME, VEGA_TRUST_PROXY: 'true' },
  });
  await using proxy = await openProxy({
    name: NAME,
    target: testApp.url,
    listing: LISTING,
    directory: testApp.directory,
  });
  const send = (target: string, headers: Headers, body?: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port: proxy.port,
          path: target,
          method: body === undefined ? 'GET' : 'POST',
          headers: { host: NAME, ...headers },
          rejectUnauthorized: false,
          agent: false,
        },
        resolve,
      );
      asked.on('error', reject);
      asked.end(body);
    });
  const statusOf = async (...sent: Parameters<typeof send>): Promise<number> => {
    const answer = await send(...sent);
    answer.resume();
    return answer.statusCode ?? 0;
  };
  const json = { 'content-type': 'application/json' };
  const query = '{"query":"{ ready }"}';

  const login = await send(testApp.app.issueLoginPath(), {});
  const pageKey = pageKeyIn((await login.setEncoding('utf8').toArray()).join('')) ?? '';
  const cookie = login.headers['set-cookie']?.[0] ?? '';
  expect(cookie).toMatch(/^__Host-vega_session=[\w-]+; Path=\/; HttpOnly; SameSite=Strict; .*; Secure$/);
  const session = { ...json, cookie: cookie.split(';')[0] ?? '', 'x-vega-page-key': pageKey };
  expect(await statusOf('/graphql', { ...session, origin: `https://${NAME}` }, query)).toBe(200);
  expect(await statusOf('/graphql', { ...session, origin: 'https://evil.example' }, query)).toBe(403);

  const events = await send('/auth/events', { cookie: session.cookie });
  let told = '';
  for await (const part of events) {
    told += String(part);
    if (told.includes('AUTH_STATE')) break;
  }
  expect(told).toMatch(/^retry: \d+\n\nevent: AUTH_STATE\n/);

  // Whatever a guesser writes in front, the address that counts is the one that the proxy has seen.
  const guesses = [];
  for (let index = 0; index < 25; index += 1) {
    const headers = { ...json, authorization: `Bearer guess-${index}`, 'x-forwarded-for': `10.0.0.${index}` };
    guesses.push(await statusOf('/graphql', headers, query));
  }
  expect([guesses[0], guesses.at(-1)]).toEqual([401, 429]);
  expect(await statusOf('/graphql', { ...session, origin: `https://${NAME}` }, query)).toBe(200);
});
