import { describe, expect, test } from 'vitest';
import { insertAccessKey } from '../../../src/db/queries/access-keys.ts';
import { findLeases, type LeaseRecord, recordLease } from '../../../src/db/queries/token-leases.ts';
import { UNBOUND } from '../../../src/domain/account/access-key.ts';
import { ENGINES, openRows, type Rows } from '../engines.ts';

const at = (second: number): Date => new Date(Date.parse('2026-11-17T20:00:00+05:30') + second * 1000 + 7);

const lease = (keyId: string, parts: Partial<LeaseRecord> = {}): LeaseRecord => ({
  ...{ keyId, accountId: 'UPSTOX_01', apiName: 'PRIMARY', version: 1, leasedAt: at(0) },
  ...parts,
});

const withKeys = async (database: Rows, ids: readonly string[]): Promise<Rows> => {
  const key = { role: 'SERVICE', bounds: UNBOUND, createdAt: at(0), revokedAt: null } as const;
  for (const id of ids)
    await database.write((trx) => insertAccessKey(trx, { ...key, id, name: id, secretHash: id }));
  return database;
};

const record = async (database: Rows, leases: readonly LeaseRecord[]): Promise<void> => {
  for (const one of leases) await database.write((trx) => recordLease(trx, one));
};

describe.each(ENGINES)('%s', (engine) => {
  test('the last lease of a key and API replaces the one before', async () => {
    await using database = await withKeys(await openRows(engine), ['a']);
    const other = lease('a', { apiName: 'WEBSOCKET1', version: 3, leasedAt: at(1) });
    await record(database, [lease('a'), other, lease('a', { version: 2, leasedAt: at(2) })]);
    expect(await findLeases(database.read, 'UPSTOX_01')).toEqual([
      other,
      lease('a', { version: 2, leasedAt: at(2) }),
    ]);
  });

  test('leases come by their time; those of one instant by key and API', async () => {
    await using database = await withKeys(await openRows(engine), ['b', 'B', 'a']);
    await record(database, [
      lease('b'),
      lease('a', { apiName: 'WEBSOCKET1' }),
      lease('a'),
      lease('B', { leasedAt: at(-1) }),
      lease('B', { accountId: 'UPSTOX_02' }),
    ]);
    await record(database, [lease('b')]);
    const found = await findLeases(database.read, 'UPSTOX_01');
    expect(found.map(({ keyId, apiName }) => `${keyId} ${apiName}`)).toEqual([
      ...['B PRIMARY', 'a PRIMARY', 'a WEBSOCKET1', 'b PRIMARY'],
    ]);
  });

  test('only a key that is there is leased to', async () => {
    await using database = await openRows(engine);
    await expect(record(database, [lease('nobody’s')])).rejects.toThrow(/foreign key constraint/i);
    expect(await findLeases(database.read, 'UPSTOX_01')).toEqual([]);
  });
});
