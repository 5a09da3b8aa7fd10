import { expect, test } from 'vitest';
import { atIst } from '../../src/domain/calendar/ist-date.ts';
import { openTestApp } from '../support/test-app.ts';
import { assign, importToken } from './role-desk.ts';

test('the forecast counts roles: shared ones come with PRIMARY, and what no login makes needs a person', async () => {
  const now = atIst('2026-11-25', '06:00');
  await using testApp = await openTestApp({
    ...{ apis: 3, clock: () => now },
    simulator: { now: () => now.getTime() },
  });
  const read = async () =>
    (await testApp.ask('{ readiness { verdict missing reasons { code message } } }')).data.readiness;
  expect((await read()).missing).toEqual(['PRIMARY', 'WEBSOCKET1', 'WEBSOCKET2']);
  await assign(testApp, 'WEBSOCKET1', 'SHARED', 'PRIMARY');
  expect((await read()).missing).toEqual(['PRIMARY', 'WEBSOCKET2']);
  await assign(testApp, 'WEBSOCKET2', 'ANALYTICS');
  const open = await read();
  expect(open).toMatchObject({ missing: ['PRIMARY', 'WEBSOCKET2'] });
  expect(open.reasons).toContainEqual({
    code: 'PERSON_NEEDED',
    message: 'No login makes the token of WEBSOCKET2.',
  });
  const accessToken = testApp.broker.issueYearlyToken('ANALYTICS');
  await importToken(testApp, { credential: 'ANALYTICS', accessToken });
  expect((await read()).missing).toEqual(['PRIMARY']);
  // A pasted token covers today's bell; of tomorrow's the role is its app's again.
  const pasted = testApp.broker.issueToken(testApp.broker.apps[0]?.clientId ?? '');
  await importToken(testApp, { credential: 'PASTED', apiNames: ['PRIMARY'], accessToken: pasted });
  expect(await read()).toEqual({ verdict: 'READY', missing: [], reasons: [] });
});
