import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readNotice } from '../../src/broker/api/approval-notice.ts';
import { BrokerApi } from '../../src/broker/api/broker-api.ts';
import { revokeToken } from '../../src/broker/api/logout.ts';
import { probeProfile } from '../../src/broker/api/profile-probe.ts';
import { Secret } from '../../src/domain/secret.ts';
import { logInOnce } from '../support/one-login.ts';
import { plantToken } from '../support/plant.ts';
import { openBroker, openTestApp } from '../support/test-app.ts';
import { openFront } from './front.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

/** What the broker answers to whatever it is asked. */
let answer: Answer = { status: 200, body: '' };
const server = createServer((request, response) => {
  request.resume();
  const { status, body, type = 'application/json' } = answer;
  response.writeHead(status, { 'content-type': type }).end(body);
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const probe = (given: Answer) => {
  answer = given;
  return probeProfile(new BrokerApi(url), new Secret('token'), 2000);
};
const envelope = (...errors: readonly object[]) => JSON.stringify({ status: 'error', errors });
const coded = (errorCode: string) => envelope({ errorCode, message: '…' });

/** Answers that refuse the call and say nothing of the token. */
const TELLING_NOTHING: readonly (readonly [Answer, string | null])[] = [
  [{ status: 403, body: '{"message":"Forbidden"}' }, null],
  [{ status: 401, body: '{"message":"Unauthorized"}' }, null],
  [{ status: 401, body: '' }, null],
  [{ status: 403, body: coded('a code about static IP addresses') }, 'a code about static IP addresses'],
  [{ status: 403, body: '<html>…</html>', type: 'text/html' }, null],
  [{ status: 403, body: coded('UDAPI1154') }, 'UDAPI1154'],
  [{ status: 403, body: coded('UDAPI100067') }, 'UDAPI100067'],
  [{ status: 403, body: coded('UDAPI100073') }, 'UDAPI100073'],
  [{ status: 423, body: coded('UDAPI100072') }, 'UDAPI100072'],
  [{ status: 401, body: coded('UDAPI100500') }, null],
  [{ status: 401, body: '{"errors":[{"errorCode":"UDAPI100050"}]}' }, null],
  [{ status: 401, body: '{"status":"error","code":"UDAPI100050"}' }, null],
  [{ status: 401, body: '{"status":"success","errors":[{"errorCode":"UDAPI100050"}]}' }, null],
  [{ status: 400, body: coded('UDAPI100050') }, 'UDAPI100050'],
  [{ status: 500, body: coded('UDAPI100050') }, 'UDAPI100050'],
];

test.each(TELLING_NOTHING)(
  '%j makes a token UNKNOWN, with the code %s, and changes no row',
  async (given, code) => {
    await using front = await openFront('http://127.0.0.1:9', [['/v2/user/profile', given, given, given]]);
    await using testApp = await openTestApp({ apis: 1, env: { UPSTOX_API_BASE_URL: front.url } });
    plantToken(testApp, 'PRIMARY');
    const before = testApp.rows('select * from upstox_tokens');
    const { data } = await testApp.ask(
      '{ tokenStatus { tokens { verdict profileValid reason httpStatus } choices { choice apis { apiName } } } }',
    );
    expect(data.tokenStatus.tokens).toEqual([
      {
        verdict: 'UNKNOWN',
        profileValid: null,
        reason: code === null ? 'BROKER_ERROR' : `BROKER_ERROR ${code}`,
        httpStatus: given.status,
      },
    ]);
    expect(data.tokenStatus.choices[1]).toEqual({ choice: 'INVALID_ONLY', apis: [] });
    const run = await testApp.ask(
      'mutation { generateTokens(mode: INVALID_ONLY) { status steps { apiName } } }',
    );
    expect(run.data.generateTokens).toEqual({ status: 'COMPLETED', steps: [] });
    expect(testApp.rows('select * from upstox_tokens')).toEqual(before);
  },
);

test('the fault gone, the token works again', async () => {
  await using front = await openFront('http://127.0.0.1:9', [
    [
      '/v2/user/profile',
      { status: 403, body: '{"message":"Forbidden"}' },
      { status: 200, body: '{"status":"success","data":{"user_id":"DEMO01"}}' },
      { status: 401, body: coded('UDAPI100050') },
    ],
  ]);
  await using testApp = await openTestApp({ apis: 1, env: { UPSTOX_API_BASE_URL: front.url } });
  plantToken(testApp, 'PRIMARY');
  const verdict = async () =>
    (await testApp.ask('{ tokenStatus { tokens { verdict } } }')).data.tokenStatus.tokens[0];
  expect([await verdict(), await verdict(), await verdict()]).toEqual([
    { verdict: 'UNKNOWN' },
    { verdict: 'VALID' },
    { verdict: 'INVALID' },
  ]);
  expect(testApp.rows('select is_active from upstox_tokens')).toEqual([{ is_active: 0 }]);
});

test('a new token that a gateway refuses is kept, and is UNVERIFIED', async () => {
  await using broker = await openBroker();
  const refused = { status: 401, body: '{"message":"Unauthorized"}' };
  await using front = await openFront(broker.url, [['/v2/user/profile', refused, refused]]);
  await using testApp = await openTestApp({ apis: 1, broker, env: { UPSTOX_API_BASE_URL: front.url } });
  await logInOnce(testApp.app, broker);
  const { steps } = (await testApp.ask('{ authState { run { steps { status failure { code message } } } } }'))
    .data.authState.run;
  expect(steps).toEqual([
    {
      status: 'FAILED',
      failure: {
        code: 'UNVERIFIED',
        message: 'The token is stored, but the profile call told nothing (BROKER_ERROR).',
      },
    },
  ]);
  expect(testApp.rows('select is_active from upstox_tokens')).toEqual([{ is_active: 1 }]);
});

describe('a token is dead', () => {
  test.each([
    ['camel keys', envelope({ errorCode: 'UDAPI100050' })],
    ['snake keys', envelope({ error_code: 'UDAPI100050' })],
    ['both', envelope({ error_code: 'UDAPI100050', errorCode: 'UDAPI100050' })],
    ['a second error', envelope({ errorCode: 'UDAPI100036' }, { error_code: 'UDAPI100050' })],
    ['an error in another form', envelope({ errorCode: 7 }, {}, { errorCode: 'UDAPI100050' })],
  ])('by an envelope with %s', async (_what, body) => {
    for (const status of [401, 403])
      expect(await probe({ status, body })).toEqual({ kind: 'DEAD', httpStatus: status });
  });

  const DEAD = 'UDAPI100050';
  const codes = fc.oneof(fc.constantFrom(DEAD, 'UDAPI1154', 'UDAPI100067', ''), fc.string());
  const error = fc.record(
    { errorCode: codes, error_code: codes, message: fc.oneof(fc.constant(DEAD), fc.string()) },
    { requiredKeys: [] },
  );
  const body = fc.record(
    {
      status: fc.constantFrom('error', 'error', 'success', 'ERROR', DEAD),
      errors: fc.array(error, { maxLength: 3 }),
      data: fc.constantFrom(null, { user_id: 'DEMO01' }),
      message: fc.constantFrom(DEAD, 'Invalid token used to access API'),
    },
    { requiredKeys: [] },
  );
  const status = fc.constantFrom(200, 302, 400, 401, 401, 403, 403, 404, 410, 423, 429, 500, 503);

  test('only by 401 or 403 in the broker’s envelope with a code that means the token', async () => {
    await fc.assert(
      fc.asyncProperty(status, fc.oneof(body, fc.jsonValue()), async (code, json) => {
        const { status: word, errors = [] } = (json ?? {}) as {
          status?: unknown;
          errors?: { errorCode?: string; error_code?: string }[];
        };
        const isNamed =
          Array.isArray(errors) && errors.some((one) => (one?.error_code ?? one?.errorCode) === DEAD);
        const isDead = (code === 401 || code === 403) && word === 'error' && isNamed;
        const { kind } = await probe({ status: code, body: JSON.stringify(json) });
        expect(kind === 'DEAD').toBe(isDead);
        if (code !== 200) expect(kind).not.toBe('ALIVE');
      }),
      { numRuns: 400 },
    );
  });
});

test.each([
  [200, '{"status":"success","data":true}', true],
  [401, coded('UDAPI100050'), true],
  [401, '{"message":"Unauthorized"}', false],
  [401, '', false],
  [403, coded('UDAPI1154'), false],
  [200, '<html>Welcome to the hotel</html>', false],
  [200, '{"status":"success","data":false}', false],
  [500, coded('UDAPI100500'), false],
])('a logout that is answered with %i %s has ended the token: %s', async (status, body, isDead) => {
  answer = { status, body };
  expect((await revokeToken(new BrokerApi(url), new Secret('token'), 2000)).isDead).toBe(isDead);
});

test('a logout that the broker did not answer leaves the token active, and says so', async () => {
  const body = '{"message":"Unauthorized"}';
  await using front = await openFront('http://127.0.0.1:9', [['/v2/logout', { status: 401, body }]]);
  await using testApp = await openTestApp({ apis: 1, env: { UPSTOX_API_BASE_URL: front.url } });
  plantToken(testApp, 'PRIMARY');
  await testApp.ask('mutation { logout(revoke: true) { state } }');
  expect(testApp.rows('select is_active from upstox_tokens')).toEqual([{ is_active: 1 }]);
  const [entry] = testApp.rows(
    "select severity, message from vega_audit_entries where kind = 'TOKEN_NOT_REVOKED'",
  );
  expect(entry).toEqual({
    severity: 'ERROR',
    message: expect.stringMatching(
      /^Token \w+ may still work: the broker answered 401 when it was to be ended\.$/,
    ),
  });
});

describe('a user id that is a number', () => {
  test('is a user id in the profile', async () => {
    const profile = (data: object) =>
      probe({ status: 200, body: JSON.stringify({ status: 'success', data }) });
    expect(await profile({ user_id: 214365 })).toMatchObject({
      kind: 'ALIVE',
      profile: { userId: '214365' },
    });
    for (const user_id of [undefined, null, '', true, 1.5, -1, {}])
      expect(await profile({ user_id })).toMatchObject({ kind: 'UNKNOWN', reason: 'NOT_A_PROFILE' });
    const rounded = '{"status":"success","data":{"user_id":12345678901234567890}}';
    expect(await probe({ status: 200, body: rounded })).toMatchObject({ kind: 'UNKNOWN' });
  });

  test('is one in a notice', () => {
    const notice = {
      client_id: 'c',
      access_token: 'token',
      token_type: 'Bearer',
      expires_at: '1732226400000',
      issued_at: '1732200000000',
      message_type: 'access_token',
    };
    expect(readNotice({ ...notice, user_id: 214365 })?.userId).toBe('214365');
    for (const user_id of [undefined, null, '', 'x'.repeat(256)])
      expect(readNotice({ ...notice, user_id })).toBe(null);
  });
});
