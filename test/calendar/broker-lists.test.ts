import { expect, test } from 'vitest';
import { atIst } from '../../src/domain/calendar/ist-date.ts';
import { openOn } from '../../src/simulator/api/holiday-row.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const DAY = '2026-11-06';

const openDesk = (time: string) => {
  const ahead = atIst(DAY, time).getTime() - Date.now();
  const now = () => Date.now() + ahead;
  return openTestApp({
    apis: 1,
    clock: () => new Date(now()),
    simulator: { now },
    env: { VEGA_PROFILE_TIMEOUT_MS: '500' },
  });
};

const day = async (testApp: TestApp, date: string, exchange = 'NSE') => {
  const sessions = await testApp.client.tradingCalendar({ from: date, to: date });
  const found = sessions.find((one) => one.exchange === exchange);
  return [found?.kind, found?.source, found?.opensAt, found?.description];
};

const audited = (testApp: TestApp): string[] =>
  testApp
    .rows("select message from vega_audit_entries where message like '%calendar%' order by sequence")
    .map(({ message }) => message);

test('the lists of the broker are asked for once, and complete what the shipped table leaves open', async () => {
  await using testApp = await openDesk('06:00');
  const { calendar } = testApp.app.services;
  expect(await day(testApp, '2026-11-08')).toEqual([
    'MUHURAT',
    'SHIPPED',
    null,
    'Diwali Laxmi Pujan: muhurat trading',
  ]);
  await Promise.all([calendar.refreshIfDue(), calendar.refreshIfDue()]);
  await calendar.refreshIfDue();
  expect(testApp.broker.log.map(({ detail }) => detail)).toEqual([
    '/v2/market/holidays',
    '/v2/market/timings/2026-11-06',
    '/v2/market/timings/2026-11-07',
  ]);
  expect(await day(testApp, '2026-11-08')).toEqual([
    'MUHURAT',
    'BROKER',
    '2026-11-08T12:30:00.000Z',
    'Diwali Laxmi Pujan (Muhurat trading)',
  ]);
  expect((await day(testApp, '2026-11-10', 'MCX')).slice(0, 2)).toEqual(['SPECIAL', 'BROKER']);
  expect((await day(testApp, '2026-11-06')).slice(0, 2)).toEqual(['NORMAL', 'BROKER']);
  expect(audited(testApp)).toEqual(["The broker's calendar (LIST 2026) is read: 21 days."]);
});

test('a settlement holiday is a trading day', async () => {
  await using testApp = await openDesk('06:00');
  await testApp.client.refreshTradingCalendar();
  expect(await day(testApp, '2026-04-01')).toEqual([
    'NORMAL',
    'BROKER',
    '2026-04-01T03:45:00.000Z',
    'Annual bank closing',
  ]);
});

