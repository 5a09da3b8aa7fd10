import { expect, test } from 'vitest';
import { violationsIn } from '../support/broker-invariants.ts';
import { openFolder } from '../support/folder.ts';
import { openBroker, openTestApp, type TestApp, until } from '../support/test-app.ts';
import { openTwoLogins, SECOND, SECOND_ENVIRONMENT } from './two-logins.ts';

const SPACED = { ...SECOND_ENVIRONMENT, VEGA_OTP_SPACING_SECONDS: '20' };

const start = async (testApp: TestApp, accountId: string): Promise<string> =>
  (await testApp.ask(`mutation { generateTokens(mode: INVALID_ONLY, accountId: "${accountId}") { id } }`))
    .data.generateTokens.id;

const runOf = async (testApp: TestApp, id: string) =>
  (
    await testApp.ask(
      `{ generationRun(id: "${id}") { status queuePosition canGoOnAt steps { status step failure { code submitted } } } }`,
    )
  ).data.generationRun;

/** Two accounts that wait for their spacing take a minute on a busy machine. */
const untilOver = (testApp: TestApp, id: string) =>
  until(
    'the run to end',
    async () => ['COMPLETED', 'STOPPED', 'ABORTED'].includes((await runOf(testApp, id)).status),
    110_000,
  );

const untilSpaced = (testApp: TestApp, id: string) =>
  until('the run to wait for its next OTP', async () => {
    const { canGoOnAt, steps } = await runOf(testApp, id);
    return canGoOnAt !== null && steps[1].step === 'OTP_SPACING';
  });

const isOfSecond = (clientId: string | null | undefined): boolean =>
  SECOND.apps.some((app) => app.clientId === clientId);

test('while one account waits for its next OTP, the other one logs in, and comes to its own wait', async () => {
  await using broker = await openTwoLogins();
  await using testApp = await openTestApp({ broker, apis: 2, env: SPACED });
  const first = await start(testApp, 'UPSTOX_01');
  const second = await start(testApp, 'UPSTOX_02');
  await untilSpaced(testApp, first);
  const { queuePosition, canGoOnAt } = await runOf(testApp, first);
  expect(queuePosition).toBeGreaterThan(0);
  const readyAt = new Date(canGoOnAt);
  await untilOver(testApp, first);
  await untilOver(testApp, second);
  expect((await runOf(testApp, first)).status).toBe('COMPLETED');
  expect((await runOf(testApp, second)).status).toBe('COMPLETED');
  expect((await runOf(testApp, first)).canGoOnAt).toBeNull();

  const otps = broker.log.filter(({ kind }) => kind === 'OTP_GENERATE');
  expect(otps.map(({ clientId }) => isOfSecond(clientId))).toEqual([false, true, false, true]);
  const turns = testApp.rows(
    `select kind from vega_audit_entries where kind like 'TURN_%' and correlation_id = '${second}' order by sequence limit 2`,
  );
  expect(turns.map(({ kind }) => kind)).toEqual(['TURN_AWAITED', 'TURN_TAKEN']);
  for (const isSecond of [true, false]) {
    const [one, other] = otps.filter(({ clientId }) => isOfSecond(clientId) === isSecond);
    expect(Number(other?.at) - Number(one?.at)).toBeGreaterThanOrEqual(20_000);
  }
  expect(Number(otps[2]?.at)).toBeGreaterThanOrEqual(readyAt.getTime());
  // Each has a TOTP secret of its own, and with it time steps of its own.
  for (const isSecond of [true, false]) {
    const log = broker.log.filter(({ clientId }) => isOfSecond(clientId) === isSecond);
    expect(violationsIn(log, { cooldownMs: 0 })).toEqual([]);
  }
});

test('while the broker is asked about the token of one account, the other one logs in', async () => {
  await using broker = await openTwoLogins();
  broker.faults.profileDelayMs = 20_000;
  const env = { ...SECOND_ENVIRONMENT, VEGA_PROFILE_TIMEOUT_MS: '30000' };
  await using testApp = await openTestApp({ broker, apis: 1, env });
  const first = await start(testApp, 'UPSTOX_01');
  await start(testApp, 'UPSTOX_02');
  await until('the code of the second account', () =>
    broker.log.some(({ kind, clientId }) => kind === 'TOKEN' && isOfSecond(clientId)),
  );
  expect((await runOf(testApp, first)).steps).toMatchObject([{ status: 'RUNNING', step: 'VERIFY' }]);
});

