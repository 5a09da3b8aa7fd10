import { describe, expect, test } from 'vitest';
import {
  forgetConfirmation,
  forgetConfirmations,
  noteConfirmation,
} from '../../../src/db/queries/token-marks.ts';
import { replaceToken, replayToken } from '../../../src/db/queries/token-replacement.ts';
import { deactivateToken, findToken, findTokens, removeToken } from '../../../src/db/queries/tokens.ts';
import { fingerprint } from '../../../src/db/secrets/fingerprint.ts';
import { isSealed } from '../../../src/db/secrets/vault.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { NewToken } from '../../../src/domain/token/token.ts';
import { IST, toWallTime } from '../../../src/domain/wall-time.ts';
import { ENGINES, openRows, type RowsDatabase } from '../engines.ts';
import { EXPIRES, ISSUED, newToken } from '../temporary-database.ts';

const NOW = new Date('2026-11-17T20:00:05.250+05:30');

const store = (database: RowsDatabase, token: NewToken) =>
  database.write((transaction) => replaceToken(transaction, token, database, NOW));

const found = async (database: RowsDatabase, accountNumber = 1) =>
  (await findTokens(database.read, accountNumber, database)).map(({ accessToken, ...token }) => ({
    ...token,
    accessToken: accessToken.reveal(),
  }));

/** Account, API, token, whether it is active, and its version. */
const brief = async (database: RowsDatabase, accountNumber = 1) =>
  (await found(database, accountNumber)).map(({ apiName, accessToken, isActive, version }) =>
    [apiName, accessToken, isActive ? 'active' : 'inactive', version].join(' '),
  );

