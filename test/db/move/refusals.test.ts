import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { takeBrowserLock } from '../../../src/db/files/browser-lock.ts';
import { declareMove } from '../../../src/db/move/tombstone.ts';
import { OpenedPostgres } from '../../../src/db/postgres/opened-postgres.ts';
import { openVault } from '../../../src/db/secrets/sealed-values.ts';
import { restoreBackup } from '../../../src/db/sqlite/backup/restore.ts';
import { reopenFile } from '../../../src/db/sqlite/failover/reopen.ts';
import { OpenedFile } from '../../../src/db/sqlite/opened-file.ts';
import { withConnection } from '../../../src/db/sqlite/with-connection.ts';
import { toAuditEntry } from '../../../src/domain/events/audit.ts';
import { IST } from '../../../src/domain/wall-time.ts';
import { askNow } from '../../support/postgres/ask-now.ts';
import { openCuttingProxy } from '../../support/postgres/cutting-proxy.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { Folder } from '../temporary-database.ts';
import { masterKeyOf, move, newUrl, openServer } from './moving.ts';

const FILE = 'vega_trade.db';
const BACK = 'back.db';

const emptyDesk = async (): Promise<Folder> => {
  const folder = new Folder();
  await (await folder.open())[Symbol.asyncDispose]();
  return folder;
};

const RUN = `insert into vega_generation_runs (id, account_id, mode, status, started_at, process_id)
  values ('run', 'UPSTOX_01', 'ALL', 'RUNNING', 1700000000000, 1)`;
const LEASE = `insert into vega_account_leases (account_id, worker_id, epoch, until)
  values ('UPSTOX_01', 'worker-1', 4, 9000000000000)`;

const tablesOf = (url: string): number =>
  askNow(url, `select count(*)::int as count from pg_class where relname like 'vega%'`)[0].count;

