import { expect, test } from 'vitest';
import { openTestApp } from '../support/test-app.ts';
import { assign, linesOf } from './role-desk.ts';

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
