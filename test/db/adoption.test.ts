import type Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { replaceToken } from '../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../src/db/queries/tokens.ts';
import { IST } from '../../src/domain/wall-time.ts';
import { Folder, newToken, SEED_TABLE } from './temporary-database.ts';

/** Every value of every row with its type, as SQLite itself writes it. */
const bytesOf = (folder: Folder): unknown[] =>
  folder.raw((connection) => {
    const names = connection.prepare("select name from pragma_table_info('upstox_tokens')").pluck().all();
    const columns = names.map((name) => `quote("${name}") as "${name}"`).join(', ');
    return connection.prepare(`select rowid as row, ${columns} from upstox_tokens order by rowid`).all();
  });

const indexes = (connection: Sqlite.Database): unknown[] =>
  connection
    .prepare("select name from sqlite_master where type = 'index' and tbl_name = 'upstox_tokens'")
    .pluck()
    .all();

/** What is read from the rows of account 1. */
const read = async (folder: Folder, zone = IST) => {
  await using database = await folder.open(undefined, zone);
  return (await findTokens(database.read, 1, database)).map(
    ({ accessToken, fingerprint: _mark, claims: _claims, ...token }) => ({
      ...token,
      accessToken: accessToken.reveal(),
    }),
  );
};

describe('rows of the predecessor', () => {
  const ROWS = `
    insert into upstox_tokens values
      (3, 'token-primary', 'PRIMARY', 'client-0', 'plain-secret', '2026-11-17 20:00:00', 27000, 1,
       '2026-11-17 20:00:00', 'http://localhost/callback', null, 'Bearer', 0, '2026-11-17 20:00:00', 1, 'LOGIN',
       1795314600000, null, '2026-11-18 03:30:00'),
      (5, 'token-websocket', 'WEBSOCKET1', null, null, 1795314600000, null, null, null, null, null, null, null, null,
       null, null, null, 1, null),
      (9, 'token-unreadable', 'WEBSOCKET2', 'client-2', '', 'soon', 'many', 'yes', x'00ff', null, null, null, 2,
       '2026-11-17T20:00:00.123', 0, null, null, 1, 'tomorrow'),
      (10, null, 'OPTIONCHAIN1', null, null, null, null, null, null, null, null, null, null, null, null, null, null,
       null, null),
      (11, 'token-of-another', 'PRIMARY', 'client-9', null, null, null, null, null, null, null, null, null, null, 1,
       null, null, 2, '2026-11-18 03:30:00'),
      (12, 'token-of-no-api', 'BACKTEST', null, null, null, null, null, null, null, null, null, null, null, null,
       null, null, null, null)`;

  const testApp = (): Folder => {
    const folder = new Folder();
    folder.raw((connection) => connection.exec(`${SEED_TABLE}; ${ROWS}`));
    return folder;
  };

  test('stay as they are, byte for byte', async () => {
    using folder = testApp();
    const before = bytesOf(folder);
    await read(folder);
    await read(folder);
    expect(bytesOf(folder)).toEqual(before);
    expect(before).toHaveLength(6);
  });

  test('are read in their zone; what is not said is not made up', async () => {
    using folder = testApp();
    expect(await read(folder)).toMatchInlineSnapshot(`
      [
        {
          "accessToken": "token-primary",
          "accountNumber": 1,
          "apiName": "PRIMARY",
          "clientId": "client-0",
          "generatedAt": 2026-11-17T14:30:00.000Z,
          "isActive": true,
          "mark": null,
          "storage": "DATABASE",
          "validUntil": 2026-11-17T22:00:00.000Z,
          "version": 1,
        },
        {
          "accessToken": "token-websocket",
          "accountNumber": 1,
          "apiName": "WEBSOCKET1",
          "clientId": null,
          "generatedAt": 2026-11-22T02:30:00.000Z,
          "isActive": true,
          "mark": null,
          "storage": "DATABASE",
          "validUntil": null,
          "version": 1,
        },
        {
          "accessToken": "token-unreadable",
          "accountNumber": 1,
          "apiName": "WEBSOCKET2",
          "clientId": "client-2",
          "generatedAt": 2026-11-17T14:30:00.000Z,
          "isActive": false,
          "mark": null,
          "storage": "DATABASE",
          "validUntil": null,
          "version": 1,
        },
      ]
    `);
  });

  test('are read in the zone that VEGA_DB_ZONE names', async () => {
    using folder = testApp();
    const [primary] = await read(folder, 'Europe/Berlin');
    expect(primary).toMatchObject({
      generatedAt: new Date('2026-11-17T19:00:00Z'),
      validUntil: new Date('2026-11-18T02:30:00Z'),
    });
  });

  test('are one for each account and API from the first start on', async () => {
    using folder = testApp();
    await read(folder);
    expect(folder.raw(indexes)).toEqual(['upstox_tokens_one_per_api']);
    const insert = (userId: string) => () =>
      folder.raw((connection) =>
        connection.exec(`insert into upstox_tokens (api_name, user_id) values ('PRIMARY', ${userId})`),
      );
    for (const userId of ['null', '1', '2']) expect(insert(userId)).toThrow('UNIQUE constraint failed');
    expect(insert('3')).not.toThrow();
  });
});