describe('a move to PostgreSQL is refused, and changes neither side:', () => {
  const cases: readonly (readonly [
    name: string,
    prepare: (folder: Folder, url: string) => unknown,
    message: RegExp,
  ])[] = [
    ['a run is under way', (folder) => folder.raw((db) => db.exec(RUN)), /A run of UPSTOX_01 .* is not over/],
    [
      'a worker has an account',
      (folder) => folder.raw((db) => db.exec(LEASE)),
      /The worker worker-1 has the account UPSTOX_01/,
    ],
    [
      'a spill is pending',
      (folder) => writeFileSync(folder.file(`${FILE}.spill`), 'VEGA'),
      /There is .*\/vega_trade\.db\.spill with writes that the database .* lacks/,
    ],
    [
      'a spill is damaged',
      (folder) => writeFileSync(folder.file(`${FILE}.2.spill.damaged-2026-11-17`), 'VEGA'),
      /There is .*\/vega_trade\.db\.2\.spill\.damaged-2026-11-17 with writes/,
    ],
    [
      'an older version has made the tables',
      (folder) => folder.raw((db) => db.exec(`delete from vega_migration where name = '0027-workers'`)),
      /was made by an older vega-auth\. Run `vega-auth status`/,
    ],
    [
      'a newer version has made the tables',
      (folder) => folder.raw((db) => db.exec(`insert into vega_migration values ('9000-future', '')`)),
      /was made by a newer vega-auth \(it knows 9000-future\)/,
    ],
    [
      'an API has several tokens',
      (folder) =>
        folder.raw((db) =>
          db.exec(`drop index upstox_tokens_one_per_api;
            insert into upstox_tokens (api_name) values ('PRIMARY'), ('PRIMARY')`),
        ),
      /has several rows of PRIMARY \(user_id 1\)/,
    ],
    [
      'the target has a row',
      async (folder, url) => (await openServer(folder, url))[Symbol.asyncDispose](),
      /is not empty: there are rows in vega_vault/,
    ],
    [
      'the server could lose what it has committed',
      (_folder, url) =>
        askNow(url, `alter database ${new URL(url).pathname.slice(1)} set synchronous_commit = off`),
      /commits asynchronously/,
    ],
    [
      'another program’s table has one of the names',
      (_folder, url) => askNow(url, 'create table vega_events (id text)'),
      /has what vega-auth has not made under names that it needs: vega_events/,
    ],
  ];

  test.each(cases)('%s', async (_name, prepare, message) => {
    using folder = await emptyDesk();
    const url = await newUrl();
    await prepare(folder, url);
    const before = tablesOf(url);
    await expect(move(folder, FILE, url)).rejects.toThrow(message);
    expect(tablesOf(url)).toBe(before);
    const tombstones = folder.raw((db) =>
      db.prepare(`select 1 from sqlite_master where name = 'vega_moved_away'`).all(),
    );
    expect(tombstones).toEqual([]);
  });

  test('a program has the file open', async () => {
    using folder = await emptyDesk();
    await using database = await folder.open();
    const url = await newUrl();
    await expect(move(folder, FILE, url)).rejects.toThrow(/is in use\. Stop every vega-auth/);
    expect(tablesOf(url)).toBe(0);
    await database.write((trx) =>
      database.audit(trx, toAuditEntry('RECOVERED', { writes: 1, seconds: 1 }, {}, 'k', new Date())),
    );
  });

  test('nobody opens the file while it is moved', async () => {
    using folder = await emptyDesk();
    const answers: unknown[] = [];
    await move(folder, FILE, await newUrl(), {
      onProgress: ({ stage }) => {
        if (stage !== 'CHECKED') return;
        try {
          withConnection(folder.file(FILE), (db) => db.prepare('select * from vega_vault').all());
        } catch (error) {
          answers.push((error as { code: string }).code);
        }
      },
    });
    expect(answers).toEqual(['SQLITE_BUSY']);
  });

  test('the machine’s browser is in use', async () => {
    using folder = await emptyDesk();
    const taken = takeBrowserLock(folder.file('browser.lock'), 'here', new Date());
    if (taken.kind !== 'HELD') throw new Error('the lock is taken');
    using _lock = taken.lock;
    await expect(move(folder, FILE, await newUrl())).rejects.toThrow('A browser of vega-auth is in use');
  });

  test('a file that is not there, that is no database, and two ends of one engine', async () => {
    using folder = await emptyDesk();
    const url = await newUrl();
    writeFileSync(folder.file('text.db'), 'no database at all, but some words of a text'.repeat(100));
    await expect(move(folder, 'none.db', url)).rejects.toThrow(/There is no database .*none\.db/);
    await expect(move(folder, 'text.db', url)).rejects.toThrow('is not a sound SQLite database');
    await expect(move(folder, FILE, BACK)).rejects.toThrow('name the PostgreSQL database');
    await expect(move(folder, url, await newUrl())).rejects.toThrow('use pg_dump and psql');
    await expect(move(folder, FILE, 'postgres://127.0.0.1:1/none')).rejects.toThrow('cannot be reached');
    expect(readdirSync(folder.path)).not.toContain('none.db');
  });

  test.each([
    [
      'a text where a number belongs',
      `updated_at = 'yesterday'`,
      /upstox_tokens\.updated_at of the row id = 1 in .* is no whole number/,
    ],
    [
      'no time where one belongs',
      `created_at = 'yesterday'`,
      /upstox_tokens\.created_at of the row id = 1 in .* is no time/,
    ],
    [
      'a flag that is none',
      'is_primary = 7',
      /upstox_tokens\.is_primary of the row id = 1 in .* is no yes or no/,
    ],
    ['a part of a number', 'updated_at = 1700000000000.5', /upstox_tokens\.updated_at .* is no whole number/],
    [
      'more than a number holds exactly',
      'updated_at = 9007199254740993',
      /upstox_tokens\.updated_at .* is no whole number/,
    ],
  ])('%s', async (_name, change, message) => {
    using folder = await emptyDesk();
    folder.raw((db) => {
      db.exec(`insert into upstox_tokens (id, api_name) values (1, 'PRIMARY')`);
      db.exec(`update upstox_tokens set ${change}`);
    });
    await expect(move(folder, FILE, await newUrl())).rejects.toThrow(message);
    await (await folder.open())[Symbol.asyncDispose]();
  });
});

test('times and flags that other programs have written in their own way arrive as what they mean', async () => {
  using folder = await emptyDesk();
  folder.raw((db) => {
    const insert = db.prepare(
      'insert into upstox_tokens (api_name, created_at, is_primary, generated_at) values (?, ?, ?, ?)',
    );
    insert.run('PRIMARY', '2026-11-17T20:00:05.120000789', 'true', '1795000000');
    insert.run('WEBSOCKET1', '2026-11-17T14:30:05Z', 0, '2026-11-17 20:00:05');
    insert.run('WEBSOCKET2', 1_794_925_805, null, null);
    db.exec('alter table upstox_tokens add column note text; create table my_orders (id integer)');
  });
  const url = await newUrl();
  const { leftOut } = await move(folder, FILE, url);
  expect(leftOut).toEqual(['upstox_tokens.note', 'my_orders']);
  expect(askNow(url, 'select created_at, is_primary, generated_at from upstox_tokens order by id')).toEqual([
    { created_at: '2026-11-17 20:00:05.12', is_primary: 1, generated_at: '1795000000' },
    { created_at: '2026-11-17 20:00:05', is_primary: 0, generated_at: '2026-11-17 20:00:05' },
    { created_at: '2026-11-17 20:00:05', is_primary: null, generated_at: null },
  ]);
});

