import {
  type KyselyPlugin,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type TableNode,
} from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { PostgresDatabase } from '../../../src/db/postgres/postgres-database.ts';
import { ensureAccount } from '../../../src/db/queries/accounts.ts';
import { findApiConfigs, saveApiConfig } from '../../../src/db/queries/api-configs.ts';
import { changeAuthRecord, ensureAuthRecord, findAuthRecord } from '../../../src/db/queries/auth-states.ts';
import type { Queryable } from '../../../src/db/queryable.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { type Connection, connect } from '../../support/postgres/connect.ts';
import { openBroker, openTestApp } from '../../support/test-app.ts';
import { move, newUrl, openServer } from '../move/moving.ts';
import { fillEverywhere } from '../move/rows-everywhere.ts';
import { Folder } from '../temporary-database.ts';

const NOW = new Date('2026-11-17T20:00:05.250+05:30');

/** A database of accounts, as a machine has it. */
const openAccounts = async (...numbers: number[]) => {
  const folder = new Folder();
  const url = await newUrl();
  const database = await openServer(folder, url);
  for (const number of numbers)
    await database.write((trx) => ensureAccount(trx, { id: `UPSTOX_${number}`, number }, NOW));
  return {
    ...{ url, database, open: () => openServer(folder, url) },
    [Symbol.asyncDispose]: async () => {
      await database[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
};

/** The tables that count the versions of accounts. */
const watchedTables = async ({ ask }: Connection): Promise<readonly string[]> => {
  const rows = await ask(
    `select distinct tgrelid::regclass::text as name from pg_trigger where tgname like '%\\_written' order by 1`,
  );
  return rows.map(({ name }) => name);
};

const versions = async ({ ask }: Connection): Promise<ReadonlyMap<string, string>> => {
  const rows = await ask(
    `select account_id, string_agg(version::text, ' ' order by version) as version
      from vega_account_versions group by account_id`,
  );
  return new Map(rows.map(({ account_id, version }) => [account_id, version]));
};

/** Whose version has changed during `work`. */
const changedBy = async (
  connection: Connection,
  work: () => Promise<unknown>,
): Promise<readonly string[]> => {
  const before = await versions(connection);
  await work();
  const after = await versions(connection);
  return [...after].flatMap(([id, version]) => (before.get(id) === version ? [] : id)).sort();
};

test('what is written of an account, in whichever table, changes its version and no other one’s', async () => {
  using folder = new Folder();
  await fillEverywhere(folder);
  const url = await newUrl();
  await move(folder, 'vega_trade.db', url);
  await using connection = await connect(url);
  const { ask } = connection;
  const accounts = await ask('select id, number from vega_accounts');
  const runs = await ask('select id, account_id from vega_generation_runs');
  const ownersOf = (table: string, row: Record<string, unknown>): readonly string[] => {
    if (table === 'vega_accounts') return [row.id as string];
    if ('account_id' in row) return [row.account_id as string];
    if ('run_id' in row) return runs.flatMap((run) => (run.id === row.run_id ? run.account_id : []));
    const number = row.account_number ?? row.user_id ?? 1;
    return accounts.flatMap((account) => (account.number === number ? account.id : []));
  };
  const tables = await watchedTables(connection);
  expect(tables.length).toBeGreaterThan(10);
  let seen = 0;
  for (const table of tables) {
    const rows = await ask(`select ctid, to_jsonb(t) as row from ${table} t`);
    const [column] = Object.keys(rows[0].row);
    for (const { row } of rows) {
      const owners = ownersOf(table, row);
      seen += owners.length;
      const where = `where to_jsonb(${table}) = $1`;
      const change = () => ask(`update ${table} set "${column}" = "${column}" ${where}`, [row]);
      // Others refer to it.
      const isReferredTo = table === 'vega_accounts' || table === 'vega_generation_runs';
      expect(await changedBy(connection, change), table).toEqual(owners);
      if (isReferredTo) continue;
      const remove = () => ask(`delete from ${table} ${where}`, [row]);
      expect(await changedBy(connection, remove), table).toEqual(owners);
      const add = () =>
        ask(
          `insert into ${table} overriding system value select * from jsonb_populate_record(null::${table}, $1)`,
          [row],
        );
      expect(await changedBy(connection, add), table).toEqual(owners);
    }
  }
  expect(seen).toBeGreaterThan(20);
  const empty = () => ask('truncate upstox_tokens');
  expect(await changedBy(connection, empty)).toEqual(accounts.map(({ id }) => id).sort());
});

test('a row that goes to another account changes the versions of both', async () => {
  await using opened = await openAccounts(1, 2, 3);
  await using connection = await connect(opened.url);
  const { ask } = connection;
  await ask(`insert into upstox_tokens (api_name, access_token) values ('PRIMARY', 'text')`);
  const change = () => ask('update upstox_tokens set user_id = 2');
  expect(await changedBy(connection, change)).toEqual(['UPSTOX_1', 'UPSTOX_2']);
  const add = () =>
    ask(`insert into upstox_tokens (api_name, access_token, user_id) values ('PRIMARY', 'text', 3)`);
  expect(await changedBy(connection, add)).toEqual(['UPSTOX_3']);
  const remove = () => ask('delete from upstox_tokens where user_id = 2');
  expect(await changedBy(connection, remove)).toEqual(['UPSTOX_2']);
});

test('a program that may write the tokens alone, and knows no schema, can go on writing them', async () => {
  await using opened = await openAccounts(1);
  const { url } = opened;
  await using connection = await connect(url);
  const role = `other_${new URL(url).pathname.slice(1)}`;
  await connection.ask(`create role ${role}`);
  await connection.ask(`grant insert, select, update on upstox_tokens to ${role}`);
  const changed = await changedBy(connection, async () => {
    await using other = await connect(url);
    await other.ask(`set role ${role}`);
    await other.ask(`set search_path to ''`);
    await other.ask(`insert into public.upstox_tokens (api_name, access_token) values ('PRIMARY', 'text')`);
  });
  expect(changed).toEqual(['UPSTOX_1']);
  await connection.ask(`drop owned by ${role}`);
  await connection.ask(`drop role ${role}`);
});

describe.each(['read committed', 'repeatable read', 'serializable'])(
  'a transaction of another program (%s)',
  (isolation) => {
    test('that is left open keeps nobody waiting, and is not undone by what was written meanwhile', async () => {
      await using opened = await openAccounts(1);
      const { url, database } = opened;
      await using connection = await connect(url);
      await using other = await connect(url);
      await other.ask(`begin isolation level ${isolation}`);
      await other.ask(`insert into upstox_tokens (api_name, access_token) values ('PRIMARY', 'text')`);
      await database.write((trx) => ensureAuthRecord(trx, 'UPSTOX_1', NOW));
      expect(await changedBy(connection, () => other.ask('commit'))).toEqual(['UPSTOX_1']);
      await database.write((trx) => changeAuthRecord(trx, 'UPSTOX_1', { quarantinedAt: NOW }));
      // The rows of earlier ones are gone.
      const rows = await connection.ask('select version from vega_account_versions');
      expect(rows).toHaveLength(1);
    });
  },
);

test('two transactions that end in another order than they began in change the version twice', async () => {
  await using opened = await openAccounts(1);
  await using connection = await connect(opened.url);
  await using first = await connect(opened.url);
  await using second = await connect(opened.url);
  const seen = new Set<string | undefined>();
  const note = async () => seen.add((await versions(connection)).get('UPSTOX_1'));
  const begin = (one: Connection, name: string) =>
    one.ask(`begin; insert into upstox_tokens (api_name, access_token) values ('${name}', 'text')`);
  await note();
  await begin(first, 'PRIMARY');
  await begin(second, 'WEBSOCKET1');
  await second.ask('commit');
  await note();
  await first.ask('commit');
  await note();
  expect(seen.size).toBe(3);
});

test('what was read of an account is read again once another machine has written of it, and not before', async () => {
  await using opened = await openAccounts(1, 2, 3);
  const { database } = opened;
  await using machine = await opened.open();
  const ids = ['UPSTOX_1', 'UPSTOX_2', 'UPSTOX_3'];
  const read: string[] = [];
  const quarantines = () =>
    database.atOneMoment(() =>
      Promise.all(
        ids.map((id) => {
          const load = async (db: Queryable) => {
            read.push(id);
            return (await findAuthRecord(db, id)).quarantinedAt?.getTime() ?? null;
          };
          return database.cached(`state of ${id}`, load, { of: id });
        }),
      ),
    );
  expect(await quarantines()).toEqual([null, null, null]);
  expect(read.splice(0).sort()).toEqual(ids);
  expect(await quarantines()).toEqual([null, null, null]);
  expect(read.splice(0)).toEqual([]);
  for (const id of ['UPSTOX_3', 'UPSTOX_1']) {
    await machine.write(async (trx) => {
      await ensureAuthRecord(trx, id, NOW);
      await changeAuthRecord(trx, id, { quarantinedAt: NOW });
    });
    await quarantines();
    expect(read.splice(0)).toEqual([id]);
  }
  expect(await quarantines()).toEqual([NOW.getTime(), null, NOW.getTime()]);
});

describe.each(['of an account', 'of all'])('a secret %s', (whose) => {
  test('is opened with the master key that another machine has made, as soon as that is known', async () => {
    await using opened = await openAccounts(1);
    const { database } = opened;
    await using machine = await opened.open();
    const app = {
      apiName: 'PRIMARY',
      apiIndex: 0,
      clientId: 'client',
      enabled: true,
      redirectUri: null,
    } as const;
    const change = { ...app, clientSecret: new Secret('secret-canary') };
    await database.write((trx) => saveApiConfig(trx, 1, change, database.vault, NOW));
    const read = async () => {
      const load = (db: Queryable) => findApiConfigs(db, 1, database.vault, '');
      const freshness = whose === 'of all' ? {} : { of: 'UPSTOX_1' };
      const configs = await database.cached('configs', load, freshness);
      return configs.map(({ clientSecret }) => clientSecret?.reveal());
    };
    expect(await read()).toEqual(['secret-canary']);
    expect(await machine.rotateMasterKey()).toBe(true);
    // Until this one has written, it does not know of the new key.
    await read().catch(() => undefined);
    await database.write((trx) => ensureAccount(trx, { id: 'UPSTOX_2', number: 2 }, NOW));
    expect(await read()).toEqual(['secret-canary']);
  });
});

/** Notes which tables queries name. */
class TableNames extends OperationNodeTransformer implements KyselyPlugin {
  readonly names = new Set<string>();

  transformQuery({ node }: PluginTransformQueryArgs) {
    return this.transformNode(node);
  }

  async transformResult({ result }: Parameters<KyselyPlugin['transformResult']>[0]) {
    return result;
  }

  protected override transformTable(node: TableNode): TableNode {
    this.names.add(node.table.identifier.name);
    return node;
  }
}

test('what is kept until something is written of an account is read from tables that count its versions', async () => {
  const tables = new TableNames();
  const original = PostgresDatabase.prototype.cached;
  const keys = new Set<string>();
  vi.spyOn(PostgresDatabase.prototype, 'cached').mockImplementation(function (
    this: PostgresDatabase,
    key,
    load,
    freshness,
  ) {
    if (freshness?.of === undefined) return original.call(this, key, load, freshness) as never;
    keys.add(key.replace(/ of UPSTOX_.*/, ''));
    return original.call(this, key, (db) => load(db.withPlugin(tables)), freshness) as never;
  });
  await using broker = await openBroker();
  const databaseUrl = await newUrl();
  await using testApp = await openTestApp({ apis: 2, broker, engine: 'POSTGRES', databaseUrl });
  await testApp.ask('mutation { saveSchedule(input: { startAt: "06:00" }) { enabled nextOccurrence } }');
  await testApp.generate('mode: ALL');
  const { errors } = await testApp.ask('{ readiness { verdict } authState { headline } }');
  expect(errors).toBeUndefined();
  expect([...keys].sort()).toEqual([
    ...['configs', 'drifts', 'ending runs', 'held tokens', 'last OTP request', 'latest run', 'occurrences'],
    ...['roles', 'state', 'tokens'],
  ]);
  await using connection = await connect(databaseUrl);
  const watched = await watchedTables(connection);
  // Columns are named by aliases, too.
  const named = [...tables.names].filter((name) => name.includes('_'));
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((name) => !watched.includes(name))).toEqual([]);
});
