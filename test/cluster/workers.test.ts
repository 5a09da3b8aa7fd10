import { expect, test } from 'vitest';
import { violationsIn } from '../support/broker-invariants.ts';
import { Cluster } from '../support/cluster.ts';
import { until } from '../support/test-app.ts';

const heldLeases = 'select account_id from vega_account_leases where until > 0';

test('a node starts a run, a worker makes its tokens, and the node knows them', async () => {
  await using cluster = await Cluster.open();
  const { node } = cluster;
  const worker = await cluster.worker();
  const id = await cluster.start();
  const { errors } = await node.ask('mutation { generateTokens(mode: ALL) { id } }');
  expect(errors[0].extensions.code).toBe('RUN_IN_PROGRESS');
  expect(await cluster.ended(id)).toBe('COMPLETED');
  await until('the gate', async () => (await node.ask('{ ready }')).data.ready);
  const { data } = await node.ask('{ authState { state headline blockedBy } }');
  expect(data.authState).toEqual({
    state: 'AUTH_CONFIRMED',
    headline: expect.stringContaining('Every token is valid'),
    blockedBy: null,
  });
  await worker.stop();
  expect(node.rows(heldLeases)).toEqual([]);
  expect(node.rows('select distinct epoch from vega_login_attempts')).toEqual([{ epoch: 1 }]);
});

test('a node says that nothing is executed until a worker is connected', async () => {
  await using cluster = await Cluster.open();
  const { node } = cluster;
  const ask = async () => {
    const { data } = await node.ask(
      '{ readiness { verdict probability reasons { code } } systemHealth { browser findings { message } } }',
    );
    const codes = data.readiness.reasons.map(({ code }: { code: string }) => code);
    const messages = data.systemHealth.findings.map(({ message }: { message: string }) => message).join();
    return { ...data.readiness, codes, browser: data.systemHealth.browser, messages };
  };
  const idle = await ask();
  // On a day without a session nothing is forecast.
  if (idle.verdict !== 'NO_SESSION') expect(idle.codes).toContain('NO_WORKER');
  expect(idle.verdict).not.toBe('ON_TRACK');
  expect(idle).toMatchObject({ browser: 'DOWN', messages: expect.stringContaining('No worker') });
  const worker = await cluster.worker();
  await until('it to be connected', async () => (await ask()).browser === 'OK');
  expect((await ask()).codes).not.toContain('NO_WORKER');
  worker.kill('SIGKILL');
  await until('its end to be known', async () => (await ask()).browser === 'DOWN');
});

test('a cooldown is waited out by nobody, and another worker goes on after it', async () => {
  await using cluster = await Cluster.open({
    simulator: { knobs: { otpLimit: { count: 1, withinMs: 5000 } } },
    env: { VEGA_COOLDOWN_SECONDS: '6' },
  });
  const { node } = cluster;
  const first = await cluster.worker();
  const id = await cluster.start();
  await until('the cooldown', async () => (await cluster.run(id)).status === 'COOLDOWN');
  await until('the lease is given back', async () => node.rows(heldLeases).length === 0);
  await first.stop();
  expect((await cluster.run(id)).endedAt).toBeNull();
  await cluster.worker();
  expect(await cluster.ended(id)).toBe('COMPLETED');
  expect(violationsIn(node.broker.log, { cooldownMs: 6000 })).toEqual([]);
});

test('a worker that is stopped finishes its login and leaves the rest to the others', async () => {
  await using cluster = await Cluster.open({ apis: 3 });
  const first = await cluster.worker({ at: 'MOBILE_SUBMITTED', signal: 'SIGTERM' });
  const id = await cluster.start();
  await first.reached();
  await until('the end of the worker', () => first.hasEnded);
  const left = await cluster.run(id);
  expect(left).toMatchObject({ status: 'QUEUED', endedAt: null });
  expect(left.steps.map(({ status }: { status: string }) => status)).toEqual(['DONE', 'PENDING', 'PENDING']);
  await cluster.worker();
  expect(await cluster.ended(id)).toBe('COMPLETED');
  expect(violationsIn(cluster.node.broker.log, { cooldownMs: 0 })).toEqual([]);
  expect(cluster.node.broker.log.filter(({ kind }) => kind === 'TOKEN')).toHaveLength(3);
});

test('a run is aborted through a node, whether a worker executes it or none does', async () => {
  await using cluster = await Cluster.open();
  const { node } = cluster;
  const abort = async (id: string) =>
    (await node.ask(`mutation { abortGeneration(runId: "${id}") { status endedAt } }`)).data.abortGeneration;
  const queued = await cluster.start();
  expect(await abort(queued)).toMatchObject({ status: 'ABORTED', endedAt: expect.any(String) });
  expect(node.broker.log.filter(({ kind }) => kind !== 'PROFILE')).toEqual([]);

  const worker = await cluster.worker({ at: 'DIALOG_ENTERED', signal: 'SIGSTOP' });
  const executed = await cluster.start();
  await worker.reached();
  const aborting = abort(executed);
  const asked = 'select id from vega_generation_runs where abort_requested_at is not null';
  await until('the request', () => node.rows(asked).length === 2);
  worker.kill('SIGCONT');
  expect(await aborting).toMatchObject({ status: 'ABORTED' });
  await until('the lease is given back', async () => node.rows(heldLeases).length === 0);
  expect(violationsIn(node.broker.log, { cooldownMs: 0 })).toEqual([]);
});

test('an OTP spacing is waited out by nobody, and workers whose clocks are ten minutes off keep it, with codes of the right time step', async () => {
  await using cluster = await Cluster.open({ env: { VEGA_OTP_SPACING_SECONDS: '20' } });
  const { node } = cluster;
  const fast = await cluster.worker({ clockOffMs: 600_000 });
  const id = await cluster.start();
  await until('the spacing', async () => {
    const { status, steps } = await cluster.run(id);
    return status === 'QUEUED' && steps[0].status === 'DONE';
  });
  await until('the lease is given back', async () => node.rows(heldLeases).length === 0);
  await fast.stop();
  await cluster.worker({ clockOffMs: -600_000 });
  expect(await cluster.ended(id)).toBe('COMPLETED');
  const at = node.broker.log.filter(({ kind }) => kind === 'OTP_GENERATE').map((entry) => entry.at);
  expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(20_000);
  expect(node.broker.log.filter(({ kind }) => kind === 'OTP_VERIFY')).toHaveLength(2);
  for (const { at: written } of node.rows('select at from vega_login_attempts'))
    expect(Math.abs(written - Date.now())).toBeLessThan(120_000);
});
