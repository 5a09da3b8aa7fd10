import { expect, test } from 'vitest';
import { getAccount } from '../../src/services/accounts/accounts.ts';
import { SECOND_INPUT } from '../accounts/two-logins.ts';
import { Cluster } from '../support/cluster.ts';
import { type TestApp, until } from '../support/test-app.ts';

const ADD = 'mutation ($input: AddAccountInput!) { addAccount(input: $input) { id } }';

/** Every node has the one app of the broker. */
const openCluster = () =>
  Cluster.open({
    simulator: {
      apps: [
        {
          clientId: '0de30000-0000-4000-8000-000000000000',
          clientSecret: 'demo-secret-0',
          redirectUri: 'http://127.0.0.1:18081/callback',
        },
      ],
    },
  });

const isReady = async (node: TestApp): Promise<boolean> =>
  (await node.ask('{ ready(accountId: "UPSTOX_01") }')).data.ready;

const switchTo = async (node: TestApp, accountId: string): Promise<void> => {
  const { errors } = await node.ask(`mutation { switchAccount(accountId: "${accountId}") { id } }`);
  expect(errors).toBeUndefined();
};

test('after a switch no node opens the gate by what the broker has said before it', async () => {
  await using cluster = await openCluster();
  const { node } = cluster;
  const other = await cluster.anotherNode();
  const worker = await cluster.worker();
  expect(await cluster.ended(await cluster.start())).toBe('COMPLETED');
  for (const each of [node, other]) await until('the gate', () => isReady(each));
  // This node was told by the broker itself, too.
  expect((await other.ask('{ tokenStatus { tokens { verdict } } }')).errors).toBeUndefined();
  await worker.stop();
  expect((await node.ask(ADD, { input: SECOND_INPUT })).errors).toBeUndefined();

  await switchTo(node, 'UPSTOX_02');
  const opened = () => node.rows("select sequence from vega_audit_entries where kind = 'GATE_OPENED'").length;
  const openedBefore = opened();
  const { faults, profileCalls } = node.broker;
  faults.profile = 'server-error';
  const calls = profileCalls.total;
  await switchTo(node, 'UPSTOX_01');
  await until('the broker was asked', () => profileCalls.total > calls);
  for (const each of [other, node]) {
    const { parts, services } = each.app;
    await services.states.settle(await getAccount(parts.database, 'UPSTOX_01'));
    expect(await isReady(each)).toBe(false);
  }
  expect(opened()).toBe(openedBefore);

  faults.profile = 'none';
  await node.ask('{ tokenStatus(accountId: "UPSTOX_01") { tokens { verdict } } }');
  for (const each of [node, other]) await until('the gate is open again', () => isReady(each));
});

test('after a switch that the broker confirms at once, every node opens the gate', async () => {
  await using cluster = await openCluster();
  const { node } = cluster;
  const other = await cluster.anotherNode();
  await cluster.worker();
  expect(await cluster.ended(await cluster.start())).toBe('COMPLETED');
  for (const each of [node, other]) await until('the gate', () => isReady(each));
  await node.ask('{ tokenStatus { tokens { verdict } } }');
  expect((await node.ask(ADD, { input: SECOND_INPUT })).errors).toBeUndefined();
  await switchTo(node, 'UPSTOX_02');
  await switchTo(node, 'UPSTOX_01');
  for (const each of [node, other]) await until('the gate is open again', () => isReady(each));
});
