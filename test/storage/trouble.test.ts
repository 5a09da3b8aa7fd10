import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { replaceToken } from '../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../src/db/queries/tokens.ts';
import type { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import { toAuditEntry } from '../../src/domain/events/audit.ts';
import { Folder, newToken } from '../db/temporary-database.ts';
import { until } from '../support/test-app.ts';

const store = (database: SqliteDatabase, text: string, at = new Date()) =>
  database.write(async (transaction) => {
    await replaceToken(transaction, newToken(text), database, at);
    await database.audit(transaction, toAuditEntry('OTP_SUBMITTED', {}, {}, text, at));
  });

test('a full database is gone on from in memory, and has everything once there is room', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await store(database, 'token-1');
  // A limit of pages is how SQLite itself finds out that there is no more room.
  const limit = (pages: number) =>
    database.read.executeQuery({
      sql: `pragma max_page_count = ${pages}`,
      parameters: [],
      query: { kind: 'RawNode' },
    } as never);
  await limit(1);
  const filler = 'x'.repeat(50_000);
  await database.write(async (transaction) => {
    const entry = toAuditEntry('QUARANTINE_CLEARED', { reason: filler }, {}, 'filler', new Date());
    await database.audit(transaction, entry);
  });
  await store(database, 'token-2');
  const [token] = await findTokens(database.read, 1, database);
  expect(token?.accessToken.reveal()).toBe('token-2');
  await until('the file to have everything', () => database.trouble === null);
  expect(
    folder.raw((connection) => connection.prepare('select access_token from upstox_tokens').pluck().all()),
  ).toEqual(['token-2']);
  expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 3 });
});

test('a folder that may not be written to is refused in words, and nothing is made in it', () => {
  using folder = new Folder();
  const script = `
    import { SqliteDatabase } from ${JSON.stringify(path.resolve('src/db/sqlite/sqlite-database.ts'))};
    const folder = ${JSON.stringify(folder.path)};
    await SqliteDatabase.open({ file: folder + '/vega_trade.db', zone: 'Asia/Kolkata', masterKey: { given: [], folder: folder + '/.vega' } })
      .then(() => console.log('opened'), (error) => console.log(error.message));`;
  chmodSync(folder.path, 0o555);
  // Root may write anywhere, so the program is run as somebody who may not.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder.path, 65_534, 65_534);
  const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script],
    {
      ...nobody,
      encoding: 'utf8',
      env: { ...process.env, HOME: folder.path, TSX_DISABLE_CACHE: '1' },
    },
  );
  expect([stdout, stderr]).toEqual([
    `The database ${folder.file('vega_trade.db')} cannot be read and written by this user. Check its permissions, or set VEGA_DB_PATH.\n`,
    '',
  ]);
  chmodSync(folder.path, 0o700);
});

test('a clock that goes backwards changes no order: neither in the audit nor of the tokens', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await store(database, 'token-1', new Date('2026-11-24T03:00:00Z'));
  await store(database, 'token-2', new Date('2026-11-20T03:00:00Z'));
  const [token] = await findTokens(database.read, 1, database);
  expect([token?.accessToken.reveal(), token?.version]).toEqual(['token-2', 2]);
  const wish = { first: 5, before: null, severity: null, component: null, correlationId: null };
  expect((await database.auditEntries(wish)).map(({ key }) => key)).toEqual(['token-2', 'token-1']);
  expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 2 });
});
