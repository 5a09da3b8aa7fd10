import { expect, test } from 'vitest';
import { Visitor } from '../simulator/visitor.ts';
import { CALLBACK, WEBHOOK } from '../support/approval-app.ts';
import { Cluster } from '../support/cluster.ts';
import { type TestApp, until } from '../support/test-app.ts';

const APPS = ['0de30000-0000-4000-8000-000000000000', '0de30000-0000-4000-8000-000000000001'] as const;

const openApprovalCluster = () => {
  const apps = APPS.map((clientId, index) => ({
    ...{ clientId, clientSecret: `demo-secret-${index}`, notifierUrl: 'http://127.0.0.1:9/' },
    redirectUri: `https://desk.example${CALLBACK}`,
  }));
  const leadNoticesTo = ({ url }: TestApp) => {
    for (const app of apps) app.notifierUrl = `${url}${WEBHOOK}`;
  };
  return Cluster.open({ simulator: { apps } }).then((cluster) => ({ cluster, leadNoticesTo }));
};

test('tokens that are approved come in by any node, whichever has asked for them', async () => {
  const { cluster: opened, leadNoticesTo } = await openApprovalCluster();
  await using cluster = opened;
  const { node } = cluster;
  const { broker } = node;
  leadNoticesTo(node);
  const other = await cluster.anotherNode();
  await cluster.worker();
  const id = await cluster.start('mode: ALL, via: APPROVAL');
  await until('both are asked for', async () =>
    (await cluster.run(id)).steps.every(({ step }: { step: string }) => step === 'APPROVAL_WAIT'),
  );
  const held = 'select account_id from vega_account_leases where until > 0';
  await until('the lease is given back', async () => node.rows(held).length === 0);
  leadNoticesTo(other);
  expect(await broker.approve(APPS[1])).toBe(200);
  expect((await cluster.run(id, other)).steps.map(({ status }: { status: string }) => status)).toEqual([
    'RUNNING',
    'DONE',
  ]);
  leadNoticesTo(node);
  expect(await broker.approve(APPS[0])).toBe(200);
  expect(await cluster.ended(id)).toBe('COMPLETED');
  for (const each of [node, other])
    await until('the gate', async () => (await each.ask('{ ready }')).data.ready);
  expect(broker.log.filter(({ kind }) => kind === 'APPROVAL_REQUEST')).toHaveLength(2);
  expect(node.rows('select api_name from upstox_tokens order by api_index')).toEqual([
    { api_name: 'PRIMARY' },
    { api_name: 'WEBSOCKET1' },
  ]);
});

test('a person’s login that is begun at one node ends at another', async () => {
  const { cluster: opened } = await openApprovalCluster();
  await using cluster = opened;
  const { node } = cluster;
  const other = await cluster.anotherNode();
  await cluster.worker();
  const { data, errors } = await node.ask('mutation { beginHumanLogin(apiName: PRIMARY) { runId url } }');
  expect(errors).toBeUndefined();
  const { runId, url } = data.beginHumanLogin;
  await until('the wait', async () => (await cluster.run(runId)).status === 'WAITING_OPERATOR');
  const visitor = new Visitor(node.broker, () => Date.now());
  const redirect = await visitor.login(0, new URL(url).searchParams.get('state') ?? '');
  const page = await fetch(`${other.url}${CALLBACK}?${redirect.searchParams}`);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('PRIMARY has a token')]);
  expect(await cluster.ended(runId)).toBe('COMPLETED');
  const again = await fetch(`${node.url}${CALLBACK}?${redirect.searchParams}`);
  expect(again.status).toBe(404);
  expect(node.rows('select kind from vega_login_attempts')).toEqual([{ kind: 'CODE' }]);
});
