import { expect, test } from 'vitest';
import type { ApiName } from '../src/domain/api-name.ts';
import { type Desk, openDesk, until } from './support/desk.ts';
import { plantToken } from './support/plant.ts';

const STANDING = `{ ready authState { state blockedBy run { status
  steps { apiName status failure { code message nextAction } }
  endedTokens { apiName endedBy message nextAction } } } tokens { apiName verdict } }`;

const look = async (desk: Desk) => (await desk.ask(STANDING)).data;
const logins = ({ broker }: Desk) => broker.log.filter(({ kind }) => kind === 'PIN').length;
const probesOf = ({ broker }: Desk, index: number) =>
  broker.log.filter(({ kind, clientId }) => kind === 'PROFILE' && clientId === broker.apps[index]?.clientId)
    .length;
const verdicts = (tokens: readonly { apiName: ApiName; verdict: string }[]) =>
  tokens.map(({ apiName, verdict }) => `${apiName} ${verdict}`);

test('a broker that keeps one token per user does not open the gate on dead ones', async () => {
  await using desk = await openDesk({ apis: 3, simulator: { scenario: 'one-token' } });
  const { status } = await desk.generate('mode: INVALID_ONLY');
  expect(status).toBe('STOPPED');
  const { ready, authState, tokens } = await look(desk);
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
  const audited = desk.rows(
    "select api_name, message from vega_audit_entries where kind = 'TOKEN_ENDED' order by sequence",
  );
  expect(audited.map(({ message }) => message)).toEqual(
    endedTokens.map(({ message }: { message: string }) => message),
  );
  expect(desk.rows("select count(*) as opened from vega_audit_entries where kind = 'GATE_OPENED'")).toEqual([
    { opened: 0 },
  ]);
  const { findings } = (await desk.ask('{ systemHealth { findings { component message } } }')).data
    .systemHealth;
  expect(findings).toContainEqual({ component: 'CONFIG', message: endedTokens[0].message });
  // PRIMARY and WEBSOCKET1 were asked once more, WEBSOCKET2 was not: it was the last one made.
  expect([0, 1, 2].map((index) => probesOf(desk, index))).toEqual([1, 1, 1]);
  expect(desk.broker.profileCalls).toMatchObject({ total: 5 });
  expect(desk.broker.profileCalls.maxInFlight).toBeLessThanOrEqual(2);
}, 60_000);

test('what is missing is not made in circles, and is made where the operator says so', async () => {
  await using desk = await openDesk({ apis: 2, simulator: { scenario: 'one-token' } });
  await desk.generate('mode: INVALID_ONLY');
  const before = logins(desk);
  const { errors } = await desk.ask('mutation { generateTokens(mode: INVALID_ONLY) { id } }');
  expect(errors[0]).toMatchObject({
    message:
      'WEBSOCKET1 would be ended although valid. Making WEBSOCKET1 ended the token of PRIMARY: the broker seems to keep one token per user.',
    extensions: { code: 'WOULD_REPLACE_VALID', nextAction: expect.stringContaining('replaceValid: true') },
  });
  expect(logins(desk)).toBe(before);

  await desk.generate('mode: INVALID_ONLY, replaceValid: true');
  expect(logins(desk)).toBe(before + 1);
  const after = await look(desk);
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
  const accepted = await desk.ask('mutation { acceptPartial { state } }');
  expect([accepted.data.acceptPartial.state, (await look(desk)).ready]).toEqual(['AUTH_CONFIRMED', true]);
}, 60_000);

test('a token that was valid before the run is asked about too, and the observation outlives a restart', async () => {
  await using desk = await openDesk({ apis: 2, simulator: { scenario: 'one-token' } });
  plantToken(desk, 'PRIMARY');
  const { status, steps } = await desk.generate('mode: INVALID_ONLY');
  expect([status, steps.length]).toEqual(['STOPPED', 1]);
  const seen = await look(desk);
  expect(seen).toMatchObject({
    ready: false,
    authState: {
      blockedBy: 'TOKENS_END_EACH_OTHER',
      run: { endedTokens: [{ apiName: 'PRIMARY', endedBy: ['WEBSOCKET1'] }] },
    },
  });
  const { directory, broker } = desk;
  await using again = await openDesk({ apis: 2, broker, directory });
  expect((await look(again)).authState).toEqual(seen.authState);
}, 60_000);

test('a new token that ends the old one of its own API is nothing to report', async () => {
  await using desk = await openDesk({ apis: 2, simulator: { knobs: { newTokenRevokesOld: true } } });
  await desk.generate('mode: ALL');
  const { status } = await desk.generate('mode: ALL, replaceValid: true');
  const { ready, authState } = await look(desk);
  expect([status, ready, authState.blockedBy, authState.run.endedTokens]).toEqual([
    'COMPLETED',
    true,
    null,
    [],
  ]);
}, 60_000);

test('a token that the broker does not confirm at the end of the run does not open the gate', async () => {
  await using desk = await openDesk({ apis: 2 });
  plantToken(desk, 'PRIMARY');
  await desk.ask('mutation { generateTokens(mode: INVALID_ONLY) { id } }');
  // PRIMARY was confirmed when the run began; from now on the broker does not say.
  desk.broker.faults.profileByClient.set(desk.broker.apps[0]?.clientId ?? '', 'server-error');
  await until('the end', async () => (await look(desk)).authState.run.status === 'COMPLETED', 60_000);
  const { ready, authState, tokens } = await look(desk);
  expect(verdicts(tokens)).toEqual(['PRIMARY UNKNOWN', 'WEBSOCKET1 VALID']);
  expect([ready, authState.run.endedTokens]).toEqual([false, []]);
  desk.broker.faults.profileByClient.clear();
  await desk.ask('{ tokenStatus { valid } }');
  expect((await look(desk)).ready).toBe(true);
}, 60_000);
