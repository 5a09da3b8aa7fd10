import { expect, test } from 'vitest';
import { Visitor } from '../simulator/visitor.ts';
import { Cluster } from '../support/cluster.ts';
import { type TestApp, until } from '../support/test-app.ts';

const shown = async (node: TestApp, id: string) => {
  const fields = 'status queuePosition canGoOnAt waitingUntil';
  const { data } = await node.ask(`{
    generationRun(id: "${id}") { ${fields} }
    browserQueue { holder { accountId } waiting { accountId } }
  }`);
  expect(data.browserQueue).toEqual({ holder: null, waiting: [] });
  return data.generationRun;
};

/** The run of the state is read another way. */
const shownInState = async (node: TestApp) =>
  (await node.ask('{ authState { run { canGoOnAt waitingUntil } } }')).data.authState.run;

test('nodes tell from when a run can go on that waits for a worker, and for its next OTP', async () => {
  await using cluster = await Cluster.open({ env: { VEGA_OTP_SPACING_SECONDS: '600' } });
  const { node } = cluster;
  const other = await cluster.anotherNode();
  const id = await cluster.start();
  const queued = await shown(other, id);
  expect(queued).toEqual({
    ...{ status: 'QUEUED', queuePosition: null, waitingUntil: null },
    canGoOnAt: expect.any(String),
  });
  expect(Date.parse(queued.canGoOnAt)).toBeLessThanOrEqual(Date.now() + 1000);
  await cluster.worker();
  await until('the spacing', async () => {
    const { status, canGoOnAt } = await shown(other, id);
    return status === 'QUEUED' && Date.parse(canGoOnAt) > Date.now() + 300_000;
  });
  const spaced = await shown(node, id);
  expect(spaced).toEqual(await shown(other, id));
  expect(await shownInState(other)).toEqual({ canGoOnAt: spaced.canGoOnAt, waitingUntil: null });
});

test('nodes tell until when a person may act', async () => {
  const app = {
    ...{ clientId: '0de30000-0000-4000-8000-000000000000', clientSecret: 'demo-secret-0' },
    redirectUri: 'https://desk.example/api/v1/auth/upstox/callback',
  };
  await using cluster = await Cluster.open({ apis: 1, simulator: { apps: [app] } });
  const { node } = cluster;
  const other = await cluster.anotherNode();
  await cluster.worker();
  const { data } = await node.ask('mutation { beginHumanLogin(apiName: PRIMARY) { runId url expiresAt } }');
  const { runId, url, expiresAt } = data.beginHumanLogin;
  await until('the wait', async () => (await shown(other, runId)).status === 'WAITING_OPERATOR');
  for (const each of [node, other]) {
    expect(await shown(each, runId)).toMatchObject({ waitingUntil: expiresAt, canGoOnAt: null });
    expect(await shownInState(each)).toEqual({ waitingUntil: expiresAt, canGoOnAt: null });
  }
  const visitor = new Visitor(node.broker, () => Date.now());
  const redirect = await visitor.login(0, new URL(url).searchParams.get('state') ?? '');
  await fetch(`${other.url}/api/v1/auth/upstox/callback?${redirect.searchParams}`);
  expect(await cluster.ended(runId)).toBe('COMPLETED');
});
