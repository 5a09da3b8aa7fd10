import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parse as parseDocument, validate } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { holderOf } from '../support/callers.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { listing, listings } from './listings.ts';

/** A listing speaks to the server where it usually is; here it is elsewhere. */
const at = (testApp: TestApp, text: string): string => text.replace('http://127.0.0.1:28020', testApp.url);

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

test('every document in a listing fits the schema', () => {
  const texts = [...listings.values()].join('\n');
  const documents = [
    ...[...texts.matchAll(/(?:gql|graphql\()`([^`]+)`/g)].map(([, document]) => document ?? ''),
    ...[...texts.matchAll(/"query":"([^"]+)"/g)].map(([, document]) => document ?? ''),
  ];
  expect(documents.length).toBeGreaterThan(8);
  for (const document of documents) expect(validate(schema, parseDocument(document))).toEqual([]);
});

test('every listing is run by one of these tests, or by those of the command line and of the deployment', () => {
  expect([...listings.keys()].sort()).toEqual([
    ...['Morning.svelte', 'Morning.vue', 'Watch.java', 'apollo.tsx', 'codegen.ts'],
    ...['container-cluster-backup', 'container-cluster-restore', 'container-cluster-secrets'],
    ...['container-cluster-start', 'container-cluster-update', 'container-start'],
    ...['events.html', 'events.sh', 'feed.ts', 'lease.sh', 'morning.ts', 'react.tsx', 'subscription.sh'],
    ...['systemd-install', 'tokens.ts', 'urql.tsx', 'vega-.service.d/confined.conf', 'vega-auth.service'],
    ...['vega-auth.service.d/cluster.conf', 'vega-morning.service', 'vega-morning.timer'],
    ...['vega-work.service', 'vega.ts', 'vite.config.ts'],
  ]);
});
