import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { AuditChain } from '../../src/db/audit/audit-chain.ts';
import { AuditHead } from '../../src/db/audit/audit-head.ts';
import { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import { AUDIT_KINDS, toAuditEntry } from '../../src/domain/events/audit.ts';
import { IST } from '../../src/domain/wall-time.ts';
import { Folder } from '../db/temporary-database.ts';
import { openTestApp, until } from '../support/test-app.ts';

const AT = new Date('2026-11-24T03:00:00Z');

const fill = async (database: SqliteDatabase, count: number, from = 1): Promise<void> => {
  await database.write(async (transaction) => {
    for (let number = from; number < from + count; number += 1) {
      const reference = { accountId: 'UPSTOX_01', correlationId: `run-${number % 3}` };
      const entry =
        number % 5 === 0
          ? toAuditEntry('FAILOVER_BEGUN', { code: 'SQLITE_BUSY' }, reference, `key-${number}`, AT)
          : toAuditEntry('OTP_SUBMITTED', {}, reference, `key-${number}`, AT);
      await database.audit(transaction, entry);
    }
  });
};

const WISH = { first: 10, before: null, severity: null, component: null, correlationId: null } as const;

/** Works on the rows as somebody with the file and a tool would: the triggers are taken away first. */
const tamper = (folder: Folder, sql: string): void =>
  folder.raw((connection) => {
    connection.exec('drop trigger vega_audit_entries_no_update; drop trigger vega_audit_entries_no_delete');
    connection.exec(sql);
  });

test('nobody changes or removes an entry by accident', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await fill(database, 3);
  folder.raw((connection) => {
    expect(() => connection.exec("update vega_audit_entries set message = 'nothing'")).toThrow('append-only');
    expect(() => connection.exec('delete from vega_audit_entries')).toThrow('append-only');
  });
  expect(await database.verifyAudit()).toEqual({ valid: true, entries: 3, firstBadId: null, reason: null });
});

test('ten looks at the whole audit at once are one, and leave the event loop to others', async () => {
  using folder = new Folder();
  let [turns, isOver] = [0, false];
  const readIn: number[] = [];
  await using database = await SqliteDatabase.open({
    file: folder.file('vega_trade.db'),
    zone: IST,
    masterKey: { given: [], folder: folder.file('.vega') },
    now: AT,
    beforeStatement: (sql) => {
      if (sql.includes('"sequence" > ?')) readIn.push(turns);
    },
  });
  await fill(database, 1000);
  const verifying = Promise.all(Array.from({ length: 10 }, () => database.verifyAudit())).finally(() => {
    isOver = true;
  });
  for (; !isOver; turns += 1) await nextTurn();
  expect(await verifying).toEqual(
    Array(10).fill({ valid: true, entries: 1000, firstBadId: null, reason: null }),
  );
  expect(new Set(readIn).size).toBe(readIn.length);
  expect(readIn.length).toBe(5);
});

test('a look at the audit that was asked for after a change sees it, also while another one is under way', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await fill(database, 1000);
  const before = database.verifyAudit();
  await nextTurn();
  tamper(folder, "update vega_audit_entries set message = 'nothing' where sequence = 1");
  const after = database.verifyAudit();
  expect([(await before).valid, (await after).firstBadId]).toEqual([true, 1]);
});

test('an entry keeps its hash for ever, whatever columns the table gets', () => {
  using folder = new Folder();
  const key = Buffer.alloc(32, 7);
  const chain = new AuditChain(key, new AuditHead(folder.file('vega_trade.db'), key));
  const row = {
    sequence: 1,
    entry_key: 'entry-key',
    at: 1_700_000_000_000,
    severity: 'INFO',
    component: 'AUTH',
    kind: 'RUN_STARTED',
    message: 'A run.',
    correlation_id: 'run-1',
    account_id: 'UPSTOX_01',
    api_name: null,
  };
  expect(chain.hash('before', row)).toBe('c81eae9557aed5d6f2fdd993017db3cb257d7595e798e4382a0ace2dac3aa27b');
});

test('no column of an entry can be changed unseen', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await fill(database, 3);
  const columns = folder.raw((connection) =>
    connection.prepare<[], string>("select name from pragma_table_info('vega_audit_entries')").pluck().all(),
  );
  const kept = folder.raw((connection) =>
    connection.prepare('select * from vega_audit_entries where sequence = 2').get(),
  );
  tamper(folder, 'select 1');
  for (const column of columns.filter((name) => name !== 'sequence')) {
    folder.raw((connection) =>
      connection.prepare(`update vega_audit_entries set ${column} = '7' where sequence = 2`).run(),
    );
    expect([column, (await database.verifyAudit()).firstBadId]).toEqual([column, 2]);
    folder.raw((connection) =>
      connection
        .prepare(`update vega_audit_entries set ${column} = ? where sequence = 2`)
        .run((kept as Record<string, unknown>)[column]),
    );
  }
  expect((await database.verifyAudit()).valid).toBe(true);
});

