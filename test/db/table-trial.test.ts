import { readFileSync } from 'node:fs';
import type Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { UnfitTable } from '../../src/db/database.ts';
import { replaceToken } from '../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../src/db/queries/tokens.ts';
import { findUnfitTable } from '../../src/db/sqlite/schema/table-trial.ts';
import type { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import { API_NAMES, type ApiName } from '../../src/domain/account/api-name.ts';
import { toAuditEntry } from '../../src/domain/events/audit.ts';
import { until } from '../support/test-app.ts';
import { Folder, ISSUED, newToken, SEED_TABLE } from './temporary-database.ts';

const ACCOUNT = { id: 'UPSTOX_01', number: 1 };
const CONFIGS = API_NAMES.map((apiName, apiIndex) => ({
  apiName,
  apiIndex,
  isPrimary: apiIndex === 0,
  clientId: `client-${apiIndex}`,
  redirectUri: 'http://localhost:28020/callback',
}));

const tryTables = (database: SqliteDatabase): Promise<UnfitTable | null> =>
  findUnfitTable(database, { account: ACCOUNT, configs: CONFIGS, now: ISSUED });

/** As a run stores a token that it has: whatever refuses it, it is kept. */
const keep = async (database: SqliteDatabase, apiName: ApiName, text = `token-${apiName}`): Promise<void> => {
  await database.keep(async (transaction) => {
    const app = CONFIGS.find((config) => config.apiName === apiName);
    await replaceToken(transaction, newToken(text, app), database, ISSUED);
    const reference = { accountId: ACCOUNT.id, apiName };
    await database.audit(transaction, toAuditEntry('OTP_SUBMITTED', {}, reference, text, ISSUED));
  });
};

const texts = async (database: SqliteDatabase): Promise<string[]> =>
  (await findTokens(database.read, 1, database)).map(({ accessToken }) => accessToken.reveal());

const rowsIn = (folder: Folder): unknown[] =>
  folder.raw((connection) =>
    connection.prepare('select access_token from upstox_tokens order by api_index').pluck().all(),
  );

const everythingIn = (connection: Sqlite.Database): unknown => {
  const names = connection
    .prepare<[], string>("select name from sqlite_master where type = 'table' order by name")
    .pluck()
    .all();
  return names.map((name) => [name, connection.prepare(`select * from "${name}"`).all()]);
};

const testApp = (statements: string): Folder => {
  const folder = new Folder();
  folder.raw((connection) => connection.exec(statements));
  return folder;
};

const SEED_COLUMNS = SEED_TABLE.slice(SEED_TABLE.indexOf('"access_token"'), SEED_TABLE.lastIndexOf(')'));
const tableWith = (id: string, more = '', behind = ''): string =>
  `create table upstox_tokens ("id" ${id}, ${SEED_COLUMNS}${more})${behind}`;

test('a table of the seed takes what a run writes, and nothing of the trial is left', async () => {
  using folder = testApp(SEED_TABLE);
  await using database = await folder.open();
  await keep(database, 'PRIMARY');
  const before = folder.raw(everythingIn);
  expect(await tryTables(database)).toBeNull();
  expect(folder.raw(everythingIn)).toEqual(before);
  await keep(database, 'WEBSOCKET1');
  expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 2 });
});

describe('a table that does not number its rows by itself gets the next number', () => {
  test.each([
    ['a key of another whole-number type', tableWith('bigint not null primary key')],
    ['a table without rowid', tableWith('integer primary key', '', ' without rowid')],
    ['a key of two columns', tableWith('integer not null', ', primary key (id, api_name)')],
  ])('%s', async (_name, statements) => {
    using folder = testApp(
      `${statements}; insert into upstox_tokens (id, api_name, access_token) values (7, 'PRIMARY', 'old')`,
    );
    await using database = await folder.open();
    expect(await tryTables(database)).toBeNull();
    await keep(database, 'WEBSOCKET1');
    await keep(database, 'PRIMARY');
    expect(await texts(database)).toEqual(['token-PRIMARY', 'token-WEBSOCKET1']);
    expect(rowsIn(folder)).toEqual(['token-PRIMARY', 'token-WEBSOCKET1']);
    expect(database.trouble).toBeNull();
  });
});