describe('a move back is refused, and changes neither side:', () => {
  const moved = async (): Promise<{ folder: Folder; url: string }> => {
    const folder = await emptyDesk();
    const url = await newUrl();
    await move(folder, FILE, url);
    return { folder, url };
  };

  test('a run, a lease, another program of the database, a file that is there, a spill of its name', async () => {
    const { folder, url } = await moved();
    using _folder = folder;
    askNow(url, RUN);
    await expect(move(folder, url, BACK)).rejects.toThrow('A run of UPSTOX_01');
    askNow(url, 'delete from vega_generation_runs');
    askNow(url, LEASE);
    await expect(move(folder, url, BACK)).rejects.toThrow('The worker worker-1 has the account');
    askNow(url, 'delete from vega_account_leases');
    {
      await using _server = await openServer(folder, url);
      await expect(move(folder, url, BACK)).rejects.toThrow(/is in use by vega-auth from 127\.0\.0\.1/);
    }
    const spill = folder.file('.vega', 'postgres-0123abcd.spill');
    writeFileSync(spill, 'VEGA');
    await expect(move(folder, url, BACK)).rejects.toThrow(`There is ${spill} with writes`);
    rmSync(spill);
    writeFileSync(folder.file('taken.db'), '');
    await expect(move(folder, url, 'taken.db')).rejects.toThrow(/There is .*taken\.db already/);
    writeFileSync(folder.file(`${BACK}.spill`), '');
    await expect(move(folder, url, BACK)).rejects.toThrow(/There is .*\/back\.db\.spill already/);
    await expect(move(folder, url, 'no/folder.db')).rejects.toThrow('does not exist');
    writeFileSync(folder.file('other.db.head'), '9 abc def');
    await expect(move(folder, url, 'other.db')).rejects.toThrow('which another database has signed');
    await (await openServer(folder, url))[Symbol.asyncDispose]();
    expect(readdirSync(folder.path).filter((name) => name.includes('draft'))).toEqual([]);
  });

  test('a process that has the server open can write no more once the move is declared', async () => {
    const { folder, url } = await moved();
    using _folder = folder;
    await using server = await openServer(folder, url);
    const note = () =>
      server.write((trx) =>
        server.audit(trx, toAuditEntry('RECOVERED', { writes: 1, seconds: 1 }, {}, 'later', new Date())),
      );
    {
      await using other = new OpenedPostgres(url);
      const to = { engine: 'SQLITE' as const, name: '/desk/back.db', machine: 'desk' };
      await other.write((trx) => declareMove(trx, { id: 'one', to, begunAt: new Date() }));
    }
    await expect(note()).rejects.toThrow('is being moved to /desk/back.db on desk since');
    await expect(server.rotateMasterKey()).rejects.toThrow('is being moved to /desk/back.db on desk since');
    await expect(openServer(folder, url)).rejects.toThrow('is being moved to');
  });
});

