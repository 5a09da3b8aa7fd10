import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { UNBOUND } from '../../src/domain/account/access-key.ts';
import { createVegaClient } from '../../src/sdk/index.ts';
import { getAccount } from '../../src/services/accounts/accounts.ts';
import { leaseToken } from '../../src/services/tokens/token-leases.ts';
import { holderOf } from '../support/callers.ts';
import { openLine } from '../support/line.ts';
import { plantToken, plantVerdict } from '../support/plant.ts';
import { openTestApp, settle, type TestApp, until } from '../support/test-app.ts';

const codeOf = (error: { code: string }): string => error.code;

const CONSUMER = 'feed/1.0';

const callBroker = async (testApp: TestApp, accessToken: string): Promise<void> => {
  const headers = { authorization: `Bearer ${accessToken}`, 'user-agent': CONSUMER };
  await (await fetch(`${testApp.broker.url}/v2/user/profile`, { headers })).arrayBuffer();
};

const entries = (testApp: TestApp, kind: string): string[] =>
  testApp
    .rows(`select message from vega_audit_entries where kind = '${kind}' order by sequence`)
    .map(({ message }) => message);

test('a token is handed to a SERVICE key within its bounds, after that was written down', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  const feed = await holderOf(testApp, {
    name: 'feed',
    role: 'SERVICE',
    accountId: 'UPSTOX_01',
    apiNames: ['WEBSOCKET1'],
  });
  expect(await feed.client.leaseToken({ apiName: 'WEBSOCKET1' }).catch(codeOf)).toBe('TOKEN_NOT_VALID');
  expect((await testApp.generate('mode: ALL')).status).toBe('COMPLETED');

  const lease = await feed.client.leaseToken({ apiName: 'WEBSOCKET1' });
  const [row] = testApp.rows("select access_token from upstox_tokens where api_name = 'WEBSOCKET1'");
  expect(lease).toMatchObject({ apiName: 'WEBSOCKET1', accessToken: row.access_token, version: 1 });
  expect(Date.parse(String(lease.expiresAt))).toBeGreaterThan(Date.now());
  expect(entries(testApp, 'TOKEN_LEASED')).toEqual([`Version 1 of the token is handed to key ${feed.id}.`]);

  expect(await feed.client.leaseToken({ apiName: 'PRIMARY' }).catch(codeOf)).toBe('FORBIDDEN');
  expect(await feed.client.leaseToken({ apiName: 'WEBSOCKET1', accountId: 'UPSTOX_02' }).catch(codeOf)).toBe(
    'FORBIDDEN',
  );
  expect(entries(testApp, 'LEASE_REFUSED')).toEqual([
    `The token of WEBSOCKET1 was not handed to key ${feed.id} (MISSING).`,
    `The token of PRIMARY was not handed to key ${feed.id} (OUT_OF_BOUNDS).`,
  ]);
  const told = await feed.client.tokens();
  expect(told.map(({ apiName }) => apiName)).toEqual(['WEBSOCKET1']);
  expect(testApp.said()).not.toContain(lease.accessToken);
  const kept = JSON.stringify([
    testApp.rows('select * from vega_audit_entries'),
    testApp.rows('select * from vega_events'),
  ]);
  expect(kept).not.toContain(lease.accessToken);
});

test('a token that the broker was not asked about is asked about first, and a dead one is not handed out', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const planted = plantToken(testApp, 'PRIMARY');
  const { client } = await holderOf(testApp, { name: 'feed', role: 'SERVICE' });
  const asked = () => testApp.broker.log.filter(({ kind }) => kind === 'PROFILE').length;
  const before = asked();
  expect((await client.leaseToken({ apiName: 'PRIMARY' })).accessToken).toBe(planted);
  await client.leaseToken({ apiName: 'PRIMARY' });
  expect(asked() - before).toBe(1);

  plantVerdict(testApp, 'PRIMARY', 'UNKNOWN');
  const unknown = await client.leaseToken({ apiName: 'PRIMARY' }).catch((error: unknown) => error);
  expect(unknown).toMatchObject({
    code: 'TOKEN_NOT_VALID',
    nextAction: expect.stringContaining('10 seconds'),
    retryableAt: expect.any(Date),
  });
  await client.leaseToken({ apiName: 'PRIMARY' }).catch(codeOf);
  expect(asked() - before).toBe(2);

  for (const verdict of ['EXPIRED', 'INVALID', 'MISSING'] as const) {
    plantVerdict(testApp, 'PRIMARY', verdict);
    expect(await client.leaseToken({ apiName: 'PRIMARY' }).catch(codeOf)).toBe('TOKEN_NOT_VALID');
  }
  expect(entries(testApp, 'TOKEN_LEASED')).toHaveLength(2);
});

test('the operator sees who still runs on the old token, until the key is revoked', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await testApp.generate('mode: ALL');
  const slow = await holderOf(testApp, { name: 'slow', role: 'SERVICE' });
  const quick = await holderOf(testApp, { name: 'quick', role: 'SERVICE' });
  for (const { client } of [slow, quick]) await client.leaseToken({ apiName: 'PRIMARY' });
  await testApp.generate('mode: ALL, replaceValid: true');
  await quick.client.leaseToken({ apiName: 'PRIMARY' });
  const shown = async () =>
    (await testApp.client.tokenLeases()).map(({ keyName, version, isPresent }) => [
      keyName,
      version,
      isPresent,
    ]);
  expect(await shown()).toEqual([
    ['slow', 1, false],
    ['quick', 2, true],
  ]);
  await testApp.client.revokeAccessKey({ id: slow.id });
  expect(await shown()).toEqual([['quick', 2, true]]);
  expect(testApp.rows('select key_id from vega_token_leases')).toEqual([{ key_id: quick.id }]);
});

