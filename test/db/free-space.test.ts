import { statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ensureAccount, findAccounts } from '../../src/db/queries/accounts.ts';
import { Folder, SEED_TABLE } from './temporary-database.ts';

const MEGABYTE = 1_048_576;

/** Rows of fourteen megabytes that come and go. */
const FILL = `create table of_another_program (id integer primary key, text text);
  insert into of_another_program (text)
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 14000)
    select hex(randomblob(500)) from n`;

const sizeOf = (folder: Folder): number =>
  ['', '-wal'].reduce((sum, suffix) => sum + statSync(folder.file(`vega_trade.db${suffix}`)).size, 0);

test('room that is not needed any more is given back to the disk, and others write and read meanwhile', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  folder.raw((connection) => connection.exec(FILL));
  folder.raw((connection) => connection.exec('delete from of_another_program where id > 100'));
  expect(sizeOf(folder)).toBeGreaterThan(13 * MEGABYTE);
  let [turns, isOver] = [0, false];
  const releasing = database.releaseFreeSpace().finally(() => {
    isOver = true;
  });
  for (let number = 1; !isOver; turns += 1) {
    if (number <= 10)
      await database.write((transaction) =>
        ensureAccount(transaction, { id: `UPSTOX_${number}`, number }, new Date(0)),
      );
    number += 1;
    await nextTurn();
  }
  expect(await releasing).toBe(true);
  expect(sizeOf(folder)).toBeLessThan(9 * MEGABYTE);
  // At most 64 pages of 4 kB in one of them.
  expect(turns).toBeGreaterThan(50);
  expect(database.trouble).toBeNull();
  expect(await findAccounts(database.read)).toHaveLength(10);
  expect(await database.releaseFreeSpace()).toBe(false);
  folder.raw((connection) => {
    expect(connection.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(connection.prepare('select count(*) from of_another_program').pluck().get()).toBe(100);
  });
});

test('a file that was made without that ability gets it at a start where much of it is free', async () => {
  using folder = new Folder();
  folder.raw((connection) => {
    connection.exec(`${SEED_TABLE}; ${FILL}`);
    connection.exec('delete from of_another_program where id > 100');
  });
  expect(statSync(folder.file('vega_trade.db')).size).toBeGreaterThan(13 * MEGABYTE);
  await using database = await folder.open();
  expect(sizeOf(folder)).toBeLessThan(4 * MEGABYTE);
  folder.raw((connection) => {
    expect(connection.pragma('auto_vacuum', { simple: true })).toBe(2);
    expect(connection.prepare('select count(*) from of_another_program').pluck().get()).toBe(100);
  });
  expect(await findAccounts(database.read)).toEqual([]);
});

test('a file that is full of what is needed is left as it is', async () => {
  using folder = new Folder();
  folder.raw((connection) => connection.exec(`${SEED_TABLE}; ${FILL}`));
  await using database = await folder.open();
  expect(await database.releaseFreeSpace()).toBe(false);
  expect(folder.raw((connection) => connection.pragma('auto_vacuum', { simple: true }))).toBe(0);
});
