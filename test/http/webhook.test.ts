import { expect, test } from 'vitest';
import { type ApprovalApp, openApprovalApp, runOf, storedTokens, WEBHOOK } from '../support/approval-app.ts';
import { until } from '../support/test-app.ts';

const REFUSED = [
  403,
  {
    error: {
      code: 'FORBIDDEN',
      message: 'This is not what is waited for.',
      nextAction: 'Look into the log of vega-auth.',
    },
  },
];

const TRY_AGAIN = [503, { error: expect.objectContaining({ code: 'TRY_AGAIN' }) }];

/** Asks for an approval and waits until the broker has asked the owner. */
const begin = async ({ testApp }: ApprovalApp): Promise<void> => {
  await testApp.ask('mutation { generateTokens(mode: INVALID_ONLY, via: APPROVAL) { id } }');
  await until('the wait', async () => (await runOf(testApp)).status === 'WAITING_OPERATOR');
};

const probes = ({ broker }: ApprovalApp) => broker.log.filter(({ kind }) => kind === 'PROFILE').length;

const ist = (time: string) => Date.parse(`${time}+05:30`);

test('a whole and timely notice is taken, once', async () => {
  await using place = await openApprovalApp();
  await begin(place);
  const notice = place.notice();
  expect(await place.post(notice)).toEqual([200, { status: 'ok' }]);
  await until('the end', async () => (await runOf(place.testApp)).status === 'COMPLETED');
  const asked = probes(place);
  expect(await place.post(notice)).toEqual(REFUSED);
  expect(await place.post(place.notice())).toEqual(REFUSED);
  expect(probes(place)).toBe(asked);
  expect((await place.testApp.ask('{ tokens { verdict version } }')).data.tokens).toEqual([
    { verdict: 'VALID', version: 1 },
  ]);
});

test('the same notice twice at once is taken once', async () => {
  await using place = await openApprovalApp();
  await begin(place);
  const notice = place.notice();
  const answers = await Promise.all([place.post(notice), place.post(notice), place.post(notice)]);
  expect(answers.map(([status]) => status).sort()).toEqual([200, 403, 403]);
  expect((await place.testApp.ask('{ tokens { version } }')).data.tokens).toEqual([{ version: 1 }]);
});

test('times may be numbers, and “bearer” may be written in any way', async () => {
  await using place = await openApprovalApp();
  await begin(place);
  const changes = {
    expires_at: ist('2026-11-23T03:30:00'),
    issued_at: place.clock.now,
    token_type: 'BEARER',
  };
  expect((await place.post(place.notice(0, changes)))[0]).toBe(200);
});

test('an end up to a minute after 03:30 is taken, and the token is kept until 03:30', async () => {
  await using place = await openApprovalApp();
  await begin(place);
  expect((await place.post(place.notice(0, { expires_at: ist('2026-11-23T03:30:01') })))[0]).toBe(200);
  expect(place.testApp.rows('select validity_at from upstox_tokens')).toEqual([
    { validity_at: '2026-11-23 03:30:00' },
  ]);
});

test('a clock that is a minute off does not matter', async () => {
  await using place = await openApprovalApp();
  await begin(place);
  const future = place.notice(0, { issued_at: place.clock.now + 60_001 });
  expect(await place.post(future)).toEqual(REFUSED);
  expect((await place.post({ ...future, issued_at: place.clock.now + 60_000 }))[0]).toBe(200);
});

test.for<[string, (place: ApprovalApp) => unknown]>([
  ['of an app that nobody asked for', ({ notice }) => notice(1)],
  ['of an app that does not exist', ({ notice }) => notice(0, { client_id: 'stranger' })],
  ['of another type', ({ notice }) => notice(0, { message_type: 'order_update' })],
  ['of another token type', ({ notice }) => notice(0, { token_type: 'MAC' })],
  ['that has expired', ({ notice, clock }) => notice(0, { expires_at: clock.now })],
  ['that lives beyond 03:30', ({ notice }) => notice(0, { expires_at: ist('2026-11-23T03:31:00.001') })],
  ['in seconds', ({ notice }) => notice(0, { expires_at: ist('2026-11-23T03:30:00') / 1000 })],
  ['issued in the future', ({ notice, clock }) => notice(0, { issued_at: clock.now + 60_001 })],
  ['issued before the request', ({ notice, clock }) => notice(0, { issued_at: clock.now - 60_001 })],
  ['of another user', ({ notice }) => notice(0, { user_id: 'OTHER9' })],
  ['that cannot be a token', ({ notice }) => notice(0, { access_token: 'a\r\nhost: evil.example' })],
  ['without a token', ({ notice }) => notice(0, { access_token: undefined })],
  ['with lists in it', ({ notice }) => notice(0, { client_id: ['a'], user_id: {} })],
  ['that is a list', () => []],
  ['that is null', () => 'null'],
])('a notice %s is refused before the broker is asked', async ([, forge]) => {
  await using place = await openApprovalApp({ knownUser: 'DEMO01' });
  await begin(place);
  expect(await place.post(forge(place))).toEqual(REFUSED);
  expect(probes(place)).toBe(0);
  expect(storedTokens(place.testApp)).toEqual([]);
  expect((await place.post(place.notice()))[0]).toBe(200);
});

