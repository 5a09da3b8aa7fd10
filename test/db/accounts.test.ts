import { expect, test } from 'vitest';
import {
  ensureAccount,
  findAccounts,
  findCredentials,
  rememberBrokerUser,
} from '../../src/db/queries/accounts.ts';
import { Folder } from './temporary-database.ts';

test('an account is made once, found in the order of its number, and the first one made is active', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await database.write(async (transaction) => {
    await ensureAccount(transaction, { id: 'UPSTOX_02', number: 2 }, new Date(0));
    await ensureAccount(transaction, { id: 'UPSTOX_01', number: 1 }, new Date(0));
    await ensureAccount(transaction, { id: 'UPSTOX_01', number: 1 }, new Date(9));
  });
  expect(await findAccounts(database.read)).toEqual([
    { id: 'UPSTOX_01', number: 1, name: 'UPSTOX_01', brokerUserId: null, isActive: false, redirectUri: null },
    { id: 'UPSTOX_02', number: 2, name: 'UPSTOX_02', brokerUserId: null, isActive: true, redirectUri: null },
  ]);
});

test('a number that is taken is not given twice, and an account without credentials has none', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await database.write(async (transaction) => {
    await ensureAccount(transaction, { id: 'UPSTOX_01', number: 1 }, new Date(0));
    await ensureAccount(transaction, { id: 'FAMILY', number: 1 }, new Date(0));
  });
  expect((await findAccounts(database.read)).map(({ id, number }) => [id, number])).toEqual([
    ['UPSTOX_01', 1],
    ['FAMILY', 2],
  ]);
  expect(await findCredentials(database.read, 1, database.vault)).toBe(null);
  expect(await findCredentials(database.read, 9, database.vault)).toBe(null);
});

test('the first user id that is learnt stays', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await database.write(async (transaction) => {
    await ensureAccount(transaction, { id: 'UPSTOX_01', number: 1 }, new Date(0));
    await ensureAccount(transaction, { id: 'UPSTOX_02', number: 2 }, new Date(0));
    await rememberBrokerUser(transaction, 'UPSTOX_01', 'AB1234');
    await rememberBrokerUser(transaction, 'UPSTOX_01', 'CD5678');
    await rememberBrokerUser(transaction, 'UPSTOX_09', 'EF9012');
  });
  expect((await findAccounts(database.read)).map(({ id, brokerUserId }) => [id, brokerUserId])).toEqual([
    ['UPSTOX_01', 'AB1234'],
    ['UPSTOX_02', null],
  ]);
});
