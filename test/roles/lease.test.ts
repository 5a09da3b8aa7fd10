import { expect, test } from 'vitest';
import { holderOf } from '../support/callers.ts';
import { plantToken } from '../support/plant.ts';
import { openTestApp, until } from '../support/test-app.ts';
import { assign, importToken } from './role-desk.ts';

test('a lease that waits for the broker hands out the token of the credential that serves the role by then', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  const { broker } = testApp;
  const analytics = broker.issueYearlyToken('ANALYTICS');
  await importToken(testApp, { credential: 'ANALYTICS', accessToken: analytics });
  const feed = await holderOf(testApp, { name: 'feed', role: 'SERVICE' });
  plantToken(testApp, 'WEBSOCKET1');
  broker.faults.profileDelayMs = 1500;
  const asked = () => broker.profileCalls.total;
  const before = asked();
  const leasing = feed.ask('mutation { leaseToken(apiName: WEBSOCKET1) { accessToken readOnly version } }');
  await until('the call about the former token', () => asked() > before);
  expect(await assign(testApp, 'WEBSOCKET1', 'ANALYTICS')).toBeNull();
  const { body } = await leasing;
  expect(body.data?.leaseToken).toEqual({ accessToken: analytics, readOnly: true, version: 2 });
});
