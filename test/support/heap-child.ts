import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeHeapSnapshot } from 'node:v8';
import { replaceToken } from '../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../src/db/queries/tokens.ts';
import type { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import { Folder, holdLock, newToken } from '../db/temporary-database.ts';
import { until } from './test-app.ts';

/**
 * A program of its own, with a heap in which nobody else has left anything: one token waits in memory because the file
 * is locked, and is read. Tells what a snapshot of the heap shows.
 */
const storeToken = async (database: SqliteDatabase): Promise<Buffer> => {
  const bytes = Buffer.from(randomBytes(24).toString('hex'));
  const token = newToken(bytes.toString('latin1'));
  await database.write((transaction) => replaceToken(transaction, token, database, new Date()));
  // Nobody but the database knows of it afterwards: what is kept here is upside down.
  return bytes.reverse();
};

using folder = new Folder();
await using database = await folder.open();
await using lock = await holdLock(folder.file('vega_trade.db'));
const upsideDown = await storeToken(database);
const [read] = await findTokens(database.read, 1, database);
const { dbLocked, pendingWrites } = database.recovery;
const marker = randomBytes(24).toString('hex');
const snapshot = readFileSync(writeHeapSnapshot(folder.file('heap.heapsnapshot')));
await lock.release();
await until('the file to have it', () => database.trouble === null);
// Everything that goes over all tokens of the file.
await database.backUp(new Date());
await database.rotateMasterKey();
await database.verifyAudit();
await findTokens(database.read, 1, database);
const afterwards = readFileSync(writeHeapSnapshot(folder.file('afterwards.heapsnapshot')));
const token = Buffer.from(upsideDown).reverse();
const found = {
  dbLocked,
  pendingWrites,
  showsMarker: snapshot.includes(marker),
  showsToken: snapshot.includes(token),
  showsTokenAfterwards: afterwards.includes(token),
  isReadable: read?.accessToken.reveal() === token.toString('latin1'),
};
process.stdout.write(JSON.stringify(found));
