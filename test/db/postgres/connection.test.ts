import { appendFileSync, chownSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { generate } from 'selfsigned';
import { describe, expect, test } from 'vitest';
import { DatabaseError } from '../../../src/db/database-error.ts';
import { readDatabaseUrl } from '../../../src/db/postgres/connection-settings.ts';
import { OpenedPostgres } from '../../../src/db/postgres/opened-postgres.ts';
import { PostgresServer, sharedPostgres } from '../../support/postgres.ts';
import { Folder } from '../temporary-database.ts';

const messageOf = (work: () => unknown): string => {
  try {
    work();
    return 'no error';
  } catch (error) {
    return error instanceof DatabaseError ? error.message : `another error: ${error}`;
  }
};

describe('the address of a database', () => {
  test.each([
    ['postgres://u:p@h:6543/d', { host: 'h', port: 6543, user: 'u', password: 'p', database: 'd' }],
    ['postgresql://h/d', { host: 'h', port: 5432, database: 'd' }],
    ['postgres://u%40x:p%2F%23@h/d%20e', { user: 'u@x', password: 'p/#', database: 'd e' }],
    ['postgres:///d?host=/var/run/postgresql', { host: '/var/run/postgresql', database: 'd', ssl: false }],
    ['postgres://[::1]:5433/d', { host: '::1', port: 5433, ssl: false }],
  ])('%s is read', (url, client) => {
    expect(readDatabaseUrl(url).client).toMatchObject(client);
  });

  test.each([
    ['postgres://127.0.0.1/d', false],
    ['postgres://localhost/d', false],
    ['postgres://db.example/d', { rejectUnauthorized: true }],
    ['postgres://db.example/d?sslmode=disable', false],
    ['postgres://db.example/d?sslmode=require', { rejectUnauthorized: true }],
    ['postgres://127.0.0.1/d?sslmode=verify-full', { rejectUnauthorized: true }],
  ])('%s says whether the way is sealed', (url, ssl) => {
    expect(readDatabaseUrl(url).client.ssl).toEqual(ssl);
  });

  test.each([
    ['mysql://h/d', 'no address of a PostgreSQL database'],
    ['the database', 'no address of a PostgreSQL database'],
    ['postgres://u:hunter2@h', 'names no database'],
    ['postgres://u:hunter2@h/d?sslmode=prefer', 'trusts any server'],
    ['postgres://u:hunter2@h/d?sslmode=no-verify', 'trusts any server'],
    ['postgres://u:hunter2@h/d?sslcert=x', 'a parameter sslcert'],
    ['postgres://u:hunter2@h/d?sslrootcert=/nowhere/ca.pem', 'sslrootcert=/nowhere/ca.pem'],
    ['postgres://u:hunter2@h:x/d', 'no address of a PostgreSQL database'],
  ])('%s is refused in words, without its password', (url, words) => {
    const message = messageOf(() => readDatabaseUrl(url));
    expect(message).toContain(words);
    expect(message).not.toContain('hunter2');
  });
});

const check = async (url: string): Promise<string> => {
  await using opened = new OpenedPostgres(url);
  return await opened.check().then(
    () => 'answers',
    (error: unknown) => (error instanceof DatabaseError ? error.message : `another error: ${error}`),
  );
};

describe('a server that cannot be used', () => {
  test('is named with what to do: no such database, nobody there, no such host', async () => {
    const { port } = await sharedPostgres();
    expect(await check(`postgres://vega@127.0.0.1:${port}/nothing`)).toMatch(
      /\/nothing does not exist\. Make it/,
    );
    expect(await check('postgres://vega@127.0.0.1:1/d')).toContain(
      'postgres://127.0.0.1:1/d cannot be reached (ECONNREFUSED). Is it running?',
    );
    expect(await check('postgres://vega@nowhere.invalid/d?sslmode=disable')).toContain('cannot be found');
  });

  test('is not asked in the open where TLS is wanted', async () => {
    const { port } = await sharedPostgres();
    expect(await check(`postgres://vega@127.0.0.1:${port}/postgres?sslmode=verify-full`)).toContain(
      'does not speak TLS',
    );
  });
});

test('the way to a server with TLS is sealed, and no certificate is trusted that was not named', async () => {
  using folder = new Folder();
  const certificate = async (name: string) => {
    const pems = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    writeFileSync(folder.file(`${name}.pem`), pems.cert);
    return pems;
  };
  const own = await certificate('own');
  await certificate('other');
  await using server = await PostgresServer.start({ settings: { fsync: 'off' } });
  const { uid, gid } = statSync(server.folder);
  for (const [name, text] of [
    ['server.crt', own.cert],
    ['server.key', own.private],
  ] as const) {
    const file = path.join(server.folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    chownSync(file, uid, gid);
  }
  const place = (name: string) => `'${path.join(server.folder, name)}'`;
  appendFileSync(
    path.join(server.folder, 'data', 'postgresql.conf'),
    `ssl = on\nssl_cert_file = ${place('server.crt')}\nssl_key_file = ${place('server.key')}\n`,
  );
  await server.restart();
  const url = (query: string) => `${server.url()}?sslmode=verify-full${query}`;
  expect(await check(url(`&sslrootcert=${folder.file('own.pem')}`))).toBe('answers');
  expect(await check(url(`&sslrootcert=${folder.file('other.pem')}`))).toContain(
    'certificate that is not trusted',
  );
  expect(await check(url(''))).toContain('certificate that is not trusted');
  await using opened = new OpenedPostgres(url(`&sslrootcert=${folder.file('own.pem')}`));
  const { rows } = await sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(opened.kysely);
  expect(rows).toEqual([{ ssl: 1 }]);
});
