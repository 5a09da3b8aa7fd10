import type { Client } from 'pg';
import { expect, test } from 'vitest';
import { ForeignWrites } from '../../../src/db/postgres/foreign-writes.ts';
import type { PostgresDatabase } from '../../../src/db/postgres/postgres-database.ts';
import { openNodes } from '../../support/postgres/nodes.ts';
import { until } from '../../support/postgres/processes.ts';

const insert = (database: PostgresDatabase, spill: string) =>
  database.write((trx) => trx.insertInto('vega_spills').values({ spill, last: 1 }).execute());

/** The connections that listen, by the ids of their processes. */
const listening = async (client: Client): Promise<readonly number[]> => {
  const { rows } = await client.query(
    `select pid from pg_stat_activity where datname = current_database() and query like 'listen %'`,
  );
  return rows.map(({ pid }) => pid);
};

const terminate = (client: Client, pids: readonly number[]) =>
  client.query('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [pids]);

const watch = async (database: PostgresDatabase, client: Client) => {
  const watched = { calls: 0 };
  database.watchForeignWrites(() => {
    watched.calls += 1;
  });
  await until(async () => (await listening(client)).length === 1);
  // Once at the beginning, and once when it listens.
  await until(() => watched.calls >= 2);
  return watched;
};

test('a transaction notifies once when it is committed, and only where it has written', async () => {
  await using nodes = await openNodes();
  const database = await nodes.open('one');
  const payloads: (string | undefined)[] = [];
  nodes.client.on('notification', ({ payload }) => payloads.push(payload));
  await nodes.client.query('listen vega_written');
  await database.write(async (trx) => {
    await trx.insertInto('vega_spills').values({ spill: 'one', last: 1 }).execute();
    await trx.insertInto('vega_spills').values({ spill: 'two', last: 1 }).execute();
  });
  await database.write((trx) => trx.selectFrom('vega_spills').selectAll().execute());
  const refused = database.write(async (trx) => {
    await trx.insertInto('vega_spills').values({ spill: 'three', last: 1 }).execute();
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');
  await insert(database, 'four');
  await nodes.client.query(`notify vega_written, 'end'`);
  await until(() => payloads.includes('end'));
  expect(payloads).toEqual([expect.stringMatching(/^\d+$/), payloads[0], 'end']);
});

test('what another node writes is told, and not what the node itself writes', async () => {
  await using nodes = await openNodes();
  const [one, other] = [await nodes.open('one'), await nodes.open('other')];
  const watched = await watch(one, nodes.client);
  const before = watched.calls;
  for (let number = 0; number < 50; number += 1) await insert(one, `own ${number}`);
  await insert(other, 'foreign');
  await until(() => watched.calls > before);
  // The poll may have found something meanwhile.
  expect(watched.calls - before).toBeLessThan(10);
});

test('a connection that listens is made again when it is lost, and nothing is missed meanwhile', async () => {
  await using nodes = await openNodes();
  const [one, other] = [await nodes.open('one'), await nodes.open('other')];
  const watched = await watch(one, nodes.client);
  const lost = await listening(nodes.client);
  await terminate(nodes.client, lost);
  const before = watched.calls;
  await insert(other, 'while nobody listened');
  await until(() => watched.calls > before);
  await until(async () => (await listening(nodes.client)).some((pid) => !lost.includes(pid)));
});

test('a notification that never comes is made up for by the poll', async () => {
  await using nodes = await openNodes();
  const database = await nodes.open('one');
  using writes = new ForeignWrites({
    listen: () => ({ [Symbol.dispose]: () => undefined }),
    readSnapshot: async () => {
      const { rows } = await nodes.client.query('select pg_current_snapshot()::text as snapshot');
      return rows[0].snapshot;
    },
  });
  let calls = 0;
  const stop = writes.watch(() => {
    calls += 1;
  });
  await until(() => calls >= 2);
  const before = calls;
  await insert(database, 'foreign');
  await until(() => calls > before);
  stop();
});
