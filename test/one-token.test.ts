import { expect, test } from 'vitest';
import type { ApiName } from '../src/domain/account/api-name.ts';
import { plantToken } from './support/plant.ts';
import { openTestApp, type TestApp, until } from './support/test-app.ts';

const STANDING = `{ ready authState { state blockedBy run { status
  steps { apiName status failure { code message nextAction } }
  endedTokens { apiName endedBy message nextAction } } } tokens { apiName verdict } }`;

const look = async (testApp: TestApp) => (await testApp.ask(STANDING)).data;
const logins = ({ broker }: TestApp) => broker.log.filter(({ kind }) => kind === 'PIN').length;
const probesOf = ({ broker }: TestApp, index: number) =>
  broker.log.filter(({ kind, clientId }) => kind === 'PROFILE' && clientId === broker.apps[index]?.clientId)
    .length;
const verdicts = (tokens: readonly { apiName: ApiName; verdict: string }[]) =>
  tokens.map(({ apiName, verdict }) => `${apiName} ${verdict}`);

test('a broker that keeps one token per user does not open the gate on dead ones', async () => {
  await using testApp = await openTestApp({ apis: 3, simulator: { scenario: 'one-token' } });
  const { status } = await testApp.generate('mode: INVALID_ONLY');
  expect(status).toBe('STOPPED');
  const { ready, authState, tokens } = await look(testApp);
  expect([ready, authState.state, authState.blockedBy]).toEqual([
    false,
    'PARTIAL_AUTH',
    'TOKENS_END_EACH_OTHER',
  ]);
  expect(verdicts(tokens)).toEqual(['PRIMARY INVALID', 'WEBSOCKET1 INVALID', 'WEBSOCKET2 VALID']);
  const { endedTokens } = authState.run;
  expect(endedTokens).toEqual([
    {
      apiName: 'PRIMARY',
      endedBy: ['WEBSOCKET1', 'WEBSOCKET2'],
      message:
        'Making WEBSOCKET1 or WEBSOCKET2 ended the token of PRIMARY: the broker seems to keep one token per user.',
      nextAction: expect.stringContaining('enable only the APIs'),
    },
    expect.objectContaining({ apiName: 'WEBSOCKET1', endedBy: ['WEBSOCKET2'] }),
  ]);
  const audited = testApp.rows(
    "select api_name, message from vega_audit_entries where kind = 'TOKEN_ENDED' order by sequence",
  );
  expect(audited.map(({ message }) => message)).toEqual(
    endedTokens.map(({ message }: { message: string }) => message),
  );
  expect(
    testApp.rows("select count(*) as opened from vega_audit_entries where kind = 'GATE_OPENED'"),
  ).toEqual([{ opened: 0 }]);
  const { findings } = (await testApp.ask('{ systemHealth { findings { component message } } }')).data
    .systemHealth;
  expect(findings).toContainEqual({ component: 'CONFIG', message: endedTokens[0].message });
  // PRIMARY and WEBSOCKET1 were asked once more, WEBSOCKET2 was not: it was the last one made.
  expect([0, 1, 2].map((index) => probesOf(testApp, index))).toEqual([1, 1, 1]);
  expect(testApp.broker.profileCalls).toMatchObject({ total: 5 });
  expect(testApp.broker.profileCalls.maxInFlight).toBeLessThanOrEqual(2);
});

test('what is missing is not made in circles, and is made where the operator says so', async () => {
  await using testApp = await openTestApp({ apis: 2, simulator: { scenario: 'one-token' } });
  await testApp.generate('mode: INVALID_ONLY');
  const before = logins(testApp);
  const { errors } = await testApp.ask('mutation { generateTokens(mode: INVALID_ONLY) { id } }');
  expect(errors[0]).toMatchObject({
    message:
      'WEBSOCKET1 would be ended although valid. Making WEBSOCKET1 ended the token of PRIMARY: the broker seems to keep one token per user.',
    extensions: { code: 'WOULD_REPLACE_VALID', nextAction: expect.stringContaining('replaceValid: true') },
  });
  expect(logins(testApp)).toBe(before);

  await testApp.generate('mode: INVALID_ONLY, replaceValid: true');
  expect(logins(testApp)).toBe(before + 1);
  const after = await look(testApp);
  expect(verdicts(after.tokens)).toEqual(['PRIMARY VALID', 'WEBSOCKET1 INVALID']);
  expect(after.authState).toMatchObject({
    state: 'PRIMARY_VALIDATED',
    blockedBy: 'TOKENS_END_EACH_OTHER',
    run: {
      status: 'STOPPED',
      steps: [{ apiName: 'PRIMARY', status: 'DONE', failure: null }],
      endedTokens: [{ apiName: 'WEBSOCKET1', endedBy: ['PRIMARY'] }],
    },
  });
  const accepted = await testApp.ask('mutation { acceptPartial { state } }');
  expect([accepted.data.acceptPartial.state, (await look(testApp)).ready]).toEqual(['AUTH_CONFIRMED', true]);
});

test('a token that was valid before the run is asked about too, and the observation outlives a restart', async () => {
  await using testApp = await openTestApp({ apis: 2, simulator: { scenario: 'one-token' } });
  plantToken(testApp, 'PRIMARY');
  const { status, steps } = await testApp.generate('mode: INVALID_ONLY');
  expect([status, steps.length]).toEqual(['STOPPED', 1]);
  const seen = await look(testApp);
  expect(seen).toMatchObject({
    ready: false,
    authState: {
      blockedBy: 'TOKENS_END_EACH_OTHER',
      run: { endedTokens: [{ apiName: 'PRIMARY', endedBy: ['WEBSOCKET1'] }] },
    },
  });
  const { directory, broker } = testApp;
  await using again = await openTestApp({ apis: 2, broker, directory });
  expect((await look(again)).authState).toEqual(seen.authState);
});

test('a new token that ends the old one of its own API is nothing to report', async () => {
  await using testApp = await openTestApp({ apis: 2, simulator: { knobs: { newTokenRevokesOld: true } } });
  await testApp.generate('mode: ALL');
  const { status } = await testApp.generate('mode: ALL, replaceValid: true');
  const { ready, authState } = await look(testApp);
  expect([status, ready, authState.blockedBy, authState.run.endedTokens]).toEqual([
    'COMPLETED',
    true,
    null,
    [],
  ]);
});

test('a token that the broker does not confirm at the end of the run does not open the gate', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  plantToken(testApp, 'PRIMARY');
  await testApp.ask('mutation { generateTokens(mode: INVALID_ONLY) { id } }');
  // PRIMARY was confirmed when the run began; from now on the broker does not say.
  testApp.broker.faults.profileByClient.set(testApp.broker.apps[0]?.clientId ?? '', 'server-error');
  await until('the end', async () => (await look(testApp)).authState.run.status === 'COMPLETED', 60_000);
  const { ready, authState, tokens } = await look(testApp);
  expect(verdicts(tokens)).toEqual(['PRIMARY UNKNOWN', 'WEBSOCKET1 VALID']);
  expect([ready, authState.run.endedTokens]).toEqual([false, []]);
  testApp.broker.faults.profileByClient.clear();
  await testApp.ask('{ tokenStatus { valid } }');
  expect((await look(testApp)).ready).toBe(true);
});