describe.each(ENGINES)('%s', (engine) => {
  test('a token is written as the predecessor would have, and its client secret not in plain text', async () => {
    await using database = await openRows(engine);
    await store(database, newToken('token-1'));
    const rows = await database.read.selectFrom('upstox_tokens').selectAll().execute();
    expect(rows.map(({ client_secret: _secret, ...row }) => row)).toMatchInlineSnapshot(`
    [
      {
        "access_token": "token-1",
        "api_index": 0,
        "api_name": "PRIMARY",
        "client_id": "client-0",
        "created_at": "2026-11-17 20:00:00",
        "expires_in": 27000,
        "generated_at": "2026-11-17 20:00:00",
        "id": 1,
        "is_active": 1,
        "is_primary": 1,
        "last_refreshed": "2026-11-17 20:00:00",
        "purpose": null,
        "redirect_uri": "http://localhost:28020/callback",
        "refresh_token": null,
        "token_type": "Bearer",
        "updated_at": 1794925805250,
        "user_id": 1,
        "validity_at": "2026-11-18 03:30:00",
      },
    ]
  `);
    expect(JSON.stringify(rows)).not.toContain('client-secret-canary');
  });

  test('what is stored is found', async () => {
    await using database = await openRows(engine);
    await store(database, newToken('token-1'));
    expect(await found(database)).toEqual([
      {
        accountNumber: 1,
        apiName: 'PRIMARY',
        accessToken: 'token-1',
        fingerprint: '3f08aace122e',
        claims: { userId: null, isPlusPlan: null, issuedAt: null, expiresAt: null },
        clientId: 'client-0',
        generatedAt: ISSUED,
        validUntil: EXPIRES,
        isActive: true,
        mark: null,
        version: 1,
        storage: 'DATABASE',
      },
    ]);
  });

  test('of one API its token is found alone, and none that no key at hand opens', async () => {
    await using database = await openRows(engine);
    await store(database, newToken('token-1'));
    await store(database, newToken('token-2', { apiName: 'WEBSOCKET1' }));
    const ofOne = (apiName: string) => findToken(database.read, 1, apiName, database);
    expect((await ofOne('WEBSOCKET1'))?.accessToken.reveal()).toBe('token-2');
    expect(await ofOne('WEBSOCKET2')).toBeUndefined();
    await database.raw(
      "update upstox_tokens set access_token = 'vega1:gone:AAAA' where api_name = 'PRIMARY'",
    );
    expect(await ofOne('PRIMARY')).toBeUndefined();
    expect(await ofOne('WEBSOCKET1')).toBeDefined();
  });

  test('what the broker has confirmed is known of this very token, until it is replaced', async () => {
    await using database = await openRows(engine);
    await store(database, newToken('token-1'));
    const [token] = await findTokens(database.read, 1, database);
    if (token === undefined) throw new Error('nothing was stored');
    await database.write((trx) => noteConfirmation(trx, { ...token, fingerprint: 'another' }, NOW));
    expect((await found(database))[0]).not.toHaveProperty('confirmedAt');
    await database.write((trx) => noteConfirmation(trx, token, NOW));
    expect(await found(database)).toMatchObject([{ confirmedAt: NOW }]);
    await database.write((trx) => forgetConfirmations(trx, 2));
    expect(await found(database)).toMatchObject([{ confirmedAt: NOW }]);
    await database.write((trx) => forgetConfirmations(trx, 1));
    expect((await found(database))[0]).not.toHaveProperty('confirmedAt');
    await database.write((trx) => noteConfirmation(trx, token, NOW));
    await database.write((trx) => forgetConfirmation(trx, { ...token, fingerprint: 'another' }));
    expect(await found(database)).toMatchObject([{ confirmedAt: NOW }]);
    await database.write((trx) => forgetConfirmation(trx, token));
    expect((await found(database))[0]).not.toHaveProperty('confirmedAt');
    await database.write((trx) => noteConfirmation(trx, token, NOW));
    await store(database, newToken('token-2'));
    expect((await found(database))[0]).not.toHaveProperty('confirmedAt');
    await store(database, newToken('token-1'));
    expect((await found(database))[0]).not.toHaveProperty('confirmedAt');
  });

  test('times are written in the zone of the database', async () => {
    await using database = await openRows(engine, { zone: 'Europe/Berlin' });
    await store(database, newToken('token-1'));
    const row = await database.read
      .selectFrom('upstox_tokens')
      .select(['created_at', 'generated_at', 'last_refreshed', 'validity_at'])
      .executeTakeFirst();
    expect(row).toEqual({
      created_at: '2026-11-17 15:30:00',
      generated_at: '2026-11-17 15:30:00',
      last_refreshed: '2026-11-17 15:30:00',
      validity_at: '2026-11-17 23:00:00',
    });
    expect(await found(database)).toMatchObject([{ generatedAt: ISSUED, validUntil: EXPIRES }]);
  });

  test('a sealed token is found, judged and removed as a plain one is', async () => {
    await using database = await openRows(engine, { sealsTokens: true });
    await store(database, newToken('token-1'));
    const [row] = await database.raw('select access_token from upstox_tokens');
    expect(isSealed(String(row?.access_token))).toBe(true);
    expect(await brief(database)).toEqual(['PRIMARY token-1 active 1']);
    const judged = (work: typeof removeToken) =>
      database.write((trx) => work(trx, newToken('token-1'), database));
    expect(await judged((trx, token) => deactivateToken(trx, token, database, NOW))).toBe(true);
    expect(await brief(database)).toEqual(['PRIMARY token-1 inactive 1']);
    expect([await judged(removeToken), await judged(removeToken)]).toEqual([true, false]);
  });

  test('times of other programs are read however they are written', async () => {
    await using database = await openRows(engine);
    const insert = (apiName: string, generatedAt: string, createdAt: string) =>
      database.raw(
        `insert into upstox_tokens (access_token, api_name, generated_at, created_at) values ('x', '${apiName}', ${generatedAt}, ${createdAt})`,
      );
    await insert('PRIMARY', 'null', "'2026-11-17 20:00:00'");
    await insert('WEBSOCKET1', "'1794925800000'", 'null');
    await insert('WEBSOCKET2', "'2026-11-17T14:30:00Z'", 'null');
    await insert('WEBSOCKET3', 'null', 'null');
    const times = (await found(database)).map(({ generatedAt, validUntil }) => [generatedAt, validUntil]);
    expect(times).toEqual([...[1, 2, 3].map(() => [ISSUED, null]), [null, null]]);
  });

  test('an empty token, and a name that is no API’s, are nobody’s token', async () => {
    await using database = await openRows(engine);
    for (const values of ["'', 'PRIMARY'", "null, 'WEBSOCKET1'", "'x', 'primary'"])
      await database.raw(`insert into upstox_tokens (access_token, api_name) values (${values})`);
    expect(await found(database)).toEqual([]);
  });

  test('tokens are found in the order of their APIs', async () => {
    await using database = await openRows(engine);
    for (const apiName of ['OPTIONCHAIN1', 'WEBSOCKET2', 'PRIMARY', 'WEBSOCKET1'] as const) {
      await store(database, newToken(`token of ${apiName}`, { apiName }));
    }
    expect((await found(database)).map(({ apiName }) => apiName)).toEqual([
      ...['PRIMARY', 'WEBSOCKET1', 'WEBSOCKET2', 'OPTIONCHAIN1'],
    ]);
  });

  describe('replacing', () => {
    test('leaves one row of the account and API, and raises the version', async () => {
      await using database = await openRows(engine);
      const stored = [];
      for (const text of ['token-1', 'token-2', 'token-3'])
        stored.push(await store(database, newToken(text)));
      expect(stored).toEqual([
        { operation: 'INSERTED', version: 1 },
        { operation: 'REPLACED', version: 2 },
        { operation: 'REPLACED', version: 3 },
      ]);
      expect(await brief(database)).toEqual(['PRIMARY token-3 active 3']);
      expect(await database.read.selectFrom('upstox_tokens').select('access_token').execute()).toEqual([
        { access_token: 'token-3' },
      ]);
    });

    test('never touches another account or another API', async () => {
      await using database = await openRows(engine);
      await store(database, newToken('of one'));
      await store(database, newToken('of two', { accountNumber: 2 }));
      await store(database, newToken('websocket of one', { apiName: 'WEBSOCKET1' }));
      expect(await store(database, newToken('new of two', { accountNumber: 2 }))).toEqual({
        operation: 'REPLACED',
        version: 2,
      });
      expect(await brief(database)).toEqual([
        'PRIMARY of one active 1',
        'WEBSOCKET1 websocket of one active 1',
      ]);
      expect(await brief(database, 2)).toEqual(['PRIMARY new of two active 2']);
    });

    test('takes the place of a row without an account only for the first account', async () => {
      await using database = await openRows(engine);
      await database.raw("insert into upstox_tokens (access_token, api_name) values ('legacy', 'PRIMARY')");
      await store(database, newToken('of two', { accountNumber: 2 }));
      expect(await brief(database)).toEqual(['PRIMARY legacy active 1']);
      expect(await store(database, newToken('of one'))).toEqual({ operation: 'REPLACED', version: 2 });
      expect(await brief(database)).toEqual(['PRIMARY of one active 2']);
      expect(await brief(database, 2)).toEqual(['PRIMARY of two active 1']);
    });

    test('is undone with its transaction', async () => {
      await using database = await openRows(engine);
      await store(database, newToken('token-1'));
      const failing = database.write(async (transaction) => {
        await replaceToken(transaction, newToken('token-2'), database, NOW);
        throw new Error('the disk is full');
      });
      await expect(failing).rejects.toThrow('the disk is full');
      expect(await brief(database)).toEqual(['PRIMARY token-1 active 1']);
    });

    test('after a row that another program has written gives yet another version', async () => {
      await using database = await openRows(engine);
      await store(database, newToken('ours'));
      await database.raw("update upstox_tokens set access_token = 'of another program'");
      expect(await brief(database)).toEqual(['PRIMARY of another program active 2']);
      expect(await store(database, newToken('ours again'))).toEqual({ operation: 'REPLACED', version: 3 });
      expect(await brief(database)).toEqual(['PRIMARY ours again active 3']);
    });

    test('after a removal goes on counting', async () => {
      await using database = await openRows(engine);
      await store(database, newToken('token-1'));
      await database.write((transaction) => removeToken(transaction, newToken('token-1'), database));
      expect(await brief(database)).toEqual([]);
      expect(await store(database, newToken('token-2'))).toEqual({ operation: 'INSERTED', version: 2 });
      expect(await brief(database)).toEqual(['PRIMARY token-2 active 2']);
    });

    test('at the same time from two sides leaves one row', async () => {
      await using one = await openRows(engine);
      const other = await one.beside();
      const stored = await Promise.all([
        ...['a', 'b', 'c'].map((text) => store(one, newToken(text))),
        ...['d', 'e', 'f'].map((text) => store(other, newToken(text))),
      ]);
      expect(stored.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5, 6]);
      expect(await found(one)).toHaveLength(1);
      expect(await found(one)).toEqual(await found(other));
    });
  });

  describe('replaying', () => {
    const replacement = (text: string, issuedAt: Date) => ({
      row: {
        ...{ access_token: text, api_name: 'PRIMARY', user_id: 1, is_active: 1 },
        generated_at: toWallTime(issuedAt, IST),
        validity_at: toWallTime(EXPIRES, IST),
      },
      fingerprint: fingerprint(new Secret(text)),
    });
    const replay = (database: RowsDatabase, text: string, issuedAt: Date) =>
      database.write((trx) => replayToken(trx, replacement(text, issuedAt), database));

    test('stores what is not there, once', async () => {
      await using database = await openRows(engine);
      expect([await replay(database, 'a', ISSUED), await replay(database, 'a', ISSUED)]).toEqual([
        true,
        false,
      ]);
      expect(await brief(database)).toEqual(['PRIMARY a active 1']);
    });

    test('leaves a token that was made later, and replaces an earlier one', async () => {
      await using database = await openRows(engine);
      await store(database, newToken('present'));
      expect(await replay(database, 'older', new Date(ISSUED.getTime() - 1000))).toBe(false);
      expect(await replay(database, 'newer', new Date(ISSUED.getTime() + 1000))).toBe(true);
      expect(await brief(database)).toEqual(['PRIMARY newer active 2']);
    });
  });

  describe('a token that was judged dead', () => {
    test('is marked, and its version stays', async () => {
      await using database = await openRows(engine);
      await store(database, newToken('token-1'));
      const judge = () =>
        database.write((transaction) => deactivateToken(transaction, newToken('token-1'), database, NOW));
      expect([await judge(), await judge()]).toEqual([true, false]);
      expect(await brief(database)).toEqual(['PRIMARY token-1 inactive 1']);
    });

    test('is marked also where the predecessor had said nothing', async () => {
      await using database = await openRows(engine);
      await database.raw("insert into upstox_tokens (access_token, api_name) values ('legacy', 'PRIMARY')");
      const judged = await database.write((transaction) =>
        deactivateToken(transaction, newToken('legacy'), database, NOW),
      );
      expect([judged, await brief(database)]).toEqual([true, ['PRIMARY legacy inactive 1']]);
    });

    test.each([
      ['the one that has taken its place', { accessToken: new Secret('token-0') }],
      ['the same one of another API', { apiName: 'WEBSOCKET1' }],
      ['the same one of another account', { accountNumber: 2 }],
    ] as const)('does not cost %s', async (_what, parts) => {
      await using database = await openRows(engine);
      await store(database, newToken('token-1'));
      const judged = newToken('token-1', parts);
      expect(await database.write((transaction) => deactivateToken(transaction, judged, database, NOW))).toBe(
        false,
      );
      await database.write((transaction) => removeToken(transaction, judged, database));
      expect(await brief(database)).toEqual(['PRIMARY token-1 active 1']);
    });
  });
});
