import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { openWire } from '../support/event-lines.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';

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

/** What comes back for bytes that no client library would send. */
const sendRaw = (testApp: TestApp, target: string, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port, host } = new URL(testApp.url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(text));
    socket.write(
      `POST ${target} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${testApp.app.operatorKey}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });

test.each(['text/html', 'image/png', ';;;,,', 'application/json;charset=latin1'])(
  'a mutation whose answer has no form that %s names is not executed',
  async (accept) => {
    await using testApp = await openTestApp({ apis: 1 });
    const query = 'mutation { clearQuarantine(reason: "looked at it") { state } }';
    const response = await post(testApp, JSON.stringify({ query }), { accept });
    expect([response.status, (await response.json()).errors[0].extensions]).toEqual([
      406,
      { code: 'NOT_ACCEPTABLE', nextAction: expect.stringContaining('text/event-stream') },
    ]);
    expect(testApp.rows("select kind from vega_audit_entries where kind = 'QUARANTINE_CLEARED'")).toEqual([]);
  },
);

test.each(['application/json', 'text/event-stream'])(
  'a body that is no JSON is quoted in no answer that is %s',
  async (accept) => {
    await using testApp = await openTestApp({ apis: 1 });
    const body = '{"query": "mutation { x(pin: 1) }", pin:"987654"';
    const response = await post(testApp, body, { accept });
    const text = await response.text();
    expect([response.status, JSON.parse(text).errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
    expect(text).not.toContain('987654');
  },
);

test('a value that does not fit is told once, as bad input and without the value', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const saved = 'mutation ($input: SaveApiConfigInput!) { saveApiConfig(input: $input) { apiName } }';
  const mistakes: readonly (readonly [query: string, message: string, input?: unknown])[] = [
    [
      '{ readiness(by: "987654") { bell } }',
      'DateTime cannot represent this value: it should be a text like 2026-11-22T22:00:00.000Z.',
    ],
    ['{ auditLog(first: "987654") { nodes { id } } }', 'Int cannot represent non-integer value.'],
    [
      'mutation { startLogin(accountId: { pin: "987654" }) { id } }',
      'ID cannot represent a non-string and non-integer value.',
    ],
    [
      'mutation { saveApiConfig(input: "987654") { apiName } }',
      'Expected value of type "SaveApiConfigInput!".',
    ],
    [saved, 'Expected non-nullable type "ApiName!" not to be null.', { apiName: null, clientId: '987654' }],
    [
      'query ($input: ApiName) { loginSuccess(apiName: $input) { apiName } }',
      'Value does not exist in "ApiName" enum.',
      '987654',
    ],
    [
      'mutation ($input: ID!) { switchAccount(accountId: $input) { id } }',
      'ID cannot represent value.',
      { pin: '987654' },
    ],
    [
      'mutation ($input: ImportedCredential = PASTED) { importToken(input: { accessToken: "987654", credential: $input }) { apiName } }',
      'Argument "input" has invalid value.',
      null,
    ],
    [
      'mutation ($input: [ApiName!]) { generateTokens(mode: PARTIAL, apiNames: $input) { id } }',
      'Value does not exist in "ApiName" enum.',
      ['987654'],
    ],
    [
      saved,
      'Enum "ApiName" cannot represent non-string value.',
      { apiName: { pin: '987654' }, clientId: 'x' },
    ],
  ];
  for (const [query, message, input] of mistakes) {
    const { errors } = await (await post(testApp, JSON.stringify({ query, variables: { input } }))).json();
    expect(errors).toEqual([
      expect.objectContaining({
        message: expect.stringContaining(message),
        extensions: expect.objectContaining({ code: 'BAD_USER_INPUT', nextAction: expect.any(String) }),
      }),
    ]);
    expect(JSON.stringify(errors)).not.toContain('987654');
  }
});

test.each([
  'mutation { updateAccountCredentials(input: { pin "987654" }) { id } }',
  'mutation { updateAccountCredentials(input: { pin: 987654 987654 }) { id } }',
  'mutation { updateAccountCredentials(input: { pin: "\\u{987654}" }) { id } }',
])('a document that cannot be read is not quoted: %s', async (query) => {
  await using testApp = await openTestApp({ apis: 1 });
  const text = await (await post(testApp, JSON.stringify({ query }))).text();
  expect(JSON.parse(text).errors[0].extensions.code).toBe('GRAPHQL_PARSE_FAILED');
  expect(text).not.toContain('987654');
});

test('a long value that looks like a message of the library is judged at once', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const query = 'query ($apiName: ApiName) { loginSuccess(apiName: $apiName) { apiName } }';
  const variables = { apiName: 'cannot represent non-'.repeat(47_000) };
  const text = await (await post(testApp, JSON.stringify({ query, variables }))).text();
  expect(text.length).toBeLessThan(1000);
});

test('another spelling of a path is no way round a limit', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const body = JSON.stringify({ query: `{ ready } # ${'x'.repeat(1_200_000)}` });
  expect(await sendRaw(testApp, '/./graphql', body)).toMatch(/^HTTP\/1\.1 404/);
  expect(await sendRaw(testApp, '/x/../graphql', '{"query":"{ ready }"}')).toMatch(/^HTTP\/1\.1 404/);
  expect(await sendRaw(testApp, `${testApp.url}/graphql`, '{"query":"{ ready }"}')).toMatch(
    /^HTTP\/1\.1 4\d\d/,
  );
});

test('a long path of any kind is judged at once', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const begun = performance.now();
  for (const path of [`/${'a'.repeat(8000)}!`, `${'/a'.repeat(4000)}!`, `/${'-'.repeat(8000)}/.`])
    expect(await sendRaw(testApp, path, '{}')).toMatch(/^HTTP\/1\.1 404/);
  expect(performance.now() - begun).toBeLessThan(2000);
});

test('a token that does not open fails no question about anything else', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  testApp.change(
    "insert into upstox_tokens (api_name, api_index, client_id, access_token, is_primary, user_id) values ('PRIMARY', 0, 'x', 'vega1:abcd:efgh:ijkl', 1, 1)",
  );
  expect(await testApp.ask('{ accounts { id } }')).toEqual({ data: { accounts: [{ id: 'UPSTOX_01' }] } });
});

test('a subscription for a stream that closes while it begins follows nothing', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const headers = { authorization: `Bearer ${testApp.app.operatorKey}`, 'content-type': 'application/json' };
  const { events } = testApp.app.services;
  for (let round = 0; round < 20; round += 1) {
    const token = await (await fetch(`${testApp.url}/graphql/stream`, { method: 'PUT', headers })).text();
    const wire = openWire(testApp, { method: 'GET', path: `/graphql/stream?token=${token}` });
    await wire.status;
    const asked = [...Array(5).keys()].map((index) =>
      fetch(`${testApp.url}/graphql/stream`, {
        method: 'POST',
        headers: { ...headers, 'x-graphql-event-stream-token': token },
        body: JSON.stringify({
          query: 'subscription { events { __typename } }',
          extensions: { operationId: String(index) },
        }),
      }),
    );
    await Promise.race(asked);
    wire.cut();
    await Promise.all(asked);
  }
  await until('nobody to follow anything', () => events.readers === 0);
});
