import { describe, expect, test } from 'vitest';
import { findForeignTokenRows } from '../../../src/db/queries/foreign-token-rows.ts';
import { nextTokenId } from '../../../src/db/queries/next-token-id.ts';
import { saveHeldToken } from '../../../src/db/queries/roles.ts';
import { countActiveTokens, findOperation, findSourceVersions } from '../../../src/db/queries/token-facts.ts';
import { findTokenMarks, removeTokenMark, storeTokenMark } from '../../../src/db/queries/token-marks.ts';
import { replaceToken } from '../../../src/db/queries/token-replacement.ts';
import { deactivateToken, findTokens, removeToken } from '../../../src/db/queries/tokens.ts';
import { fingerprint } from '../../../src/db/secrets/fingerprint.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { NewToken, TokenMark } from '../../../src/domain/token/token.ts';
import { ENGINES, openRows, type Rows } from '../engines.ts';
import { ISSUED, newToken } from '../temporary-database.ts';

const NOW = new Date('2026-11-17T20:00:05.250+05:30');

const store = (database: Rows, token: NewToken) =>
  database.write((trx) => replaceToken(trx, token, database, NOW));

const markOf = async (database: Rows) => (await findTokens(database.read, 1, database))[0]?.mark;

describe.each(ENGINES)('%s', (engine) => {
  test('active tokens are counted, each account’s apart; one that does not say is not', async () => {
    await using database = await openRows(engine);
    for (const apiName of ['PRIMARY', 'WEBSOCKET1'] as const)
      await store(database, newToken('a', { apiName }));
    await store(database, newToken('b', { accountNumber: 2 }));
    await database.raw("insert into upstox_tokens (access_token, api_name) values ('legacy', 'WEBSOCKET2')");
    const counts = () => Promise.all([1, 2, 3].map((number) => countActiveTokens(database.read, number)));
    expect(await counts()).toEqual([2, 1, 0]);
    await database.write((trx) => deactivateToken(trx, newToken('a'), database, NOW));
    expect(await counts()).toEqual([1, 1, 0]);
  });

  test('whether a token replaced another one is known of the present one', async () => {
    await using database = await openRows(engine);
    const operationOf = (text: string) =>
      findOperation(database.read, {
        ...{ accountNumber: 1, apiName: 'PRIMARY', fingerprint: fingerprint(new Secret(text)) },
      });
    await store(database, newToken('one'));
    expect(await operationOf('one')).toBe('INSERTED');
    await store(database, newToken('two'));
    expect([await operationOf('one'), await operationOf('two')]).toEqual(['INSERTED', 'REPLACED']);
  });

  test('versions are known of tokens that are there, that are gone, and of the yearly ones', async () => {
    await using database = await openRows(engine);
    for (const text of ['one', 'two']) await store(database, newToken(text));
    const gone = newToken('gone', { apiName: 'WEBSOCKET1' });
    await store(database, gone);
    await database.write((trx) => removeToken(trx, gone, database));
    await database.raw("insert into upstox_tokens (access_token, api_name) values ('theirs', 'WEBSOCKET2')");
    const held = {
      kind: 'ANALYTICS',
      accessToken: new Secret('x'),
      fingerprint: 'x',
      verdict: 'UNKNOWN',
    } as const;
    const never = { expiresAt: null, checkedAt: null, httpStatus: null, isInTokenTable: false };
    await database.write((trx) =>
      saveHeldToken(trx, 1, { ...held, ...never, importedAt: NOW }, database.vault),
    );
    expect(await findSourceVersions(database.read, 1, database)).toEqual(
      new Map([
        ['PRIMARY', 2],
        ['WEBSOCKET1', 1],
        ['WEBSOCKET2', 1],
        ['ANALYTICS', 1],
      ]),
    );
    expect(await findSourceVersions(database.read, 2, database)).toEqual(new Map());
  });

  test('why a token was marked is told while the row says so itself', async () => {
    await using database = await openRows(engine);
    const token = {
      accountNumber: 1,
      apiName: 'PRIMARY',
      fingerprint: fingerprint(new Secret('one')),
    } as const;
    const rejected: TokenMark = { reason: 'REJECTED', httpStatus: 401, brokerCode: 'UDAPI100050' };
    await store(database, newToken('one'));
    const mark = (said: TokenMark) =>
      database.write(async (trx) => {
        await deactivateToken(trx, newToken('one'), database, NOW);
        await storeTokenMark(trx, token, said, NOW);
      });
    await mark(rejected);
    expect(await markOf(database)).toEqual(rejected);
    await mark({ reason: 'REVOKED', httpStatus: null });
    expect(await markOf(database)).toEqual({ reason: 'REVOKED', httpStatus: null });
    await database.raw('update upstox_tokens set updated_at = updated_at + 1');
    expect(await markOf(database)).toBeNull();
  });

  test('a mark goes with its very token', async () => {
    await using database = await openRows(engine);
    const token = { accountNumber: 1, apiName: 'PRIMARY', fingerprint: 'one' } as const;
    const row = { account_number: 1, api_name: 'PRIMARY', fingerprint: 'one', marked_at: NOW.getTime() };
    await database.write((trx) => storeTokenMark(trx, token, { reason: 'REVOKED', httpStatus: 200 }, NOW));
    const kept = [{ ...row, reason: 'REVOKED', http_status: 200, broker_code: null }];
    const later = new Date(NOW.getTime() + 1);
    await database.write((trx) => removeTokenMark(trx, { ...token, fingerprint: 'two' }, later));
    expect(await findTokenMarks(database.read, 1)).toEqual(kept);
    // An answer to a question from before the mark says nothing about it.
    await database.write((trx) => removeTokenMark(trx, token, NOW));
    expect(await findTokenMarks(database.read, 1)).toEqual(kept);
    await database.write((trx) => removeTokenMark(trx, token, later));
    expect(await findTokenMarks(database.read, 1)).toEqual([]);
  });

  test('rows of another program that nearly have the name of an API are named in their order', async () => {
    await using database = await openRows(engine);
    for (const name of ['websocket1', 'PRIMARY', 'Primary', ' PRIMARY', 'FOO', 'primary'])
      await database.raw(`insert into upstox_tokens (api_name) values ('${name}')`);
    await database.raw("insert into upstox_tokens (api_name, user_id) values ('primary', 2)");
    expect(await findForeignTokenRows(database.read)).toEqual({
      ...{ apiNames: [' PRIMARY', 'Primary', 'primary', 'websocket1'], textUserIds: 0 },
    });
  });

  test('the table numbers its rows by itself', async () => {
    await using database = await openRows(engine);
    expect(await database.write(nextTokenId)).toEqual({});
    await store(database, newToken('one', { issuedAt: ISSUED }));
    const [row] = await database.raw('select id from upstox_tokens');
    expect(row).toEqual({ id: 1 });
  });
});

describe('SQLite alone, where another program has made the table', () => {
  test('a `user_id` that is a text is counted', async () => {
    await using database = await openRows('SQLITE');
    await database.raw("insert into upstox_tokens (api_name, user_id) values ('PRIMARY', 'one')");
    expect(await findForeignTokenRows(database.read)).toEqual({ apiNames: [], textUserIds: 1 });
  });

  test('a key that SQLite does not number gets the next number', async () => {
    await using database = await openRows('SQLITE');
    await database.raw('drop table upstox_tokens');
    await database.raw('create table upstox_tokens (id bigint not null primary key, api_name text)');
    await database.raw("insert into upstox_tokens (id, api_name) values (7, 'PRIMARY')");
    expect(await nextTokenId(database.read)).toEqual({ id: 8 });
  });
});
