import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse as parseDocument, validate } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { countReaders } from '../rest/rest-caller.ts';
import { holderOf } from '../support/callers.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';
import { bundle, listing, listings } from './listings.ts';

/** A listing speaks to the server where it usually is; here it is elsewhere. */
const at = (testApp: TestApp, text: string): string => text.replace('http://127.0.0.1:28020', testApp.url);

const operatorKeyOf = (testApp: TestApp) => ({ VEGA_OPERATOR_KEY: testApp.app.operatorKey });

interface Program extends AsyncDisposable {
  readonly text: () => string;
  readonly end: Promise<number | null>;
}

/** Starts a program in the folder of the desk, where its key is. */
const start = (testApp: TestApp, keys: NodeJS.ProcessEnv, command: string, ...args: string[]): Program => {
  const env = { ...process.env, ...keys };
  const child: ChildProcess = spawn(command, args, {
    cwd: testApp.directory,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  const end = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    text: () => text,
    end,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid);
      await end;
    },
  };
};

const countsOf = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/"total":(\d),"generated":(\d)/g)].map(
      ([, total, generated]) => `${generated}/${total}`,
    ),
  ),
];

test('the TypeScript listing makes what is missing and ends when everything is there', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  const file = path.join(testApp.directory, 'morning.mjs');
  writeFileSync(file, at(testApp, await bundle("import 'listing:morning.ts';", 'node')));
  await using program = start(testApp, operatorKeyOf(testApp), process.execPath, file);
  expect(await program.end).toBe(0);
  expect([...new Set(program.text().match(/^\d\/\d$/gm))]).toEqual(['0/2', '1/2', '2/2']);
});

test('the lease listing is handed a token, and the next one when it is replaced', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  await testApp.generate('mode: ALL');
  const { key } = await holderOf(testApp, { name: 'feed', role: 'SERVICE', apiNames: ['WEBSOCKET1'] });
  const file = path.join(testApp.directory, 'feed.mjs');
  writeFileSync(file, at(testApp, await bundle("import 'listing:feed.ts';", 'node')));
  await using program = start(testApp, { FEED_KEY: key }, process.execPath, file);
  await until('the first version', () => /connecting with version 1, \d{3,} characters/.test(program.text()));
  await testApp.generate('mode: PARTIAL, apiNames: [WEBSOCKET1], replaceValid: true');
  await until('the second version', () => program.text().includes('connecting with version 2'));
});

test('both curl listings show a whole run', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  await using events = start(
    testApp,
    operatorKeyOf(testApp),
    'bash',
    '-c',
    at(testApp, listing('events.sh')),
  );
  await using progress = start(
    testApp,
    operatorKeyOf(testApp),
    'bash',
    '-c',
    at(testApp, listing('subscription.sh')),
  );
  await until('both to listen', async () => (await countReaders(testApp)) === 2);
  await testApp.generate('mode: ALL');
  await until(
    'the end of both',
    () => /AUTH_CONFIRMED/.test(events.text()) && /"generated":2/.test(progress.text()),
  );
  expect(countsOf(events.text())).toEqual(['0/2', '1/2', '2/2']);
  const told = [...progress.text().matchAll(/^data: (.*"generated":.*)$/gm)].map(
    ([, data]) => JSON.parse(data ?? '').data.tokenProgress,
  );
  expect([...new Set(told.map(({ generated, total }) => `${generated}/${total}`))]).toEqual([
    '0/2',
    '1/2',
    '2/2',
  ]);
});

const hasJava = (): boolean => {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

test('the curl listing is handed a token with the key of a service, and with no other', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  await testApp.generate('mode: ALL');
  const { key: feed } = await holderOf(testApp, { name: 'feed', role: 'SERVICE', apiNames: ['WEBSOCKET1'] });
  const answerTo = async (key: string) => {
    const env = { ...process.env, FEED_KEY: key };
    const { stdout } = await promisify(execFile)('bash', ['-c', at(testApp, listing('lease.sh'))], { env });
    return JSON.parse(stdout);
  };
  const { accessToken, expiresAt } = (await answerTo(feed)).data.leaseToken;
  const rows = testApp.rows("select access_token from upstox_tokens where api_name = 'WEBSOCKET1'");
  expect([accessToken === rows[0].access_token, expiresAt.slice(11)]).toEqual([true, '22:00:00.000Z']);
  expect((await answerTo(testApp.app.operatorKey)).errors[0].extensions.code).toBe('FORBIDDEN');
});

test('the Java listing shows a whole run', async ({ annotate }) => {
  if (!hasJava()) {
    await annotate('There is no Java on this machine; the listing was not run.');
    return;
  }
  await using testApp = await openTestApp({ apis: 2 });
  const file = path.join(testApp.directory, 'Watch.java');
  writeFileSync(file, at(testApp, listing('Watch.java')));
  await using program = start(testApp, operatorKeyOf(testApp), 'java', file);
  await until('Java to listen', async () => (await countReaders(testApp)) === 1, 40_000);
  await testApp.generate('mode: ALL');
  expect(await program.end).toBe(0);
  expect(countsOf(program.text())).toEqual(['0/2', '1/2', '2/2']);
}, 90_000);

test('every document in a listing fits the schema', () => {
  const texts = [...listings.values()].join('\n');
  const documents = [
    ...[...texts.matchAll(/gql`([^`]+)`/g)].map(([, document]) => document ?? ''),
    ...[...texts.matchAll(/"query":"([^"]+)"/g)].map(([, document]) => document ?? ''),
  ];
  expect(documents.length).toBeGreaterThan(8);
  for (const document of documents) expect(validate(schema, parseDocument(document))).toEqual([]);
});

test('every listing is run by one of these tests, or by those of the command line and of the deployment', () => {
  expect([...listings.keys()].sort()).toEqual([
    ...['Morning.svelte', 'Morning.vue', 'Watch.java', 'apollo.tsx'],
    ...['container-cluster-backup', 'container-cluster-restore', 'container-cluster-secrets'],
    ...['container-cluster-start', 'container-cluster-update', 'container-start'],
    ...['events.html', 'events.sh', 'feed.ts', 'lease.sh', 'morning.ts', 'react.tsx', 'subscription.sh'],
    ...['systemd-install', 'urql.tsx', 'vega-.service.d/confined.conf', 'vega-auth.service'],
    ...['vega-auth.service.d/cluster.conf', 'vega-morning.service', 'vega-morning.timer'],
    ...['vega-work.service', 'vega.ts', 'vite.config.ts'],
  ]);
});
