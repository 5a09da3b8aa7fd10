import { expect, test } from 'vitest';
import { violationsIn } from '../support/broker-invariants.ts';
import { openCuttingProxy } from '../support/postgres/cutting-proxy.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { drawn } from '../support/repetitions.ts';
import { openTestApp, until } from '../support/test-app.ts';

/** Longer than a submission may take, and shorter than a server that hangs is waited for. */
const LEASE_MS = 17_000;

/** A desk with a worker, whose server hangs once it has what `entry` of the audit tells of, with its answer on the way. */
const openDesk = async (entry: string) => {
  const server = await sharedPostgres();
  const databaseUrl = await server.createDatabase();
  const proxy = await openCuttingProxy(server.port);
  let isArmed = false;
  const testApp = await openTestApp({
    ...{ apis: 1, leaseMs: LEASE_MS, databaseUrl, databaseWay: proxy.url(databaseUrl) },
    // Before, the tables are tried out with entries of many kinds.
    onCheckpoint: (checkpoint) => {
      if (checkpoint === 'DIALOG_ENTERED' && !isArmed) proxy.stallAnswerTo(entry);
      isArmed ||= checkpoint === 'DIALOG_ENTERED';
    },
  });
  return {
    ...{ proxy, testApp },
    [Symbol.asyncDispose]: async () => {
      proxy.join();
      await testApp[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
};

const SUBMISSIONS = [
  ['OTP_REQUESTED', 'OTP_GENERATE', 'OTP_REQUEST'],
  ['OTP_SUBMITTED', 'OTP_VERIFY', 'TIME_STEP'],
  ['PIN_SUBMITTED', 'PIN', 'PIN'],
  ['CODE_EXCHANGED', 'TOKEN', 'CODE'],
] as const;

test.each(drawn(SUBMISSIONS, 1))(
  'what is written down as %s is not submitted when the lease is over before the server answers',
  {
    timeout: 200_000,
  },
  async (entry, kind, recorded) => {
    await using desk = await openDesk(entry);
    const { proxy, testApp } = desk;
    const { data } = await testApp.ask('mutation { generateTokens(mode: ALL) { id } }');
    const { id } = data.generateTokens;
    await until('the server hangs', () => proxy.isStalled);
    const seen = () => testApp.broker.log.filter((each) => each.kind === kind).length;
    await until('the lease is over', () => testApp.said().includes('another worker may have the account'));
    expect(seen()).toBe(0);
    proxy.join();
    const query = `{ generationRun(id: "${id}") { status endedAt steps { failure { code message submitted } } } }`;
    const run = async () => (await testApp.ask(query)).data?.generationRun;
    await until('the end of the run', async () => (await run())?.endedAt != null, 120_000);
    const { status, steps } = await run();
    expect([status, ...steps.flatMap(({ failure }: { failure: unknown }) => failure ?? [])]).toEqual([
      'COMPLETED',
    ]);
    expect(violationsIn(testApp.broker.log, { cooldownMs: 0 })).toEqual([]);
    expect(seen()).toBe(1);
    const ledger = testApp.rows(
      `select epoch from vega_login_attempts where kind = '${recorded}' order by id`,
    );
    expect(ledger).toHaveLength(2);
    expect(ledger[0].epoch).toBeLessThan(ledger[1].epoch);
  },
);

test('what is written down is submitted when the server answers while the lease surely lasts', async () => {
  await using desk = await openDesk('PIN_SUBMITTED');
  const { proxy, testApp } = desk;
  const ending = testApp.generate('mode: ALL');
  await until('the server hangs', () => proxy.isStalled);
  proxy.join();
  expect((await ending).status).toBe('COMPLETED');
  expect(testApp.rows("select epoch from vega_login_attempts where kind = 'PIN'")).toHaveLength(1);
  expect(testApp.broker.log.filter(({ kind }) => kind === 'PIN')).toHaveLength(1);
});