const STATE = 'create table token_execution_state (execution_id text primary key, last_success_api text';
const UNFIT: readonly (readonly [name: string, statements: string, says: RegExp])[] = [
  [
    'a column that must not be empty',
    tableWith('integer primary key', ', "version" integer NOT NULL'),
    /table upstox_tokens does not .* NOT NULL constraint failed: upstox_tokens\.version/,
  ],
  [
    'a reference',
    `create table users (id integer primary key); ${tableWith('integer primary key', ', foreign key (user_id) references users(id)')}`,
    /upstox_tokens\.user_id refers to users/,
  ],
  [
    'a reference that is looked at as late as the commit',
    `create table users (id integer primary key); ${tableWith('integer primary key', ', foreign key (user_id) references users(id) deferrable initially deferred')}`,
    /upstox_tokens\.user_id refers to users/,
  ],
  [
    'a row of another table that refers to the token in place',
    `${SEED_TABLE}; insert into upstox_tokens (id, api_name, access_token) values (1, 'PRIMARY', 'old');
      create table orders (token integer references upstox_tokens(id)); insert into orders values (1)`,
    /another table refers to its rows/,
  ],
  [
    'a check',
    tableWith('integer primary key', ', check (is_active = 2 or access_token is null)'),
    /CHECK constraint failed/,
  ],
  ['a key that is a text', tableWith('varchar(36) not null primary key'), /upstox_tokens\.id/],
  [
    'one row for each user only',
    `${SEED_TABLE}; create unique index one_user on upstox_tokens (user_id)`,
    /UNIQUE constraint failed: upstox_tokens\.user_id/,
  ],
  [
    'a trigger that refuses',
    `${SEED_TABLE}; create trigger guard before insert on upstox_tokens begin select raise(abort, 'not by you'); end`,
    /not by you/,
  ],
  [
    'a trigger that leaves the row out without a word',
    `${SEED_TABLE}; create trigger guard before insert on upstox_tokens begin select raise(ignore); end`,
    /not in it as it was written/,
  ],
  [
    'a trigger that changes the row',
    `${SEED_TABLE}; create trigger guard after insert on upstox_tokens begin update upstox_tokens set access_token = 'x'; end`,
    /not in it as it was written/,
  ],
  [
    'a column that is computed',
    'create table upstox_tokens (id integer primary key, api_name text not null, is_primary integer as (1))',
    /is_primary/,
  ],
  [
    'a table of runs with a column that must not be empty',
    `${SEED_TABLE}; ${STATE}, next_api text, last_failure_epoch bigint, status text, updated_at bigint, owner text not null)`,
    /table token_execution_state .*token_execution_state\.owner/,
  ],
  [
    'a table of runs that knows other states',
    `${SEED_TABLE}; ${STATE}, next_api text, last_failure_epoch bigint, status text check (status in ('RUNNING', 'DONE')), updated_at bigint)`,
    /table token_execution_state .*CHECK/,
  ],
  [
    'a table of runs without a key',
    `${SEED_TABLE}; create table token_execution_state (execution_id text, last_success_api text, next_api text, last_failure_epoch bigint, status text, updated_at bigint)`,
    /table token_execution_state .*ON CONFLICT/,
  ],
  [
    'a table of runs that lacks a column',
    `${SEED_TABLE}; ${STATE})`,
    /table token_execution_state .*next_api/,
  ],
];

describe('what a table refuses is named with the cure before anything is submitted:', () => {
  test.each(UNFIT)('%s', async (_name, statements, says) => {
    using folder = testApp(statements);
    await using database = await folder.open();
    const before = folder.raw(everythingIn);
    const unfit = await tryTables(database);
    expect(unfit?.message).toMatch(says);
    expect(unfit?.cure).toContain(`ALTER TABLE ${unfit?.table} RENAME TO ${unfit?.table}_before`);
    expect(folder.raw(everythingIn)).toEqual(before);
  });

  test.each(UNFIT)('%s; the cure cures it, and the rows are taken over', async (_name, statements) => {
    using folder = testApp(statements);
    const [before, table] = await (async () => {
      await using database = await folder.open();
      return [await texts(database), (await tryTables(database))?.table ?? ''] as const;
    })();
    folder.raw((connection) => connection.exec(`alter table ${table} rename to ${table}_before`));
    await using database = await folder.open();
    expect(await tryTables(database)).toBeNull();
    expect(await texts(database)).toEqual(before);
    await keep(database, 'PRIMARY');
    expect(await texts(database)).toEqual(['token-PRIMARY']);
    const indexed = folder.raw((connection) =>
      connection
        .prepare("select tbl_name from sqlite_master where name = 'upstox_tokens_one_per_api'")
        .pluck()
        .get(),
    );
    expect(indexed).toBe('upstox_tokens');
  });
});

