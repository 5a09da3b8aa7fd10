import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { contentOf } from '../../../src/db/move/rows.ts';
import { type MovedColumn, type MovedTable, readStructure } from '../../../src/db/move/structure.ts';
import { migratePostgres } from '../../../src/db/postgres/migrate.ts';
import { OpenedPostgres } from '../../../src/db/postgres/opened-postgres.ts';
import type { Queryable } from '../../../src/db/queryable.ts';
import { IST } from '../../../src/domain/wall-time.ts';
import { askNow } from '../../support/postgres/ask-now.ts';
import { Folder } from '../temporary-database.ts';
import { move, newUrl } from './moving.ts';
import { fillEverywhere } from './rows-everywhere.ts';

const FILE = 'vega_trade.db';
const READING = { place: 'of the test', zone: IST };

const migrated = async (url: string): Promise<void> => {
  await using opened = new OpenedPostgres(url);
  await migratePostgres(opened.kysely, opened.place);
};

/** Another value of that column in one row. */
const CHANGES: Readonly<Record<MovedColumn['kind'], (column: string) => string>> = {
  INTEGER: (column) => `coalesce(${column}, 0) + 1`,
  REAL: (column) => `coalesce(${column}, 0) + 1e-9`,
  TEXT: (column) => `coalesce(${column}, '') || ' '`,
  BOOLEAN: (column) => `not coalesce(${column}, false)`,
  TIME: (column) => `coalesce(${column}, '2026-01-01') + interval '1 microsecond'`,
};

test('one changed value in any column of any table changes what the table is said to hold', async () => {
  using folder = new Folder();
  await fillEverywhere(folder);
  const url = await newUrl();
  await move(folder, FILE, url);
  await using opened = new OpenedPostgres(url);
  const unseen: string[] = [];
  let columns = 0;
  const nobody = new Error('rolled back');
  await opened
    .write(async (trx) => {
      // Triggers would refuse the change of an audit entry, references that of a key.
      await sql`set local session_replication_role = replica`.execute(trx);
      await sql`alter table vega_vault drop constraint vega_vault_id_check`.execute(trx);
      for (const table of await readStructure(trx)) {
        const { digest } = await contentOf(trx, table, READING);
        for (const column of table.columns) {
          await sql`savepoint before`.execute(trx);
          await changeOne(trx, table, column);
          const changed = await contentOf(trx, table, READING);
          if (changed.digest === digest) unseen.push(`${table.name}.${column.name}`);
          await sql`rollback to before`.execute(trx);
          columns += 1;
        }
      }
      throw nobody;
    })
    .catch((error) => {
      if (error !== nobody) throw error;
    });
  expect(columns).toBeGreaterThan(200);
  expect(unseen).toEqual([]);
});

const changeOne = async (trx: Queryable, { name }: MovedTable, column: MovedColumn): Promise<void> => {
  const change = CHANGES[column.kind](`"${column.name}"`);
  await sql
    .raw(
      `update ${name} set "${column.name}" = ${change} where ctid = (select max(ctid) from ${name} where "${column.name}" is not distinct from (select max("${column.name}"${column.kind === 'BOOLEAN' ? '::int)::boolean' : ')'} from ${name}))`,
    )
    .execute(trx);
};

describe('what the server changes on the way is found, and nothing has arrived:', () => {
  const functionOf = (body: string): string =>
    `create function damage() returns trigger language plpgsql as $$ begin ${body} end $$;`;
  const trigger = (table: string): string =>
    `create trigger damage before insert on ${table} for each row execute function damage();`;

  test.each([
    [
      'a value',
      'vega_login_attempts',
      `if new.time_step is not null then new.time_step := new.time_step + 1; end if; return new;`,
      /vega_login_attempts differs in a value/,
    ],
    [
      'a row that is dropped',
      'vega_token_versions',
      `if new.version = 3 then return null; end if; return new;`,
      /vega_token_versions has 3 rows there and 2 here/,
    ],
    [
      'a message of the audit',
      'vega_audit_entries',
      `if new.sequence = 3 then new.message := 'another'; end if; return new;`,
      /vega_audit_entries differs in a value/,
    ],
  ])('%s', async (_name, table, body, message) => {
    using folder = new Folder();
    await fillEverywhere(folder);
    const url = await newUrl();
    await migrated(url);
    for (const statement of [functionOf(body), trigger(table)]) askNow(url, statement);
    await expect(move(folder, FILE, url)).rejects.toThrow(message);
    for (const name of ['upstox_tokens', 'vega_audit_entries', 'vega_vault', table])
      expect(askNow(url, `select count(*)::int as count from ${name}`)).toEqual([{ count: 0 }]);
    // The file is used as before, and moved once nothing is in the way.
    await (await folder.open())[Symbol.asyncDispose]();
    askNow(url, `drop trigger damage on ${table}`);
    expect(await move(folder, FILE, url)).toMatchObject({ audit: { valid: true } });
  });

  test('an audit that was not whole before arrives as it is, and is told', async () => {
    using folder = new Folder();
    await fillEverywhere(folder);
    folder.raw((connection) => {
      connection.exec('drop trigger vega_audit_entries_no_update');
      connection.exec(`update vega_audit_entries set message = 'another' where sequence = 3`);
    });
    const { audit } = await move(folder, FILE, await newUrl());
    expect(audit).toMatchObject({ valid: false, firstBadId: 3 });
  });
});
