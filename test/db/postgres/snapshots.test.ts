import { expect, test } from 'vitest';
import { PostgresDatabase } from '../../../src/db/postgres/postgres-database.ts';
import { ensureAccount, findAccounts } from '../../../src/db/queries/accounts.ts';
import { IST } from '../../../src/domain/wall-time.ts';
import { openCuttingProxy } from '../../support/postgres/cutting-proxy.ts';
import { until } from '../../support/postgres/processes.ts';
import { PostgresServer, sharedPostgres } from '../../support/postgres.ts';
import { Folder } from '../temporary-database.ts';

const NOW = new Date('2026-11-17T20:00:05.250+05:30');

const open = (url: string, folder: Folder) =>
  PostgresDatabase.open({ url, zone: IST, masterKey: { given: [], folder: folder.file('.vega') } });

const idsIn = (database: PostgresDatabase) =>
  database.cached('accounts', async (db) => (await findAccounts(db)).map(({ id }) => id));

const add = (database: PostgresDatabase, number: number) =>
  database.write((trx) => ensureAccount(trx, { id: `UPSTOX_${number}`, number }, NOW));

test('what was begun in a moment and outlives it reads what has been written since', async () => {
  using folder = new Folder();
  await using database = await open(await (await sharedPostgres()).createDatabase(), folder);
  await add(database, 1);
  let goOn = () => {};
  const isOver = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let later: Promise<readonly string[]> = Promise.resolve([]);
  await database.atOneMoment(async () => {
    expect(await idsIn(database)).toEqual(['UPSTOX_1']);
    // Nobody waits for it here: a timer, or a watch that an error has started.
    later = isOver.then(async () => {
      expect(await idsIn(database)).toEqual(['UPSTOX_1', 'UPSTOX_2']);
      return database.atOneMoment(() => idsIn(database));
    });
  });
  await add(database, 2);
  goOn();
  expect(await later).toEqual(['UPSTOX_1', 'UPSTOX_2']);
});

test('who is told that the server is back can read, also where a read of a moment has found it gone', async () => {
  using folder = new Folder();
  await using server = await PostgresServer.start();
  await using proxy = await openCuttingProxy(server.port);
  await using database = await open(proxy.url(await server.createDatabase()), folder);
  await add(database, 1);
  const told: Promise<readonly string[] | string>[] = [];
  database.listen({
    recovery: ({ dbLocked }) => {
      if (!dbLocked) told.push(idsIn(database).catch(String));
    },
  });
  proxy.part();
  await server.kill();
  await expect(database.atOneMoment(() => idsIn(database))).rejects.toThrow(/cannot be reached|answer/);
  await until(() => database.trouble !== null);
  await server.restart();
  proxy.join();
  await until(() => told.length > 0);
  expect(await told[0]).toEqual(['UPSTOX_1']);
});
