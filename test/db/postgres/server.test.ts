import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { until } from '../../support/postgres/processes.ts';
import { PostgresServer, sharedPostgres } from '../../support/postgres.ts';

const CHILD = new URL('../../support/postgres/shared-server-child.ts', import.meta.url).pathname;

/** The rows of one query, each as its values; on a connection of its own. */
const ask = async (url: string, query: string): Promise<readonly unknown[][]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: query, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
};

const isRefused = async (url: string): Promise<boolean> =>
  ask(url, 'select 1').then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
  );

test('each database is empty and a world of its own', async () => {
  const server = await sharedPostgres();
  const [one, other] = await Promise.all([server.createDatabase(), server.createDatabase()]);
  await ask(one, 'create table tokens (id int)');
  expect(await ask(one, 'select count(*)::int from tokens')).toEqual([[0]]);
  await expect(ask(other, 'select count(*) from tokens')).rejects.toThrow('relation "tokens" does not exist');
  expect(await sharedPostgres()).toBe(server);
});

test('a database compares text by code points unless it has a locale', async () => {
  const server = await sharedPostgres();
  const sorted = `select array_agg(word order by word) from unnest(array['b', 'B', 'a', 'A']) as word`;
  expect(await ask(await server.createDatabase(), sorted)).toEqual([[['A', 'B', 'a', 'b']]]);
  expect(await ask(await server.createDatabase({ locale: 'en-US' }), sorted)).toEqual([
    [['a', 'A', 'b', 'B']],
  ]);
});

test('a database is dropped while somebody is connected', async () => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  const client = new Client({ connectionString: url });
  const ended = new Promise((resolve) => client.on('error', resolve));
  await client.connect();
  await server.dropDatabase(url);
  await ended;
  await expect(ask(url, 'select 1')).rejects.toThrow('does not exist');
});

test('a server keeps what was committed and its port when it is killed, and when it is restarted', async () => {
  await using server = await PostgresServer.start({ settings: { work_mem: '5MB' } });
  const { port, pid } = server;
  const url = await server.createDatabase();
  await ask(url, 'create table tokens (id int)');
  await ask(url, 'insert into tokens values (1)');
  expect(await ask(url, `select current_setting('fsync'), current_setting('work_mem')`)).toEqual([
    ['on', '5MB'],
  ]);

  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('begin');
  await client.query('insert into tokens values (2)');
  const busy = client.query('select pg_sleep(1000)').catch((error: Error) => error.message);
  await server.kill();
  expect(await busy).toBe('Connection terminated unexpectedly');
  expect(await isRefused(url)).toBe(true);
  await server.kill();

  await server.restart();
  expect(server.port).toBe(port);
  expect(server.pid).not.toBe(pid);
  expect(await ask(url, 'select id from tokens')).toEqual([[1]]);

  await server.restart();
  expect(server.port).toBe(port);
  expect(await ask(url, 'select id from tokens')).toEqual([[1]]);
});

test('a server that is disposed of leaves nothing, though clients are connected', async () => {
  const server = await PostgresServer.start();
  const client = new Client({ connectionString: server.url() });
  client.on('error', () => undefined);
  await client.connect();
  expect(existsSync(server.folder)).toBe(true);
  await server[Symbol.asyncDispose]();
  expect(existsSync(server.folder)).toBe(false);
  expect(await isRefused(server.url())).toBe(true);
});

test('a server that cannot start says why', async () => {
  await expect(PostgresServer.start({ settings: { wal_level: 'none' } })).rejects.toThrow(
    'invalid value for parameter "wal_level": "none"',
  );
});

test.for([
  ['is killed', 'WAIT', 'SIGKILL'],
  ['is interrupted with its process group', 'WAIT', 'SIGINT'],
  ['ends', 'END', null],
] as const)('the shared server is gone when its process %s', async ([, what, signal]) => {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), CHILD, what], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { url, folder } = JSON.parse(String(line));
  if (what === 'WAIT') {
    expect(existsSync(folder)).toBe(true);
    expect(await ask(url, 'select 1')).toEqual([[1]]);
    process.kill(-(child.pid ?? 0), signal);
  }
  expect(await exit).toEqual(signal === null ? [0, null] : [null, signal]);
  await until(() => !existsSync(folder));
  expect(await isRefused(url)).toBe(true);
});
