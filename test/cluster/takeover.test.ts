import { describe, expect, test } from 'vitest';
import { CHECKPOINTS, type Checkpoint } from '../../src/services/runs/checkpoints.ts';
import { Semaphore } from '../../src/services/semaphore.ts';
import { violationsIn } from '../support/broker-invariants.ts';
import { Cluster } from '../support/cluster.ts';
import { drawn } from '../support/repetitions.ts';
import { until } from '../support/test-app.ts';

/** Longer than a submission may take; production has 30 s. */
const LEASE_MS = 20_000;
/** Waits mostly; each has two browsers, though. */
const AT_ONCE = 2;

/** Those of the checkpoints that a run of two apps without trouble does not come by. */
const ELSEWHERE: readonly Checkpoint[] = [
  ...(['TURN_TAKEN', 'API_FAILED', 'COOLDOWN_STORED', 'COOLDOWN_OVER', 'RUN_STORED'] as const),
];
const PASSED = CHECKPOINTS.filter((point) => !ELSEWHERE.includes(point));

/** Where something has just been done that cannot be done again. */
const SOME: readonly Checkpoint[] = [
  ...(['OTP_REQUEST_RECORDED', 'TIME_STEP_TAKEN', 'PIN_SUBMITTED', 'CODE_RECORDED'] as const),
  ...(['CODE_EXCHANGED', 'RUN_ENDED'] as const),
];
const chosen = (few: number) => drawn(process.env.VEGA_ALL_FAULTS === '1' ? PASSED : SOME, few);

const places = new Semaphore(AT_ONCE);
const TIMEOUT_MS = 400_000;

/** What every broker, ledger and audit has to look like afterwards. */
const judge = async ({ node }: Cluster) => {
  expect(violationsIn(node.broker.log, { cooldownMs: 0 })).toEqual([]);
  const seen = (kind: string) => node.broker.log.filter((entry) => entry.kind === kind).length;
  const ledger = node.rows('select kind from vega_login_attempts').map(({ kind }) => kind);
  const recorded = (kind: string) => ledger.filter((each) => each === kind).length;
  expect(seen('OTP_GENERATE')).toBeLessThanOrEqual(recorded('OTP_REQUEST'));
  expect(seen('OTP_VERIFY')).toBeLessThanOrEqual(recorded('TIME_STEP'));
  expect(seen('PIN')).toBeLessThanOrEqual(recorded('PIN'));
  expect(seen('TOKEN')).toBeLessThanOrEqual(recorded('CODE'));
  expect(node.rows('select api_name from upstox_tokens')).toHaveLength(2);
  await until('the gate', async () => (await node.ask('{ ready }')).data.ready);
  const { data } = await node.ask('mutation { verifyAudit { valid } }');
  expect(data.verifyAudit).toEqual({ valid: true });
};

describe.concurrent('a worker that is killed', () => {
  test.each(chosen(1))('at %s leaves its run to another one', { timeout: TIMEOUT_MS }, (point) =>
    places.run(async () => {
      await using cluster = await Cluster.open({ leaseMs: LEASE_MS });
      const first = await cluster.worker({ at: point });
      const id = await cluster.start();
      await until('its death', () => first.hasEnded);
      const died = performance.now();
      await cluster.worker();
      expect(await cluster.ended(id)).toBe('COMPLETED');
      const left = 'select account_id from vega_account_leases where until > 0';
      await until('the end of the look', async () => cluster.node.rows(left).length === 0);
      expect(performance.now() - died).toBeLessThan(120_000);
      await judge(cluster);
    }),
  );
});

describe.concurrent('a worker that is stopped until another one has its account', () => {
  test.each(chosen(1))('at %s submits nothing more', { timeout: TIMEOUT_MS }, (point) =>
    places.run(async () => {
      await using cluster = await Cluster.open({ leaseMs: LEASE_MS });
      const { node } = cluster;
      const first = await cluster.worker({ at: point, signal: 'SIGSTOP' });
      const id = await cluster.start();
      await first.reached();
      await cluster.worker();
      await until('the other worker', () =>
        node.rows('select epoch from vega_account_leases').some(({ epoch }) => epoch > 1),
      );
      first.kill('SIGCONT');
      expect(await cluster.ended(id)).toBe('COMPLETED');
      // After its last write it has nothing more to do that could be refused.
      if (point !== 'STATE_SETTLED') await until('it knows', () => first.said.includes('another worker'));
      await first.stop();
      await judge(cluster);
      const epochs = node.rows('select epoch from vega_login_attempts order by id').map(({ epoch }) => epoch);
      expect(epochs).toEqual(epochs.toSorted((one, other) => one - other));
    }),
  );
});
