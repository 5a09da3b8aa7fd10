import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { WEBHOOK } from '../../support/approval-app.ts';
import { openFolder } from '../../support/folder.ts';
import { openCuttingProxy } from '../../support/postgres/cutting-proxy.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { openBroker, openTestApp, type TestApp, until } from '../../support/test-app.ts';

const CLIENT_ID = '0de30000-0000-4000-8000-000000000000';

/** A desk that waits for an approval, and whose way to its server can be cut. */
const openDesk = async (directory: string) => {
  const server = await sharedPostgres();
  const databaseUrl = await server.createDatabase();
  const proxy = await openCuttingProxy(server.port);
  const app = {
    ...{ clientId: CLIENT_ID, clientSecret: 'demo-secret-0', notifierUrl: 'http://127.0.0.1:9/' },
    redirectUri: 'http://127.0.0.1:18081/callback',
  };
  const broker = await openBroker({ apps: [app] });
  const open = async () => {
    const options = { apis: 1, directory, broker, databaseUrl, databaseWay: proxy.url(databaseUrl) };
    const testApp = await openTestApp(options);
    app.notifierUrl = `${testApp.url}${WEBHOOK}`;
    return testApp;
  };
  return {
    ...{ broker, proxy, open },
    notes: () => readdirSync(path.join(directory, '.vega')).filter((name) => name.startsWith('note-')),
    [Symbol.asyncDispose]: async () => {
      await broker[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
};

const startApproval = async (testApp: TestApp): Promise<void> => {
  const { errors } = await testApp.ask('mutation { generateTokens(mode: ALL, via: APPROVAL) { id } }');
  expect(errors).toBeUndefined();
  await until(
    'the approval is waited for',
    async () => (await steps(testApp))?.[0]?.step === 'APPROVAL_WAIT',
  );
};

const steps = async (testApp: TestApp): Promise<{ status: string; step: string }[] | undefined> =>
  (await testApp.ask('{ authState { run { steps { status step } } } }')).data?.authState.run?.steps;

const untilDone = (testApp: TestApp): Promise<void> =>
  until('the token', async () => (await steps(testApp))?.[0]?.status === 'DONE');

test('a token that is approved while the database is gone comes in when it is back, though nobody sends it again', async () => {
  using folder = openFolder();
  const { directory } = folder;
  await using desk = await openDesk(directory);
  await using testApp = await desk.open();
  await startApproval(testApp);
  desk.proxy.part();
  expect(await desk.broker.approve(CLIENT_ID)).toBe(503);
  const [note = ''] = desk.notes();
  expect(readFileSync(path.join(directory, '.vega', note), 'utf8')).toMatch(/^vega1:/);
  desk.proxy.join();
  await untilDone(testApp);
  expect(testApp.rows('select api_name from upstox_tokens')).toEqual([{ api_name: 'PRIMARY' }]);
  await until('nothing is kept any more', () => desk.notes().length === 0);
});

test('a program that ends meanwhile leaves the token to the next one on its machine', async () => {
  using folder = openFolder();
  await using desk = await openDesk(folder.directory);
  {
    await using first = await desk.open();
    await startApproval(first);
    desk.proxy.part();
    expect(await desk.broker.approve(CLIENT_ID)).toBe(503);
  }
  expect(desk.notes()).toHaveLength(1);
  desk.proxy.join();
  await using second = await desk.open();
  await untilDone(second);
  await until('nothing is kept any more', () => desk.notes().length === 0);
});

test('what is no notice is not kept', async () => {
  using folder = openFolder();
  await using desk = await openDesk(folder.directory);
  await using testApp = await desk.open();
  desk.proxy.part();
  const response = await fetch(`${testApp.url}${WEBHOOK}`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"client_id":"x"}' },
  });
  expect(response.status).toBe(403);
  expect(desk.notes()).toEqual([]);
  desk.proxy.join();
});
