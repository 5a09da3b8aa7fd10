import fc from 'fast-check';
import { expect, test } from 'vitest';
import { API_NAMES, type ApiName } from '../src/domain/account/api-name.ts';
import { nextExpiry } from '../src/domain/token/expiry.ts';
import { VERDICTS, type Verdict } from '../src/domain/token/verdict.ts';
import type { ProfileFault } from '../src/simulator/faults.ts';
import { plantToken, plantVerdict } from './support/plant.ts';
import { openTestApp } from './support/test-app.ts';

const STATUS = `{ tokenStatus {
  tokens { apiName verdict timeValid profileValid reason httpStatus }
  valid invalid missing unknown
  counts { total valid expired invalid missing unknown }
  choices { choice mode apis { apiName verdict why } needsReplaceValid needsIncludeUnknown }
} }`;

interface Check {
  readonly apiName: ApiName;
  readonly verdict: Verdict;
}

/** What each answer of the profile call makes of a token: verdict, reason, status, and whether the row stays active. */
const ANSWERS: readonly (readonly [ProfileFault, Verdict, string | null, number | null, number])[] = [
  ['none', 'VALID', null, 200, 1],
  ['unauthorized', 'INVALID', 'REJECTED', 401, 0],
  ['forbidden', 'UNKNOWN', 'BROKER_ERROR UDAPI100067', 403, 1],
  ['wrong-user', 'INVALID', 'WRONG_ACCOUNT', 200, 0],
  ['rate-limited', 'UNKNOWN', 'RATE_LIMITED', 429, 1],
  ['server-error', 'UNKNOWN', 'BROKER_ERROR', 500, 1],
  ['cloudflare-html', 'UNKNOWN', 'BROKER_ERROR', 403, 1],
  ['not-a-profile', 'UNKNOWN', 'NOT_A_PROFILE', 200, 1],
  ['hang', 'UNKNOWN', 'TIMEOUT', null, 1],
  ['reset', 'UNKNOWN', 'NETWORK', null, 1],
];

test.for(ANSWERS)(
  'a profile call that ends in "%s" makes the token %s',
  async ([fault, verdict, reason, httpStatus, active]) => {
    await using testApp = await openTestApp({ apis: 1, env: { VEGA_PROFILE_TIMEOUT_MS: '300' } });
    plantToken(testApp, 'PRIMARY');
    testApp.broker.faults.profile = fault;
    const { tokenStatus } = (await testApp.ask(STATUS)).data;
    const profileValid = verdict === 'UNKNOWN' ? null : verdict === 'VALID';
    const check = { verdict, reason, httpStatus, timeValid: true, profileValid };
    expect(tokenStatus.tokens).toEqual([{ apiName: 'PRIMARY', ...check }]);
    expect(testApp.rows('select is_active from upstox_tokens')).toEqual([{ is_active: active }]);
    expect(testApp.broker.profileCalls.total).toBe(1);
    expect((await testApp.ask('{ tokens { verdict } }')).data.tokens).toEqual([{ verdict }]);
  },
);

test('what the table says decides before the broker is asked', async () => {
  await using testApp = await openTestApp();
  plantToken(testApp, 'PRIMARY', { validity_at: '2020-01-01 03:30:00' });
  plantToken(testApp, 'WEBSOCKET2', { client_id: 'an-older-client' });
  plantToken(testApp, 'WEBSOCKET3', { is_active: 0 });
  plantToken(testApp, 'OPTIONCHAIN1', { access_token: '' });
  const { tokenStatus } = (await testApp.ask(STATUS)).data;
  expect(
    tokenStatus.tokens.map(
      ({ verdict, reason }: { verdict: string; reason: string }) => `${verdict} ${reason}`,
    ),
  ).toEqual([
    'EXPIRED TIME_IS_UP',
    'MISSING NOT_FOUND',
    'INVALID CLIENT_CHANGED',
    'INVALID INACTIVE',
    'MISSING NOT_FOUND',
    'MISSING NOT_FOUND',
  ]);
  expect(testApp.broker.profileCalls.total).toBe(0);
  expect(testApp.rows("select distinct is_active from upstox_tokens where access_token <> ''")).toEqual([
    { is_active: 0 },
  ]);
});

