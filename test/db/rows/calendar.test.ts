import { describe, expect, test } from 'vitest';
import {
  deleteOldTimings,
  deleteOperatorDay,
  findCalendarFacts,
  findCalendarFetches,
  storeFailedFetch,
  storeFetchedDays,
  storeOperatorDay,
} from '../../../src/db/queries/calendar.ts';
import type { StatedDay } from '../../../src/domain/calendar/statement.ts';
import type { TradingSession } from '../../../src/domain/calendar/trading-session.ts';
import { ENGINES, openRows } from '../engines.ts';

const at = (second: number): Date => new Date(Date.parse('2026-11-17T20:00:00+05:30') + second * 1000);

const closed = (date: string, description: string | null = null): StatedDay => ({
  ...{ date, exchange: 'NSE', says: 'CLOSED', opensAt: null, closesAt: null, description },
});

const muhurat = (parts: Partial<TradingSession> = {}): TradingSession => ({
  date: '2026-11-08',
  kind: 'SPECIAL',
  exchange: 'NSE',
  opensAt: new Date('2026-11-08T18:00:00+05:30'),
  closesAt: new Date('2026-11-08T19:00:00+05:30'),
  source: 'OPERATOR',
  fetchedAt: at(0),
  description: 'Muhurat',
  ...parts,
});

describe.each(ENGINES)('%s', (engine) => {
  test('an answer is found by its subject, and replaces what an earlier one said of it', async () => {
    await using database = await openRows(engine);
    const opensAt = new Date('2026-11-08T18:00:00+05:30');
    const open: StatedDay = {
      ...{ date: '2026-11-08', exchange: 'MCX', says: 'OPEN', opensAt, closesAt: null, description: null },
    };
    await database.write(async (trx) => {
      await storeFetchedDays(
        trx,
        'LIST 2026',
        [closed('2026-01-26', 'Republic Day'), closed('2026-12-25')],
        at(0),
      );
      await storeFetchedDays(trx, 'LIST 2027', [closed('2027-01-26')], at(1));
      await storeFetchedDays(trx, 'TIMINGS 2026-11-08', [open], at(2));
    });
    await database.write((trx) => storeFetchedDays(trx, 'LIST 2026', [closed('2026-10-02')], at(3)));
    const facts = await findCalendarFacts(database.read);
    const says = { says: 'CLOSED', opensAt: null, closesAt: null, description: null } as const;
    expect(facts.lists).toEqual(
      new Map([
        ['2026', { fetchedAt: at(3), days: new Map([['2026-10-02 NSE', says]]) }],
        ['2027', { fetchedAt: at(1), days: new Map([['2027-01-26 NSE', says]]) }],
      ]),
    );
    const stated = { says: 'OPEN', opensAt, closesAt: null, description: null } as const;
    expect(facts.timings).toEqual(
      new Map([['2026-11-08', { fetchedAt: at(2), days: new Map([['2026-11-08 MCX', stated]]) }]]),
    );
    expect(facts.operator).toEqual(new Map());
  });

  test('a fetch that failed keeps what an earlier one said', async () => {
    await using database = await openRows(engine);
    await database.write(async (trx) => {
      await storeFailedFetch(trx, 'LIST 2027', 'HTTP 503', at(0));
      await storeFetchedDays(trx, 'LIST 2026', [closed('2026-01-26')], at(1));
      await storeFailedFetch(trx, 'LIST 2026', 'nothing came', at(2));
    });
    expect(await findCalendarFetches(database.read)).toEqual([
      { subject: 'LIST 2026', fetchedAt: at(1), attemptedAt: at(2), failure: 'nothing came' },
      { subject: 'LIST 2027', fetchedAt: null, attemptedAt: at(0), failure: 'HTTP 503' },
    ]);
    const { lists } = await findCalendarFacts(database.read);
    expect([...lists].map(([key, { days }]) => [key, days.size])).toEqual([['2026', 1]]);
    await database.write((trx) => storeFetchedDays(trx, 'LIST 2026', [], at(3)));
    expect((await findCalendarFetches(database.read))[0]).toEqual({
      ...{ subject: 'LIST 2026', fetchedAt: at(3), attemptedAt: at(3), failure: null },
    });
  });

  test('old timings go, and neither lists nor entries of the operator', async () => {
    await using database = await openRows(engine);
    await database.write(async (trx) => {
      for (const date of ['2026-11-07', '2026-11-08'])
        await storeFetchedDays(trx, `TIMINGS ${date}`, [closed(date)], at(0));
      await storeFetchedDays(trx, 'LIST 2026', [closed('2026-01-26')], at(0));
      await storeOperatorDay(trx, muhurat({ date: '2026-01-01' }), at(0));
      await deleteOldTimings(trx, '2026-11-08');
    });
    expect((await findCalendarFetches(database.read)).map(({ subject }) => subject)).toEqual([
      'LIST 2026',
      'TIMINGS 2026-11-08',
    ]);
    const days = await database.raw('select date from vega_calendar_days order by date');
    expect(days.map(({ date }) => date)).toEqual(['2026-01-01', '2026-01-26', '2026-11-08']);
  });

  test('the operator has one entry of a day and exchange, and can take it back', async () => {
    await using database = await openRows(engine);
    const other = muhurat({ exchange: 'MCX' });
    const replaced = muhurat({ opensAt: null, closesAt: null, kind: 'HOLIDAY', description: null });
    await database.write(async (trx) => {
      await storeOperatorDay(trx, muhurat(), at(0));
      await storeOperatorDay(trx, other, at(0));
      await storeOperatorDay(trx, replaced, at(5));
    });
    const entries = async () => (await findCalendarFacts(database.read)).operator;
    expect(await entries()).toEqual(
      new Map([
        ['2026-11-08 NSE', { ...replaced, fetchedAt: at(5) }],
        ['2026-11-08 MCX', other],
      ]),
    );
    const remove = () => database.write((trx) => deleteOperatorDay(trx, '2026-11-08', 'NSE'));
    expect([await remove(), await remove()]).toEqual([true, false]);
    expect([...(await entries()).keys()]).toEqual(['2026-11-08 MCX']);
  });
});