test('a program that asks the SDK at each use never shows the broker an old token after the news of a new one', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await testApp.generate('mode: ALL');
  const { client } = await holderOf(testApp, { name: 'feed', role: 'SERVICE', apiNames: ['PRIMARY'] });
  const rotations: number[] = [];
  const versions = new Set<number>();
  let sent = 0;
  let sentAtNews = Number.NaN;
  client.onRotate(({ version }) => {
    rotations.push(version);
    sentAtNews = sent;
  });

  const first = await client.token('PRIMARY');
  expect(await client.token('PRIMARY')).toBe(first);
  expect(entries(testApp, 'TOKEN_LEASED')).toHaveLength(1);

  const old = createHash('sha256').update(first.accessToken).digest('hex').slice(0, 12);
  let isTrading = true;
  const trading = (async () => {
    while (isTrading) {
      const { accessToken, version } = await client.token('PRIMARY');
      sent += 1;
      await callBroker(testApp, accessToken);
      versions.add(version);
    }
  })();
  await testApp.generate('mode: ALL, replaceValid: true');
  await until('the new token is in use', () => versions.has(2));
  isTrading = false;
  await trading;
  client.close();

  expect(rotations).toEqual([2]);
  expect(sentAtNews).toBeGreaterThan(2);
  // The broker saw the old token as often as it was sent before the news, and not once more.
  const uses = testApp.broker.log.filter(
    ({ detail, fingerprint }) => detail === CONSUMER && fingerprint === old,
  );
  expect(uses).toHaveLength(sentAtNews);
  expect(entries(testApp, 'TOKEN_LEASED')).toHaveLength(2);
});

test('a rotation that nobody could hear is found out when the line is back', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await using line = await openLine(testApp.url);
  await testApp.generate('mode: ALL');
  const { key } = await holderOf(testApp, { name: 'feed', role: 'SERVICE' });
  const client = createVegaClient({ url: line.url, key });
  const rotations: number[] = [];
  client.onRotate(({ version }) => rotations.push(version));
  const first = await client.token('PRIMARY');

  line.lead('http://127.0.0.1:1');
  while (line.cut()) await settle(10);
  expect(await client.token('PRIMARY')).toEqual(first);
  await testApp.generate('mode: ALL, replaceValid: true');
  expect(rotations).toEqual([]);

  line.lead(testApp.url);
  await until('the rotation is told', () => rotations.length === 1);
  expect((await client.token('PRIMARY')).version).toBe(2);
  client.close();
});

test('a revoked key is handed nothing more, not even from the memory of its holder', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await testApp.generate('mode: ALL');
  const { id, client } = await holderOf(testApp, { name: 'feed', role: 'SERVICE' });
  await client.token('PRIMARY');
  await testApp.client.revokeAccessKey({ id });
  let code = '';
  await until('the holder is refused', async () => {
    code = await client.token('PRIMARY').then(() => '', codeOf);
    return code !== '';
  });
  expect(code).toBe('UNAUTHENTICATED');
  client.close();
});

test('what a SERVICE key receives is how its tokens stand, and nothing of the audit', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  const feed = await holderOf(testApp, { name: 'feed', role: 'SERVICE', apiNames: ['WEBSOCKET1'] });
  const heard: string[] = [];
  const leaving = new AbortController();
  const listening = (async () => {
    for await (const event of feed.client.events({ signal: leaving.signal })) {
      heard.push(event.__typename);
      if (event.__typename === 'TokenStoredEvent') heard.push(event.stored.apiName);
    }
  })();
  await until('the state as it is has come', () => heard.includes('CooldownEvent'));
  await testApp.generate('mode: ALL');
  await until('the token is told of', () => heard.includes('WEBSOCKET1'));
  leaving.abort();
  await listening;
  expect(heard).not.toContain('AuditEvent');
  expect(heard).not.toContain('PRIMARY');
});

test('a token of an app that is off, or that there is not, is not handed out, and that is written down', async () => {
  await using testApp = await openTestApp({ apis: 1, env: { LOGIN_CONFIG_SOURCE: 'DATABASE' } });
  const [app] = testApp.broker.apps;
  const input = {
    apiName: 'PRIMARY',
    clientId: app?.clientId,
    clientSecret: app?.clientSecret,
    enabled: false,
  };
  await testApp.ask('mutation ($input: SaveApiConfigInput!) { saveApiConfig(input: $input) { source } }', {
    input,
  });
  const { client, id } = await holderOf(testApp, { name: 'feed', role: 'SERVICE' });
  for (const apiName of ['PRIMARY', 'WEBSOCKET1'] as const)
    expect(await client.leaseToken({ apiName }).catch(codeOf)).toBe('API_NOT_CONFIGURED');
  expect(entries(testApp, 'LEASE_REFUSED')).toContain(
    `The token of PRIMARY was not handed to key ${id} (API_NOT_CONFIGURED).`,
  );
});

test('nobody but the holder of a key is handed a token, not even by mistake of ours', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  plantToken(testApp, 'PRIMARY');
  const account = await getAccount(testApp.app.parts.database, null);
  const operator = { id: 'operator', keyId: null, role: 'OPERATOR', bounds: UNBOUND } as const;
  const refusal = await leaseToken(testApp.app.parts, operator, account, 'PRIMARY').catch(codeOf);
  expect(refusal).toBe('FORBIDDEN');
});
