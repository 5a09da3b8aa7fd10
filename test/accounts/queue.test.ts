import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';
import { openTwoLogins, SECOND_ENVIRONMENT } from './two-logins.ts';

const start = (testApp: TestApp, accountId: string) =>
  testApp.ask(
    `mutation { generateTokens(mode: INVALID_ONLY, accountId: "${accountId}") { id status queuePosition } }`,
  );

const runOf = async (testApp: TestApp, id: string) =>
  (await testApp.ask(`{ generationRun(id: "${id}") { accountId status queuePosition steps { status } } }`))
    .data.generationRun;

const queueOf = async (testApp: TestApp) =>
  (await testApp.ask('{ runQueue { id accountId status queuePosition } }')).data.runQueue;

test('the run of another account waits its turn, and each account gets its own tokens', async () => {
  await using broker = await openTwoLogins();
  await using testApp = await openTestApp({ broker, apis: 2, env: SECOND_ENVIRONMENT });
  const first = (await start(testApp, 'UPSTOX_01')).data.generateTokens;
  const second = (await start(testApp, 'UPSTOX_02')).data.generateTokens;
  expect(first).toMatchObject({ status: 'RUNNING', queuePosition: null });
  expect(second).toMatchObject({ status: 'QUEUED', queuePosition: 1 });
  expect(await queueOf(testApp)).toEqual([
    { id: second.id, accountId: 'UPSTOX_02', status: 'QUEUED', queuePosition: 1 },
  ]);
  for (const id of ['UPSTOX_01', 'UPSTOX_02'])
    expect((await start(testApp, id)).errors[0].extensions.code).toBe('RUN_IN_PROGRESS');
  // Either may end first: each gives the browser away while it waits for a TOTP time step.
  for (const { id } of [first, second])
    await until('the run is over', async () => (await runOf(testApp, id)).status === 'COMPLETED');
  expect(await queueOf(testApp)).toEqual([]);
  expect(
    testApp.rows('select user_id, api_name, client_id from upstox_tokens order by user_id, api_index'),
  ).toEqual(
    [
      broker.apps.slice(0, 2).map(({ clientId }) => [1, clientId]),
      [
        [2, '0'],
        [2, '1'],
      ],
    ]
      .flat()
      .map(([user_id, client], index) => ({
        user_id,
        api_name: index % 2 === 0 ? 'PRIMARY' : 'WEBSOCKET1',
        client_id: user_id === 1 ? client : SECOND_ENVIRONMENT[`UPSTOX_2_CLIENT_ID_${client}`],
      })),
  );
  const { data } = await testApp.ask('{ accounts { id client authState { state } } }');
  expect(data.accounts).toEqual([
    { id: 'UPSTOX_01', client: 'DE****', authState: { state: 'AUTH_CONFIRMED' } },
    { id: 'UPSTOX_02', client: 'EC****', authState: { state: 'AUTH_CONFIRMED' } },
  ]);
});

test('a run that waits can be aborted, and nothing of it reaches the broker', async () => {
  await using broker = await openTwoLogins(300);
  await using testApp = await openTestApp({ broker, apis: 1, env: SECOND_ENVIRONMENT });
  const first = (await start(testApp, 'UPSTOX_01')).data.generateTokens;
  const second = (await start(testApp, 'UPSTOX_02')).data.generateTokens;
  const { data } = await testApp.ask(
    `mutation { abortGeneration(runId: "${second.id}") { status queuePosition steps { status } } }`,
  );
  expect(data.abortGeneration).toEqual({
    status: 'ABORTED',
    queuePosition: null,
    steps: [{ status: 'SKIPPED' }, { status: 'SKIPPED' }],
  });
  await until('the first run is over', async () => (await runOf(testApp, first.id)).status === 'COMPLETED');
  expect(broker.log.filter(({ clientId }) => clientId?.startsWith('5ec00d'))).toEqual([]);
});

test('a run that waits when the program stops is taken up by the next start', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'vega-queue-'));
  await using broker = await openTwoLogins(300);
  const options = { broker, apis: 1, env: SECOND_ENVIRONMENT, directory };
  let id = '';
  {
    await using testApp = await openTestApp(options);
    await start(testApp, 'UPSTOX_01');
    id = (await start(testApp, 'UPSTOX_02')).data.generateTokens.id;
    expect((await runOf(testApp, id)).status).toBe('QUEUED');
  }
  {
    await using testApp = await openTestApp(options);
    await until(
      'the run that was waiting is over',
      async () => (await runOf(testApp, id)).status === 'COMPLETED',
    );
    expect(testApp.rows('select distinct user_id from upstox_tokens')).toEqual([{ user_id: 2 }]);
  }
  rmSync(directory, { recursive: true, force: true });
});

test('a run that moves up while it starts still takes the browser before it begins', async () => {
  await using broker = await openTwoLogins();
  await using testApp = await openTestApp({ broker, apis: 1, env: SECOND_ENVIRONMENT });
  const { database } = testApp.app.parts;
  const first = (await start(testApp, 'UPSTOX_01')).data.generateTokens;
  const backUp = database.backUp.bind(database);
  database.backUp = async (now) => {
    await until('the first run is over', async () => (await runOf(testApp, first.id)).status === 'COMPLETED');
    return backUp(now);
  };
  const second = (await start(testApp, 'UPSTOX_02')).data.generateTokens;
  expect(second.status).toBe('QUEUED');
  await until('the second run is over', async () => (await runOf(testApp, second.id)).status === 'COMPLETED');
});
