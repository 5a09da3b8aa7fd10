import { sql } from 'kysely';
import { isSqlite } from '../engine.ts';
import type { Queryable } from '../queryable.ts';

/**
 * The next id for a table of `upstox_tokens` that does not number its rows by itself, as other programs have made it in
 * SQLite; empty where the database does.
 */
export const nextTokenId = async (trx: Queryable): Promise<{ readonly id?: number }> => {
  if (!isSqlite(trx)) return {};
  const { rows } = await sql<{ id: number }>`
    select coalesce((select max(id) from upstox_tokens where typeof(id) = 'integer'), 0) + 1 as id
    from pragma_table_info('upstox_tokens') column
    where column.name = 'id' and (
      upper(column.type) <> 'INTEGER' or column.pk = 0
      or (select count(*) from pragma_table_info('upstox_tokens') where pk > 0) > 1
      or (select wr from pragma_table_list('upstox_tokens') where schema = 'main') = 1)
    and (upper(column.type) like '%INT%' or upper(column.type) like 'NUM%' or upper(column.type) like 'DEC%')`.execute(
    trx,
  );
  return rows[0] === undefined ? {} : { id: rows[0].id };
};
