import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { BrokerApi } from '../../src/broker/api/broker-api.ts';
import { fetchHolidays, fetchTimings } from '../../src/broker/api/market-calendar.ts';
import { NO_FACTS } from '../../src/domain/calendar/calendar-facts.ts';
import { atIst } from '../../src/domain/calendar/ist-date.ts';
import { sessionOn } from '../../src/domain/calendar/trading-calendar.ts';
import { createLogger } from '../../src/log.ts';
import { Audit } from '../../src/services/audit/audit.ts';
import { TradingCalendar } from '../../src/services/calendar/trading-calendar.ts';
import { openOn } from '../../src/simulator/api/holiday-row.ts';
import { Folder } from '../db/temporary-database.ts';

/** A broker that answers every question for its calendar with these rows. */
const brokerOf = async (rows: () => readonly unknown[]) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ status: 'success', data: request.url?.includes('timings') ? [] : rows() }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const api = new BrokerApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return { api, asked, [Symbol.dispose]: () => void server.close().closeAllConnections() };
};

const holiday = (date: string, over: object = {}) => ({
  ...{ date, description: 'Festival', holiday_type: 'TRADING_HOLIDAY' },
  ...{ closed_exchanges: ['NSE', 'BSE'], open_exchanges: [], ...over },
});

const saidOf = async (rows: readonly unknown[], exchange = 'NSE') => {
  using broker = await brokerOf(() => rows);
  const answer = await fetchHolidays(broker.api, 2027, 5000);
  if ('failure' in answer) return answer.failure;
  return answer.days.filter((day) => day.exchange === exchange).map(({ date, says }) => `${date} ${says}`);
};

describe('a row of the list', () => {
  test('that names a day again says it once', async () => {
    const [one, other] = [holiday('2027-03-03'), holiday('2027-03-03', { description: 'Another festival' })];
    expect(await saidOf([one, other])).toEqual(['2027-03-03 CLOSED']);
    const settlement = holiday('2027-03-03', { holiday_type: 'SETTLEMENT_HOLIDAY', closed_exchanges: [] });
    expect(await saidOf([settlement, one])).toEqual(['2027-03-03 CLOSED']);
  });

  test('that says something else than another one of that day is a contradiction', async () => {
    const open = holiday('2027-03-03', {
      ...{ holiday_type: 'SPECIAL_TIMING', closed_exchanges: [] },
      open_exchanges: [openOn('2027-03-03', 'NSE', '10:00', '12:00')],
    });
    expect(await saidOf([holiday('2027-03-03'), open])).toEqual(['2027-03-03 CONTRADICTORY']);
  });

  test.each([
    ['names no exchange on a holiday', { closed_exchanges: [] }],
    ['has exchanges that cannot be read', { closed_exchanges: { NSE: true } }],
    ['has hours that cannot be read', { closed_exchanges: [], open_exchanges: [{ exchange: 'NSE' }] }],
    [
      'names no hours for a special session',
      { holiday_type: 'SPECIAL_TIMING', closed_exchanges: [], open_exchanges: null },
    ],
  ])('that %s does not make it an ordinary day', async (_what, over) => {
    expect(await saidOf([holiday('2027-03-07', over)])).toEqual(['2027-03-07 CONTRADICTORY']);
  });

  test('of a settlement holiday leaves the day an ordinary one', async () => {
    const over = { holiday_type: 'SETTLEMENT_HOLIDAY', closed_exchanges: null };
    expect(await saidOf([holiday('2027-04-01', over)])).toEqual(['2027-04-01 ORDINARY']);
  });

  test('has its name without control characters', async () => {
    using broker = await brokerOf(() => [holiday('2027-03-03', { description: 'Ho\u001b[2Jli\r\n\u202e' })]);
    const answer = await fetchHolidays(broker.api, 2027, 5000);
    expect('days' in answer ? answer.days[0]?.description : null).toBe('Ho[2Jli');
  });
});

test('no hours of a weekday are no holiday where no list says so', async () => {
  using broker = await brokerOf(() => []);
  const now = atIst('2027-01-04', '06:00');
  const answer = await fetchTimings(broker.api, '2027-01-04', 5000);
  if ('failure' in answer) throw new Error(answer.failure);
  const days = new Map(answer.days.map((day) => [`${day.date} ${day.exchange}`, day]));
  const facts = { ...NO_FACTS, timings: new Map([['2027-01-04', { fetchedAt: now, days }]]) };
  expect(sessionOn(facts, 'NSE', '2027-01-04', now)).toMatchObject({
    kind: 'UNCERTAIN',
    description: 'The broker names no hours, and no list of this year is known yet.',
  });
});

describe('the broker is left alone', () => {
  const openCalendar = async (folder: Folder, rows: () => readonly unknown[]) => {
    const database = await folder.open();
    const broker = await brokerOf(rows);
    const desk = { now: atIst('2026-11-30', '06:00') };
    const clock = () => desk.now;
    const common = { database, audit: new Audit(database, clock), clock, log: createLogger('silent') };
    const calendar = new TradingCalendar({ ...common, api: broker.api, profileTimeoutMs: 5000 });
    const later = (milliseconds: number) => {
      desk.now = new Date(desk.now.getTime() + milliseconds);
    };
    return { calendar, broker, database, later };
  };

  test('for a quarter of an hour where its answer cannot be stored', async () => {
    using folder = new Folder();
    const { calendar, broker, database, later } = await openCalendar(folder, () => [holiday('2026-12-25')]);
    await using _database = database;
    using _broker = broker;
    await database.write((trx) => trx.schema.dropTable('vega_calendar_days').execute());
    await expect(calendar.refreshIfDue()).rejects.toThrow();
    const asked = broker.asked.length;
    for (let second = 0; second < 5; second += 1) {
      later(1000);
      await calendar.refreshIfDue();
    }
    expect(broker.asked).toHaveLength(asked);
    later(15 * 60_000);
    await expect(calendar.refreshIfDue()).rejects.toThrow();
    expect(broker.asked.length).toBeGreaterThan(asked);
  });

  test('while another process holds the database', async () => {
    using folder = new Folder();
    const { calendar, broker, database, later } = await openCalendar(folder, () => [holiday('2026-12-25')]);
    await using _database = database;
    using _broker = broker;
    const other = new Sqlite(folder.file('vega_trade.db'));
    other.exec('begin immediate');
    await calendar.refreshIfDue().catch(() => undefined);
    const asked = broker.asked.length;
    for (let second = 0; second < 3; second += 1) {
      later(1000);
      await calendar.refreshIfDue().catch(() => undefined);
    }
    expect(broker.asked).toHaveLength(asked);
    other.exec('rollback');
    other.close();
  });
});
