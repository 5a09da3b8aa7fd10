import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventsDocument } from '../../src/sdk/index.ts';
import { holderOf } from '../support/callers.ts';
import { repetitions } from '../support/repetitions.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';
import { openTwoLogins, SECOND, SECOND_ENVIRONMENT } from './two-logins.ts';

const IDS = ['UPSTOX_01', 'UPSTOX_02'] as const;
type Id = (typeof IDS)[number];

const otherThan = (id: Id): Id => (id === 'UPSTOX_01' ? 'UPSTOX_02' : 'UPSTOX_01');

/** All that can be asked about an account, and all of its rows. */
const everythingOf = async (testApp: TestApp, id: Id) => {
  const { data } = await testApp.ask(
    `query ($id: ID!) {
      authState(accountId: $id) { state primaryPresent blockedBy since run { id } cooldown { active until reason } }
      ready(accountId: $id)
      tokens(accountId: $id) { apiName verdict fingerprint version storage }
      tokenExpiry(accountId: $id) { apiName expiresAt }
      apiConfigs(accountId: $id) { apiName clientId }
      tokenLeases(accountId: $id) { keyName version isPresent }
    }`,
    { id },
  );
  const number = IDS.indexOf(id) + 1;
  return {
    data,
    tokens: testApp.rows(`select * from upstox_tokens where user_id = ${number}`),
    runs: testApp.rows(`select * from vega_generation_runs where account_id = '${id}'`),
    leases: testApp.rows(`select * from vega_token_leases where account_id = '${id}'`),
    attempts: testApp.rows(`select * from vega_login_attempts where account_id = '${id}'`),
    audit: testApp.rows(`select count(*) as entries from vega_audit_entries where account_id = '${id}'`),
  };
};

/** What is done to one account; each leaves traces in it. */
const ACTS: Readonly<Record<string, (testApp: TestApp, id: Id) => Promise<unknown>>> = {
  plant: async (testApp, id) => {
    const isFirst = id === 'UPSTOX_01';
    const app = isFirst ? testApp.broker.apps[0] : SECOND.apps[0];
    const token = testApp.broker.issueToken(app?.clientId ?? '');
    const number = IDS.indexOf(id) + 1;
    testApp.change('delete from upstox_tokens where user_id = ?', number);
    testApp.change(
      `insert into upstox_tokens (access_token, api_name, client_id, api_index, is_active, user_id, validity_at)
        values (?, 'PRIMARY', ?, 0, 1, ?, '2999-01-01 03:30:00')`,
      token,
      app?.clientId,
      number,
    );
  },
  // Each key is for every account: it is the answer that has to be for the right one.
  lease: async (testApp, id) => {
    const { client } = await holderOf(testApp, { name: `feed of ${id}`, role: 'SERVICE' });
    const lease = client.leaseToken({ apiName: 'PRIMARY', accountId: id });
    const { accessToken } = await lease.catch(() => ({ accessToken: null }));
    if (accessToken === null) return;
    const [row] = testApp.rows(
      `select api_name from upstox_tokens where access_token = '${accessToken}' and user_id = ${IDS.indexOf(id) + 1}`,
    );
    expect(row).toEqual({ api_name: 'PRIMARY' });
  },
  logIn: async (testApp, id) => {
    testApp.change(
      'update vega_auth_states set cooldown_until = null, quarantined_at = null where account_id = ?',
      id,
    );
    const run = await testApp.generate(`mode: ALL, replaceValid: true, accountId: "${id}"`);
    expect(run.status).toBe('COMPLETED');
  },
  ask: (testApp, id) => testApp.ask(`{ tokenStatus(accountId: "${id}") { valid } }`),
  logout: (testApp, id) => testApp.ask(`mutation { logout(accountId: "${id}") { state } }`),
  revoke: (testApp, id) => testApp.ask(`mutation { logout(accountId: "${id}", revoke: true) { state } }`),
  accept: (testApp, id) => testApp.ask(`mutation { acceptPartial(accountId: "${id}") { state } }`),
  enter: (testApp, id) => testApp.ask(`mutation { enterDashboard(accountId: "${id}") { state } }`),
  clear: (testApp, id) =>
    testApp.ask(`mutation { clearQuarantine(accountId: "${id}", reason: "looked at") { state } }`),
  rename: (testApp, id) => testApp.ask(`mutation { renameAccount(accountId: "${id}", name: "N") { id } }`),
  rest: async (testApp, id) =>
    testApp.change(
      "update vega_auth_states set cooldown_from = 1, cooldown_until = ?, cooldown_reason = 'THROTTLED' where account_id = ?",
      Date.now() + 3_600_000,
      id,
    ),
  quarantine: async (testApp, id) =>
    testApp.change('update vega_auth_states set quarantined_at = 1 where account_id = ?', id),
};

/** A login takes seconds, any other act does not. */
const act = fc.oneof(
  { weight: 1, arbitrary: fc.constant('logIn') },
  { weight: 30, arbitrary: fc.constantFrom(...Object.keys(ACTS)).filter((name) => name !== 'logIn') },
);

test('whatever is done to one account, nothing of it shows in the other', async () => {
  await using broker = await openTwoLogins();
  await using testApp = await openTestApp({ broker, apis: 2, env: SECOND_ENVIRONMENT });
  const heard = new Map<Id, string[]>(IDS.map((id) => [id, []]));
  const leave = new AbortController();
  const listening = IDS.map(async (id) => {
    for await (const { events } of testApp.client.subscribe(EventsDocument, { accountId: id }, leave))
      heard.get(id)?.push(`${events.accountId} ${events.__typename}`);
  });
  await until('both listen', () => [...heard.values()].every(({ length }) => length > 0));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...IDS),
      fc.array(act, { minLength: 1, maxLength: 8 }),
      async (id, acts) => {
        const other = otherThan(id);
        const before = await everythingOf(testApp, other);
        for (const act of acts) await ACTS[act]?.(testApp, id);
        expect(await everythingOf(testApp, other)).toEqual(before);
      },
    ),
    // The replace rule of one account never touches a row of the other, whichever came first.
    {
      numRuns: repetitions(3, 15),
      examples: IDS.map((id) => [id, ['logIn', 'lease', 'logIn', 'lease', 'revoke']]),
    },
  );
  leave.abort();
  await Promise.all(listening);
  for (const [id, events] of heard)
    expect(new Set(events.map((event) => event.split(' ')[0]))).toEqual(new Set([id]));
  const kinds = new Set([...heard.values()].flat().map((event) => event.split(' ')[1]));
  expect([...kinds]).toEqual(expect.arrayContaining(['AuthStateEvent', 'AuditEvent', 'CooldownEvent']));
}, 90_000);