test('a late change of the broker is UNCERTAIN, is written down, and is settled by the operator', async () => {
  await using testApp = await openDesk('06:00');
  const { client, broker } = testApp;
  await client.refreshTradingCalendar();
  broker.faults.calendarChanges.set('2026-11-12', {
    ...{ date: '2026-11-12', description: 'Election', holiday_type: 'TRADING_HOLIDAY' },
    closed_exchanges: ['NSE', 'BSE', 'MCX'],
    open_exchanges: [],
  });
  broker.faults.calendarChanges.set('2026-11-14', {
    ...{ date: '2026-11-14', description: 'Special session', holiday_type: 'SPECIAL_TIMING' },
    closed_exchanges: [],
    open_exchanges: [openOn('2026-11-14', 'NSE', '10:00', '12:00')],
  });
  broker.faults.calendarChanges.set('2026-11-10', null);
  await client.refreshTradingCalendar();
  expect(await day(testApp, '2026-11-12')).toEqual([
    'UNCERTAIN',
    'BROKER',
    '2026-11-12T03:45:00.000Z',
    'The sources disagree: BROKER says closed (Election), SHIPPED says open.',
  ]);
  expect((await day(testApp, '2026-11-14')).slice(0, 3)).toEqual([
    'UNCERTAIN',
    'BROKER',
    '2026-11-14T04:30:00.000Z',
  ]);
  expect((await day(testApp, '2026-11-10')).slice(0, 2)).toEqual(['UNCERTAIN', 'BROKER']);
  expect(audited(testApp).at(-1)).toBe(
    "The broker's calendar (LIST 2026) has changed: 2026-11-10, 2026-11-12, 2026-11-14.",
  );

  const entry = {
    date: '2026-11-12',
    exchange: 'NSE',
    kind: 'HOLIDAY',
    description: 'Seen in the circular',
  } as const;
  expect(await client.setTradingDay({ input: entry })).toMatchObject({ kind: 'HOLIDAY', source: 'OPERATOR' });
  expect(await day(testApp, '2026-11-12')).toEqual(['HOLIDAY', 'OPERATOR', null, 'Seen in the circular']);
  expect(await client.clearTradingDay({ date: '2026-11-12', exchange: 'NSE' })).toBe(true);
  expect(await client.clearTradingDay({ date: '2026-11-12', exchange: 'NSE' })).toBe(false);
  expect((await day(testApp, '2026-11-12')).slice(0, 1)).toEqual(['UNCERTAIN']);
  expect(
    testApp.rows("select message from vega_audit_entries where kind like 'TRADING_DAY%' order by sequence"),
  ).toEqual([
    { message: 'The operator set 2026-11-12 of NSE to HOLIDAY.' },
    { message: "The operator's entry of 2026-11-12 of NSE is removed." },
  ]);
});

test.each(['nonsense', 'empty', 'hang', 'server-error', 'cloudflare-html'] as const)(
  'a list that comes as %s changes nothing of what was known',
  async (fault) => {
    await using testApp = await openDesk('06:00');
    await testApp.client.refreshTradingCalendar();
    const known = await testApp.client.tradingCalendar({ from: '2026-11-08', to: '2026-12-31' });
    testApp.broker.faults.calendar = fault;
    await testApp.client.refreshTradingCalendar();
    expect(await testApp.client.tradingCalendar({ from: '2026-11-08', to: '2026-12-31' })).toEqual(known);
    expect(
      testApp.rows("select failure from vega_calendar_fetches where subject = 'LIST 2026'")[0].failure,
    ).toEqual(expect.any(String));
  },
);

test.each([
  [{ kind: 'SPECIAL' }, 'A day of kind SPECIAL has hours of its own: give opensAt and closesAt.'],
  [{ kind: 'HOLIDAY', opensAt: '09:00', closesAt: '10:00' }, 'A holiday has no hours.'],
  [{ kind: 'NORMAL', opensAt: '09:00' }, 'Give both hours or none.'],
  [{ kind: 'NORMAL', opensAt: '10:00', closesAt: '09:00' }, 'It closes after it has opened.'],
  [{ kind: 'NORMAL', opensAt: '9', closesAt: '10' }, 'A time is one of India such as 18:00.'],
  [{ kind: 'NORMAL', date: '2026-02-30' }, 'A date is a day of India such as 2026-11-08.'],
] as const)('an entry %j is refused', async (more, message) => {
  await using testApp = await openDesk('06:00');
  const input = { date: '2026-11-12', exchange: 'NSE', ...more } as const;
  await expect(testApp.client.setTradingDay({ input })).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    message,
  });
});

test('a span without end, backwards or of no days is refused', async () => {
  await using testApp = await openDesk('06:00');
  const refused = (from: string, to: string) =>
    expect(testApp.client.tradingCalendar({ from, to })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  await refused('2026-01-01', '2028-01-01');
  await refused('2026-02-01', '2026-01-01');
  await refused('yesterday', '2026-01-01');
  await refused('2026-01-01', '2027-02-05');
  const most = await testApp.client.tradingCalendar({ from: '2026-01-01', to: '2027-02-04' });
  expect(new Set(most.map(({ date }) => date)).size).toBe(400);
  await expect(testApp.client.clearTradingDay({ date: '2026-02-30', exchange: 'NSE' })).rejects.toMatchObject(
    { code: 'BAD_USER_INPUT' },
  );
});
