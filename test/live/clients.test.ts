import { type Client, createClient } from 'graphql-sse';
import { expect, test } from 'vitest';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';

// biome-ignore lint/suspicious/noExplicitAny: results are asserted on
type Result = any;

const connect = (testApp: TestApp, singleConnection: boolean): Client<boolean> =>
  createClient<boolean>({
    url: `${testApp.url}/graphql${singleConnection ? '/stream' : ''}`,
    singleConnection,
    retryAttempts: 0,
    headers: () => ({ authorization: `Bearer ${testApp.app.operatorKey}` }),
  });

const follow = (client: Client<boolean>, query: string, variables = {}) => {
  const seen: Result[] = [];
  let end: unknown = null;
  const stop = client.subscribe(
    { query, variables },
    {
      next: (result) => seen.push(result),
      error: (error) => {
        end = error;
      },
      complete: () => {
        end = 'complete';
      },
    },
  );
  return { seen, stop, ended: () => end };
};

test.each([
  ['a connection for each subscription', false],
  ['one connection for all subscriptions', true],
])('over %s a whole run is watched, from 0/6 to 6/6', async (_name, isSingle) => {
  await using testApp = await openTestApp();
  const client = connect(testApp, isSingle);
  const progress = follow(client, 'subscription { tokenProgress { generated total } }');
  const states = follow(client, 'subscription { authState { state } }');
  const confirmed = follow(client, 'subscription { authConfirmed { redirect } }');
  await until('the first state', () => states.seen.length > 0 && testApp.app.services.events.readers === 3);
  await testApp.generate('mode: ALL');
  await until('the gate', () => confirmed.seen.length > 0);

  const counts = progress.seen.map(
    ({ data }) => `${data.tokenProgress.generated}/${data.tokenProgress.total}`,
  );
  expect([...new Set(counts)]).toEqual(['0/6', '1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
  const phases = states.seen.map(({ data }) => data.authState.state);
  expect([phases[0], phases.at(-1)]).toEqual(['IDLE', 'AUTH_CONFIRMED']);
  expect(confirmed.seen).toEqual([{ data: { authConfirmed: { redirect: '/dashboard' } } }]);

  const once = follow(client, '{ tokens { verdict } }');
  await until('the answer of a query', () => once.ended() !== null);
  expect([once.seen, once.ended()]).toEqual([
    [{ data: { tokens: Array(6).fill({ verdict: 'VALID' }) } }],
    'complete',
  ]);
  states.stop();
  await until('one reader to be gone', () => testApp.app.services.events.readers === 2);
  client.dispose();
  await until('all readers to be gone', () => testApp.app.services.events.readers === 0);
});

test.each([
  ['a connection for each subscription', false],
  ['one connection for all subscriptions', true],
])('over %s the seconds of a cooldown are counted', async (_name, isSingle) => {
  await using testApp = await openTestApp({
    apis: 1,
    simulator: { knobs: { otpLimit: { count: 0, withinMs: 60_000 } } },
    env: { VEGA_COOLDOWN_SECONDS: '4' },
  });
  const client = connect(testApp, isSingle);
  const cooldown = follow(client, 'subscription { cooldown { active remainingSeconds reason } }');
  await until('the listener', () => cooldown.seen.length > 0);
  await testApp.generate('mode: ALL');
  const seconds = () =>
    cooldown.seen
      .filter(({ data }) => data.cooldown.active)
      .map(({ data }) => data.cooldown.remainingSeconds);
  await until('the last second', () => seconds().at(-1) === 1);
  expect([...new Set(seconds())]).toEqual([4, 3, 2, 1]);
  client.dispose();
});

test.each([
  ['a connection for each subscription', false],
  ['one connection for all subscriptions', true],
])('over %s a subscription that is refused says why, and is over', async (_name, isSingle) => {
  await using testApp = await openTestApp({ apis: 1 });
  const client = connect(testApp, isSingle);
  const refused = [
    follow(client, 'subscription { events(after: "soon") { id } }'),
    follow(client, 'subscription { nothing }'),
    follow(client, 'subscription {'),
    follow(client, 'subscription { authState(accountId: "UPSTOX_99") { state } }'),
    follow(client, 'subscription ($a: ID!) { authState(accountId: $a) { state } }'),
  ];
  await until('all answers', () => refused.every(({ ended }) => ended() !== null));
  expect(refused.map(({ ended }) => ended())).toEqual(Array(5).fill('complete'));
  expect(refused.map(({ seen }) => seen[0].errors[0].extensions.code)).toEqual([
    'BAD_USER_INPUT',
    'GRAPHQL_VALIDATION_FAILED',
    'GRAPHQL_PARSE_FAILED',
    'NOT_FOUND',
    'BAD_USER_INPUT',
  ]);
  expect(testApp.app.services.events.readers).toBe(0);
  client.dispose();
});
