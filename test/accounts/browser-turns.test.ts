import { expect, test } from 'vitest';
import { openTestApp } from '../support/test-app.ts';
import { fillQueue, openSlowBroker, read, SPACED_ENVIRONMENT } from './queue-shown.ts';

test('the queue says who has the browser, who waits for what, and until when', async () => {
  const { broker, stopAnswering } = await openSlowBroker();
  await using _broker = broker;
  await using testApp = await openTestApp({ broker, apis: 2, env: SPACED_ENVIRONMENT });
  expect(await read(testApp)).toEqual({ holder: null, isTakenElsewhere: false, waiting: [] });
  await fillQueue(testApp, stopAnswering);
  const { holder, isTakenElsewhere, waiting } = await read(testApp);
  expect(holder).toMatchObject({
    accountId: 'UPSTOX_02',
    apiName: 'PRIMARY',
    waitsFor: null,
    canGoOnAt: null,
    run: { status: 'RUNNING' },
  });
  expect(isTakenElsewhere).toBe(false);
  expect(waiting).toMatchObject([{ accountId: 'UPSTOX_01', apiName: 'WEBSOCKET1', waitsFor: 'OTP_SPACING' }]);
  const [{ since, canGoOnAt }] = waiting;
  const restMs = Date.parse(canGoOnAt) - Date.parse(since);
  expect(restMs).toBeGreaterThan(500_000);
  expect(restMs).toBeLessThanOrEqual(600_000);
}, 180_000);
