import { getIntrospectionQuery } from 'graphql';
import { expect, test } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const post = (testApp: TestApp, body: string, headers: Record<string, string> = {}) =>
  fetch(`${testApp.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${testApp.app.operatorKey}`,
      ...headers,
    },
    body,
  });

const codeOf = async (testApp: TestApp, query: string) => {
  const { errors } = await testApp.ask(query);
  return [errors?.[0].extensions.code, errors?.[0].message, typeof errors?.[0].extensions.nextAction];
};

/** Fragments of which each uses the one before it ten times. */
const bomb = (levels: number) =>
  `${Array.from({ length: levels }, (_, level) =>
    level === 0
      ? 'fragment F0 on Query { ready }'
      : `fragment F${level} on Query { ${`...F${level - 1} `.repeat(10)} }`,
  ).join('\n')} { ...F${levels - 1} }`;

test('a document that asks for too much is refused before anything of it is done', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const usual = '{ accounts { authState { run { steps { failure { code } } } } } }';
  expect((await testApp.ask(usual)).errors).toBeUndefined();
  const aliases = Array.from({ length: 51 }, (_, index) => `a${index}: ready`).join(' ');
  expect(await codeOf(testApp, `{ ${aliases} }`)).toEqual([
    'DOCUMENT_TOO_COMPLEX',
    'The document asks for too much: more than 50 aliases.',
    'string',
  ]);
  expect(await codeOf(testApp, `{ ${'ready '.repeat(1001)} }`)).toEqual([
    'DOCUMENT_TOO_COMPLEX',
    'The document asks for too much: more than 1000 fields.',
    'string',
  ]);
  expect(await codeOf(testApp, `{ ${'ready '.repeat(2001)} }`)).toEqual([
    'DOCUMENT_TOO_COMPLEX',
    'The document asks for too much: more than 2000 tokens.',
    'string',
  ]);
  expect((await codeOf(testApp, bomb(20)))[0]).toBe('DOCUMENT_TOO_COMPLEX');
  expect((await testApp.ask('mutation { logout(revoke: true) { state } }')).data.logout.state).toBe('IDLE');
});

test('a document within a document within a document is refused by its depth', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { errors } = await testApp.ask(`{ ${'accounts { '.repeat(13)} id ${'} '.repeat(13)} }`);
  const messages = errors.map(({ message }: { message: string }) => message);
  expect(messages).toContain('The document asks for too much: more than 12 levels.');
});

test('the introspection of GraphiQL is answered, a deeper one is not, and neither without a key', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const query = getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true, specifiedByUrl: true });
  const { data } = await testApp.ask(query);
  expect(data.__schema.types.length).toBeGreaterThan(20);
  const deeper =
    '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }';
  expect((await testApp.ask(deeper)).errors[0].message).toContain('Maximum introspection depth exceeded');
  expect((await post(testApp, JSON.stringify({ query }), { authorization: 'Bearer guess' })).status).toBe(
    401,
  );
});

test('one request is one operation, and no longer than a megabyte', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const batch = await post(testApp, JSON.stringify([{ query: '{ ready }' }, { query: '{ ready }' }]));
  expect(batch.status).toBe(400);
  expect((await batch.json()).errors[0]).toMatchObject({
    message: 'The body has to be one JSON object.',
    extensions: { code: 'BAD_REQUEST', nextAction: expect.any(String) },
  });
  const long = await post(testApp, JSON.stringify({ query: `{ ready } # ${'x'.repeat(1_000_000)}` }));
  expect(long.status).toBe(413);
  expect(await long.json()).toEqual({
    errors: [
      {
        message: 'The body is too long.',
        extensions: { code: 'TOO_LARGE', nextAction: 'Send at most 1000000 bytes.' },
      },
    ],
  });
  expect((await testApp.ask('{ ready }')).data).toEqual({ ready: false });
});

test.each([
  ['{"query":', 'The body has to be one JSON object.'],
  ['"query"', 'The body has to be one JSON object.'],
  ['{}', 'Must provide query string.'],
  ['{"query":3}', 'Expected "query" param to be a string, but given number.'],
  [
    '{"query":"{ ready }","variables":[]}',
    'Expected "variables" param to be empty or an object, but given array.',
  ],
  [
    '{"query":"{ ready }","extensions":1}',
    'Expected "extensions" param to be empty or an object, but given number.',
  ],
  ['{"query":"{ ready }","id":"1"}', 'Unexpected parameter "id" in the request body.'],
])('%s is no GraphQL request', async (body, message) => {
  await using testApp = await openTestApp({ apis: 1 });
  const response = await post(testApp, body, { accept: 'application/graphql-response+json' });
  expect(response.status).toBe(400);
  expect((await response.json()).errors[0]).toMatchObject({ message, extensions: { code: 'BAD_REQUEST' } });
});

test('an operation that the document does not have is bad input', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const two = 'query A { ready } query B { ready }';
  const answers = [
    await post(testApp, JSON.stringify({ query: two })),
    await post(testApp, JSON.stringify({ query: two, operationName: 'C' })),
    await post(testApp, JSON.stringify({ query: two, operationName: {} })),
  ];
  for (const answer of answers)
    expect((await answer.json()).errors[0].extensions.code).toBe('BAD_USER_INPUT');
  const chosen = await post(testApp, JSON.stringify({ query: two, operationName: 'B' }));
  expect(await chosen.json()).toEqual({ data: { ready: false } });
});
