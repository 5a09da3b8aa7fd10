import { describe, expect, test, vi } from 'vitest';
import { countFruitlessPins, recordAttempt } from '../src/db/queries/login-attempts.ts';
import { atIst } from '../src/domain/calendar/ist-date.ts';
import { openTwoLogins, SECOND, SECOND_INPUT } from './accounts/two-logins.ts';
import { importToken } from './roles/role-desk.ts';
import { openApprovalApp, runOf, storedTokens } from './support/approval-app.ts';
import { holderOf } from './support/callers.ts';
import { plantToken } from './support/plant.ts';
import { openTestApp, type TestApp, until } from './support/test-app.ts';

/** What others do between a look and what is written after it. */

const ADD = 'mutation ($input: AddAccountInput!) { addAccount(input: $input) { id } }';
const REMOVE = 'mutation { removeAccount(accountId: "UPSTOX_02") }';
const THIRD = {
  ...{ id: 'NEWCOMER', mobileNumber: '7654309876', pin: '112233' },
  ...{ totpSecret: 'THIRDVEGATHIRDVEGATHIRDVEGATHIRD' },
  redirectUri: 'http://127.0.0.1:18081/third/callback',
};

const addSecond = async (testApp: TestApp): Promise<void> => {
  const added = await testApp.ask(ADD, { input: { ...SECOND_INPUT, id: 'UPSTOX_02' } });
  expect(added.errors).toBeUndefined();
};

/** From now on its answers wait until `open` is called. */
const gated = (testApp: TestApp, name: 'probe' | 'check') => {
  const { verifier } = testApp.app.parts;
  const real = verifier[name].bind(verifier) as (...given: unknown[]) => Promise<unknown>;
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const spy = vi.spyOn(verifier, name).mockImplementation((async (...given: unknown[]) => {
    const answer = await real(...given);
    await gate;
    return answer;
  }) as never);
  return {
    isAsked: () => spy.mock.calls.length > 0,
    open: () => {
      spy.mockRestore();
      open();
    },
  };
};

/** Something happens just before a write of this kind begins. */
const beforeWrite = (testApp: TestApp, isIt: (mustLast: boolean) => boolean, what: () => unknown) => {
  const { database } = testApp.app.parts;
  const real = database.write.bind(database);
  let isDone = false;
  vi.spyOn(database, 'write').mockImplementation((async (work: never, options?: { mustLast?: boolean }) => {
    if (!isDone && isIt(options?.mustLast === true)) {
      isDone = true;
      await what();
    }
    return real(work, options);
  }) as never);
};

describe('a token is not leased', () => {
  const LEASE = 'mutation { leaseToken(apiName: PRIMARY) { version expiresAt } }';

  test('that another program has switched off', async () => {
    await using testApp = await openTestApp({ apis: 1 });
    plantToken(testApp, 'PRIMARY');
    await testApp.client.tokenStatus({});
    const feed = await holderOf(testApp, { name: 'f', role: 'SERVICE' });
    beforeWrite(
      testApp,
      (mustLast) => mustLast,
      () => testApp.change('update upstox_tokens set is_active = 0'),
    );
    const { body } = await feed.ask(LEASE);
    expect(body.errors?.[0]?.extensions.code).toBe('TOKEN_NOT_VALID');
  });

  test('that has ended', async () => {
    let now = new Date('2026-11-24T21:59:59Z');
    const simulator = { now: () => now.getTime() };
    await using testApp = await openTestApp({ apis: 1, clock: () => now, simulator });
    plantToken(testApp, 'PRIMARY', { validity_at: '2026-11-25 03:30:00' });
    await testApp.client.tokenStatus({});
    const feed = await holderOf(testApp, { name: 'f', role: 'SERVICE' });
    beforeWrite(
      testApp,
      (mustLast) => mustLast,
      () => {
        now = new Date('2026-11-24T22:00:05Z');
      },
    );
    const { body } = await feed.ask(LEASE);
    expect(body.errors?.[0]?.extensions.code).toBe('TOKEN_NOT_VALID');
  });
});

