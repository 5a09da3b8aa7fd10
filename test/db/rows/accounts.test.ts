import { describe, expect, test } from 'vitest';
import {
  activateAccount,
  deleteAccount,
  ensureAccount,
  findAccounts,
  findCredentials,
  findReadableCredentials,
  freeAccountNumber,
  insertAccount,
  rememberBrokerUser,
  renameAccount,
  saveCredentials,
} from '../../../src/db/queries/accounts.ts';
import { saveApiConfig } from '../../../src/db/queries/api-configs.ts';
import { ensureAuthRecord } from '../../../src/db/queries/auth-states.ts';
import { replaceToken } from '../../../src/db/queries/token-replacement.ts';
import type { Queryable } from '../../../src/db/queryable.ts';
import { SealError } from '../../../src/db/secrets/vault.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { ENGINES, openRows, type RowsDatabase } from '../engines.ts';
import { newToken } from '../temporary-database.ts';

const AT = new Date('2026-11-17T20:00:05.250+05:30');

const insert = (trx: Queryable, number: number, isActive = false) =>
  insertAccount(trx, { id: `UPSTOX_0${number}`, number, name: `Desk ${number}`, isActive, now: AT });

const brief = async (database: RowsDatabase) =>
  (await findAccounts(database.read)).map(({ id, number, name, isActive }) =>
    [number, id, name, isActive ? 'active' : 'inactive'].join(' '),
  );

