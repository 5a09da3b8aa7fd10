import { expect, test } from 'vitest';
import { importToken } from '../roles/role-desk.ts';
import { Cluster } from '../support/cluster.ts';

const VERDICTS = '{ tokens { verdict } }';

test('a token that one node was told is dead reads VALID on no other, whoever makes its row active again', async () => {
  await using cluster = await Cluster.open({ apis: 1 });
  const { node } = cluster;
  const early = await cluster.anotherNode();
  const accessToken = node.broker.issueToken(node.broker.apps[0]?.clientId ?? '');
  expect(await importToken(node, { credential: 'PASTED', apiNames: ['PRIMARY'], accessToken })).toBeNull();
  early.guard('pasted', accessToken);
  for (const each of [node, early]) await each.client.tokenStatus({});
  expect((await early.ask(VERDICTS)).data.tokens[0]).toEqual({ verdict: 'VALID' });
  node.broker.revoke(accessToken);
  await node.client.tokenStatus({});
  node.change('update upstox_tokens set is_active = 1');
  const late = await cluster.anotherNode();
  late.guard('pasted', accessToken);
  for (const each of [early, late])
    expect((await each.ask(VERDICTS)).data.tokens[0]).not.toEqual({ verdict: 'VALID' });
});
