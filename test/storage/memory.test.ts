import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeHeapSnapshot } from 'node:v8';
import { expect, test } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { replaceToken } from '../../src/db/token-replacement.ts';
import { findTokens } from '../../src/db/tokens.ts';
import { Folder, holdLock, newToken } from '../db/temporary-database.ts';

/** Stores a token that nobody but the database knows of afterwards; answers its bytes, upside down. */
const storeToken = async (database: Database): Promise<Buffer> => {
  const bytes = Buffer.from(randomBytes(24).toString('hex'));
  const token = newToken(bytes.toString('latin1'));
  await database.write((transaction) => replaceToken(transaction, token, database, new Date()));
  return bytes.reverse();
};

test('a snapshot of the heap shows no token, neither one that waits in memory nor one that was read', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await using lock = await holdLock(folder.file('vega_trade.db'));
  const upsideDown = await storeToken(database);
  const read = await findTokens(database.read, 1, database);
  expect(database.recovery).toMatchObject({ dbLocked: true, pendingWrites: 1 });

  const marker = randomBytes(24).toString('hex');
  const snapshot = readFileSync(writeHeapSnapshot(folder.file('heap.heapsnapshot')));
  expect(snapshot.includes(marker)).toBe(true);
  expect(snapshot.includes(Buffer.from(upsideDown).reverse())).toBe(false);
  expect(read[0]?.accessToken.reveal()).toBe(Buffer.from(upsideDown).reverse().toString('latin1'));
  await lock.release();
}, 60_000);