describe('a token that exists and that the table refuses', () => {
  const GUARD =
    "create trigger guard before insert on upstox_tokens begin select raise(abort, 'canary'); end";

  test('is kept in memory and spilled, and comes into the table when the trigger is gone', async () => {
    using folder = testApp(SEED_TABLE);
    await using database = await folder.open();
    await keep(database, 'PRIMARY', 'token-old');
    folder.raw((connection) => connection.exec(GUARD));
    await keep(database, 'PRIMARY', 'token-new');
    expect(await texts(database)).toEqual(['token-new']);
    expect(database.storageOf(1, 'PRIMARY')).toBe('MEMORY');
    expect(database.trouble).toMatchObject({ code: 'SQLITE_CONSTRAINT_TRIGGER', isOnDisk: true });
    expect(database.trouble?.advice).toContain('doctor');
    expect(readFileSync(folder.file('vega_trade.db.spill'), 'latin1')).not.toContain('token-new');
    expect((await tryTables(database))?.cure).toContain('the trigger guard');
    folder.raw((connection) => connection.exec('drop trigger guard'));
    await until('the file to have it', () => database.trouble === null);
    expect(rowsIn(folder)).toEqual(['token-new']);
    expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 2 });
  });

  test('outlives the program: the next start begins in memory, and the cure brings the token into the table', async () => {
    using folder = testApp(SEED_TABLE);
    await (async () => {
      await using database = await folder.open();
      await keep(database, 'PRIMARY', 'token-old');
      folder.raw((connection) => connection.exec(GUARD));
      await keep(database, 'PRIMARY', 'token-new');
    })();
    await (async () => {
      await using database = await folder.open();
      expect(await texts(database)).toEqual(['token-new']);
      expect(database.storageOf(1, 'PRIMARY')).toBe('MEMORY');
      expect((await tryTables(database))?.message).toContain('canary');
    })();
    folder.raw((connection) => connection.exec('alter table upstox_tokens rename to upstox_tokens_before'));
    await using database = await folder.open();
    expect(await texts(database)).toEqual(['token-new']);
    expect(database.storageOf(1, 'PRIMARY')).toBe('DATABASE');
    expect(rowsIn(folder)).toEqual(['token-new']);
  });

  test('does not wait for a table that only other programs read', async () => {
    using folder = testApp(SEED_TABLE);
    await using database = await folder.open();
    folder.raw((connection) =>
      connection.exec(
        "create trigger guard before insert on token_execution_state begin select raise(abort, 'no'); end",
      ),
    );
    await database.keep(async (transaction) => {
      await replaceToken(transaction, newToken('token-new'), database, ISSUED);
      await transaction
        .insertInto('token_execution_state')
        .values({ execution_id: 'run' } as never)
        .execute();
      await transaction
        .insertInto('vega_accounts')
        .values({ number: 1, id: 'A', name: 'A', broker_user_id: null, created_at: 0 })
        .execute();
    });
    await until('the file to have it', () => database.trouble === null);
    expect(rowsIn(folder)).toEqual(['token-new']);
    expect(
      folder.raw((connection) => connection.prepare('select id from vega_accounts').pluck().all()),
    ).toEqual(['A']);
  });
});

