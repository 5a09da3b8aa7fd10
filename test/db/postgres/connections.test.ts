import { sql } from 'kysely';
import { Client, Pool } from 'pg';
import { expect, test } from 'vitest';
import { guardedPool } from '../../../src/db/postgres/guarded-pool.ts';
import { PostgresDatabase } from '../../../src/db/postgres/postgres-database.ts';
import { isUnavailable } from '../../../src/db/postgres/sqlstate.ts';
import { ensureAccount } from '../../../src/db/queries/accounts.ts';
import { replaceToken } from '../../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../../src/db/queries/tokens.ts';
import { tokenSecretPlace } from '../../../src/db/secrets/vault.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { IST } from '../../../src/domain/wall-time.ts';
import { DisposalStack } from '../../../src/services/disposal-stack.ts';
import { openCuttingProxy } from '../../support/postgres/cutting-proxy.ts';
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
  const open = async (given: readonly Secret[] = [], by = (way: string) => way) =>
    stack.use(await PostgresDatabase.open({ url: by(url), zone: IST, masterKey: { ...masterKey, given } }));
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

test('transactions that wait keep no read from its connection, and two of them alone wait at the server', async () => {
  const { stack, client, open } = await openWithClient();
  await using _stack = stack;
  const database = await open();
  await client.query(`select pg_advisory_lock(${WRITE_LOCK})`);
  const written = Array.from({ length: 10 }, () => database.write(async () => 'written'));
  await until(async () => {
    const { rows } = await client.query(
      `select pid from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`,
    );
    return rows.length === 2;
  });
  expect(await database.read.selectFrom('vega_spills').selectAll().execute()).toEqual([]);
  await client.query(`select pg_advisory_unlock(${WRITE_LOCK})`);
  expect(new Set(await Promise.all(written))).toEqual(new Set(['written']));
});

test('wall times are read whatever style of dates the database has', async () => {
  const { stack, client, open } = await openWithClient();
  await using _stack = stack;
  await client.query(
    `do $$ begin execute format('alter database %I set datestyle = German', current_database()); end $$`,
  );
  const database = await open();
  await database.write((trx) => replaceToken(trx, newToken('token-1'), database, NOW));
  await client.query('update upstox_tokens set generated_at = null');
  const [stored] = await findTokens(database.read, 1, database);
  expect(stored?.generatedAt).toEqual(newToken('token-1').issuedAt);
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

test('what must be kept is tried until the table takes it', async () => {
  const { stack, client, open } = await openWithClient();
  await using _stack = stack;
  const database = await open();
  await client.query('create sequence refusals');
  await client.query(`
    create function refuse() returns trigger language plpgsql as $$
    begin perform nextval('refusals'); raise exception 'not now'; end $$`);
  await client.query(
    'create trigger refuse before insert on upstox_tokens for each row execute function refuse()',
  );
  const account = { id: 'UPSTOX_01', number: 1 };
  await database.write((trx) => ensureAccount(trx, account, NOW));
  const token = newToken('token-1');
  const stored = database.keep(
    (trx) => replaceToken(trx, token, database, NOW),
    () => [{ kind: 'ISSUED_TOKEN', token, account, reference: {}, key: 'stored', at: NOW }],
  );
  const isRefusedTwice = until(async () => {
    const { rows } = await client.query('select last_value::int as refusals from refusals');
    return rows[0].refusals > 1;
  });
  await isRefusedTwice;
  expect(await stored).toMatchObject({ isStored: false });
  expect(database.trouble).toMatchObject({
    pendingWrites: 1,
    isOnDisk: true,
    advice: expect.stringContaining('doctor'),
  });
  await client.query('drop trigger refuse on upstox_tokens');
  await until(() => database.trouble === null);
  expect(await findTokens(database.read, 1, database)).toHaveLength(1);
});

test('a database that can only be read is not found again before it can be written', async () => {
  const { stack, client, open } = await openWithClient();
  await using _stack = stack;
  const database = await open();
  const states: boolean[] = [];
  database.listen({ recovery: ({ dbLocked }) => states.push(dbLocked) });
  const readOnly = (value: string) =>
    client.query(
      `do $$ begin execute format('alter database %I set default_transaction_read_only = ${value}', current_database()); end $$`,
    );
  const cutOthers = () =>
    client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
  await readOnly('on');
  await cutOthers();
  const insert = () =>
    database.write((trx) => trx.insertInto('vega_spills').values({ spill: 'one', last: 1 }).execute());
  await expect(insert()).rejects.toThrow('can only be read');
  expect(await database.cached('one', async () => 1)).toBe(1);
  expect(database.trouble).toMatchObject({ code: '25006' });
  await client.query('set default_transaction_read_only = off');
  await readOnly('off');
  await cutOthers();
  await until(async () => database.trouble === null);
  // The reason may change meanwhile: first the connection was gone, then nothing could be written.
  expect([...new Set(states)]).toEqual([true, false]);
  await insert();
});

test('a read that finds the server gone says so', async () => {
  const { stack, client, open } = await openWithClient();
  await using _stack = stack;
  const proxy = await openCuttingProxy(client.port);
  const database = await open([], proxy.url);
  expect(await database.cached('one', async () => 1)).toBe(1);
  await proxy[Symbol.asyncDispose]();
  await expect(database.cached('one', async () => 1)).rejects.toThrow();
  expect(database.trouble).not.toBeNull();
});

test('another machine seals with the new master key as soon as it is in use', async () => {
  const { stack, open } = await openWithClient();
  await using _stack = stack;
  const [before, after] = [new Secret('the key of last year'), new Secret('the key of this year')];
  const other = await open([before, after]);
  const one = await open([after, before]);
  expect(await one.rotateMasterKey()).toBe(true);
  await other.write((trx) => replaceToken(trx, newToken('token-1'), other, NOW));
  const afterwards = await open([after]);
  const [stored] = await findTokens(afterwards.read, 1, afterwards);
  expect(stored?.accessToken.reveal()).toBe('token-1');
  const { client_secret } = await afterwards.read
    .selectFrom('upstox_tokens')
    .select('client_secret')
    .executeTakeFirstOrThrow();
  const place = tokenSecretPlace(1, 'PRIMARY');
  expect(afterwards.vault.open(client_secret ?? '', place).reveal()).toBe('client-secret-canary');
});

const pickAddress = ({ host, port, database, user }: Client) => ({ host, port, database, user });
