import { expect, test } from 'vitest';
import { plantToken } from './support/plant.ts';
import { openTestApp } from './support/test-app.ts';

test('the expiry of every token is told by the server clock, PRIMARY first, and reading it triggers nothing', async () => {
  const clock = { now: new Date('2026-11-22T05:00:00Z') };
  await using testApp = await openTestApp({
    apis: 3,
    clock: () => clock.now,
    simulator: { now: () => clock.now.getTime() },
  });
  plantToken(testApp, 'WEBSOCKET1', { validity_at: '2026-11-23 03:30:00' });
  plantToken(testApp, 'PRIMARY', { validity_at: '2026-11-23 03:30:00' });
  // The table says nothing that can be read, and the token itself does.
  plantToken(testApp, 'WEBSOCKET2', { validity_at: 'unreadable' });
  const before = testApp.rows('select * from upstox_tokens');
  const seen: unknown[] = [];
  for (const at of [
    '05:00:00',
    '21:00:00',
    '21:00:01',
    '21:50:00',
    '21:50:01',
    '21:59:59',
    '22:00:00',
    '23:00:00',
  ]) {
    clock.now = new Date(`2026-11-22T${at}Z`);
    const { tokenExpiry } = (
      await testApp.ask('{ tokenExpiry { apiName expiresAt expiresAtIst remainingSeconds level } }')
    ).data;
    const names = tokenExpiry.map(({ apiName }: { apiName: string }) => apiName);
    expect(names).toEqual(['PRIMARY', 'WEBSOCKET1', 'WEBSOCKET2']);
    expect(tokenExpiry[0].expiresAt).toBe('2026-11-22T22:00:00.000Z');
    expect(tokenExpiry[0].expiresAtIst).toBe('2026-11-23T03:30:00');
    seen.push(`${at} ${tokenExpiry[0].remainingSeconds} ${tokenExpiry[0].level}`);
  }
  expect(seen).toEqual([
    '05:00:00 61200 GREEN',
    '21:00:00 3600 GREEN',
    '21:00:01 3599 AMBER',
    '21:50:00 600 AMBER',
    '21:50:01 599 RED',
    '21:59:59 1 RED',
    '22:00:00 0 EXPIRED',
    '23:00:00 0 EXPIRED',
  ]);
  expect(testApp.broker.log).toEqual([]);
  expect(testApp.rows('select * from upstox_tokens')).toEqual(before);
});

test('a valid token turns EXPIRED in every answer at the second its time is up', async () => {
  const clock = { now: new Date('2026-11-22T21:59:00Z') };
  await using testApp = await openTestApp({
    apis: 1,
    clock: () => clock.now,
    simulator: { now: () => clock.now.getTime() },
  });
  plantToken(testApp, 'PRIMARY', { validity_at: '2026-11-23 03:30:00' });
  const verdicts = async () => {
    const { tokenStatus } = (await testApp.ask('{ tokenStatus { tokens { verdict } } }')).data;
    const { tokens } = (await testApp.ask('{ tokens { verdict } }')).data;
    return [tokenStatus.tokens[0].verdict, tokens[0].verdict];
  };
  expect(await verdicts()).toEqual(['VALID', 'VALID']);
  clock.now = new Date('2026-11-22T22:00:00Z');
  expect((await testApp.ask('{ tokens { verdict } }')).data.tokens[0].verdict).toBe('EXPIRED');
  expect(await verdicts()).toEqual(['EXPIRED', 'EXPIRED']);
  expect(testApp.rows('select is_active from upstox_tokens')).toEqual([{ is_active: 0 }]);
});

test('a table and a token that disagree about the end are reported, and the earlier end counts', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  plantToken(testApp, 'PRIMARY', { validity_at: '2099-01-01 03:30:00' });
  const { systemHealth, tokens } = (
    await testApp.ask(
      '{ systemHealth { database findings { component state message } } tokens { expiresAt } }',
    )
  ).data;
  expect(systemHealth.database).toBe('DEGRADED');
  expect(systemHealth.findings).toMatchObject([
    { component: 'DATABASE', message: expect.stringContaining('PRIMARY: the table and the token') },
  ]);
  expect(tokens[0].expiresAt).toMatch(/T22:00:00\.000Z$/);
  expect(new Date(tokens[0].expiresAt).getTime()).toBeLessThan(Date.now() + 86_400_000);
});
