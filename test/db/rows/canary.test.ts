import { describe, expect, test } from 'vitest';
import {
  deleteCanary,
  findDrifts,
  findLandmarks,
  findLastKnown,
  findReports,
  freeSlot,
  hasSlot,
  insertReport,
  keepLandmarks,
  updateReport,
} from '../../../src/db/queries/canary.ts';
import type { ApiName } from '../../../src/domain/account/api-name.ts';
import type { CanaryReport } from '../../../src/domain/canary/canary-report.ts';
import type { Landmarks } from '../../../src/domain/canary/landmarks.ts';
import { ENGINES, openRows, type Rows } from '../engines.ts';

const at = (second: number): Date => new Date(Date.parse('2026-11-17T20:00:00+05:30') + second * 1000 + 7);

const LANDMARKS: Landmarks = {
  ...{ step: 'MOBILE', own: ['input type=tel'], words: ['\u0000 मोबाइल'], scripts: [], inputs: [] },
  ...{ buttons: ['Get OTP'], headings: [], frames: [] },
};

const report = (id: string, parts: Partial<CanaryReport> = {}): CanaryReport => ({
  id,
  accountId: 'UPSTOX_01',
  apiName: 'PRIMARY',
  at: at(0),
  origin: 'OPERATOR',
  verdict: 'SAME',
  message: 'The page is as it was.',
  nextAction: 'Nothing.',
  changes: [],
  failure: null,
  comparedWith: null,
  ...parts,
});

const insert = (database: Rows, inserted: CanaryReport, slot: string | null = null) =>
  database.write((trx) => insertReport(trx, inserted, slot));

const keep = (database: Rows, apiName: ApiName, when: Date) =>
  database.write((trx) =>
    keepLandmarks(trx, { accountId: 'UPSTOX_01', apiName }, { landmarks: LANDMARKS, at: when }),
  );

const idsOf = (reports: readonly CanaryReport[]) => reports.map(({ id }) => id);

