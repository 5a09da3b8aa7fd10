import { sql } from 'kysely';
import { Client, Pool } from 'pg';
import { expect, test } from 'vitest';
import { guardedPool } from '../../../src/db/postgres/guarded-pool.ts';
import { PostgresDatabase } from '../../../src/db/postgres/postgres-database.ts';
import { isUnavailable } from '../../../src/db/postgres/sqlstate.ts';
import { replaceToken } from '../../../src/db/queries/token-replacement.ts';
import { IST } from '../../../src/domain/wall-time.ts';
import { DisposalStack } from '../../../src/services/disposal-stack.ts';
import { until } from '../../support/postgres/processes.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { Folder, newToken } from '../temporary-database.ts';

const NOW = new Date('2026-11-17T20:00:05.250+05:30');
const WRITE_LOCK = 0x76656761;

/** A database, and a client of another program that may do everything in it. */
const openWithClient = async () => {
  const stack = new DisposalStack();
  const folder = new Folder();
  stack.defer(() => folder[Symbol.dispose]());
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  stack.defer(() => server.dropDatabase(url));
  const client = new Client({ connectionString: url });
  await client.connect();
  stack.defer(() => client.end());
  const masterKey = { given: [], folder: folder.file('.vega') };
  const open = async () => stack.use(await PostgresDatabase.open({ url, zone: IST, masterKey }));
  return { stack, client, open };
};

const waitsForLock = (client: Client) =>
  until(async () => {
    const { rows } = await client.query(
      `select pid from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`,
    );
    return rows.length > 0;
  });

const cancelWaiting = (client: Client) =>
  client.query(
    `select pg_cancel_backend(pid) from pg_stat_activity
     where datname = current_database() and wait_event = 'advisory'`,
  );

test('a transaction that did not get the lock leaves no connection behind that refuses everything', async () => {
  const { stack, client, open } = await openWithClient();
  await using _stack = stack;
  const database = await open();
  await client.query(`select pg_advisory_lock(${WRITE_LOCK})`);
  const written = database.write(async () => 'written');
  await waitsForLock(client);
  await cancelWaiting(client);
  await waitsForLock(client);
  expect((await sql<{ one: number }>`select 1 as one`.execute(database.read)).rows).toEqual([{ one: 1 }]);
  await client.query(`select pg_advisory_unlock(${WRITE_LOCK})`);
  expect(await written).toBe('written');
});

test('what is committed after an error that was caught is not taken for stored', async () => {
  const { stack, open } = await openWithClient();
  await using _stack = stack;
  const database = await open();
  const written = database.write(async (trx) => {
    await trx.insertInto('vega_spills').values({ spill: 'one', last: 1 }).execute();
    await sql`select 1 / 0`.execute(trx).catch(() => undefined);
  });
  await expect(written).rejects.toThrow('Nothing was committed');
  expect(await database.read.selectFrom('vega_spills').selectAll().execute()).toEqual([]);
});

test('a transaction sees what was committed while it waited, whatever isolation the database has', async () => {
  const { stack, client, open } = await openWithClient();
  await using _stack = stack;
  await client.query(
    `do $$ begin execute format('alter database %I set default_transaction_isolation = serializable', current_database()); end $$`,
  );
  const database = await open();
  await client.query(`select pg_advisory_lock(${WRITE_LOCK})`);
  const seen = database.write((trx) => trx.selectFrom('vega_spills').select('spill').execute());
  await waitsForLock(client);
  await client.query(`insert into vega_spills (spill, last) values ('one', 1)`);
  await client.query(`select pg_advisory_unlock(${WRITE_LOCK})`);
  expect(await seen).toEqual([{ spill: 'one' }]);
});

test('an error of a refused row quotes none of its values', async () => {
  const { stack, client, open } = await openWithClient();
  await using _stack = stack;
  const database = await open();
  await client.query('alter table upstox_tokens add check (id < 0)');
  const stored = database.write((trx) => replaceToken(trx, newToken('token-1'), database, NOW));
  const error = await stored.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: '23514' });
  expect(JSON.stringify(error)).not.toContain('token-1');
});

test('a connection whose server does not answer any more is lost, and the next one is sound', async () => {
  const { stack, client } = await openWithClient();
  await using _stack = stack;
  const pool = new Pool({ ...pickAddress(client), max: 1 });
  pool.on('connect', (connection) => connection.on('error', () => undefined));
  stack.defer(() => pool.end());
  const guarded = guardedPool(pool, 100);
  const connection = await guarded.connect();
  const asked = connection.query('select pg_sleep(600)', []);
  const error = await asked.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(isUnavailable(error)).toBe(true);
  connection.release();
  const next = await guarded.connect();
  expect((await next.query('select 1 as one', [])).rows).toEqual([{ one: 1 }]);
  next.release();
});

const pickAddress = ({ host, port, database, user }: Client) => ({ host, port, database, user });