describe('is found, with the first entry concerned:', () => {
  const SWAP = `
    update vega_audit_entries set sequence = -1 where sequence = 4;
    update vega_audit_entries set sequence = 4 where sequence = 7;
    update vega_audit_entries set sequence = 7 where sequence = -1`;

  test.each([
    ['an edited message', "update vega_audit_entries set message = 'all was well' where sequence = 5", 5],
    ['an edited time', 'update vega_audit_entries set at = at + 1 where sequence = 1', 1],
    ['an edited account', "update vega_audit_entries set account_id = 'OTHER' where sequence = 12", 12],
    ['a removed entry', 'delete from vega_audit_entries where sequence = 6', 6],
    ['a removed beginning', 'delete from vega_audit_entries where sequence <= 3', 1],
    ['two entries that changed places', SWAP, 4],
    ['an end that was cut off', 'delete from vega_audit_entries where sequence > 9', 10],
    ['a log that was emptied', 'delete from vega_audit_entries', 1],
    [
      'a removed entry whose place was filled',
      'delete from vega_audit_entries where sequence = 6; update vega_audit_entries set sequence = sequence - 1 where sequence > 6',
      6,
    ],
    [
      'a forged entry',
      "insert into vega_audit_entries select 13, 'key', at, severity, component, kind, message, null, null, null, hash from vega_audit_entries where sequence = 12",
      13,
    ],
  ])('%s', async (_what, sql, first) => {
    using folder = new Folder();
    const database = await folder.open();
    await fill(database, 12);
    tamper(folder, sql);
    expect(await database.verifyAudit()).toMatchObject({ valid: false, firstBadId: first });
    await database[Symbol.asyncDispose]();
    // Neither a restart nor what is written afterwards heals it.
    await using again = await folder.open();
    await fill(again, 2, 100).catch(() => undefined);
    expect(await again.verifyAudit()).toMatchObject({ valid: false, firstBadId: first });
  });
});

test('without the file that tells how far the log has come, it does not pass for whole', async () => {
  using folder = new Folder();
  const database = await folder.open();
  await fill(database, 3);
  await database[Symbol.asyncDispose]();
  folder.remove('vega_trade.db.head');
  await using again = await folder.open();
  expect(again.findings.isHeadMissing).toBe(true);
  expect(await again.verifyAudit()).toMatchObject({
    valid: false,
    reason: expect.stringContaining('missing'),
  });
});

test('the newest come first, page by page, filtered or not, without a gap', async () => {
  using folder = new Folder();
  await using database = await folder.open();
  await fill(database, 25);
  const idsOf = async (wish: Partial<Parameters<SqliteDatabase['auditEntries']>[0]>) =>
    (await database.auditEntries({ ...WISH, ...wish })).map(({ id }) => id);
  expect(await idsOf({})).toEqual([25, 24, 23, 22, 21, 20, 19, 18, 17, 16]);
  expect(await idsOf({ before: 16 })).toEqual([15, 14, 13, 12, 11, 10, 9, 8, 7, 6]);
  expect(await idsOf({ before: 3 })).toEqual([2, 1]);
  expect(await idsOf({ severity: 'ERROR' })).toEqual([25, 20, 15, 10, 5]);
  expect(await idsOf({ component: 'DB', severity: 'INFO' })).toEqual([]);
  expect(await idsOf({ component: 'DB', before: 20 })).toEqual([15, 10, 5]);
  expect(await idsOf({ correlationId: 'run-0', first: 2 })).toEqual([24, 21]);
});

test('every page of it is found by an index, whatever is filtered', async () => {
  using folder = new Folder();
  await using _database = await folder.open();
  const filters = [
    'true',
    "severity = 'ERROR'",
    "component = 'DB'",
    "component = 'DB' and severity = 'ERROR'",
    "correlation_id = 'x'",
  ];
  const plans = folder.raw((connection) =>
    filters.map((filter) =>
      connection
        .prepare<[], { detail: string }>(
          `explain query plan select * from vega_audit_entries where ${filter} and sequence < 9 order by sequence desc limit 5`,
        )
        .all()
        .map(({ detail }) => detail)
        .join(', '),
    ),
  );
  for (const plan of plans) expect(plan).toMatch(/^SEARCH vega_audit_entries USING /);
  expect(plans.filter((plan) => plan.includes('TEMP B-TREE'))).toEqual([]);
});

test('every kind of entry is written somewhere', () => {
  const root = path.resolve(import.meta.dirname, '../../src');
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(
      (name) => name.endsWith('.ts') && !name.endsWith('domain/events/audit.ts') && !name.startsWith('sdk'),
    )
    .map((name) => readFileSync(path.join(root, name), 'utf8'))
    .join('\n');
  expect(AUDIT_KINDS.filter((kind) => !sources.includes(`'${kind}'`))).toEqual([]);
});

test('two processes that write at the same time make one chain', async () => {
  using folder = new Folder();
  await using one = await folder.open();
  await using two = await folder.open();
  await Promise.all(
    Array.from({ length: 30 }, (_, index) => fill(index % 2 === 0 ? one : two, 1, 1000 + index)),
  );
  // On a busy machine one may have found the other's lock for too long, and written to memory meanwhile.
  await until('both to have written', () => one.trouble === null && two.trouble === null);
  expect(await one.verifyAudit()).toMatchObject({ valid: true, entries: 30 });
  expect(await two.verifyAudit()).toMatchObject({ valid: true, entries: 30 });
  expect(
    new Sqlite(folder.file('vega_trade.db')).prepare('select count(*) from vega_audit_entries').pluck().get(),
  ).toBe(30);
});

test('a start that finds the file gone says so in the log and in the audit', async () => {
  await using first = await openTestApp({ apis: 1 });
  await first.app[Symbol.asyncDispose]();
  rmSync(path.join(first.directory, 'vega_trade.db.head'));
  await using testApp = await openTestApp({ apis: 1, broker: first.broker, directory: first.directory });
  expect(testApp.said()).toContain('how far the audit has come is missing or was changed');
  expect(testApp.rows("select count(*) as n from vega_audit_entries where kind = 'AUDIT_DAMAGED'")).toEqual([
    { n: 1 },
  ]);
});
