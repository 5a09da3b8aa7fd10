import { type QueryExecutorProvider, sql } from 'kysely';
import { createTokens } from '../../../../migrations/sqlite/0001-tokens.ts';
import { createExecutionState } from '../../../../migrations/sqlite/0004-auth-states.ts';
import type { Queryable } from '../../queryable.ts';

/** The user's tables that a run writes, with the column that a copied row must have. */
const USER_TABLES: Readonly<
  Record<string, { readonly create: (db: QueryExecutorProvider) => Promise<void>; readonly needs: string }>
> = {
  upstox_tokens: { create: createTokens, needs: 'api_name' },
  token_execution_state: { create: createExecutionState, needs: 'execution_id' },
};

export const isUserTable = (table: string): boolean => table in USER_TABLES;

/** The name of a table that its owner has set aside. */
export const beforeNameOf = (table: string): string => `${table}_before`;

/** Makes a table again whose owner has set it aside, and copies its rows. */
export const remakeSetAside = async (kysely: Queryable): Promise<void> => {
  for (const [table, { create, needs }] of Object.entries(USER_TABLES)) {
    if (!(await isSetAside(kysely, table))) continue;
    await kysely.transaction().execute(async (trx) => {
      // Another process may have done it.
      if (!(await isSetAside(trx, table))) return;
      // It belongs to the renamed table.
      if (table === 'upstox_tokens') await sql`drop index if exists upstox_tokens_one_per_api`.execute(trx);
      await create(trx);
      await copyRows(trx, table, needs);
    });
  }
};

const isSetAside = async (db: Queryable, table: string): Promise<boolean> => {
  const { rows } = await sql<{ name: string }>`
    select name from sqlite_master where name in (${table}, ${beforeNameOf(table)})`.execute(db);
  return rows.length === 1 && rows[0]?.name === beforeNameOf(table);
};

const copyRows = async (trx: Queryable, table: string, needs: string): Promise<void> => {
  const before = beforeNameOf(table);
  const { rows } = await sql<{ name: string }>`
    select ours.name from pragma_table_info(${table}) ours
    join pragma_table_xinfo(${before}) theirs on lower(theirs.name) = ours.name`.execute(trx);
  const names = rows.map(({ name }) => name).filter((name) => name !== 'id');
  const list = sql.join(names.map((name) => sql.ref(name)));
  // Integer ids are kept, because the newest of several rows has the highest.
  const { rows: misfits } = names.length === rows.length ? { rows: [] } : await nonIntegerIds(trx, before);
  const id = names.length < rows.length && misfits.length === 0 ? sql`id, ` : sql``;
  await sql`
    insert or ignore into ${sql.table(table)} (${id}${list})
    select ${id}${list} from ${sql.table(before)} where ${sql.ref(needs)} is not null`.execute(trx);
};

const nonIntegerIds = (trx: Queryable, before: string) =>
  sql`select 1 from ${sql.table(before)} where typeof(id) <> 'integer' limit 1`.execute(trx);
