import { expect, test } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { assign, importToken, linesOf } from './role-desk.ts';

test('a run that would end a token which no login serves is neither advised nor started', async () => {
  await using testApp = await openTestApp({ apis: 2, simulator: { scenario: 'one-token' } });
  await testApp.generate('mode: INVALID_ONLY');
  expect(await assign(testApp, 'WEBSOCKET1', 'PASTED')).toBeNull();
  expect(await linesOf(testApp)).toEqual(['PRIMARY LOGIN INVALID', 'WEBSOCKET1 PASTED VALID']);
  const { nextOperations } = (await testApp.ask('{ authState { nextOperations } }')).data.authState;
  expect(nextOperations).not.toContain('GENERATE_MISSING');
  const { errors } = await testApp.ask('mutation { generateTokens(mode: INVALID_ONLY) { id } }');
  expect(errors?.[0]).toMatchObject({
    message: expect.stringContaining('WEBSOCKET1 would be ended although valid.'),
    extensions: { code: 'WOULD_REPLACE_VALID' },
  });
  expect(await linesOf(testApp)).toContain('WEBSOCKET1 PASTED VALID');
});

const importAnalytics = (testApp: TestApp, apiName: string): Promise<string | null> =>
  importToken(testApp, {
    credential: 'ANALYTICS',
    apiNames: [apiName],
    accessToken: testApp.broker.issueYearlyToken('ANALYTICS'),
  });

test.for([
  ['has a yearly token', (testApp: TestApp) => importAnalytics(testApp, 'WEBSOCKET1')],
  [
    'shares the token of PRIMARY, beside another with a yearly token',
    async (testApp: TestApp) =>
      (await assign(testApp, 'WEBSOCKET1', 'SHARED', 'PRIMARY')) ??
      (await importAnalytics(testApp, 'WEBSOCKET2')),
  ],
] as const)('a run ends no token of a role that %s', async ([, change]) => {
  await using testApp = await openTestApp({ apis: 2, simulator: { scenario: 'one-token' } });
  await testApp.generate('mode: INVALID_ONLY');
  expect(await change(testApp)).toBeNull();
  expect(await linesOf(testApp)).toContain('PRIMARY LOGIN INVALID');
  const { blockedBy, nextOperations } = (await testApp.ask('{ authState { blockedBy nextOperations } }')).data
    .authState;
  expect([blockedBy, nextOperations]).toEqual([null, expect.arrayContaining(['GENERATE_MISSING'])]);
  const { status } = await testApp.generate('mode: INVALID_ONLY');
  expect(status).toBe('COMPLETED');
  expect((await linesOf(testApp)).every((line) => line.endsWith(' VALID'))).toBe(true);
});

test('a yearly token does not keep a run from making two that were ended', async () => {
  await using testApp = await openTestApp({ apis: 2, simulator: { scenario: 'one-token' } });
  await testApp.generate('mode: INVALID_ONLY');
  expect(await importAnalytics(testApp, 'WEBSOCKET2')).toBeNull();
  testApp.change("update upstox_tokens set is_active = 0 where api_name = 'WEBSOCKET1'");
  expect(await linesOf(testApp)).toEqual([
    ...['PRIMARY LOGIN INVALID', 'WEBSOCKET1 LOGIN INVALID', 'WEBSOCKET2 ANALYTICS VALID'],
  ]);
  const { nextOperations } = (await testApp.ask('{ authState { nextOperations } }')).data.authState;
  expect(nextOperations).toContain('GENERATE_MISSING');
  const { errors } = await testApp.ask('mutation { generateTokens(mode: INVALID_ONLY) { id } }');
  expect(errors).toBeUndefined();
});
