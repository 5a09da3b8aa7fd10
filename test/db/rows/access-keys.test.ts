import { describe, expect, test } from 'vitest';
import {
  findAccessKeys,
  insertAccessKey,
  isLiveKey,
  markRevoked,
  type StoredAccessKey,
} from '../../../src/db/queries/access-keys.ts';
import { findLeases, recordLease } from '../../../src/db/queries/token-leases.ts';
import { ENGINES, openRows } from '../engines.ts';

const AT = new Date('2026-11-17T20:00:05.250+05:30');

const key = (id: string, parts: Partial<StoredAccessKey> = {}): StoredAccessKey => ({
  id,
  name: `key ${id}`,
  role: 'SERVICE',
  bounds: { accountId: null, apiNames: null },
  createdAt: AT,
  revokedAt: null,
  secretHash: `hash of ${id}`,
  ...parts,
});

describe.each(ENGINES)('%s', (engine) => {
  test('a key is found as it was stored, with its bounds and without', async () => {
    await using database = await openRows(engine);
    const bounds = { accountId: 'UPSTOX_01', apiNames: ['PRIMARY', 'WEBSOCKET2'] } as const;
    const stored = [key('a', { bounds }), key('b', { role: 'VIEWER', name: 'Bücher – „é“ 🗝' })];
    for (const one of stored) await database.write((trx) => insertAccessKey(trx, one));
    expect(await findAccessKeys(database.read)).toEqual(stored);
  });

  test('the oldest key comes first; of one instant they come by their ids, byte by byte', async () => {
    await using database = await openRows(engine);
    const later = new Date(AT.getTime() + 1);
    const stored = [key('later', { createdAt: later }), ...['b', 'B', 'a_', 'a-b', 'A'].map((id) => key(id))];
    for (const one of stored) await database.write((trx) => insertAccessKey(trx, one));
    const ids = (await findAccessKeys(database.read)).map(({ id }) => id);
    expect(ids).toEqual(['A', 'B', 'a-b', 'a_', 'b', 'later']);
  });

  test('two keys never share a secret', async () => {
    await using database = await openRows(engine);
    await database.write((trx) => insertAccessKey(trx, key('a', { secretHash: 'same' })));
    const again = database.write((trx) => insertAccessKey(trx, key('b', { secretHash: 'same' })));
    await expect(again).rejects.toThrow(/unique constraint/i);
    expect(await findAccessKeys(database.read)).toHaveLength(1);
  });

  test('a key is revoked once, for good, and its leases go', async () => {
    await using database = await openRows(engine);
    const lease = { accountId: 'UPSTOX_01', apiName: 'PRIMARY', version: 1, leasedAt: AT } as const;
    await database.write(async (trx) => {
      for (const id of ['a', 'b']) {
        await insertAccessKey(trx, key(id));
        await recordLease(trx, { ...lease, keyId: id });
      }
    });
    const revoke = (second: number) =>
      database.write((trx) => markRevoked(trx, 'a', new Date(AT.getTime() + second * 1000)));
    expect([await isLiveKey(database.read, 'a'), await revoke(1), await revoke(2)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(await isLiveKey(database.read, 'a')).toBe(false);
    expect(await isLiveKey(database.read, 'nobody’s')).toBe(false);
    const revokedAt = (await findAccessKeys(database.read)).map((one) => one.revokedAt);
    expect(revokedAt).toEqual([new Date(AT.getTime() + 1000), null]);
    expect((await findLeases(database.read, 'UPSTOX_01')).map(({ keyId }) => keyId)).toEqual(['b']);
  });
});
