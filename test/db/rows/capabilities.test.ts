import { describe, expect, test } from 'vitest';
import {
  deleteFeedHold,
  type FeedHold,
  findCapabilities,
  findFeedHold,
  storeCapability,
  storeFeedHold,
} from '../../../src/db/queries/capabilities.ts';
import type { KeptAnswer } from '../../../src/domain/capability/capability.ts';
import { ENGINES, openRows, type Rows } from '../engines.ts';

const at = (second: number): Date => new Date(Date.parse('2026-11-17T20:00:00+05:30') + second * 1000 + 7);

const CAPABLE: KeptAnswer = {
  ...{ accountId: 'UPSTOX_01', apiName: 'PRIMARY', fingerprint: 'one', checkedAt: at(0) },
  ...{ result: 'CAPABLE', reason: null, httpStatus: 200, brokerCode: null },
};
const REFUSED: KeptAnswer = {
  ...{ ...CAPABLE, result: 'NOT_CAPABLE', reason: 'REFUSED', httpStatus: 403, brokerCode: 'UDAPI100060' },
};
const SILENT: KeptAnswer = { ...CAPABLE, result: 'NOT_KNOWN', reason: 'TIMEOUT', httpStatus: null };

/** The last answer of one role, after these were stored. */
const afterwards = async (database: Rows, answers: readonly KeptAnswer[]) => {
  for (const answer of answers) await database.write((trx) => storeCapability(trx, answer));
  const [only, ...others] = await findCapabilities(database.read);
  expect(others).toEqual([]);
  return only;
};

describe.each(ENGINES)('%s', (engine) => {
  test('an answer replaces the one before of its role, and of no other role or account', async () => {
    await using database = await openRows(engine);
    expect(await afterwards(database, [CAPABLE, { ...REFUSED, checkedAt: at(1) }])).toEqual({
      ...{ ...REFUSED, checkedAt: at(1) },
    });
    for (const other of [{ accountId: 'UPSTOX_02' }, { apiName: 'WEBSOCKET1' }] as const)
      await database.write((trx) => storeCapability(trx, { ...CAPABLE, ...other }));
    expect(await findCapabilities(database.read)).toHaveLength(3);
  });

  test('a refusal of the same token stays where the new answer tells nothing, and is noted', async () => {
    await using database = await openRows(engine);
    expect(await afterwards(database, [REFUSED, { ...SILENT, checkedAt: at(5) }])).toEqual({
      ...{ ...REFUSED, checkedAt: at(5) },
    });
    const unasked: KeptAnswer = { ...SILENT, reason: 'MARKET_CLOSED', checkedAt: at(6) };
    expect(await afterwards(database, [unasked])).toEqual({ ...REFUSED, checkedAt: at(5) });
  });

  test('nothing but a refusal of this very token stays', async () => {
    await using database = await openRows(engine);
    const silent = { ...SILENT, fingerprint: 'two', checkedAt: at(5) };
    expect(await afterwards(database, [REFUSED, silent])).toEqual(silent);
    expect(await afterwards(database, [CAPABLE, SILENT])).toEqual(SILENT);
  });

  test('the socket of a user is held by one, and only the holder lets it go', async () => {
    await using database = await openRows(engine);
    const hold = (holder: string, birth: string | null): FeedHold => ({
      ...{ holder, process: { id: 4711, birth }, until: at(60) },
    });
    const found = () => findFeedHold(database.read, 'user');
    expect(await found()).toBeNull();
    await database.write((trx) => storeFeedHold(trx, 'user', hold('one', 'born')));
    expect(await found()).toEqual(hold('one', 'born'));
    await database.write((trx) => storeFeedHold(trx, 'user', hold('two', null)));
    await database.write((trx) => deleteFeedHold(trx, 'user', 'one'));
    expect(await found()).toEqual(hold('two', null));
    await database.write((trx) => deleteFeedHold(trx, 'user', 'two'));
    expect(await found()).toBeNull();
  });
});
