import { expect, test } from 'vitest';
import type { CanaryReport } from '../../src/domain/canary/canary-report.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const look = async (desk: TestApp, apiNames = ''): Promise<readonly CanaryReport[]> => {
  const { data, errors } = await desk.ask(`mutation { runCanary${apiNames} { apiName verdict } }`);
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data.runCanary;
};

const alertsOf = (desk: TestApp) =>
  desk
    .rows("select text, resolved_at from vega_alerts where kind = 'DRIFT' order by raised_at")
    .map(({ text, resolved_at }) => ({ api: text.split(':')[0], isOver: resolved_at !== null }));

test('a drift whose alert cannot be stored is not stored either, and is told by the next look', async () => {
  await using desk = await openTestApp({ apis: 1 });
  desk.broker.faults.captcha = true;
  desk.change("create trigger full before insert on vega_alerts begin select raise(abort, 'no alert'); end");
  await expect(look(desk)).rejects.toThrow();
  desk.change('drop trigger full');
  expect(desk.rows('select verdict from vega_dialog_looks')).toEqual([{ verdict: 'NOT_KNOWN' }]);
  expect(await look(desk)).toEqual([{ apiName: 'PRIMARY', verdict: 'DRIFT' }]);
  expect(alertsOf(desk)).toEqual([{ api: 'PRIMARY', isOver: false }]);
});

test('the same drift of several APIs is told once in a look', async () => {
  await using desk = await openTestApp({ apis: 2 });
  desk.broker.faults.captcha = true;
  const reports = await look(desk, '(apiNames: [PRIMARY, WEBSOCKET1])');
  expect(reports.map(({ verdict }) => verdict)).toEqual(['DRIFT', 'DRIFT']);
  expect(alertsOf(desk)).toEqual([{ api: 'PRIMARY', isOver: false }]);
});

test('a drift that comes back after a good login is told again', async () => {
  await using desk = await openTestApp({ apis: 1 });
  await look(desk);
  desk.broker.faults.captcha = true;
  await look(desk);
  desk.broker.faults.captcha = false;
  expect((await desk.generate('mode: ALL')).status).toBe('COMPLETED');
  expect(alertsOf(desk)).toEqual([{ api: 'PRIMARY', isOver: true }]);
  desk.broker.faults.captcha = true;
  await look(desk);
  expect(alertsOf(desk)).toEqual([
    { api: 'PRIMARY', isOver: true },
    { api: 'PRIMARY', isOver: false },
  ]);
});