describe('an account that is removed', () => {
  test('leaves a token that is being imported for it to nobody', async () => {
    await using broker = await openTwoLogins();
    await using testApp = await openTestApp({ apis: 1, broker });
    await addSecond(testApp);
    const accessToken = broker.issueToken(SECOND.apps[0]?.clientId ?? '', { userId: 'ECHO02' });
    testApp.guard('imported', accessToken);
    const probe = gated(testApp, 'probe');
    const input = { accountId: 'UPSTOX_02', credential: 'PASTED', apiNames: ['PRIMARY'], accessToken };
    const importing = testApp.ask(
      'mutation ($input: ImportTokenInput!) { importToken(input: $input) { apiName } }',
      { input },
    );
    await until('the profile call', probe.isAsked);
    expect((await testApp.ask(REMOVE)).data.removeAccount).toBe(true);
    expect((await testApp.ask(ADD, { input: THIRD })).errors).toBeUndefined();
    probe.open();
    expect((await importing).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    expect(testApp.rows('select user_id from upstox_tokens')).toEqual([]);
  });

  test('has no run that was being started', async () => {
    await using broker = await openTwoLogins();
    await using testApp = await openTestApp({ apis: 1, broker });
    await addSecond(testApp);
    const { clientId = '', clientSecret = '' } = SECOND.apps[0] ?? {};
    const input = { accountId: 'UPSTOX_02', apiName: 'PRIMARY', clientId, clientSecret };
    await testApp.ask('mutation ($input: SaveApiConfigInput!) { saveApiConfig(input: $input) { apiName } }', {
      input,
    });
    const check = gated(testApp, 'check');
    const starting = testApp.ask('mutation { generateTokens(accountId: "UPSTOX_02", mode: ALL) { id } }');
    await until('the check', check.isAsked);
    expect((await testApp.ask(REMOVE)).data.removeAccount).toBe(true);
    check.open();
    expect((await starting).errors).toBeDefined();
    expect(testApp.rows('select id from vega_generation_runs')).toEqual([]);
  });

  test('is none that has become the active one', async () => {
    await using broker = await openTwoLogins();
    await using testApp = await openTestApp({ apis: 1, broker });
    await addSecond(testApp);
    beforeWrite(
      testApp,
      () => true,
      () => testApp.ask('mutation { switchAccount(accountId: "UPSTOX_02") { id } }'),
    );
    expect((await testApp.ask(REMOVE)).errors?.[0]?.extensions.code).toBe('WRONG_STATE');
    expect(testApp.rows('select id from vega_accounts where is_active = 1')).toEqual([{ id: 'UPSTOX_02' }]);
  });

  test('has no token for a year in use', async () => {
    await using broker = await openTwoLogins();
    await using testApp = await openTestApp({ apis: 1, broker });
    await addSecond(testApp);
    const accessToken = broker.issueYearlyToken('ANALYTICS');
    testApp.guard('imported', accessToken);
    const wish = { accountId: 'UPSTOX_02', credential: 'ANALYTICS', apiNames: ['OPTIONCHAIN1'], accessToken };
    expect(await importToken(testApp, wish as never)).toBeNull();
    expect((await testApp.ask(REMOVE)).errors?.[0]?.extensions.code).toBe('WRONG_STATE');
    expect(testApp.rows('select kind from vega_held_tokens')).toEqual([{ kind: 'ANALYTICS' }]);
  });

  test.each([
    ['COOLDOWN', `cooldown_from = ${Date.now()}, cooldown_until = ${Date.now() + 600_000}`],
    ['QUARANTINED', `quarantined_at = ${Date.now()}`],
  ])('does not rest: %s', async (code, change) => {
    await using broker = await openTwoLogins();
    await using testApp = await openTestApp({ apis: 1, broker });
    await addSecond(testApp);
    testApp.change(`update vega_auth_states set ${change} where account_id = 'UPSTOX_02'`);
    expect((await testApp.ask(REMOVE)).errors?.[0]?.extensions.code).toBe(code);
  });
});

describe('a run that is being started does not log in', () => {
  test('after a logout', async () => {
    await using testApp = await openTestApp({ apis: 2 });
    plantToken(testApp, 'PRIMARY');
    const check = gated(testApp, 'check');
    const starting = testApp.ask('mutation { generateTokens(mode: INVALID_ONLY) { id } }');
    await until('the check', check.isAsked);
    await testApp.ask('mutation { logout { state } }');
    check.open();
    expect((await starting).errors?.[0]?.extensions.code).toBe('WRONG_STATE');
    expect(testApp.rows('select id from vega_generation_runs')).toEqual([]);
  });

  test.each(['logout { state }', 'removeSchedule', 'DISABLE'])('by a schedule after %s', async (what) => {
    let ahead = atIst('2026-11-30', '05:30').getTime() - Date.now();
    const now = () => Date.now() + ahead;
    await using testApp = await openTestApp({ apis: 2, clock: () => new Date(now()), simulator: { now } });
    const save = (more = {}) =>
      testApp.client.saveSchedule({ input: { jitterSeconds: 0, catchUpUntil: '09:00', ...more } });
    await save();
    plantToken(testApp, 'PRIMARY', { validity_at: '2026-12-01 03:30:00' });
    const check = gated(testApp, 'check');
    ahead = atIst('2026-11-30', '06:00').getTime() - Date.now();
    const ticking = testApp.app.services.scheduler.tick();
    await until('the check', check.isAsked);
    if (what === 'DISABLE') await save({ enabled: false });
    else expect((await testApp.ask(`mutation { ${what} }`)).errors).toBeUndefined();
    check.open();
    await ticking;
    expect(testApp.rows('select id from vega_generation_runs')).toEqual([]);
  });
});

test('a notice waits while the profile call fails', async () => {
  await using place = await openApprovalApp({ apis: 1 });
  const { testApp } = place;
  await testApp.ask('mutation { generateTokens(mode: ALL, via: APPROVAL) { id } }');
  await until('the wait', async () => (await runOf(testApp)).status === 'WAITING_OPERATOR');
  place.broker.faults.profile = 'server-error';
  await place.post(place.notice());
  expect(storedTokens(testApp)).toEqual([]);
  place.broker.faults.profile = 'none';
  place.clock.now += 15_000;
  await until('the token', () => storedTokens(testApp).length === 1);
});

test('after a clock was set back PINs are counted in the order in which they were typed', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { database } = testApp.app.parts;
  const owner = { accountId: 'UPSTOX_01', runId: 'run-1', apiName: 'PRIMARY' } as const;
  const [ahead, now] = [new Date(Date.now() + 3_600_000), new Date()];
  await database.write((trx) => recordAttempt(trx, owner, 'CODE', ahead));
  for (let pin = 0; pin < 4; pin += 1) await database.write((trx) => recordAttempt(trx, owner, 'PIN', now));
  expect(await countFruitlessPins(database.read, 'UPSTOX_01', null)).toBe(4);
});
