import { describe, expect, test } from 'vitest';
import {
  deleteSessions,
  findSessions,
  insertSession,
  type SessionRecord,
} from '../../../src/db/queries/sessions.ts';
import { ENGINES, openRows, type Rows } from '../engines.ts';

const at = (second: number): Date => new Date(Date.parse('2026-11-17T20:00:00+05:30') + second * 1000);

const session = (secretHash: string, endsAt: Date, keyId: string | null = null): SessionRecord => ({
  ...{ secretHash, keyId, endsAt },
});

const insert = (database: Rows, inserted: SessionRecord, now: Date) =>
  database.write((trx) => insertSession(trx, inserted, now));

const hashes = async (database: Rows) =>
  (await findSessions(database.read)).map(({ secretHash }) => secretHash).sort();

describe.each(ENGINES)('%s', (engine) => {
  test('a session is found as it was stored, of a key or of a link', async () => {
    await using database = await openRows(engine);
    await insert(database, session('a', at(60)), at(0));
    expect(await findSessions(database.read)).toEqual([session('a', at(60))]);
    await insert(database, session('b', at(60), 'key'), at(0));
    const keys = (await findSessions((await database.reopened()).read)).map(({ keyId }) => keyId);
    expect(new Set(keys)).toEqual(new Set([null, 'key']));
  });

  test('a session that has ended goes when the next one is stored, at its very end', async () => {
    await using database = await openRows(engine);
    await insert(database, session('a', at(60)), at(0));
    await insert(database, session('b', at(61)), at(0));
    await insert(database, session('c', at(99)), at(60));
    expect(await hashes(database)).toEqual(['b', 'c']);
  });

  test('the sessions that are named go, and none where none is named', async () => {
    await using database = await openRows(engine);
    for (const hash of ['a', 'b', 'c']) await insert(database, session(hash, at(60)), at(0));
    await database.write((trx) => deleteSessions(trx, []));
    expect(await hashes(database)).toEqual(['a', 'b', 'c']);
    await database.write((trx) => deleteSessions(trx, ['a', 'c', 'nobody’s']));
    expect(await hashes(database)).toEqual(['b']);
  });
});
