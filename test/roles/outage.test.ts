import path from 'node:path';
import { expect, test } from 'vitest';
import { holdLock } from '../db/temporary-database.ts';
import { plantToken } from '../support/plant.ts';
import { openTestApp, until } from '../support/test-app.ts';
import { assign, importToken, linesOf } from './role-desk.ts';

test('roles are not changed while the database cannot be written', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  plantToken(testApp, 'PRIMARY');
  expect(await assign(testApp, 'OPTIONCHAIN1', 'SHARED', 'PRIMARY')).toBeNull();
  await testApp.client.tokenStatus({});
  const before = await linesOf(testApp);
  const { database } = testApp.app.parts;
  const accessToken = testApp.broker.issueToken(testApp.broker.apps[1]?.clientId ?? '');
  await using lock = await holdLock(path.join(testApp.directory, 'vega_trade.db'));
  testApp.broker.faults.profile = 'unauthorized';
  await testApp.client.tokenStatus({});
  testApp.broker.faults.profile = 'none';
  await until('the outage is known', () => database.recovery.dbLocked);
  expect([
    await assign(testApp, 'WEBSOCKET1', 'SHARED', 'PRIMARY'),
    await importToken(testApp, { credential: 'PASTED', apiNames: ['WEBSOCKET1'], accessToken }),
    (await testApp.ask('mutation { removeRole(apiName: OPTIONCHAIN1) }')).errors?.[0].extensions.code,
  ]).toEqual(['DATABASE_UNAVAILABLE', 'DATABASE_UNAVAILABLE', 'DATABASE_UNAVAILABLE']);
  await lock.release();
  await until('the database is back', () => !database.recovery.dbLocked);
  expect((await linesOf(testApp)).map((line) => line.replace(/ \w+$/, ''))).toEqual(
    before.map((line) => line.replace(/ \w+$/, '')),
  );
});
