import { expect, test } from 'vitest';
import { openSession } from '../support/session.ts';
import { openTestApp } from '../support/test-app.ts';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

const pageOf = async (response: Response) => {
  const text = await response.text();
  return [
    response.status,
    response.headers.get('content-type')?.split(';')[0],
    /<p>([^<]*)<\/p>/.exec(text)?.[1] ?? null,
  ];
};

test('what a person opens is a page, whatever comes of it', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const open = async (path: string, headers: Record<string, string> = {}) =>
    pageOf(await fetch(`${testApp.url}${path}`, { headers: { ...HTML, ...headers }, redirect: 'manual' }));
  expect((await open('/')).slice(0, 2)).toEqual([401, 'text/html']);
  const strange = await open('/nonsense');
  expect(strange).toEqual([401, 'text/html', expect.stringContaining('carries no valid key')]);
  const { headers } = await openSession(testApp);
  expect(await open('/nonsense', headers)).toEqual([
    404,
    'text/html',
    'There is nothing under this address.',
  ]);
  expect((await open('/graphql', headers)).slice(0, 2)).toEqual([200, 'text/html']);
  const link = testApp.app.issueLoginPath();
  expect((await open(link)).slice(0, 2)).toEqual([200, 'text/html']);
  expect(await open(link)).toEqual([
    401,
    'text/html',
    'This link has been used, is too old, or is not ours. Open the link that the server prints when it starts, or make a new one in its folder: npx vega-auth keys link',
  ]);
});

test('what a program asks is answered in JSON', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const ask = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${testApp.url}${path}`, { headers });
    return [response.status, (await response.json()).error?.code];
  };
  expect(await ask('/nonsense')).toEqual([401, 'UNAUTHENTICATED']);
  const authorization = `Bearer ${testApp.app.operatorKey}`;
  expect(await ask('/nonsense', { authorization })).toEqual([404, 'NOT_FOUND']);
  expect(await ask('/login?link=used')).toEqual([401, 'UNAUTHENTICATED']);
});