describe('a move whose commit was not answered', () => {
  test.each(['BEFORE', 'AFTER'] as const)('is finished by the next one (%s)', async (cut) => {
    using folder = await emptyDesk();
    const url = await newUrl();
    await using proxy = await openCuttingProxy((await sharedPostgres()).port);
    const way = proxy.url(url);
    const cutAtVerified = {
      onProgress: ({ stage }: { stage: string }) => stage === 'VERIFIED' && proxy.cutNext(cut),
    };
    await expect(move(folder, FILE, way, cutAtVerified)).rejects.toThrow('Whether everything has arrived in');
    await expect(folder.open()).rejects.toThrow('is being moved to');
    const elsewhere = await newUrl();
    await expect(move(folder, FILE, elsewhere)).rejects.toThrow(/was not finished\. Run it again with --to/);
    const moved = await move(folder, FILE, way);
    expect(moved.tables === null).toBe(cut === 'AFTER');
    await using server = await openServer(folder, url);
    const { rows } = await sql<{ count: number }>`select count(*) as count from vega_audit_entries`.execute(
      server.read,
    );
    expect(rows).toEqual([{ count: 1 }]);
  });

  test('keeps its tombstone where the next one loses the server before it knows', async () => {
    using folder = await emptyDesk();
    const url = await newUrl();
    const proxy = await openCuttingProxy((await sharedPostgres()).port);
    const way = proxy.url(url);
    const cutAtVerified = {
      onProgress: ({ stage }: { stage: string }) => stage === 'VERIFIED' && proxy.cutNext('AFTER'),
    };
    await expect(move(folder, FILE, way, cutAtVerified)).rejects.toThrow('Whether everything has arrived');
    let closed: Promise<void> | undefined;
    const closeBefore = {
      onProgress: ({ stage }: { stage: string }) => {
        if (stage === 'DECLARED') closed ??= Promise.resolve(proxy[Symbol.asyncDispose]());
      },
    };
    await expect(move(folder, FILE, way, closeBefore)).rejects.toThrow('cannot be');
    await closed;
    await expect(folder.open()).rejects.toThrow('is being moved to');
    await expect(move(folder, FILE, way)).rejects.toThrow('cannot be reached');
    await expect(folder.open()).rejects.toThrow('is being moved to');
  });
});

describe('a server that is lost in the middle', () => {
  const cutWhileCopying = (proxy: { [Symbol.asyncDispose](): PromiseLike<void> }) => ({
    onProgress: ({ stage, table }: { stage: string; table?: string }) => {
      if (stage === 'COPYING' && table === 'vega_login_attempts') void proxy[Symbol.asyncDispose]();
    },
  });

  test('leaves the file as it was: nothing was committed', async () => {
    using folder = await emptyDesk();
    const url = await newUrl();
    const proxy = await openCuttingProxy((await sharedPostgres()).port);
    await expect(move(folder, FILE, proxy.url(url), cutWhileCopying(proxy))).rejects.toThrow('cannot be');
    await (await folder.open())[Symbol.asyncDispose]();
    await move(folder, FILE, url);
  });

  test('cannot be told that its rows have gone nowhere; the next move does it anew', async () => {
    using folder = await emptyDesk();
    const url = await newUrl();
    await move(folder, FILE, url);
    const proxy = await openCuttingProxy((await sharedPostgres()).port);
    await expect(move(folder, proxy.url(url), BACK, cutWhileCopying(proxy))).rejects.toThrow(
      /The move of .* failed: .*Nothing has arrived/,
    );
    expect(readdirSync(folder.path).filter((name) => name.startsWith(BACK))).toEqual([]);
    await expect(openServer(folder, url)).rejects.toThrow('is being moved to');
    await move(folder, url, BACK);
    await (await folder.open(BACK))[Symbol.asyncDispose]();
  });
});

test('a move that is stopped leaves both sides as they were', async () => {
  using folder = await emptyDesk();
  const url = await newUrl();
  const stop = new AbortController();
  await expect(
    move(folder, FILE, url, {
      signal: stop.signal,
      onProgress: ({ stage }) => stage === 'DECLARED' && stop.abort(),
    }),
  ).rejects.toThrow('The move was stopped. Nothing was moved.');
  expect(askNow(url, 'select count(*)::int as count from vega_vault')).toEqual([{ count: 0 }]);
  await (await folder.open())[Symbol.asyncDispose]();
});

test('a program that comes back to its file after an outage does not write to one that was moved meanwhile', async () => {
  using folder = await emptyDesk();
  const file = OpenedFile.open(folder.file(FILE));
  const vault = await openVault(FILE, file.kysely, masterKeyOf(folder));
  await file.close();
  await move(folder, FILE, await newUrl());
  const reopening = {
    ...{ path: folder.file(FILE), vault, masterKey: masterKeyOf(folder) },
    ...{ watermark: null, beforeStatement: undefined },
  };
  await expect(reopenFile(file, reopening)).rejects.toMatchObject({ code: 'DATABASE_MOVED' });
});

test('a backup is not restored beside the database that the rows went to', async () => {
  using folder = await emptyDesk();
  const { backup } = await move(folder, FILE, await newUrl());
  const options = { file: folder.file(FILE), zone: IST, masterKey: masterKeyOf(folder), now: new Date() };
  const restore = () => restoreBackup(options, backup, async () => undefined);
  await expect(restore()).rejects.toThrow(/was moved to .* Where that database is lost, move .* away/);
  for (const name of readdirSync(folder.path).filter((found) => found.startsWith(FILE))) folder.remove(name);
  await restore();
  await (await folder.open())[Symbol.asyncDispose]();
});
