import { auditServer } from 'graphql-http';
import { expect, test } from 'vitest';
import { openTestApp } from '../support/test-app.ts';

test('everything that GraphQL over HTTP says a server must, should and may do is done', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const audits = await auditServer({
    url: `${testApp.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, {
        ...init,
        headers: { ...(init.headers as object), authorization: `Bearer ${testApp.app.operatorKey}` },
      }),
  });
  const failed = audits
    .filter(({ status }) => status !== 'ok')
    .map((audit) => `${audit.id} ${audit.name}: ${'reason' in audit ? audit.reason : ''}`);
  expect(failed).toEqual([]);
  expect(audits.length).toBeGreaterThanOrEqual(61);
});

test('a mutation by GET is refused, and a query is answered', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const get = (query: string) =>
    fetch(`${testApp.url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: { authorization: `Bearer ${testApp.app.operatorKey}` },
    });
  const refused = await get('mutation { logout { state } }');
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
  expect((await refused.json()).errors[0].extensions.code).toBe('METHOD_NOT_ALLOWED');
  expect(await (await get('{ tokens { apiName } }')).json()).toEqual({
    data: { tokens: [{ apiName: 'PRIMARY' }] },
  });
});