test('where the table says no end that can be read, the broker decides, until the next 03:30 IST', async () => {
  let now = new Date();
  await using testApp = await openTestApp({ apis: 3, clock: () => now });
  plantToken(testApp, 'PRIMARY', { validity_at: '' });
  plantToken(testApp, 'WEBSOCKET1', { validity_at: 'tomorrow, more or less' });
  plantToken(testApp, 'WEBSOCKET2', { validity_at: null });
  const verdicts = async () =>
    (await testApp.ask('{ tokens { verdict } }')).data.tokens.map(
      ({ verdict }: { verdict: string }) => verdict,
    );
  expect(await verdicts()).toEqual(['UNKNOWN', 'UNKNOWN', 'UNKNOWN']);
  await testApp.ask(STATUS);
  expect(await verdicts()).toEqual(['VALID', 'VALID', 'VALID']);
  now = new Date(nextExpiry(now).getTime() + 1000);
  expect(await verdicts()).not.toContain('VALID');
});

test('at most two profile calls fly at once, and callers at the same time share them', async () => {
  await using testApp = await openTestApp();
  for (const name of API_NAMES) plantToken(testApp, name);
  testApp.broker.faults.profileDelayMs = 60;
  const answers = await Promise.all([testApp.ask(STATUS), testApp.ask(STATUS), testApp.ask(STATUS)]);
  for (const { data } of answers) expect(data.tokenStatus.valid).toEqual([...API_NAMES]);
  expect(testApp.broker.profileCalls).toMatchObject({ total: 6, maxInFlight: 2 });
});

test('a broker that is wholly down proposes nothing to make and changes no row', async () => {
  await using testApp = await openTestApp({
    env: { VEGA_CHROMIUM_PATH: '/no/such/browser', VEGA_PROFILE_TIMEOUT_MS: '500' },
  });
  for (const name of API_NAMES) plantToken(testApp, name);
  const before = testApp.rows('select * from upstox_tokens');
  testApp.broker.faults.down = true;
  const { tokenStatus } = (await testApp.ask(STATUS)).data;
  expect(tokenStatus.unknown).toEqual([...API_NAMES]);
  expect(tokenStatus.choices[1]).toMatchObject({ choice: 'INVALID_ONLY', apis: [] });
  const run = await testApp.ask(
    'mutation { generateTokens(mode: INVALID_ONLY) { status steps { apiName } } }',
  );
  expect(run.data.generateTokens).toEqual({ status: 'COMPLETED', steps: [] });
  const refused = await testApp.ask('mutation { generateTokens(mode: PARTIAL, apiNames: [PRIMARY]) { id } }');
  expect(refused.errors[0].extensions.code).toBe('WOULD_REPLACE_UNKNOWN');
  expect(testApp.rows('select * from upstox_tokens')).toEqual(before);
});