test('two accounts that log in from one address keep the interval between them', async () => {
  await using broker = await openTwoLogins();
  await using testApp = await openTestApp({
    broker,
    apis: 1,
    env: { ...SECOND_ENVIRONMENT, VEGA_LOGIN_RATE_SECONDS: '3' },
  });
  const first = await start(testApp, 'UPSTOX_01');
  const second = await start(testApp, 'UPSTOX_02');
  await untilOver(testApp, first);
  await untilOver(testApp, second);
  const [one, other] = broker.log.filter(({ kind }) => kind === 'OTP_GENERATE');
  expect(isOfSecond(other?.clientId)).toBe(true);
  expect(Number(other?.at) - Number(one?.at)).toBeGreaterThanOrEqual(3000);
});

test.each([
  [
    'aborted',
    (testApp: TestApp, id: string) => testApp.ask(`mutation { abortGeneration(runId: "${id}") { id } }`),
  ],
  ['logged out', (testApp: TestApp) => testApp.ask('mutation { logout(accountId: "UPSTOX_01") { state } }')],
])(
  'a run that is %s while others have the browser submits nothing more, and holds nobody up',
  async (_how, end) => {
    await using broker = await openTwoLogins();
    await using testApp = await openTestApp({
      broker,
      apis: 2,
      env: { ...SECOND_ENVIRONMENT, VEGA_OTP_SPACING_SECONDS: '600' },
    });
    const first = await start(testApp, 'UPSTOX_01');
    await untilSpaced(testApp, first);
    expect((await end(testApp, first)).errors).toBeUndefined();
    expect(await runOf(testApp, first)).toMatchObject({
      status: 'ABORTED',
      canGoOnAt: null,
      steps: [{ status: 'DONE' }, { status: 'FAILED', failure: { code: 'ABORTED', submitted: [] } }],
    });
    const second = await start(testApp, 'UPSTOX_02');
    await untilSpaced(testApp, second);
    const otps = broker.log.filter(({ kind }) => kind === 'OTP_GENERATE');
    expect(otps.map(({ clientId }) => isOfSecond(clientId))).toEqual([false, true]);
  },
  60_000,
);

test('a program that stops while a run waits ends it, keeps what is made, and submits nothing more', async () => {
  using folder = openFolder();
  const { directory } = folder;
  await using broker = await openTwoLogins();
  const env = { ...SECOND_ENVIRONMENT, VEGA_OTP_SPACING_SECONDS: '600' };
  let id = '';
  {
    await using testApp = await openTestApp({ broker, apis: 2, env, directory });
    id = await start(testApp, 'UPSTOX_01');
    await untilSpaced(testApp, id);
  }
  await using testApp = await openTestApp({ broker, apis: 2, env, directory });
  expect((await runOf(testApp, id)).steps).toMatchObject([
    { status: 'DONE' },
    { failure: { submitted: [] } },
  ]);
  expect(testApp.rows('select api_name from upstox_tokens where is_active = 1')).toEqual([
    { api_name: 'PRIMARY' },
  ]);
  expect(broker.log.filter(({ kind }) => kind === 'OTP_GENERATE')).toHaveLength(1);
});

test('a clock that is set back while a run waits does not make it wait anew', async () => {
  let setBackMs = 0;
  const now = () => Date.now() - setBackMs;
  await using broker = await openBroker({ others: [SECOND], now });
  const env = { ...SECOND_ENVIRONMENT, VEGA_OTP_SPACING_SECONDS: '4' };
  await using testApp = await openTestApp({ broker, apis: 2, env, clock: () => new Date(now()) });
  const first = await start(testApp, 'UPSTOX_01');
  await untilSpaced(testApp, first);
  setBackMs = 3_600_000;
  await untilOver(testApp, first);
  expect((await runOf(testApp, first)).status).toBe('COMPLETED');
  // The second app's was opened, closed for the wait, and opened again.
  expect(broker.log.filter(({ kind }) => kind === 'DIALOG')).toHaveLength(3);
});
