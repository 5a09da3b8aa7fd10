import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { createVegaClient } from '../src/sdk/index.ts';
import { holderOf } from './support/callers.ts';
import { openTestApp } from './support/test-app.ts';

/** What of the broker's own client is used here; it ships without types. */
interface OfficialClient {
  readonly ApiClient: {
    readonly instance: { basePath: string; authentications: { OAUTH2: { accessToken: string } } };
  };
  readonly UserApi: new () => {
    getProfile(version: string, done: (error: unknown, answer: { data: { userId: string } }) => void): void;
  };
}

test('the official client gets a profile with every leased token', async () => {
  await using testApp = await openTestApp();
  await testApp.generate('mode: ALL');
  const client = createRequire(import.meta.url)('upstox-js-sdk') as OfficialClient;
  client.ApiClient.instance.basePath = testApp.broker.url;
  const users: string[] = [];
  const { key } = await holderOf(testApp, { name: 'feed', role: 'SERVICE' });
  const vega = createVegaClient({ url: testApp.url, key });
  for (const { apiName } of await testApp.client.tokens()) {
    const { accessToken } = await vega.token(apiName);
    client.ApiClient.instance.authentications.OAUTH2.accessToken = accessToken;
    users.push(
      await new Promise((resolve, reject) =>
        new client.UserApi().getProfile('2.0', (error, answer) =>
          error === null ? resolve(answer.data.userId) : reject(new Error('the official client was refused')),
        ),
      ),
    );
  }
  vega.close();
  expect(users).toEqual(Array(6).fill(testApp.broker.account.userId));
});