describe.each(ENGINES)('%s', (engine) => {
  test('landmarks are kept for each API, and replaced', async () => {
    await using database = await openRows(engine);
    expect(await findLandmarks(database.read, 'UPSTOX_01', 'PRIMARY')).toBeNull();
    await keep(database, 'PRIMARY', at(0));
    await keep(database, 'PRIMARY', at(1));
    expect(await findLandmarks(database.read, 'UPSTOX_01', 'PRIMARY')).toEqual({
      ...{ landmarks: LANDMARKS, at: at(1) },
    });
    expect(await findLandmarks(database.read, 'UPSTOX_01', 'WEBSOCKET1')).toBeNull();
  });

  test('a report is found as it was stored and as it was changed, the very first one, too', async () => {
    await using database = await openRows(engine);
    const unknown = report('a', { verdict: 'NOT_KNOWN' });
    expect(await insert(database, unknown)).toBe(true);
    expect(await findReports(database.read, 'UPSTOX_01', 9)).toEqual([unknown]);
    const drift = report('a', {
      ...{ verdict: 'DRIFT', changes: ['button “Get OTP” is gone', '2'], failure: 'PAGE_CHANGED' },
      comparedWith: at(-60),
    });
    await database.write((trx) => updateReport(trx, drift));
    expect(await findReports(database.read, 'UPSTOX_01', 9)).toEqual([drift]);
  });

  test('a slot of the schedule has one report of each API, until it is freed', async () => {
    await using database = await openRows(engine);
    const slot = '2026-11-18 06:30';
    expect(await hasSlot(database.read, 'UPSTOX_01', slot)).toBe(false);
    expect(await insert(database, report('a'), slot)).toBe(true);
    expect(await insert(database, report('b'), slot)).toBe(false);
    expect(await insert(database, report('c', { apiName: 'WEBSOCKET1' }), slot)).toBe(true);
    expect(await insert(database, report('d', { accountId: 'UPSTOX_02' }), slot)).toBe(true);
    expect([await insert(database, report('e')), await insert(database, report('f'))]).toEqual([true, true]);
    for (const id of ['a', 'c']) await database.write((trx) => freeSlot(trx, id));
    expect(await hasSlot(database.read, 'UPSTOX_01', slot)).toBe(false);
    expect(await hasSlot(database.read, 'UPSTOX_02', slot)).toBe(true);
    expect(await insert(database, report('g'), slot)).toBe(true);
  });

  test('the newest report comes first; of one instant the one that was made last', async () => {
    await using database = await openRows(engine);
    for (const [id, second] of [
      ['2', 0],
      ['1', 5],
      ['4', 0],
      ['3', 0],
    ] as const)
      await insert(database, report(id, { at: at(second) }));
    await insert(database, report('9', { accountId: 'UPSTOX_02' }));
    expect(idsOf(await findReports(database.read, 'UPSTOX_01', 3))).toEqual(['1', '4', '3']);
  });

  test('the last report that knows something is the last one known of its API', async () => {
    await using database = await openRows(engine);
    await insert(database, report('1'));
    await insert(database, report('2', { verdict: 'DRIFT' }));
    await insert(database, report('3', { at: at(9), verdict: 'NOT_KNOWN' }));
    await insert(database, report('4', { apiName: 'WEBSOCKET1', at: at(-9) }));
    expect(idsOf(await findLastKnown(database.read, 'UPSTOX_01'))).toEqual(['2', '4']);
  });

  test('a drift is over once a login has succeeded after it', async () => {
    await using database = await openRows(engine);
    for (const apiName of ['PRIMARY', 'WEBSOCKET1', 'WEBSOCKET2'] as const)
      await insert(database, report(apiName, { apiName, verdict: 'DRIFT' }));
    await keep(database, 'PRIMARY', at(1));
    await keep(database, 'WEBSOCKET1', at(0));
    const drifts = (await findDrifts(database.read, 'UPSTOX_01')).map(({ apiName }) => apiName);
    expect(drifts).toEqual(['WEBSOCKET2', 'WEBSOCKET1']);
    expect(await database.write((trx) => findDrifts(trx, 'UPSTOX_01'))).toHaveLength(2);
  });

  test('so many reports are kept, and the last one of each API that knows something', async () => {
    await using database = await openRows(engine);
    await insert(database, report('known', { at: at(-3) }));
    await insert(database, report('of websocket', { apiName: 'WEBSOCKET1', at: at(-2) }));
    await insert(database, report('old', { at: at(-1), verdict: 'NOT_KNOWN' }));
    await insert(database, report('of another', { accountId: 'UPSTOX_02', at: at(-9) }));
    await database.write(async (trx) => {
      for (let index = 0; index < 200; index += 1)
        await insertReport(trx, report(`unknown ${index}`, { verdict: 'NOT_KNOWN' }), null);
    });
    const kept = idsOf(await findReports(database.read, 'UPSTOX_01', 999));
    expect(kept).toHaveLength(202);
    expect(kept.slice(-2)).toEqual(['of websocket', 'known']);
    expect(await findReports(database.read, 'UPSTOX_02', 9)).toHaveLength(1);
  });

  test('what is known of an account goes with it', async () => {
    await using database = await openRows(engine);
    await insert(database, report('a'));
    await insert(database, report('b', { accountId: 'UPSTOX_02' }));
    await keep(database, 'PRIMARY', at(0));
    await database.write((trx) => deleteCanary(trx, 'UPSTOX_01'));
    expect(await findReports(database.read, 'UPSTOX_01', 9)).toEqual([]);
    expect(await findLandmarks(database.read, 'UPSTOX_01', 'PRIMARY')).toBeNull();
    expect(idsOf(await findReports(database.read, 'UPSTOX_02', 9))).toEqual(['b']);
  });
});
