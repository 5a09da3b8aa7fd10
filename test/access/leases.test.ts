import { expect, test } from 'vitest';
import { holderOf } from '../support/callers.ts';
import { type Desk, openDesk, until } from '../support/desk.ts';

const codeOf = (error: { code: string }): string => error.code;

const entries = (desk: Desk, kind: string): string[] =>
  desk
    .rows(`select message from audit_entries where kind = '${kind}' order by sequence`)
    .map(({ message }) => message);

test('a token is handed to a SERVICE key within its bounds, after that was written down', async () => {
  await using desk = await openDesk({ apis: 2 });
  const feed = await holderOf(desk, {
    name: 'feed',
    role: 'SERVICE',
    accountId: 'UPSTOX_01',
    apiNames: ['WEBSOCKET1'],
  });
  expect(await feed.client.leaseToken({ apiName: 'WEBSOCKET1' }).catch(codeOf)).toBe('TOKEN_NOT_VALID');
  expect((await desk.generate('mode: ALL')).status).toBe('COMPLETED');

  const lease = await feed.client.leaseToken({ apiName: 'WEBSOCKET1' });
  const [row] = desk.rows("select access_token from upstox_tokens where api_name = 'WEBSOCKET1'");
  expect(lease).toMatchObject({ apiName: 'WEBSOCKET1', accessToken: row.access_token, version: 1 });
  expect(Date.parse(String(lease.expiresAt))).toBeGreaterThan(Date.now());
  expect(entries(desk, 'TOKEN_LEASED')).toEqual([`Version 1 of the token is handed to key ${feed.id}.`]);

  expect(await feed.client.leaseToken({ apiName: 'PRIMARY' }).catch(codeOf)).toBe('FORBIDDEN');
  expect(await feed.client.leaseToken({ apiName: 'WEBSOCKET1', accountId: 'UPSTOX_02' }).catch(codeOf)).toBe(
    'FORBIDDEN',
  );
  expect(entries(desk, 'LEASE_REFUSED')).toEqual([
    `The token of WEBSOCKET1 was not handed to key ${feed.id} (MISSING).`,
    `The token of PRIMARY was not handed to key ${feed.id} (OUT_OF_BOUNDS).`,
  ]);
  const told = await feed.client.tokens();
  expect(told.map(({ apiName }) => apiName)).toEqual(['WEBSOCKET1']);
  expect(desk.said()).not.toContain(lease.accessToken);
  const kept = JSON.stringify([desk.rows('select * from audit_entries'), desk.rows('select * from events')]);
  expect(kept).not.toContain(lease.accessToken);
});

test('a token that the broker was not asked about is asked about first, and a dead one is not handed out', async () => {
  await using desk = await openDesk({ apis: 1 });
  await desk.generate('mode: ALL');
  await using again = await openDesk({ apis: 1, directory: desk.directory, broker: desk.broker });
  const feed = await holderOf(again, { name: 'feed', role: 'SERVICE' });
  const asked = () => desk.broker.requests.filter(({ path }) => path.includes('/user/profile')).length;
  const before = asked();
  await feed.client.leaseToken({ apiName: 'PRIMARY' });
  await feed.client.leaseToken({ apiName: 'PRIMARY' });
  expect(asked() - before).toBe(1);

  again.change("update upstox_tokens set validity_at = '2020-01-01 03:30:00'");
  expect(await feed.client.leaseToken({ apiName: 'PRIMARY' }).catch(codeOf)).toBe('TOKEN_NOT_VALID');
});

test('the operator sees who still runs on the old token, until the key is revoked', async () => {
  await using desk = await openDesk({ apis: 1 });
  await desk.generate('mode: ALL');
  const slow = await holderOf(desk, { name: 'slow', role: 'SERVICE' });
  const quick = await holderOf(desk, { name: 'quick', role: 'SERVICE' });
  for (const { client } of [slow, quick]) await client.leaseToken({ apiName: 'PRIMARY' });
  await desk.generate('mode: ALL, replaceValid: true');
  await quick.client.leaseToken({ apiName: 'PRIMARY' });
  const shown = async () =>
    (await desk.client.tokenLeases()).map(({ keyName, version, isPresent }) => [keyName, version, isPresent]);
  expect(await shown()).toEqual([
    ['slow', 1, false],
    ['quick', 2, true],
  ]);
  await desk.client.revokeAccessKey({ id: slow.id });
  expect(await shown()).toEqual([['quick', 2, true]]);
  expect(desk.rows('select key_id from token_leases')).toEqual([{ key_id: quick.id }]);
});

test('a program that asks the SDK at each use never shows the broker an old token after the news of a new one', async () => {
  await using desk = await openDesk({ apis: 1 });
  await desk.generate('mode: ALL');
  const { client } = await holderOf(desk, { name: 'feed', role: 'SERVICE', apiNames: ['PRIMARY'] });
  const rotations: number[] = [];
  const used: { version: number; afterNewsOf: number }[] = [];
  client.onRotate(({ version }) => rotations.push(version));

  const first = await client.token('PRIMARY');
  expect(await client.token('PRIMARY')).toBe(first);
  expect(entries(desk, 'TOKEN_LEASED')).toHaveLength(1);

  let isTrading = true;
  const trading = (async () => {
    while (isTrading) {
      const { accessToken, version } = await client.token('PRIMARY');
      used.push({ version, afterNewsOf: rotations.at(-1) ?? 1 });
      const url = `${desk.broker.url}/v2/user/profile`;
      const response = await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } });
      await response.arrayBuffer();
    }
  })();
  await desk.generate('mode: ALL, replaceValid: true');
  await until('the new token is in use', () => used.some(({ version }) => version === 2));
  isTrading = false;
  await trading;
  client.close();

  expect(rotations).toEqual([2]);
  expect(used.filter(({ version, afterNewsOf }) => version < afterNewsOf)).toEqual([]);
  expect(used.some(({ version }) => version === 1)).toBe(true);
  expect(entries(desk, 'TOKEN_LEASED')).toHaveLength(2);
});

test('a rotation that nobody could hear is found out when the line is back', async () => {
  await using desk = await openDesk({ apis: 1 });
  await desk.generate('mode: ALL');
  const { key, client } = await holderOf(desk, { name: 'feed', role: 'SERVICE' });
  expect(key).not.toBe('');
  const rotations: number[] = [];
  client.onRotate(({ version }) => rotations.push(version));
  await client.token('PRIMARY');
  await desk.generate('mode: ALL, replaceValid: true');
  await until('the rotation is told', () => rotations.length === 1);
  expect((await client.token('PRIMARY')).version).toBe(2);
  client.close();
});

test('what a SERVICE key hears is how its tokens stand, and nothing of the audit', async () => {
  await using desk = await openDesk({ apis: 2 });
  const feed = await holderOf(desk, { name: 'feed', role: 'SERVICE', apiNames: ['WEBSOCKET1'] });
  const heard: string[] = [];
  const leaving = new AbortController();
  const listening = (async () => {
    for await (const event of feed.client.events({ signal: leaving.signal })) {
      heard.push(event.__typename);
      if (event.__typename === 'TokenStoredEvent') heard.push(event.stored.apiName);
    }
  })();
  await until('the state as it is has come', () => heard.includes('CooldownEvent'));
  await desk.generate('mode: ALL');
  await until('the token is told of', () => heard.includes('WEBSOCKET1'));
  leaving.abort();
  await listening;
  expect(heard).not.toContain('AuditEvent');
  expect(heard).not.toContain('PRIMARY');
});