test('a notice that nobody asked for is refused before the broker is asked', async () => {
  await using place = await openApprovalApp();
  expect(await place.post(place.notice())).toEqual(REFUSED);
  expect(probes(place)).toBe(0);
  expect(storedTokens(place.testApp)).toEqual([]);
});

test('tokens that the broker does not know cost five profile calls and no more, over a restart', async () => {
  await using place = await openApprovalApp();
  await begin(place);
  for (let count = 0; count < 3; count += 1)
    expect(await place.post(place.notice(0, { access_token: `forged-${count}` }))).toEqual(REFUSED);
  await place.restart();
  const forged = Array.from({ length: 6 }, (_, count) => place.notice(0, { access_token: `late-${count}` }));
  for (const answer of await Promise.all(forged.map((notice) => place.post(notice))))
    expect(answer).toEqual(REFUSED);
  expect(probes(place)).toBe(5);
  expect(await place.post(place.notice())).toEqual(REFUSED);
  expect(probes(place)).toBe(5);
  expect(storedTokens(place.testApp)).toEqual([]);
  expect(place.testApp.said()).toContain('TOO_MANY_PROBES');
});

test('a token whose profile names another user than the notice is refused', async () => {
  await using place = await openApprovalApp();
  await begin(place);
  place.broker.faults.profile = 'wrong-user';
  expect(await place.post(place.notice())).toEqual(REFUSED);
  const stranger = place.broker.issueToken('anything', { userId: 'OTHER9' });
  expect(await place.post(place.notice(0, { access_token: stranger }))).toEqual(REFUSED);
  expect(probes(place)).toBe(1);
  expect(storedTokens(place.testApp)).toEqual([]);
});

test('a broker that tells nothing leaves the request open, and is not asked again at once', async () => {
  await using place = await openApprovalApp();
  await begin(place);
  const notice = place.notice();
  place.broker.faults.profile = 'server-error';
  expect(await place.post(notice)).toEqual(TRY_AGAIN);
  place.broker.faults.profile = 'none';
  expect(await place.post(notice)).toEqual(TRY_AGAIN);
  expect(probes(place)).toBe(1);
  expect(storedTokens(place.testApp)).toEqual([]);
  expect((await runOf(place.testApp)).steps).toMatchObject([{ status: 'RUNNING', step: 'APPROVAL_WAIT' }]);
  place.clock.now += 10_000;
  expect((await place.post(notice))[0]).toBe(200);
  expect(storedTokens(place.testApp)).toEqual(['PRIMARY']);
});

test('a token that the table refuses waits in memory and in the spill, and comes into the table when it is cured', async () => {
  await using place = await openApprovalApp();
  await begin(place);
  place.testApp.change(
    "create trigger full before insert on upstox_tokens begin select raise(abort, 'disk full'); end",
  );
  expect((await place.post(place.notice()))[0]).toBe(200);
  const storage = async () => (await place.testApp.ask('{ tokens { storage } }')).data.tokens[0].storage;
  await until('the token to be kept in memory', async () => (await storage()) === 'MEMORY');
  place.testApp.change('drop trigger full');
  await until('the token to be in the table', async () => (await storage()) === 'DATABASE');
  expect(place.testApp.rows('select is_active from upstox_tokens')).toEqual([{ is_active: 1 }]);
});

test('a notice that comes while the program stops may be sent again', async () => {
  await using place = await openApprovalApp();
  await begin(place);
  const { url } = place.testApp;
  await place.testApp.app.services.generation[Symbol.asyncDispose]();
  const body = JSON.stringify(place.notice());
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}${WEBHOOK}`, { method: 'POST', headers, body });
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '10']);
  await place.restart();
  expect((await place.post(JSON.parse(body)))[0]).toBe(200);
});

test('only a short JSON body from a host that is ours is read', async () => {
  await using place = await openApprovalApp();
  await begin(place);
  const fetchWebhook = async (init: RequestInit) => {
    const response = await fetch(`${place.testApp.url}${WEBHOOK}`, init);
    const { error } = (await response.json()) as { error: { code: string } };
    return [response.status, error.code];
  };
  const json = { 'content-type': 'application/json' };
  expect(await fetchWebhook({})).toEqual([405, 'METHOD_NOT_ALLOWED']);
  expect(await fetchWebhook({ method: 'POST', body: '{}' })).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  expect(await fetchWebhook({ method: 'POST', headers: json, body: 'x=1' })).toEqual([400, 'BAD_USER_INPUT']);
  expect(await fetchWebhook({ method: 'POST', headers: json, body: '' })).toEqual([400, 'BAD_USER_INPUT']);
  const long = JSON.stringify(place.notice(0, { padding: 'x'.repeat(16_384) }));
  expect(await fetchWebhook({ method: 'POST', headers: json, body: long })).toEqual([413, 'TOO_LARGE']);
  const stream = new Blob([long]).stream();
  const streamed = { method: 'POST', headers: json, body: stream, duplex: 'half' } as RequestInit;
  expect(await fetchWebhook(streamed)).toEqual([413, 'TOO_LARGE']);
  expect(
    await fetchWebhook({ method: 'POST', headers: { ...json, origin: 'http://evil.example' }, body: '{}' }),
  ).toEqual([403, 'FORBIDDEN']);
  expect(probes(place)).toBe(0);
  expect(storedTokens(place.testApp)).toEqual([]);
});