test('lists, counts, choices and table agree for any combination of verdicts', async () => {
  await using testApp = await openTestApp();
  await fc.assert(
    fc.asyncProperty(fc.tuple(...API_NAMES.map(() => fc.constantFrom(...VERDICTS))), async (verdicts) => {
      for (const [index, verdict] of verdicts.entries())
        plantVerdict(testApp, API_NAMES[index] ?? 'PRIMARY', verdict);
      const { tokenStatus: report } = (await testApp.ask(STATUS)).data;
      expect(report.tokens.map(({ verdict }: Check) => verdict)).toEqual(verdicts);
      const having = (...wanted: Verdict[]) =>
        API_NAMES.filter((_, index) => wanted.includes(verdicts[index] ?? 'MISSING'));
      const { valid, invalid, missing, unknown, counts } = report;
      expect({ valid, invalid, missing, unknown }).toEqual({
        valid: having('VALID'),
        invalid: having('EXPIRED', 'INVALID'),
        missing: having('MISSING'),
        unknown: having('UNKNOWN'),
      });
      expect(counts).toEqual({
        total: 6,
        valid: having('VALID').length,
        expired: having('EXPIRED').length,
        invalid: having('INVALID').length,
        missing: having('MISSING').length,
        unknown: having('UNKNOWN').length,
      });
      const named = report.choices.map(({ choice, apis }: { choice: string; apis: Check[] }) => [
        choice,
        apis.map(({ apiName }) => apiName),
      ]);
      expect(named).toEqual([
        ['ALL', [...API_NAMES]],
        ['INVALID_ONLY', having('EXPIRED', 'INVALID', 'MISSING')],
        ['SELECTED', [...API_NAMES]],
        ['ABORT', []],
      ]);
      const active = testApp.rows(
        'select api_name from upstox_tokens where is_active = 1 order by api_index',
      );
      expect(active.map(({ api_name }) => api_name)).toEqual(having('VALID', 'UNKNOWN'));
    }),
    { numRuns: 40 },
  );
});

test('only what needs making is made, and all valid ends at once without a browser', async () => {
  await using testApp = await openTestApp({ apis: 3 });
  plantVerdict(testApp, 'PRIMARY', 'VALID');
  plantVerdict(testApp, 'WEBSOCKET1', 'UNKNOWN');
  plantVerdict(testApp, 'WEBSOCKET2', 'INVALID');
  const { steps } = await testApp.generate('mode: INVALID_ONLY');
  expect(steps.map(({ apiName }: Check) => apiName)).toEqual(['WEBSOCKET2']);

  testApp.broker.faults.profileByClient.clear();
  const dialogs = testApp.broker.log.filter(({ kind }) => kind === 'DIALOG').length;
  const again = await testApp.ask(
    'mutation { generateTokens(mode: INVALID_ONLY) { status endedAt steps { apiName } } }',
  );
  expect(again.data.generateTokens).toEqual({ status: 'COMPLETED', endedAt: expect.any(String), steps: [] });
  expect(testApp.broker.log.filter(({ kind }) => kind === 'DIALOG')).toHaveLength(dialogs);
  const refused = await testApp.ask('mutation { generateTokens(mode: ALL) { id } }');
  expect(refused.errors[0].extensions).toMatchObject({
    code: 'WOULD_REPLACE_VALID',
    nextAction: expect.stringContaining('replaceValid'),
  });
});

test('includeUnknown makes those too that nobody knows about', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  plantVerdict(testApp, 'PRIMARY', 'VALID');
  plantVerdict(testApp, 'WEBSOCKET1', 'UNKNOWN');
  const { steps } = await testApp.generate('mode: INVALID_ONLY, includeUnknown: true');
  expect(steps.map(({ apiName }: Check) => apiName)).toEqual(['WEBSOCKET1']);
});

test('a database of the predecessor is read right', async () => {
  await using testApp = await openTestApp({ apis: 3 });
  const legacy = {
    user_id: null,
    client_secret: 'left-as-it-was',
    updated_at: null,
    is_active: null,
    api_index: null,
  };
  plantToken(testApp, 'PRIMARY', legacy);
  plantToken(testApp, 'WEBSOCKET1', { ...legacy, validity_at: null });
  plantToken(testApp, 'WEBSOCKET2', { ...legacy, validity_at: '2020-06-01 03:30:00' });
  const before = testApp.rows('select * from upstox_tokens order by id');
  const { tokenStatus } = (await testApp.ask(STATUS)).data;
  expect(tokenStatus.tokens.map(({ verdict }: Check) => verdict)).toEqual(['VALID', 'VALID', 'EXPIRED']);
  const after = testApp.rows('select * from upstox_tokens order by id');
  expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
  expect(after[2]).toMatchObject({ is_active: 0, client_secret: 'left-as-it-was', user_id: null });
});