describe.each(ENGINES)('%s', (engine) => {
  test('an account is made once, found in the order of its number, and the first one made is active', async () => {
    await using database = await openRows(engine);
    await database.write(async (transaction) => {
      await ensureAccount(transaction, { id: 'UPSTOX_02', number: 2 }, new Date(0));
      await ensureAccount(transaction, { id: 'UPSTOX_01', number: 1 }, new Date(0));
      await ensureAccount(transaction, { id: 'UPSTOX_01', number: 1 }, new Date(9));
    });
    const row = { brokerUserId: null, redirectUri: null };
    expect(await findAccounts(database.read)).toEqual([
      { ...row, id: 'UPSTOX_01', number: 1, name: 'UPSTOX_01', isActive: false },
      { ...row, id: 'UPSTOX_02', number: 2, name: 'UPSTOX_02', isActive: true },
    ]);
  });

  test('a number that is taken is not given twice', async () => {
    await using database = await openRows(engine);
    await database.write(async (transaction) => {
      await ensureAccount(transaction, { id: 'UPSTOX_01', number: 1 }, new Date(0));
      await ensureAccount(transaction, { id: 'FAMILY', number: 1 }, new Date(0));
    });
    expect((await findAccounts(database.read)).map(({ id, number }) => [id, number])).toEqual([
      ['UPSTOX_01', 1],
      ['FAMILY', 2],
    ]);
  });

  test('the next number is above those of all accounts and of all tokens', async () => {
    await using database = await openRows(engine);
    const free = () => database.write(freeAccountNumber);
    expect(await free()).toBe(1);
    await database.raw("insert into upstox_tokens (api_name) values ('PRIMARY')");
    expect(await free()).toBe(2);
    await database.write((transaction) => insert(transaction, 3));
    expect(await free()).toBe(4);
    await database.raw("insert into upstox_tokens (api_name, user_id) values ('PRIMARY', 7)");
    expect(await free()).toBe(8);
  });

  test('the first user id that is learnt stays', async () => {
    await using database = await openRows(engine);
    await database.write(async (transaction) => {
      await insert(transaction, 1);
      await insert(transaction, 2);
      await rememberBrokerUser(transaction, 'UPSTOX_01', 'AB1234');
      await rememberBrokerUser(transaction, 'UPSTOX_01', 'CD5678');
      await rememberBrokerUser(transaction, 'UPSTOX_09', 'EF9012');
    });
    expect((await findAccounts(database.read)).map(({ id, brokerUserId }) => [id, brokerUserId])).toEqual([
      ['UPSTOX_01', 'AB1234'],
      ['UPSTOX_02', null],
    ]);
  });

  test('one account is active, and another one can be made so', async () => {
    await using database = await openRows(engine);
    await database.write(async (transaction) => {
      await insert(transaction, 1, true);
      await insert(transaction, 2);
      await activateAccount(transaction, 'UPSTOX_02');
      await renameAccount(transaction, 'UPSTOX_01', 'Família 🏠');
    });
    expect(await brief(database)).toEqual(['1 UPSTOX_01 Família 🏠 inactive', '2 UPSTOX_02 Desk 2 active']);
    await expect(database.write((transaction) => insert(transaction, 3, true))).rejects.toThrow(/unique/i);
    await expect(database.write((transaction) => insert(transaction, 2))).rejects.toThrow(/unique/i);
    expect(await brief(database)).toHaveLength(2);
  });

  test('credentials are sealed, and open for their own account alone', async () => {
    await using database = await openRows(engine);
    const texts = { mobileNumber: '9876543210', pin: '135790', totp: 'JBSWY3DPEHPK3PXP' };
    const saved = { texts, redirectUri: 'https://desk.example/callback' };
    await database.write(async (transaction) => {
      await insert(transaction, 1);
      await insert(transaction, 2);
      await saveCredentials(transaction, 1, saved, database.vault);
    });
    const again = await database.reopened();
    const found = await findCredentials(again.read, 1, again.vault);
    expect(found?.pin.reveal()).toBe('135790');
    expect(found?.mobileNumber.reveal()).toBe('9876543210');
    expect((await findAccounts(again.read))[0]?.redirectUri).toBe('https://desk.example/callback');
    expect(JSON.stringify(await again.raw('select * from vega_accounts'))).not.toContain('135790');
    expect(await findCredentials(again.read, 2, again.vault)).toBeNull();
    expect(await findCredentials(again.read, 9, again.vault)).toBeNull();
    await again.raw(
      'update vega_accounts set credentials = (select credentials from vega_accounts where number = 1) where number = 2',
    );
    await expect(findCredentials(again.read, 2, again.vault)).rejects.toThrow(SealError);
    const readable = await findReadableCredentials(again.read, again.vault);
    expect([...readable.keys()]).toEqual([1]);
    expect(readable.get(1)).toEqual(found);
  });

  test('an account goes with all that is its own, and leaves that of others', async () => {
    await using database = await openRows(engine);
    await database.raw("insert into upstox_tokens (api_name, access_token) values ('WEBSOCKET1', 'legacy')");
    await database.write(async (transaction) => {
      for (const accountNumber of [1, 2]) {
        await insert(transaction, accountNumber);
        await ensureAuthRecord(transaction, `UPSTOX_0${accountNumber}`, AT);
        const token = newToken(`token of ${accountNumber}`, { accountNumber });
        await replaceToken(transaction, token, database, AT);
        const { apiName, apiIndex, clientId, redirectUri } = token;
        const app = { apiName, apiIndex, clientId: clientId ?? '', redirectUri, enabled: true };
        const change = { ...app, clientSecret: new Secret('secret') };
        await saveApiConfig(transaction, accountNumber, change, database.vault, AT);
      }
      await deleteAccount(transaction, { id: 'UPSTOX_01', number: 1 });
    });
    expect(await brief(database)).toEqual(['2 UPSTOX_02 Desk 2 inactive']);
    for (const [table, account] of [
      ['upstox_tokens', 'user_id'],
      ['upstox_api_configs', 'account_number'],
      ['vega_token_versions', 'account_number'],
      ['vega_auth_states', 'account_id'],
    ] as const) {
      const [left, ...more] = await database.raw(`select ${account} as account from ${table}`);
      expect([table, String(left?.account), more]).toEqual([table, expect.stringMatching(/2$/), []]);
    }
  });
});