/** One thing that an owner may have put on the table. */
const constraint = fc.oneof(
  fc
    .tuple(fc.constantFrom('extra', 'Version', 'kind'), fc.constantFrom('integer', 'text', 'blob', 'any'))
    .chain(([name, type]) =>
      fc.constantFrom(
        `, "${name}" ${type} not null`,
        `, "${name}" ${type} not null default 0`,
        `, "${name}" ${type} unique`,
        `, "${name}" ${type} generated always as (length(access_token)) stored not null`,
        `, "${name}" ${type} as (coalesce(api_index, -1)) unique`,
        `, "${name}" ${type} check ("${name}" > 0)`,
      ),
    ),
);
const tableConstraint = fc.oneof(
  fc
    .constantFrom(
      ...[
        'access_token',
        'client_id',
        'created_at',
        'expires_in',
        'redirect_uri',
        'refresh_token',
        'purpose',
      ],
      ...['generated_at', 'validity_at', 'updated_at', 'user_id', 'api_index', 'token_type', 'api_name'],
    )
    .chain((column) =>
      fc.constantFrom(
        `, unique ("${column}")`,
        `, unique ("${column}", user_id)`,
        `, check ("${column}" is not null)`,
        `, check (length("${column}") < 12)`,
        `, check (typeof("${column}") = 'text')`,
        `, foreign key ("${column}") references users (id)`,
        `, foreign key ("${column}") references users (id) deferrable initially deferred`,
        `, foreign key (user_id, "${column}") references nowhere (a, b)`,
      ),
    ),
);
const trigger = fc
  .tuple(
    fc.constantFrom('before', 'after'),
    fc.constantFrom('insert', 'delete', 'update', 'update of is_active'),
    fc.constantFrom('', 'when new.is_primary = 1', 'when (select count(*) from upstox_tokens) > 2'),
    fc.constantFrom(
      "select raise(abort, 'no')",
      'select raise(ignore)',
      "select raise(rollback, 'no')",
      "update upstox_tokens set purpose = 'seen'",
      'update upstox_tokens set is_active = 0',
      'delete from upstox_tokens where is_primary = 1',
      'insert into log values (1)',
      'insert into nowhere values (1)',
    ),
  )
  .filter(([, on, when]) => !(on === 'delete' && when.includes('new.')))
  .map(
    ([moment, on, when, act], index = 0) =>
      `create trigger t${index} ${moment} ${on} on upstox_tokens ${when} begin ${act}; end`,
  );
const shape = fc.record({
  id: fc.constantFrom(
    ...['integer primary key', 'integer primary key autoincrement', 'bigint not null primary key'],
    ...['integer not null', 'bigint', 'varchar(36) primary key', 'text not null', 'integer unique'],
  ),
  columns: fc.uniqueArray(constraint, {
    maxLength: 2,
    selector: (text) => /"(\w+)"/.exec(text)?.[1] ?? text,
  }),
  constraints: fc.array(tableConstraint, { maxLength: 2 }),
  trigger: fc.option(trigger, { freq: 2 }),
  behind: fc.constantFrom('', '', ' without rowid'),
  hasOld: fc.boolean(),
});

test('whatever the table is like, either the trial says no or every token is stored', {
  timeout: 120_000,
}, async () => {
  let [fit, unfit] = [0, 0];
  await fc.assert(
    fc.asyncProperty(shape, async ({ id, columns, constraints, trigger: made, behind, hasOld }) => {
      using folder = new Folder();
      const isTable = folder.raw((connection) => {
        connection.exec('create table users (id integer primary key); create table log (x)');
        try {
          connection.exec(tableWith(id, [...columns, ...constraints].join(''), behind));
        } catch {
          return false;
        }
        if (hasOld)
          try {
            connection.exec(
              "insert into upstox_tokens (id, api_name, access_token, user_id) values (3, 'PRIMARY', 'old', 1)",
            );
          } catch {
            // Then there is none.
          }
        if (made !== null) connection.exec(made);
        return true;
      });
      fc.pre(isTable);
      await using database = await folder.open();
      const found = await tryTables(database);
      if (found !== null) {
        unfit += 1;
        expect(found.cure).toContain('upstox_tokens');
        // What is made all the same is not lost.
        await keep(database, 'PRIMARY');
        expect(await texts(database)).toContain('token-PRIMARY');
        return;
      }
      fit += 1;
      for (const { apiName } of CONFIGS) await keep(database, apiName);
      expect(database.trouble).toBeNull();
      const expected = CONFIGS.map(({ apiName }) => `token-${apiName}`);
      expect(await texts(database)).toEqual(expected);
      expect(rowsIn(folder).slice(-6)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
  expect(Math.min(fit, unfit)).toBeGreaterThan(3);
});