describe('several rows of one API', () => {
  const testApp = (): Folder => {
    const folder = new Folder();
    folder.raw((connection) =>
      connection.exec(`${SEED_TABLE};
        insert into upstox_tokens (id, access_token, api_name, user_id, is_active) values
          (1, 'oldest', 'PRIMARY', null, 1), (4, 'newest', 'PRIMARY', 1, 1), (2, 'older', 'PRIMARY', null, 1),
          (3, 'of another account', 'PRIMARY', 2, 1), (5, 'of another API', 'WEBSOCKET1', null, 1)`),
    );
    return folder;
  };

  test('stay, and the newest is read', async () => {
    using folder = testApp();
    const before = bytesOf(folder);
    expect((await read(folder)).map(({ apiName, accessToken }) => [apiName, accessToken])).toEqual([
      ['PRIMARY', 'newest'],
      ['WEBSOCKET1', 'of another API'],
    ]);
    expect(bytesOf(folder)).toEqual(before);
    expect(folder.raw(indexes)).toEqual([]);
  });

  test('become one when the token is replaced, and are kept one from the next start on', async () => {
    using folder = testApp();
    await (async () => {
      await using database = await folder.open();
      await database.write((transaction) =>
        replaceToken(transaction, newToken('fresh'), database, new Date(0)),
      );
    })();
    expect((await read(folder)).map(({ accessToken }) => accessToken)).toEqual(['fresh', 'of another API']);
    expect(folder.raw(indexes)).toEqual(['upstox_tokens_one_per_api']);
    const tokens = folder.raw((connection) =>
      connection.prepare('select access_token from upstox_tokens order by user_id, id').pluck().all(),
    );
    expect(tokens).toEqual(['of another API', 'fresh', 'of another account']);
  });
});

test('columns that the predecessor did not have yet are added behind its own, and its rows stay', async () => {
  using folder = new Folder();
  folder.raw((connection) =>
    connection.exec(`
      create table upstox_tokens (id integer primary key, api_name varchar(255) not null, remark text default 'kept',
        access_token varchar(2000), created_at timestamp);
      insert into upstox_tokens (api_name, access_token, created_at) values ('PRIMARY', 'old', '2026-11-17 20:00:00')`),
  );
  await using database = await folder.open();
  const columns = folder.raw((connection) =>
    connection.prepare("select name from pragma_table_info('upstox_tokens')").pluck().all(),
  );
  expect(columns).toEqual([
    ...['id', 'api_name', 'remark', 'access_token', 'created_at'],
    ...['client_id', 'client_secret', 'expires_in', 'is_primary', 'last_refreshed', 'redirect_uri'],
    ...['refresh_token', 'token_type', 'api_index', 'generated_at', 'is_active', 'purpose', 'updated_at'],
    ...['user_id', 'validity_at'],
  ]);
  expect(bytesOf(folder)).toEqual([
    expect.objectContaining({
      ...{ row: 1, id: '1', api_name: "'PRIMARY'", remark: "'kept'", access_token: "'old'" },
      ...{ created_at: "'2026-11-17 20:00:00'", user_id: 'NULL', validity_at: 'NULL', is_active: 'NULL' },
    }),
  ]);
  await database.write((transaction) => replaceToken(transaction, newToken('new'), database, new Date(0)));
  expect(bytesOf(folder)).toEqual([
    expect.objectContaining({
      remark: "'kept'",
      access_token: "'new'",
      validity_at: "'2026-11-18 03:30:00'",
    }),
  ]);
});

test('tables of other programs in the same file are left alone', async () => {
  using folder = new Folder();
  const orders = (connection: Sqlite.Database) => connection.prepare('select * from orders').all();
  folder.raw((connection) =>
    connection.exec(
      "create table orders (id integer primary key, side text); insert into orders values (1, 'BUY')",
    ),
  );
  await read(folder);
  expect(folder.raw(orders)).toEqual([{ id: 1, side: 'BUY' }]);
});
