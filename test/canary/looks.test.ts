import { expect, test } from 'vitest';
import { findDrifts, insertReport } from '../../src/db/queries/canary.ts';
import { type CanaryReport, judge } from '../../src/domain/canary/canary-report.ts';
import { openTestApp, until } from '../support/test-app.ts';

const ACCOUNT = 'UPSTOX_01';

test('a drift that nobody has looked at again stays, however many reports follow', async () => {
  await using desk = await openTestApp({ apis: 2 });
  const { database } = desk.app.parts;
  const base = { accountId: ACCOUNT, origin: 'OPERATOR', comparedWith: null } as const;
  const unknown = judge({ kind: 'NOT_SEEN', message: 'It was not seen.' }, null);
  const drift: CanaryReport = {
    ...{ ...base, ...unknown, verdict: 'DRIFT' },
    ...{ id: 'drift', apiName: 'WEBSOCKET1', at: new Date(0) },
  };
  await database.write(async (transaction) => {
    await insertReport(transaction, drift, null);
    for (let index = 1; index <= 250; index += 1) {
      const one = { id: `report ${index}`, apiName: 'PRIMARY', at: new Date(index) } as const;
      await insertReport(transaction, { ...base, ...unknown, ...one }, null);
    }
  });
  expect((await findDrifts(database.read, ACCOUNT)).map(({ id }) => id)).toEqual(['drift']);
  expect(desk.rows('select count(*) as count from vega_dialog_looks')).toEqual([{ count: 201 }]);
});

test('a look at no API is refused', async () => {
  await using desk = await openTestApp({ apis: 1 });
  const named = await desk.ask('mutation { runCanary(apiNames: []) { verdict } }');
  expect(named.errors[0].extensions.code).toBe('WRONG_STATE');
});

test('a look that the end of the program breaks off says so', async () => {
  await using desk = await openTestApp({ apis: 1, simulator: { pageDelayMs: 3000 } });
  const looking = desk.ask('mutation { runCanary { verdict message } }');
  await until('the dialog is opened', () => desk.broker.log.some(({ kind }) => kind === 'DIALOG'));
  await desk.app.parts.canary[Symbol.asyncDispose]();
  expect((await looking).data.runCanary).toEqual([
    { verdict: 'NOT_KNOWN', message: 'The look was broken off, because vega-auth is about to end.' },
  ]);
});
