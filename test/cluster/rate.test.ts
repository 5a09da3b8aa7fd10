import { test as alone, expect } from 'vitest';
import type { SimulatorEntry } from '../../src/simulator/simulator.ts';
import { SECOND, SECOND_ENVIRONMENT } from '../accounts/two-logins.ts';
import { violationsIn } from '../support/broker-invariants.ts';
import { Cluster } from '../support/cluster.ts';
import { until } from '../support/test-app.ts';

/** They wait for most of their time. */
const test = alone.concurrent;

/** Each account has one app, so that each requests one OTP. */
const openCluster = (rateSeconds: number) =>
  Cluster.open({
    apis: 1,
    simulator: { others: [SECOND] },
    env: {
      ...SECOND_ENVIRONMENT,
      UPSTOX_2_CLIENT_ID_1: '',
      UPSTOX_2_CLIENT_SECRET_1: '',
      VEGA_LOGIN_RATE_SECONDS: String(rateSeconds),
    },
  });

const isOfSecond = ({ clientId }: SimulatorEntry) => SECOND.apps.some((app) => app.clientId === clientId);

const requestsIn = ({ node }: Cluster) => node.broker.log.filter(({ kind }) => kind === 'OTP_GENERATE');

/** The milliseconds between two OTP requests that follow each other, as the broker saw them. */
const distancesIn = (cluster: Cluster): readonly number[] => {
  const moments = requestsIn(cluster).map(({ at }) => at);
  return moments.slice(1).map((at, index) => at - (moments[index] ?? 0));
};

const startFirst = (cluster: Cluster) => cluster.start('mode: ALL, accountId: "UPSTOX_01"');
const startSecond = (cluster: Cluster) => cluster.start('mode: ALL, accountId: "UPSTOX_02"');

const expectSound = (cluster: Cluster) => {
  const { log } = cluster.node.broker;
  for (const isWanted of [isOfSecond, (entry: SimulatorEntry) => !isOfSecond(entry)])
    expect(violationsIn(log.filter(isWanted), { cooldownMs: 0 })).toEqual([]);
};

test('two accounts on two workers of one address keep the rate, also where the first request leaves late', async () => {
  const rateSeconds = 20;
  await using cluster = await openCluster(rateSeconds);
  const egress = { VEGA_EGRESS: 'north' };
  const slow = await cluster.worker({ at: 'OTP_REQUEST_RECORDED', signal: 'SIGSTOP', env: egress });
  const first = await startFirst(cluster);
  await slow.reached();
  await cluster.worker({ env: egress });
  const second = await startSecond(cluster);
  await until('the other one waits', async () =>
    (await cluster.run(second)).steps.some(({ step }: { step: string }) => step === 'OTP_SPACING'),
  );
  slow.kill('SIGCONT');
  expect([await cluster.ended(first), await cluster.ended(second)]).toEqual(['COMPLETED', 'COMPLETED']);
  expect(distancesIn(cluster)).toEqual([expect.toSatisfy((distance) => distance >= rateSeconds * 1000)]);
  expectSound(cluster);
});

test('a request that another worker’s has overtaken does not leave any more, and its run goes on', async () => {
  const rateSeconds = 3;
  await using cluster = await openCluster(rateSeconds);
  const slow = await cluster.worker({ at: 'OTP_REQUEST_RECORDED', signal: 'SIGSTOP' });
  const first = await startFirst(cluster);
  await slow.reached();
  await cluster.worker();
  const second = await startSecond(cluster);
  await until('the request of the other one', () => requestsIn(cluster).length === 1);
  slow.kill('SIGCONT');
  expect([await cluster.ended(first), await cluster.ended(second)]).toEqual(['COMPLETED', 'COMPLETED']);
  expect(requestsIn(cluster).map(isOfSecond)).toEqual([true, false]);
  expect(distancesIn(cluster)[0]).toBeGreaterThanOrEqual(rateSeconds * 1000);
  expectSound(cluster);
});

test('workers of different addresses keep no distance', async () => {
  await using cluster = await openCluster(600);
  const first = await startFirst(cluster);
  const worker = await cluster.worker({ env: { VEGA_EGRESS: 'north' } });
  expect(await cluster.ended(first)).toBe('COMPLETED');
  worker.kill('SIGKILL');
  await cluster.worker({ env: { VEGA_EGRESS: 'south' } });
  expect(await cluster.ended(await startSecond(cluster))).toBe('COMPLETED');
  expect(requestsIn(cluster).map(isOfSecond)).toEqual([false, true]);
  expectSound(cluster);
});
