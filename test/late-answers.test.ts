import { expect, test } from 'vitest';
import { BrokerApi } from '../src/broker/api/broker-api.ts';
import { TokenVerifier } from '../src/services/tokens/token-verifier.ts';
import { importToken } from './roles/role-desk.ts';
import { plantToken } from './support/plant.ts';
import { openTestApp, type TestApp, until } from './support/test-app.ts';

type Reply = 'alive' | 'dead' | 'no answer';

const CONTRACTS = { status: 'success', data: [] };
const DEAD = { status: 'error', errors: [{ errorCode: 'UDAPI100050', message: 'Invalid token' }] };

/** A broker that answers each call when the test says so. */
class SlowApi extends BrokerApi {
  readonly calls: ((reply: Reply) => void)[] = [];

  override request(path: string): Promise<Response> {
    return new Promise((resolve, reject) => {
      this.calls.push((reply) => {
        const told = path.includes('profile')
          ? { status: 'success', data: { user_id: 'DEMO01' } }
          : CONTRACTS;
        if (reply === 'alive') resolve(Response.json(told));
        if (reply === 'dead') resolve(Response.json(DEAD, { status: 401 }));
        if (reply === 'no answer') reject(new TypeError('fetch failed'));
      });
    });
  }
}

/** Another process on the desk's database, whose calls are answered by hand. */
const openVerifier = async (testApp: TestApp, clock: () => Date = () => new Date()) => {
  const { accounts, roles } = testApp.app.services;
  const { database, audit } = testApp.app.parts;
  const account = await accounts.resolve(undefined);
  const api = new SlowApi('http://127.0.0.1:1');
  const log = { warn: () => undefined, error: () => undefined } as never;
  const verifier = new TokenVerifier({ database, audit, clock, api, log, profileTimeoutMs: 1000 });
  const list = await roles.list(account);
  const asked = (count: number) => until(`${count} calls`, () => api.calls.length === count);
  const verdicts = (known: Awaited<ReturnType<typeof verifier.check>>) =>
    known.flatMap(({ check }) => (check.verdict === 'MISSING' ? [] : [check.verdict]));
  return {
    ...{ api, asked, verifier },
    check: async (since = 0) => verdicts(await verifier.checkSince(account, list, since)),
    lastKnown: async () => verdicts(await verifier.lastKnown(account, list)),
  };
};

test.for(['alive', 'no answer'] as const)(
  'a refusal stands when an older call about the token ends later with %s',
  async (late) => {
    await using testApp = await openTestApp({ apis: 1 });
    plantToken(testApp, 'PRIMARY');
    const { api, asked, verifier, check, lastKnown } = await openVerifier(testApp);
    const first = check();
    await asked(1);
    const second = check(verifier.moment);
    await asked(2);
    api.calls[1]?.('dead');
    expect(await second).toEqual(['INVALID']);
    api.calls[0]?.(late);
    expect(await first).toEqual(['INVALID']);
    expect(await lastKnown()).toEqual(['INVALID']);
    expect(testApp.rows('select reason from vega_token_marks')).toEqual([{ reason: 'REJECTED' }]);
  },
);

test.for(['alive', 'no answer'] as const)(
  'what another process was told of a yearly token stands when an older call ends later with %s',
  async (late) => {
    const clock = { now: Date.parse('2026-11-24T04:00:00Z') };
    const now = () => new Date(clock.now);
    await using testApp = await openTestApp({ apis: 2, clock: now, simulator: { now: () => clock.now } });
    const accessToken = testApp.broker.issueYearlyToken('ANALYTICS');
    await importToken(testApp, { credential: 'ANALYTICS', apiNames: ['WEBSOCKET1'], accessToken });
    clock.now += 60_000;
    const [one, other] = [await openVerifier(testApp, now), await openVerifier(testApp, now)];
    const first = one.check();
    await one.asked(1);
    clock.now += 60_000;
    const second = other.check();
    await other.asked(1);
    clock.now += 60_000;
    // The call is as old for those who join it.
    const joined = one.check();
    other.api.calls[0]?.('dead');
    expect(await second).toEqual(['INVALID']);
    one.api.calls[0]?.(late);
    expect([await first, await joined]).toEqual([['INVALID'], ['INVALID']]);
    expect([await one.lastKnown(), await other.lastKnown()]).toEqual([['INVALID'], ['INVALID']]);
    expect(testApp.rows('select verdict from vega_held_tokens')).toEqual([{ verdict: 'INVALID' }]);
  },
);
