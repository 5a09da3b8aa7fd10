import { expect, test } from 'vitest';
import { sharedPostgres } from '../support/postgres.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';
import { Worker } from '../support/worker.ts';

/** Machines share no folder, so the key that seals the secrets is given to each. */
const KEYS = { VEGA_MASTER_KEY: 'a-key-of-more-than-thirty-two-characters' };

const runOf = async (node: TestApp, id: string) =>
  (
    await node.ask(
      `{ generationRun(id: "${id}") { status endedAt steps { apiName status failure { code } } } }`,
    )
  ).data.generationRun;

const start = async (node: TestApp, args = 'mode: ALL'): Promise<string> => {
  const { data, errors } = await node.ask(`mutation { generateTokens(${args}) { id status } }`);
  expect(errors).toBeUndefined();
  expect(data.generateTokens.status).toBe('QUEUED');
  return data.generateTokens.id;
};

test('a node starts a run, a worker makes its tokens, and the node knows them', async () => {
  const databaseUrl = await (await sharedPostgres()).createDatabase();
  await using node = await openTestApp({ apis: 2, databaseUrl, works: false, env: KEYS });
  await using worker = await Worker.start({ env: node.env, databaseUrl });
  const id = await start(node);
  expect((await node.ask('mutation { generateTokens(mode: ALL) { id } }')).errors[0].extensions.code).toBe(
    'RUN_IN_PROGRESS',
  );
  await until('the end of the run', async () => (await runOf(node, id)).endedAt !== null);
  expect(await runOf(node, id)).toMatchObject({ status: 'COMPLETED' });
  await until('the gate', async () => {
    const { data } = await node.ask('{ authState { state } tokenStatus { tokens { verdict } } }');
    return data.tokenStatus.tokens.every(({ verdict }: { verdict: string }) => verdict === 'VALID');
  });
  const { data } = await node.ask('{ authState { state headline blockedBy } }');
  expect(data.authState).toEqual({
    state: 'AUTH_CONFIRMED',
    headline: 'Every token is valid.',
    blockedBy: null,
  });
  await worker.stop();
  expect(node.rows('select account_id from vega_account_leases where until > 0')).toEqual([]);
});
